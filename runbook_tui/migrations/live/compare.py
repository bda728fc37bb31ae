"""What a live database says, against what git says: the version in ``deployed`` and the one to be released.

Git is the plan and the database is the check of it: nothing is taken from the database into the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from runbook_tui.migrations.graph import ancestors
from runbook_tui.migrations.live.model import LiveState, Refusal
from runbook_tui.migrations.live.tables import TABLES
from runbook_tui.migrations.model import Finding, Level, PendingMigrations, Phase
from runbook_tui.migrations.read import Source, ordered
from runbook_tui.migrations.registry import tool_named
from runbook_tui.migrations.tool import Files, MigrationTool, Script
from runbook_tui.text.terminal import plain

_NAMED = 5
"""Ids that one finding names; the rest is counted."""
_LONGEST = 100
_TOO_EARLY = frozenset({Phase.CONTRACT, Phase.BREAKING})


def compare(
    live: LiveState | Refusal,
    found: PendingMigrations,
    base_files: Files,
    target_files: Files,
    source: Source,
) -> tuple[Finding, ...]:
    """Where the database is not what ``deployed`` says, and one note where it is.

    Args:
        live: of :func:`runbook_tui.migrations.live.read.read_live`.
        found: what is pending by git, between the same files.
        base_files: the files at the commit that runs now.
        target_files: the same at the commit to be released.
        source: the folder and its data store.
    """
    if isinstance(live, Refusal):
        rule = "database-silent" if live.silent else "database-refused"
        message = f"{source.datastore}: {live.why}; what is applied is known from git alone"
        return (Finding(rule, Level.WARNING, source.path, 0, message, live.remedy),)
    tool = tool_named(found.tool)
    base = ordered(tool.scripts(base_files, source.path))
    target = ordered(tool.scripts(target_files, source.path))
    comparison = _Comparison(live, found, tool, base, target, source)
    return tuple(comparison.findings())


@dataclass(frozen=True, slots=True)
class _Comparison:
    live: LiveState
    found: PendingMigrations
    tool: MigrationTool
    base: Sequence[Script]
    target: Sequence[Script]
    source: Source

    def findings(self) -> list[Finding]:
        if self.live.version_table is None:
            return [self._without_table()]
        applied = self._applied()
        told = [
            *self._locked(),
            *self._failed(),
            *self._behind(applied),
            *self._ahead(applied),
            *self._unknown(),
        ]
        return told or [self._agrees(applied)]

    @property
    def _recorded(self) -> frozenset[str]:
        """What is in the table, by the keys of the files where it can be told."""
        known = {self._key(script.id) for script in [*self.base, *self.target]}
        return TABLES[self.tool.name].align(self.live.records.applied, known)

    def _key(self, name: str) -> str:
        return TABLES[self.tool.name].key(name)

    def _applied(self) -> frozenset[str]:
        """Keys that the database counts as applied, with those that its records imply."""
        records = self.live.records
        applied = set(self._recorded)
        if records.heads:
            applied |= self._before_heads()
        if records.up_to is not None:
            applied |= self._up_to(_order(records.up_to))
        applied |= self._before_baseline(applied)
        applied -= {failed.key for failed in records.failed}
        for script in [
            *self.target,
            *self.base,
        ]:  # a squashed migration stands for its parts, and they for it
            parts = {self._key(name) for name in script.replaces}
            if parts and parts <= applied:
                applied.add(self._key(script.id))
            elif self._key(script.id) in applied:
                applied |= parts
        return frozenset(applied)

    def _before_heads(self) -> set[str]:
        """What lies before the recorded ends; by the base's own order, as that is what was run."""
        before: set[str] = set()
        ends = set(self._recorded)
        for scripts in (self.base, self.target):
            parents = {script.id: script.parents for script in scripts}
            before |= ancestors(ends & parents.keys(), parents)
            ends -= parents.keys()
        return before

    def _before_baseline(self, applied: set[str]) -> set[str]:
        """What a baseline stood for where it was applied."""
        keys = [self._key(script.id) for script in self.base]
        run = [index for index, script in enumerate(self.base) if script.baseline and keys[index] in applied]
        return set(keys[: max(run)]) if run else set()

    def _up_to(self, last: tuple[int, ...]) -> set[str]:
        """Numbers that do not come after the recorded one; a new one among those of the base was never run."""
        old = {self._key(script.id) for script in self.base}
        newest = max(map(_order, old), default=())
        keys = old | {key for script in self.target if _order(key := self._key(script.id)) > newest}
        return {key for key in keys if () < _order(key) <= last}

    def _locked(self) -> Iterator[Finding]:
        if self.live.locked:
            message = f"{self._store}: {_shown(self.live.locked)}: a migration is running, or one died"
            remedy = "Wait for it; when none runs, release the lock with the tool's own command."
            yield self._finding("migrations-locked", Level.WARNING, message, remedy)

    def _failed(self) -> Iterator[Finding]:
        by_key = {self._key(script.id): script for script in [*self.base, *self.target]}
        for failed in self.live.records.failed[:_NAMED]:
            script = by_key.get(failed.key)
            name = script.id if script else _shown(failed.key)
            rule = "database-dirty" if failed.why == "dirty" else "migration-failed"
            message = (
                f"{self._store}: {name} was begun and not finished ({self._table}: {_shown(failed.why)})"
            )
            remedy = (
                "Find out what it left, mend that by hand, then tell the tool; it applies nothing before."
            )
            yield self._finding(rule, Level.ERROR, message, remedy, script)

    def _behind(self, applied: frozenset[str]) -> Iterator[Finding]:
        if self._lost_heads():
            return  # what lies before an unknown end is not known either
        failed = {failed.key for failed in self.live.records.failed}
        replaced = {name for script in self.base for name in script.replaces}
        missing = [
            script
            for script in self.base
            if self._key(script.id) not in applied | failed
            and script.id not in replaced
            and not script.baseline
        ]
        if missing:
            message = (
                f"{self._store} has not applied {_listed(script.id for script in missing)}, which the version in "
                f"'deployed' has; it is at {self._newest(applied)} ({self._table})"
            )
            remedy = (
                f"Correct 'deployed' or {self.live.variable}, or bring the database there before the release"
            )
            remedy += f"; look with: {shows}." if (shows := self._shows(missing[-1])) else "."
            yield self._finding("database-behind", Level.ERROR, message, remedy, missing[0])

    def _ahead(self, applied: frozenset[str]) -> Iterator[Finding]:
        again = {s.id for s in self.target if s.repeatable} & {s.id for s in self.base}
        early = [
            migration
            for migration in self.found.pending
            if self._key(migration.id) in applied and migration.id not in again
        ]
        if early:
            late = [migration for migration in early if migration.phase in _TOO_EARLY]
            message = (
                f"{self._store} has already applied {_listed(migration.id for migration in early)}, which 'deployed' "
                f"has not and this release would apply ({self._table})"
            )
            if late:
                message += f"; {late[0].id} is no migration for the code that runs by 'deployed'"
            remedy = "Correct 'deployed' if a newer version runs; otherwise find out who applied it, and why."
            level = Level.ERROR if late else Level.WARNING
            first = (late or early)[0]
            yield Finding("database-ahead", level, first.path, first.line, message, remedy)

    def _unknown(self) -> Iterator[Finding]:
        unknown = self._unknown_keys()
        if unknown:
            message = (
                f"{self._store} has applied {_listed(_shown(key) for key in unknown)}, of which neither version has a "
                f"file ({self._table})"
            )
            remedy = "Another branch was applied there, or the files were removed since: find out which before more is."
            level = Level.WARNING
            if self.live.records.heads or not self.live.records.applied:
                message += ": the tool does not know where the database is, and stops"
                level = Level.ERROR
            elif self._are_old(unknown):
                message += (
                    ": all of them lie before the last one of 'deployed', as files do that were removed"
                )
                remedy, level = "", Level.NOTE
            yield self._finding("database-ahead", level, message, remedy)

    def _are_old(self, keys: Iterable[str]) -> bool:
        newest = max((_order(self._key(script.id)) for script in self.base), default=())
        return all(() < _order(key) < newest for key in keys)

    def _unknown_keys(self) -> list[str]:
        known = {self._key(script.id) for script in [*self.base, *self.target]}
        known |= {self._key(name) for script in [*self.base, *self.target] for name in script.replaces}
        records = self.live.records
        recorded = set(self._recorded)
        if records.up_to is not None and not recorded and records.up_to.isdigit() and int(records.up_to):
            recorded.add(records.up_to)
        if self.tool.apps:  # the others are Django's own, and those of packages
            apps = {script.group for script in [*self.base, *self.target]}
            recorded = {key for key in recorded if key.partition(".")[0] in apps}
        baseline = {records.up_to} if records.applied else set()
        failed = {failed.key for failed in records.failed}
        return sorted(recorded - known - baseline - failed, key=lambda key: (_order(key), key))

    def _lost_heads(self) -> bool:
        return self.live.records.heads and bool(self._unknown_keys())

    def _without_table(self) -> Finding:
        expected = TABLES[self.tool.name].names[0]
        message = f"{self._store} has no version table of {self.tool.name} ({expected})"
        if self.live.others:
            message += f", but {_listed(_shown(name) for name in self.live.others)}"
            rule, remedy = (
                "version-table-of-another-tool",
                "Correct the tool of the migrations, or the variable",
            )
        else:
            rule, remedy = "no-version-table", "Correct the variable, or bring the database to 'deployed'"
        if not self.base:
            message += ": right for a new data store, as 'deployed' has no migration either"
            return self._finding(rule, Level.WARNING if self.live.others else Level.NOTE, message, "")
        message += f", and 'deployed' counts {len(self.base)} migrations as applied"
        remedy += (
            f"; a table of another name or schema is named in 'migrations.table' ({self.live.variable})."
        )
        return self._finding(rule, Level.ERROR, message, remedy)

    def _agrees(self, applied: frozenset[str]) -> Finding:
        message = f"{self._store} is where 'deployed' says: at {self._newest(applied)} ({self._table})"
        return self._finding("database-agrees", Level.NOTE, message, "")

    def _newest(self, applied: frozenset[str]) -> str:
        there = [script.id for script in [*self.target, *self.base] if self._key(script.id) in applied]
        place = {script.id: index for index, script in enumerate([*self.base, *self.target])}
        return max(there, key=lambda name: place[name]) if there else "the beginning"

    def _shows(self, script: Script) -> str:
        commands = self.tool.commands(script, self.source.path)
        return commands.shows if commands else ""

    @property
    def _store(self) -> str:
        return f"{self.source.datastore} ({self.live.variable})"

    @property
    def _table(self) -> str:
        return _shown(self.live.version_table or "")

    def _finding(
        self, rule: str, level: Level, message: str, remedy: str, script: Script | None = None
    ) -> Finding:
        path, line = (script.path, script.line) if script else (self.source.path, 0)
        return Finding(rule, level, path, line, message, remedy)


def _order(version: str) -> tuple[int, ...]:
    """Versions of numbers in their order; empty for others."""
    parts = version.replace("_", ".").split(".")
    return tuple(map(int, parts)) if all(part.isdecimal() and len(part) <= 100 for part in parts) else ()


def _shown(text: str) -> str:
    """What a database says, on one line and not too long."""
    found = plain(text)
    return found if len(found) <= _LONGEST else found[: _LONGEST - 1] + "…"


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    more = [f"{len(found) - _NAMED} more"] if len(found) > _NAMED else []
    parts = [*found[:_NAMED], *more]
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
