"""What the ``upgrade()`` of an Alembic revision does, call by call."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from runbook_tui.migrations.changes import Change, shifted
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.following.follower import TooMuchError
from runbook_tui.migrations.following.values import UNKNOWN, Text
from runbook_tui.migrations.python.alembic_calls import OPERATIONS, batch_table
from runbook_tui.migrations.python.effects import (
    computed_rows,
    is_harmless,
    is_operations,
    rows_of,
    values_unknown,
)
from runbook_tui.migrations.python.interpreter import Interpreter
from runbook_tui.migrations.python.values import Call, Member, chained, path_of, root_call, text_of
from runbook_tui.migrations.sql.reader import read_sql

_OP = "alembic.op."
_BATCH = "alembic.op.batch_alter_table"
_AUTOCOMMIT = ".autocommit_block()"
_EXECUTING = ("execute", "exec_driver_sql", "scalar", "scalars")
_DIALECTS = {Engine.POSTGRES: "postgresql", Engine.MYSQL: "mysql", Engine.SQLITE: "sqlite"}
_QUIET = frozenset(
    {
        "get_bind",
        "get_context",
        "f",
        "inline_literal",
        "batch_alter_table",
        "create_table_comment",
        "drop_table_comment",
    }
)

_MAKES_ANEW = frozenset({"table_args", "reflect_args"})
"""What a batch says of the table that it makes anew, beside its operations."""


def read_upgrade(module: ast.Module, engine: Engine, name: str = "upgrade") -> list[Change]:
    """The changes of ``upgrade()``, or of another function, in order. ``downgrade()`` is not looked at."""
    reader: _Upgrade | None = None
    try:
        reader = _Upgrade(module, engine)
        if not reader.run_function(name) or reader.is_decorated(name):
            reader.opaque(1, f"{name}() is made by other code")
    except (TooMuchError, RecursionError):
        seen = reader.changes if reader is not None else []
        return [*seen, Change("opaque", 1, detail=f"{name}() is too tangled to be followed")]
    return reader.changes


class _Upgrade(Interpreter):
    """Notes every operation while it follows ``upgrade()``."""

    def __init__(self, module: ast.Module, engine: Engine) -> None:
        self.changes: list[Change] = []
        self.engine = engine
        self._outside = 0
        super().__init__(module)

    def note(self, change: Change) -> None:
        """One more change, as certain as the place where it stands."""
        conditional = change.conditional or self.conditional
        outside = change.outside_transaction or self._outside > 0
        if change.kind == "insert-rows" and self.repeated:  # as many rows as something else has
            change = replace(change, kind="copy-rows", reads_tables=True)
        self.changes.append(replace(change, conditional=conditional, outside_transaction=outside))

    def opaque(self, line: int, what: str) -> None:
        """Something that only running it would tell."""
        self.note(Change("opaque", line, detail=what))

    def attribute(self, member: Member) -> object:
        """The name of the dialect is known: it is that of the data store's engine."""
        if path_of(member).endswith((".dialect.name", ".engine.name")):
            return _DIALECTS[self.engine]
        return member

    def entered(self, value: object) -> Callable[[], None] | None:
        """``with op.get_context().autocommit_block():`` leaves the transaction."""
        if not path_of(value).endswith(_AUTOCOMMIT):
            return None
        self._outside += 1

        def leave() -> None:
            self._outside -= 1

        return leave

    def touched(self, line: int, what: str) -> None:
        """Rows that are changed as objects."""
        self.opaque(line, what)

    def called(self, call: Call) -> object:
        """A call of something outside the file."""
        path = call.path
        last = path.rpartition(".")[2]
        if self.loading:
            acts = path.startswith(_OP) and last not in _QUIET
            if acts or any(map(is_operations, call.arguments)):
                self.opaque(call.line, f"{path}(...) when the file is loaded")
            return call
        if path.startswith(f"{_BATCH}()."):
            self._operation(last, call, batch=True)
        elif path.startswith(_OP) and "(" not in path and last != "execute":
            self._operation(last, call, batch=False)
        elif last in _EXECUTING:
            if call.arguments or call.keywords:  # without any, it gives the rows of what ran before
                self._execute(call)
        else:
            self._other(call, path, last)
        return call

    def _operation(self, name: str, call: Call, *, batch: bool) -> None:
        reader = OPERATIONS.get(name)
        if reader is not None:
            table = batch_table(call) if batch else None
            for change in reader(call, table, batch, self.engine):
                self.note(change)
        elif name not in _QUIET or (name == "batch_alter_table" and _MAKES_ANEW & call.keywords.keys()):
            self.opaque(call.line, f"op.{name}(...)")

    def _execute(self, call: Call) -> None:
        """SQL as text, or a statement made with SQLAlchemy."""
        statement = call.arguments[0] if call.arguments else next(iter(call.keywords.values()), UNKNOWN)
        sql = sql_text(statement)
        if sql is not None:
            # psycopg's and text()'s escapes
            changes = read_sql(sql.replace("\\:", ":"), self.engine)
            offset = sql.line - 1 if isinstance(sql, Text) else call.line - 1
            for change in shifted(changes, offset):
                self.note(change)
            return
        rows = rows_of(statement)
        if rows is not None:
            unknown = rows.kind == "insert-rows" and values_unknown(list(call.arguments[1:]))
            rows = computed_rows(rows.table, call.line) if unknown else rows
            self.note(replace(rows, line=call.line))
        elif not _only_reads(statement):
            self.opaque(call.line, "SQL that is put together when it runs")

    def _other(self, call: Call, path: str, last: str) -> None:
        """Calls that are neither operations nor SQL: harmless ones, types, and everything else."""
        if path.endswith(("Enum().create", "ENUM().create", "Enum().drop", "ENUM().drop")):
            root = root_call(call.func)
            name = text_of(root.keywords.get("name")) if root else None
            kind = "create-type" if last == "create" else "drop-type"
            self.note(Change(kind, call.line, name=name, if_exists=True))
        elif last in ("update", "delete") and "query" in chained(call):
            self.note(Change(f"{last}-rows", call.line))
        elif (
            ".impl." in path
            or ".Operations()" in path
            or (not is_harmless(call) and not self.gives_a_value(call))
        ):
            self.opaque(call.line, f"{path}(...)")


def sql_text(value: object) -> str | None:
    """The SQL of a string, ``text("...")`` or ``DDL("...")``, with what is chained to it."""
    if isinstance(value, str):
        return value
    root = root_call(value)
    if root is not None and root.path.rpartition(".")[2] in ("text", "DDL") and root.arguments:
        inner = root.arguments[0]
        return inner if isinstance(inner, str) else None
    return None


def _only_reads(statement: object) -> bool:
    return any(name in ("select", "exists") for name in chained(statement))
