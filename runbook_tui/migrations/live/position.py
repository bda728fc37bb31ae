"""Where a database is in the history of the files, by what its version table records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from runbook_tui.migrations.graph import ancestors
from runbook_tui.migrations.live.model import LiveState
from runbook_tui.migrations.tool import MigrationTool, Script
from runbook_tui.migrations.version_table import Records, VersionTable


@dataclass(frozen=True, slots=True)
class Position:
    """What is applied. Migrations are named by their ids, unknown ones as the table has them."""

    applied: frozenset[str]
    """Of either version, what the database counts as applied."""
    failed: dict[str, str]
    """What was begun and not finished, and what the table says about it."""
    unknown: tuple[str, ...]
    """Recorded, and in neither version."""
    lost: bool = False
    """Whether the tool cannot tell where the database is: all that it recorded is unknown."""
    long_ago: bool = False
    """Whether everything unknown lies before the last migration of the base."""


def locate(
    live: LiveState,
    tool: MigrationTool,
    table: VersionTable,
    base: Sequence[Script],
    target: Sequence[Script],
) -> Position:
    """Compare what a database recorded with the migrations of two commits, each in the tool's order."""
    return _Locating(live.records, tool, table, base, target).position()


class _Locating:
    """Works with keys: what ids and rows have in common."""

    def __init__(
        self,
        records: Records,
        tool: MigrationTool,
        table: VersionTable,
        base: Sequence[Script],
        target: Sequence[Script],
    ) -> None:
        self._key = table.key
        self._records = records
        self._tool = tool
        self._base, self._target = base, target
        self._scripts = [*target, *base]
        self._keys = {script.id: table.key(script.id) for script in self._scripts}
        self._recorded = table.align(records.applied, self._keys.values())
        self._failed = {failed.key: failed.why for failed in records.failed}

    def position(self) -> Position:
        applied, unknown = self._applied(), self._unknown()
        ids = {key: name for name, key in self._keys.items()}
        only_ends = self._records.heads or not self._records.applied
        newest = max((order_of(self._keys[script.id]) for script in self._base), default=())
        return Position(
            applied=frozenset(name for name, key in self._keys.items() if key in applied),
            failed={ids.get(key, key): why for key, why in self._failed.items()},
            unknown=tuple(sorted(unknown, key=lambda key: (order_of(key), key))),
            lost=bool(unknown) and only_ends,
            long_ago=all(() < order_of(key) < newest for key in unknown),
        )

    def _applied(self) -> set[str]:
        applied = set(self._recorded)
        if self._records.heads:
            applied |= self._before_heads()
        if self._records.up_to is not None:
            applied |= self._up_to(order_of(self._records.up_to))
        applied |= self._before_baseline(applied)
        applied -= self._failed.keys()
        for script in self._scripts:  # a squashed migration stands for its parts, and they for it
            parts = {self._key(name) for name in script.replaces}
            if parts and parts <= applied:
                applied.add(self._keys[script.id])
            elif self._keys[script.id] in applied:
                applied |= parts
        return applied

    def _before_heads(self) -> set[str]:
        """What lies before the recorded ends; by the base's own order, as that is what was run."""
        before: set[str] = set()
        ends = set(self._recorded)
        for scripts in (self._base, self._target):
            parents = {script.id: script.parents for script in scripts}
            before |= ancestors(ends & parents.keys(), parents)
            ends -= parents.keys()
        return before

    def _before_baseline(self, applied: set[str]) -> set[str]:
        """What a baseline stood for where it was applied."""
        keys = [self._keys[script.id] for script in self._base]
        run = [index for index, script in enumerate(self._base) if script.baseline and keys[index] in applied]
        return set(keys[: max(run)]) if run else set()

    def _up_to(self, last: tuple[int, ...]) -> set[str]:
        """Numbers that do not come after the recorded one; a new one among those of the base was never run."""
        old = {self._keys[script.id] for script in self._base}
        newest = max(map(order_of, old), default=())
        keys = old | {key for key in self._keys.values() if order_of(key) > newest}
        return {key for key in keys if () < order_of(key) <= last}

    def _unknown(self) -> set[str]:
        records = self._records
        recorded = set(self._recorded)
        if not records.applied and records.up_to is not None and order_of(records.up_to) > (0,):
            recorded.add(records.up_to)
        if self._tool.apps:  # the others are Django's own, and those of packages
            apps = {script.group for script in self._scripts}
            recorded = {key for key in recorded if key.partition(".")[0] in apps}
        known = {*self._keys.values(), *(self._key(name) for s in self._scripts for name in s.replaces)}
        baseline = {records.up_to} if records.applied else set()
        return recorded - known - baseline - self._failed.keys()


def order_of(version: str) -> tuple[int, ...]:
    """Versions of numbers in their order; empty for others."""
    parts = version.replace("_", ".").split(".")
    return tuple(map(int, parts)) if all(part.isdecimal() and len(part) <= 100 for part in parts) else ()
