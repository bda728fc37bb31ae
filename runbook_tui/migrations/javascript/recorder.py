"""Notes the changes of a Knex migration, each as certain as the place where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from runbook_tui.migrations.changes import Change, table_key
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.following.values import UNKNOWN
from runbook_tui.migrations.javascript.effects import has_effect
from runbook_tui.migrations.javascript.interpreter import Interpreter
from runbook_tui.migrations.javascript.values import Call, Foreign, Host

if TYPE_CHECKING:
    from tree_sitter import Node

    from runbook_tui.migrations.javascript.calls import Calls


@dataclass(frozen=True, slots=True)
class Exists(Host):
    """The answer of ``hasTable`` or ``hasColumn``: what is done on it is done IF [NOT] EXISTS."""

    table: str | None
    column: str | None = None
    holds: bool = True

    def settled(self) -> object:
        """``await`` gives the same answer."""
        return self

    def covers(self, change: Change) -> bool:
        """Whether a change is the very thing that was asked for."""
        if self.table is None or change.table is None or table_key(self.table) != table_key(change.table):
            return False
        names = {(change.name or "").lower(), *(name.lower() for name in change.over)}
        return self.column is None or self.column.lower() in names


class Client(Host):
    """``knex.client.config.client``: which engine the program talks to."""

    def member(self, name: str) -> object:
        """All that leads to its name: ``config``, ``client``, ``dialect``, ``driverName``."""
        return self if name in ("config", "client", "dialect", "driverName") else UNKNOWN

    def method(self, name: str, call: Call, reader: Calls) -> object:
        """Past the builders, straight to the database."""
        if isinstance(reader, Recorder) and has_effect(Foreign(f"?.{name}")):
            reader.opaque(call.line, f"client.{name}(...)")
        return UNKNOWN


_CLIENTS = {
    Engine.POSTGRES: frozenset(
        {"pg", "pgnative", "pg-native", "postgres", "postgresql", "redshift", "cockroachdb"}
    ),
    Engine.MYSQL: frozenset({"mysql", "mysql2", "mariadb"}),
    Engine.SQLITE: frozenset({"sqlite", "sqlite3", "better-sqlite3"}),
}


class Draft:
    """Changes whose rest is chained to them in the calls that follow."""

    def finish(self) -> list[Change]:
        """The changes, when the whole file has been followed."""
        return []


@dataclass(frozen=True, slots=True)
class _Noted:
    what: Change | Draft
    conditional: bool
    guards: tuple[Exists, ...]

    def changes(self) -> Iterator[Change]:
        """The changes, with what is known of whether they happen."""
        for change in [self.what] if isinstance(self.what, Change) else self.what.finish():
            covered = [guard.covers(change) for guard in self.guards]
            yield replace(
                change,
                conditional=change.conditional or self.conditional or not all(covered),
                if_exists=change.if_exists or any(covered),
            )


class Recorder(Interpreter):
    """Notes changes while a module is followed."""

    def __init__(self, root: Node, engine: Engine) -> None:
        self.engine = engine
        self._noted: list[_Noted] = []
        super().__init__(root)

    def note(self, what: Change | Draft) -> None:
        """One more change."""
        if not self.loading:
            guards = tuple(doubt for doubt in self.doubts if isinstance(doubt, Exists))
            self._noted.append(_Noted(what, len(guards) < len(self.doubts), guards))

    def opaque(self, line: int, what: str) -> None:
        """Something that only running it would tell."""
        self.note(Change("opaque", line, detail=what))

    @property
    def changes(self) -> list[Change]:
        """All changes, in the order of the file."""
        return [change for noted in self._noted for change in noted.changes()]

    def guard(self, condition: object, *, holds: bool) -> object:
        """A branch that asks whether something exists is like IF EXISTS in SQL."""
        if not isinstance(condition, Exists):
            return None
        return replace(condition, holds=condition.holds is holds)

    def negated(self, value: object) -> object:
        """``!value``."""
        return replace(value, holds=not value.holds) if isinstance(value, Exists) else super().negated(value)

    def compare(self, left: object, right: object) -> bool | None:
        """The name of another engine's client is surely not that of this one."""
        for one, other in ((left, right), (right, left)):
            if isinstance(one, Client) and isinstance(other, str):
                foreign = [names for engine, names in _CLIENTS.items() if engine is not self.engine]
                return False if any(other.lower() in names for names in foreign) else None
            if isinstance(one, Exists) and isinstance(other, bool):
                return None
        return super().compare(left, right)
