"""Notes the changes of an Ecto migration; the columns that a ``create`` or ``alter`` block names.

Source: elixir-ecto/ecto_sql, lib/ecto/migration.ex and lib/ecto/adapters/{postgres,myxql}/connection.ex.
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
)
from runbook_tui.migrations.elixir.columns import Reference, column_of, default_of, type_sql
from runbook_tui.migrations.elixir.interpreter import Interpreter
from runbook_tui.migrations.elixir.values import Atom, Call, Keywords, name_of
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.following.values import UNKNOWN
from runbook_tui.migrations.sql.types import column_of_type

if TYPE_CHECKING:
    from tree_sitter import Node

COLUMN_CALLS = frozenset({
    "add", "add_if_not_exists", "modify", "remove", "remove_if_exists", "timestamps",
})  # fmt: skip


@dataclass(eq=False, slots=True)
class Building:
    """The table of a ``create`` or ``alter`` block."""

    table: str | None
    creates: bool
    columns: list[Column] = field(default_factory=list)
    constraints: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    keys: int = 0
    primary: list[str] = field(default_factory=list)
    """Columns that an ``alter`` makes the primary key of."""


class Recorder(Interpreter):
    """Notes changes while a migration is followed."""

    def __init__(self, module: Node, engine: Engine) -> None:
        self.engine = engine
        self.changes: list[Change] = []
        self.building: Building | None = None
        self.one_way = False
        self._going_back = False
        super().__init__(module)

    def note(self, change: Change) -> None:
        """One more change, as certain as the place where it stands."""
        self.changes.append(replace(change, conditional=change.conditional or self.conditional))

    def opaque(self, line: int, what: str) -> None:
        """Something that only running it would tell."""
        self.note(Change("opaque", line, detail=what))

    # columns

    def column_call(self, name: str, call: Call) -> None:
        """``add``, ``modify`` and their like, which stand in the block of a table."""
        building = self.building
        if building is None:
            self.opaque(call.line, f"{name}(...)")
        elif name in ("add", "add_if_not_exists"):
            self.one_way = self.one_way or name != "add"
            self._add(building, call, call.get(0), call.get(1), _options(call, 2))
        elif name == "timestamps":
            self._timestamps(building, call)
        elif name == "modify":
            self._modify(building, call)
        else:
            self._remove(building, name, call)

    def _add(self, building: Building, call: Call, given: object, written: object, options: Keywords) -> None:
        name = name_of(given)
        column = column_of(name, written, options, self.engine)
        reference = written if isinstance(written, Reference) else None
        key = self._key_name(building, reference, name)
        if building.creates:
            if reference is not None:
                building.keys += 1
                building.constraints += [(key, (name,))] if key and name else []
            building.columns.append(replace(column, references=reference.table or "" if reference else None))
            return
        self._keyed(building, name, options)
        self.note(
            Change(ADD_COLUMN, call.line, building.table, name, column=replace(column, primary_key=False))
        )
        if reference is not None:
            self._add_key(building, reference, name, call.line)

    def _keyed(self, building: Building, name: str | None, options: Keywords) -> None:
        if options.get("primary_key") is True:
            building.primary += [name] if name else []

    def _key_name(self, building: Building, reference: Reference | None, column: str | None) -> str | None:
        if reference is None or (reference.name is None and not (building.table and column)):
            return None
        return reference.name or f"{str(building.table).rpartition('.')[2]}_{column}_fkey"

    def _add_key(self, building: Building, reference: Reference, column: str | None, line: int) -> None:
        lazy = reference.validated is False and self.engine is Engine.POSTGRES
        kind = "add-foreign-key-not-valid" if lazy else "add-foreign-key"
        name = self._key_name(building, reference, column)
        over = (column,) if column else ()
        self.note(Change(kind, line, building.table, name, over=over, refuses_null=False))

    def _timestamps(self, building: Building, call: Call) -> None:
        options = Keywords({"null": False, **call.options})
        options.unread = call.unread(0)
        if options.unread:
            options.pop("null")
        written = options.get("type", Atom("naive_datetime"))
        for name in ("inserted_at", "updated_at"):
            stated = options.get(name, name)
            if stated is not False:
                self._add(building, call, stated, written, options)

    def _modify(self, building: Building, call: Call) -> None:
        name, written, options = name_of(call.get(0)), call.get(1), _options(call, 2)
        self.one_way = self.one_way or "from" not in options
        self._keyed(building, name, options)
        before, reference = options.get("from"), written if isinstance(written, Reference) else None
        old_reference = before[0] if isinstance(before, tuple) and before else before
        if isinstance(old_reference, Reference):
            key = self._key_name(building, old_reference, name)
            self.note(Change("drop-constraint", call.line, building.table, key, over=(name,) if name else ()))
        if self.engine is Engine.POSTGRES:
            change = self._alteration(building, call, name, written, options)
        else:  # the whole column is written anew: what is not said is lost
            column = column_of(name, written, options, self.engine)
            change = Change(RESTATE_COLUMN, call.line, building.table, name, column=column)
        self.note(change)
        if reference is not None:
            self._add_key(building, reference, name, call.line)

    def _alteration(
        self, building: Building, call: Call, name: str | None, written: object, options: Keywords
    ) -> Change:
        text = type_sql(written, options, self.engine)
        read = column_of_type(text, self.engine) if text is not None else None
        null = options.get("null")
        default = default_of(options, self.engine)[0] if "default" in options else None
        alteration = Alteration(
            type=read.type if read is not None else None,
            nullable=null if isinstance(null, bool) else None,
            default=default,
            unread=read is None or options.unread or default is Default.UNKNOWN or null is UNKNOWN,
        )
        existing = self._existing(name, options)
        return Change(ALTER_COLUMN, call.line, building.table, name, alteration=alteration, existing=existing)

    def _existing(self, name: str | None, options: Keywords) -> Column | None:
        """What ``from:`` says of the column before."""
        if "from" not in options:
            return None
        before = options["from"]
        written, stated = before if isinstance(before, tuple) and len(before) == 2 else (before, Keywords())
        if isinstance(written, str) and isinstance(stated, str):  # {:array, :string}
            written, stated = before, Keywords()
        known = stated if isinstance(stated, Keywords) else Keywords()
        column = column_of(name, written, known, self.engine)
        nullable = column.nullable if "null" in known else None
        return replace(
            column, nullable=nullable, default=column.default if "default" in known else Default.UNKNOWN
        )

    def _remove(self, building: Building, name: str, call: Call) -> None:
        typed = len(call.arguments) > 1
        self.one_way = self.one_way or name != "remove" or not typed
        column, reference = name_of(call.get(0)), call.get(1)
        exists = name == "remove_if_exists"
        if isinstance(reference, Reference):
            key = self._key_name(building, reference, column)
            over = (column,) if column else ()
            self.note(Change("drop-constraint", call.line, building.table, key, over=over, if_exists=exists))
        self.note(Change("drop-column", call.line, building.table, column, if_exists=exists))


def _options(call: Call, index: int) -> Keywords:
    """The options of ``add``: keywords, or a list that stands at ``index``."""
    given = call.get(index)
    found = Keywords({**given, **call.keywords}) if isinstance(given, Keywords) else Keywords(call.keywords)
    found.unread = call.unread(index)
    return found
