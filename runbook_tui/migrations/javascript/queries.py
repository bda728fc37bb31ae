"""Rows that a Knex migration changes, and its raw SQL.

Source: knex/knex, lib/query/querybuilder.js and lib/raw.js.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from runbook_tui.migrations.changes import Change, shifted
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.following.rows import holds_unknown, rows_unknown
from runbook_tui.migrations.following.values import UNKNOWN, Text
from runbook_tui.migrations.javascript.recorder import Draft, Recorder
from runbook_tui.migrations.javascript.values import Call, Host, name_of

if TYPE_CHECKING:
    from runbook_tui.migrations.javascript.calls import Calls

_LONGEST = 1_000_000
"""Characters of SQL that is put together."""
_PLACEHOLDERS = re.compile(r"\\\?|\?\?|\?|(?<!:):(\w+):|(?<!:):(?=[a-zA-Z_])(\w+)")
_CHANGING = re.compile(r"delete|remove|insert|update|upsert|drop|truncate|save|create|archive", re.IGNORECASE)
"""Names of methods that a project may have added to the query builder."""
_KINDS = {
    "update": "update-rows",
    "increment": "update-rows",
    "decrement": "update-rows",
    "upsert": "update-rows",
    "updateFrom": "update-rows",
    "insert": "insert-rows",
    "del": "delete-rows",
    "delete": "delete-rows",
    "truncate": "truncate",
}
_NAMES_TABLE = frozenset({"from", "into", "table"})
_JOINS = frozenset({"join", "innerJoin", "leftJoin", "rightJoin", "joinRaw", "updateFrom"})
_ROW_LOOPS = frozenset({"map", "each", "forEach", "mapSeries", "filter", "reduce", "stream", "asCallback"})


@dataclass(eq=False)
class Raw(Host, Draft):
    """``knex.raw(sql)``: a statement, unless it is given to something else as a part of it."""

    sql: str | None
    line: int
    engine: Engine
    part: bool = False

    def method(self, name: str, call: Call, reader: Calls) -> object:
        """What is chained to it, such as ``.transacting(trx)``, changes nothing in it."""
        if name in _ROW_LOOPS:
            reader.perhaps(call)
            return UNKNOWN
        return self

    def finish(self) -> list[Change]:
        """The changes of its SQL."""
        from runbook_tui.migrations.sql.reader import read_sql

        if self.part:
            return []
        if self.sql is None:
            return [Change("opaque", self.line, detail="SQL that is put together when it runs")]
        return shifted(read_sql(self.sql, self.engine), self.line - 1)


def raw(call: Call, reader: Recorder) -> Raw:
    """The SQL of ``raw(sql, bindings)``, noted as a statement until it is seen to be a part of another."""
    first = call.get(0)
    sql = str(first) if isinstance(first, str) else None
    if sql is not None and len(call.arguments) > 1:
        sql = _bound(sql, call.arguments[1], call.arguments[2:])
    line = first.line if isinstance(first, Text) else call.line
    use_parts(call.arguments)
    if isinstance(first, Raw):
        sql = first.sql
    found = Raw(sql, line, reader.engine)
    reader.note(found)
    return found


def use_parts(values: object) -> None:
    """Raw SQL inside of something else is no statement of its own."""
    if isinstance(values, Raw | Query):
        values.part = True
    elif isinstance(values, list | tuple):
        for value in values:
            use_parts(value)
    elif isinstance(values, dict):
        use_parts(list(values.values()))


def _bound(sql: str, bindings: object, more: tuple[object, ...]) -> str | None:
    """SQL with its placeholders filled; None when the name of something is not known."""
    given: list[object] = list(bindings) if isinstance(bindings, list) else [bindings, *more]
    named = bindings if isinstance(bindings, dict) else None
    place = 0
    known = True

    def fill(found: re.Match[str]) -> str:
        nonlocal place, known
        text = found[0]
        if text == "\\?":
            return "?"
        if text.startswith(":"):
            if named is None:
                return text
            value, identifier = named.get(found[1] or found[2], UNKNOWN), found[1] is not None
        elif named is not None:
            return text
        else:
            value = given[place] if place < len(given) and bindings is not UNKNOWN else UNKNOWN
            identifier = text == "??"
            place += 1
        if identifier:
            name = name_of(value)
            known = known and name is not None
            quote = "`" if "`" in sql else '"'
            return ".".join(f"{quote}{part}{quote}" for part in (name or "").split("."))
        if isinstance(value, Raw) and value.sql is not None:
            return value.sql
        if isinstance(value, bool | int | float):
            return str(value).upper()
        return "'" + str(value).replace("'", "''") + "'" if isinstance(value, str) else "'?'"

    result = _PLACEHOLDERS.sub(fill, sql)
    return result if known and len(result) <= _LONGEST else None


@dataclass(eq=False)
class Query(Host, Draft):
    """A query that is being built; one that changes rows is noted when its method says so."""

    table: str | None = None
    schema: str | None = None
    kind: str = ""
    line: int = 0
    over: tuple[str, ...] = ()
    null_columns: set[str] = field(default_factory=set)
    only_null: bool = True
    reads_tables: bool = False
    values_unknown: bool = False
    merges: bool = False
    part: bool = False

    def method(self, name: str, call: Call, reader: Calls) -> object:
        """A step of the chain."""
        use_parts(call.arguments)
        if name in _KINDS and not self.kind:
            self._changes_rows(name, call, reader)
        elif name in _NAMES_TABLE:
            self.table = table_of(call.get(0))
            self.part = self.part or isinstance(call.get(0), Query)
        elif name == "withSchema":
            self.schema = name_of(call.get(0))
        elif name == "whereNull":
            self.null_columns.add(str(name_of(call.get(0))))
        elif name.startswith("or"):  # orWhere: what is not NULL may be written over as well
            self.only_null = False
        elif name == "merge":
            self.merges = True
        elif name in _JOINS:
            self.reads_tables = True
        elif (
            _CHANGING.search(name) and not name.startswith(("for", "batch")) and isinstance(reader, Recorder)
        ):
            reader.opaque(call.line, f"{self.table or 'a query'}.{name}(...)")
        if name in _ROW_LOOPS:
            reader.perhaps(call)
            return UNKNOWN
        if name == "batchInsert" and isinstance(reader, Recorder):
            reader.note(inserted(table_of(call.get(0)), call.get(1), call.line))
        for function in call.functions:
            inner = Query(part=True)
            reader.follow(function, (inner,), inner)
            use_parts(inner)
        return self

    def _changes_rows(self, name: str, call: Call, reader: Calls) -> None:
        if self.line or not isinstance(reader, Recorder):
            return
        self.kind, self.line = _KINDS[name], call.line
        values = call.get(0)
        if isinstance(values, dict):
            self.over = tuple(values)
        elif isinstance(values, str) and name != "insert":
            self.over = (str(values),)
        if name == "insert":
            self.values_unknown = not written_out(values)
            self.reads_tables = isinstance(values, Query | Raw)
        reader.note(self)

    def finish(self) -> list[Change]:
        """The change of rows."""
        if not self.kind:
            return []
        table = f"{self.schema}.{self.table}" if self.schema and self.table else self.table
        if self.kind == "insert-rows" and self.reads_tables:
            return [Change("copy-rows", self.line, table, over=self.over, reads_tables=True)]
        if self.kind == "insert-rows" and self.values_unknown:
            return [Change("opaque", self.line, table, detail=rows_unknown(table))]
        kind = "update-rows" if self.merges else self.kind
        only_null = self.only_null and bool(self.over) and set(self.over) <= self.null_columns
        guarded = kind == "update-rows" and only_null
        return [
            Change(kind, self.line, table, over=self.over, guarded=guarded, reads_tables=self.reads_tables)
        ]


def inserted(table: str | None, rows: object, line: int) -> Change:
    """Rows that are inserted: those that are not written out may come from anywhere."""
    if written_out(rows):
        return Change("insert-rows", line, table)
    return Change("opaque", line, table, detail=rows_unknown(table))


def written_out(rows: object) -> bool:
    """Whether rows to be inserted stand in the file; what a library computes for one of them counts as written."""
    if isinstance(rows, list):
        return all(isinstance(row, dict) and written_out(row) for row in rows)
    return isinstance(rows, dict) and not holds_unknown(rows, Query)


def table_of(value: object) -> str | None:
    """The table of ``knex('orders as o')`` or ``knex({o: 'orders'})``."""
    if isinstance(value, dict) and len(value) == 1:
        value = next(iter(value.values()))
    name = name_of(value)
    return re.split(r"\s+as\s+", name.strip(), flags=re.IGNORECASE)[0] if name else None


def with_table(query: Query, call: Call) -> Query:
    """``knex('t')``."""
    return replace(query, table=table_of(call.get(0)), null_columns=set())
