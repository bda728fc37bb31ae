"""Knex's table builder: the columns, indexes and constraints of ``createTable`` and ``alterTable``.

Source: knex/knex, lib/schema/tablebuilder.js, lib/schema/columnbuilder.js and lib/schema/tablecompiler.js. A foreign
key, a UNIQUE or an index that is chained to a column is a statement of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from runbook_tui.migrations.changes import (
    ADD_COLUMN,
    ALTER_COLUMN,
    RESTATE_COLUMN,
    Alteration,
    Change,
    Column,
    Default,
    Generated,
)
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.javascript.columns import (
    CHECKS,
    COLUMN_METHODS,
    default_of,
    is_text,
    type_sql,
)
from runbook_tui.migrations.javascript.queries import use_parts
from runbook_tui.migrations.javascript.recorder import Draft, Recorder
from runbook_tui.migrations.javascript.table_methods import TABLE_METHODS, Table, names_in
from runbook_tui.migrations.javascript.values import Call, Host, name_of
from runbook_tui.migrations.sql.types import column_of_type

if TYPE_CHECKING:
    from runbook_tui.migrations.javascript.calls import Calls

_QUIET = frozenset({
    "comment", "engine", "charset", "collate", "inherits", "queryContext", "first", "after",
    "onDelete", "onUpdate", "deferrable", "withKeyName", "unsigned",
})  # fmt: skip


@dataclass(eq=False)
class ForeignKey(Host, Draft):
    """``foreign(columns).references(column).inTable(table)``."""

    table: str | None
    over: tuple[str, ...]
    name: str | None
    line: int
    target: str | None = None
    stated: bool = False
    """Knex leaves out a key that does not say what it refers to."""

    def method(self, name: str, call: Call, reader: Calls) -> object:
        """A step of the chain."""
        self.state(name, call)
        return self

    def state(self, name: str, call: Call) -> None:
        """What a method says about the key."""
        if name == "references":
            target = name_of(call.get(0)) or ""
            self.stated = True
            if "." in target:
                self.target = target.rpartition(".")[0]
        elif name in ("on", "inTable"):
            self.target = name_of(call.get(0))
        elif name == "withKeyName":
            self.name = name_of(call.get(0))

    def finish(self) -> list[Change]:
        """The constraint."""
        if not self.stated:
            return []
        return [
            Change("add-foreign-key", self.line, self.table, self.name, over=self.over, refuses_null=False)
        ]


@dataclass(eq=False)
class ColumnDraft(Host, Draft):
    """``table.string('name')`` with what is chained to it."""

    builder: TableBuilder
    method_name: str
    call: Call
    nullable: bool | None = True
    default: object = None
    unsigned: bool = False
    checked: bool | None = None
    """Whether it has a check, and whether that can refuse NULL."""
    altered: dict[str, object] | None = None
    dropped: bool = False
    primary: bool = False
    key: ForeignKey | None = None

    @property
    def name(self) -> str | None:
        """The column's name; ``increments()`` without one is ``id``."""
        given = self.call.get(0)
        return "id" if given is None and "increments" in self.method_name.lower() else name_of(given)

    @property
    def increments(self) -> bool:
        """Whether the database counts it up; Knex then leaves out its modifiers."""
        return "increments" in self.method_name.lower()

    def method(self, name: str, call: Call, reader: Calls) -> object:
        """A step of the chain."""
        use_parts(call.arguments)
        if name in ("notNullable", "notNull"):
            self.nullable = False
        elif name == "nullable":
            given = call.get(0) if call.arguments else True
            self.nullable = given if isinstance(given, bool) else None
        elif name in ("defaultTo", "default", "defaultsTo"):
            self.default = call.get(0)
        elif name == "unsigned":
            self.unsigned = True
        elif name == "alter":
            options = call.get(0)
            self.altered = options if isinstance(options, dict) else {}
        elif name == "drop":
            self.dropped = True
        elif name in CHECKS:
            self.checked = name == "check"
        elif name in ("index", "unique", "primary") and not self.increments:
            self.primary = self.primary or name == "primary"
            self.builder.indexed(name, Call((self.call.get(0), *call.arguments), call.line), reader)
        elif name == "references":
            self.key = self.builder.foreign(Call((self.call.get(0),), call.line), reader)
        if self.key is not None:
            self.key.state(name, call)
        known = name in _QUIET or name in CHECKS or self.key is not None
        if not known and name not in _COLUMN_WORDS and isinstance(reader, Recorder):
            reader.opaque(call.line, f"{self.method_name}(...).{name}(...)")
        return self

    @property
    def column(self) -> Column:
        """The definition."""
        engine = self.builder.engine
        text = type_sql(self.method_name, self.call, engine, unsigned=self.unsigned)
        read = column_of_type(text, engine) if text is not None else None
        base = read or Column(
            None, None, None if text is None and self.method_name == "specificType" else True
        )
        if self.increments:
            identity = self.builder.engine is not Engine.SQLITE or self.builder.creates
            generated = Generated.IDENTITY if identity else base.generated
            return replace(base, name=self.name, nullable=False, primary_key=True, generated=generated)
        default, written = default_of(self.default, engine)
        if engine is Engine.MYSQL and is_text(self.method_name):
            default, written = Default.NONE, ""
        enum_check = (
            self.method_name in ("enu", "enum") and base.type is not None and base.type.name == "text"
        )
        return replace(
            base,
            name=self.name,
            nullable=False if self.primary else base.nullable and self.nullable,
            default=default if self.default is not None else base.default,
            default_text=written if self.default is not None else base.default_text,
            primary_key=self.primary,
            references=self.key.target or "" if self.key is not None and self.builder.creates else None,
            check=self.checked is not None or enum_check,
            check_refuses_null=bool(self.checked),
        )

    @property
    def line(self) -> int:
        """Where it is named."""
        return self.call.line

    def finish(self) -> list[Change]:
        """The change of a column in ``alterTable``."""
        if self.builder.creates:
            return []
        table, line, column = self.builder.table, self.line, self.column
        if self.dropped:
            return [Change("drop-column", line, table, self.name)]
        if self.altered is None:
            return [*self._new_type(), Change(ADD_COLUMN, line, table, self.name, column=column)]
        if self.altered.get("alterNullable") is False or self.altered.get("alterType") is False:
            return [self._alteration(column)]
        return [Change(RESTATE_COLUMN, line, table, self.name, column=replace(column, check=False))]

    def _new_type(self) -> list[Change]:
        """``enu(..., {useNative: true})`` makes a type of PostgreSQL first."""
        options = self.call.get(2)
        native = (
            isinstance(options, dict) and options.get("useNative") is True and not options.get("existingType")
        )
        if (
            not native
            or self.builder.engine is not Engine.POSTGRES
            or self.method_name not in ("enu", "enum")
        ):
            return []
        return (
            [Change("create-type", self.line, name=name_of(options.get("enumName")))]
            if isinstance(options, dict)
            else []
        )

    def _alteration(self, column: Column) -> Change:
        options = self.altered or {}
        alteration = Alteration(
            type=None if options.get("alterType") is False else column.type,
            nullable=None if options.get("alterNullable") is False else column.nullable,
            default=column.default if column.default is not Default.NONE else None,
            unread=column.default is Default.UNKNOWN,
        )
        return Change(ALTER_COLUMN, self.line, self.builder.table, self.name, alteration=alteration)


_COLUMN_WORDS = frozenset({
    "notNullable", "notNull", "nullable", "defaultTo", "default", "defaultsTo", "unsigned", "alter", "drop", "index",
    "unique", "primary", "references", "on", "inTable",
})  # fmt: skip


@dataclass(eq=False)
class TableBuilder(Table, Host):
    """The first argument of the callback of ``createTable`` or ``alterTable``."""

    columns: list[ColumnDraft] = field(default_factory=list)
    constraints: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    keys: list[ForeignKey] = field(default_factory=list)

    def method(self, name: str, call: Call, reader: Calls) -> object:
        """A column, or something else of the table."""
        use_parts(call.arguments)
        if name in COLUMN_METHODS:
            return self._column(name, call, reader)
        if name == "foreign":
            return self.foreign(call, reader)
        if name in ("index", "unique", "primary"):
            self.indexed(name, call, reader)
            return self
        if name == "timestamps":
            self._timestamps(call, reader)
            return self
        if isinstance(reader, Recorder) and not reader.loading:
            found = self._other(name, call)
            if found is None:
                reader.opaque(call.line, f"table.{name}(...)")
                reader.perhaps(call)
            for change in found or ():
                reader.note(change)
        return self

    def _column(self, name: str, call: Call, reader: Calls) -> ColumnDraft:
        draft = ColumnDraft(self, name, call)
        if self.creates:
            self.columns.append(draft)
        if isinstance(reader, Recorder) and not self.creates:
            reader.note(draft)
        return draft

    def foreign(self, call: Call, reader: Calls) -> ForeignKey:
        """A foreign key, noted when it is added to a table that is there."""
        over = names_in(call.get(0))
        name = name_of(call.get(1)) or self.index_name(over, "foreign")
        key = ForeignKey(self.table, over, name, call.line)
        if self.creates:
            self.keys.append(key)
        elif isinstance(reader, Recorder):
            reader.note(key)
        return key

    def indexed(self, what: str, call: Call, reader: Calls) -> None:
        """An index or a constraint on columns."""
        over, options = names_in(call.get(0)), call.get(1)
        if isinstance(options, dict):
            given = name_of(options.get("indexName") or options.get("constraintName"))
        else:
            given = name_of(options)
        kind = self._index_kind(what, call)
        default = f"{self.table}_pkey" if what == "primary" and self.table else self.index_name(over, what)
        name = given or default
        if self.creates:
            if name and over:
                self.constraints.append((name, over))
            for draft in self.columns:
                draft.primary = draft.primary or (what == "primary" and draft.name in over)
        elif isinstance(reader, Recorder):
            reader.note(Change(kind, call.line, self.table, name, over=over, refuses_null=what == "primary"))

    def _index_kind(self, what: str, call: Call) -> str:
        options = call.get(1)
        settings = options if isinstance(options, dict) else {}
        if what == "primary":
            return "add-primary-key"
        if what == "unique":
            partial = settings.get("useConstraint") is False or "predicate" in settings
            return "create-unique-index" if partial or self.engine is Engine.SQLITE else "add-unique"
        how = call.get(2)
        kind = how.get("indexType") if isinstance(how, dict) else how if self.engine is Engine.MYSQL else None
        return "create-unique-index" if isinstance(kind, str) and kind.lower() == "unique" else "create-index"

    def _timestamps(self, call: Call, reader: Calls) -> None:
        options = call.get(0)
        settings = options if isinstance(options, dict) else {}
        stamp = settings.get("useTimestamps") if settings else options
        now = settings.get("defaultToNow") if settings else call.get(1)
        camel = settings.get("useCamelCase") if settings else call.get(2)
        for name in ("createdAt", "updatedAt") if camel is True else ("created_at", "updated_at"):
            draft = self._column(
                "timestamp" if stamp is True else "datetime", Call((name,), call.line), reader
            )
            if now is True:
                draft.nullable, draft.default = False, "CURRENT_TIMESTAMP"
            elif now not in (None, False):
                draft.nullable = None

    def _other(self, name: str, call: Call) -> list[Change] | None:
        """The changes of the methods that take names; None for one that is not known."""
        if name in TABLE_METHODS:
            return TABLE_METHODS[name](self, name, call)
        return [] if name in _QUIET else None

    def created(self, line: int, *, if_exists: bool) -> list[Change]:
        """The table, when its callback has been followed."""
        keys = [key for key in self.keys if key.stated]
        types = [change for draft in self.columns for change in draft._new_type()]
        made = Change(
            "create-table",
            line,
            self.table,
            columns=tuple(draft.column for draft in self.columns),
            constraints=(*self.constraints, *((key.name, key.over) for key in keys if key.name)),
            rules=tuple(("", "FOREIGN KEY") for _ in keys),
            if_exists=if_exists,
        )
        return [*types, made]
