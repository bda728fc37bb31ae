"""What a live database says, against what git says: the version in ``deployed`` and the one to be released.

Git is the plan and the database is the check of it: nothing is taken from the database into the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from runbook_tui.migrations.live.model import LiveState, Refusal
from runbook_tui.migrations.live.position import Position, locate
from runbook_tui.migrations.live.tables import version_table_of
from runbook_tui.migrations.model import Finding, Level, PendingMigrations, Phase
from runbook_tui.migrations.read import Source, ordered
from runbook_tui.migrations.registry import tool_named
from runbook_tui.migrations.tool import Files, MigrationTool, Script
from runbook_tui.migrations.version_table import VersionTable
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
    table = version_table_of(tool)
    if table is None:
        return ()
    base = ordered(tool.scripts(base_files, source.path))
    if live.version_table is None:
        return (_without_table(live, table, base, source),)
    target = ordered(tool.scripts(target_files, source.path))
    position = locate(live, tool, table, base, target)
    return tuple(_Comparison(live, found, tool, base, target, source, position).findings())


def _without_table(live: LiveState, table: VersionTable, base: Sequence[Script], source: Source) -> Finding:
    message = f"{source.datastore} ({live.variable}) has no version table of {table.tool} ({table.names[0]})"
    rule, remedy = "no-version-table", "Correct the variable, or bring the database to 'deployed'"
    if live.others:
        message += f", but {_listed(live.others)}"
        rule = "version-table-of-another-tool"
        remedy = "Correct the tool of the migrations, or the variable"
    if not base:
        message += ": right for a new data store, as 'deployed' has no migration either"
        return Finding(rule, Level.WARNING if live.others else Level.NOTE, source.path, 0, message)
    message += f", and 'deployed' counts {len(base)} migrations as applied"
    remedy += (
        "; its user has to be allowed to read it; name it in 'migrations.table' when it is called otherwise."
    )
    return Finding(rule, Level.ERROR, source.path, 0, message, remedy)


@dataclass(frozen=True, slots=True)
class _Comparison:
    live: LiveState
    found: PendingMigrations
    tool: MigrationTool
    base: Sequence[Script]
    target: Sequence[Script]
    source: Source
    position: Position

    def findings(self) -> list[Finding]:
        told = [*self._locked(), *self._failed(), *self._behind(), *self._ahead(), *self._unknown()]
        return told or [self._agrees()]

    def _locked(self) -> Iterator[Finding]:
        if self.live.locked:
            message = f"{self._store}: {_shown(self.live.locked)}: a migration is running, or one died"
            remedy = "Wait for it; when none runs, release the lock with the tool's own command."
            yield self._finding("migrations-locked", Level.WARNING, message, remedy)

    def _failed(self) -> Iterator[Finding]:
        by_id = {script.id: script for script in [*self.base, *self.target]}
        for name, why in list(self.position.failed.items())[:_NAMED]:
            rule = "database-dirty" if why == "dirty" else "migration-failed"
            message = (
                f"{self._store}: {_shown(name)} was begun and not finished ({self._table}: {_shown(why)})"
            )
            remedy = (
                "Find out what it left, mend that by hand, then tell the tool; it applies nothing before."
            )
            yield self._finding(rule, Level.ERROR, message, remedy, by_id.get(name))

    def _behind(self) -> Iterator[Finding]:
        if self.position.lost:
            return  # what lies before an unknown end is not known either
        there = self.position.applied | self.position.failed.keys()
        there |= {name for script in self.base for name in script.replaces}
        missing = [script for script in self.base if script.id not in there and not script.baseline]
        if missing:
            message = (
                f"{self._store} has not applied {_listed(script.id for script in missing)}, which the version in "
                f"'deployed' has; it is at {self._newest} ({self._table})"
            )
            remedy = (
                f"Correct 'deployed' or {self.live.variable}, or bring the database there before the release"
            )
            commands = self.tool.commands(missing[-1], self.source.path)
            remedy += f"; look with: {commands.shows}." if commands and commands.shows else "."
            yield self._finding("database-behind", Level.ERROR, message, remedy, missing[0])

    def _ahead(self) -> Iterator[Finding]:
        again = {s.id for s in self.target if s.repeatable} & {s.id for s in self.base}
        early = [m for m in self.found.pending if m.id in self.position.applied - again]
        if early:
            late = [migration for migration in early if migration.phase in _TOO_EARLY]
            message = (
                f"{self._store} has already applied {_listed(migration.id for migration in early)}, which 'deployed' "
                f"has not and this release would apply ({self._table})"
            )
            if late:
                message += f"; {_shown(late[0].id)} is no migration for the code that runs by 'deployed'"
            remedy = "Correct 'deployed' if a newer version runs; otherwise find out who applied it, and why."
            level = Level.ERROR if late else Level.WARNING
            first = (late or early)[0]
            yield Finding("database-ahead", level, first.path, first.line, message, remedy)

    def _unknown(self) -> Iterator[Finding]:
        if not self.position.unknown:
            return
        message = (
            f"{self._store} has applied {_listed(self.position.unknown)}, of which neither version has a file "
            f"({self._table})"
        )
        level = Level.WARNING
        remedy = "Another branch was applied there, or the files were removed since: find out which before more is."
        if self.position.lost:
            level = Level.ERROR
            message += ": the tool does not know where the database is, and stops"
        elif self.position.long_ago:
            level, remedy = Level.NOTE, ""
            message += ": all of them lie before the last one of 'deployed', as files do that were removed"
        yield self._finding("database-ahead", level, message, remedy)

    def _agrees(self) -> Finding:
        message = f"{self._store} is where 'deployed' says: at {self._newest} ({self._table})"
        return self._finding("database-agrees", Level.NOTE, message)

    @property
    def _newest(self) -> str:
        place = {script.id: index for index, script in enumerate([*self.base, *self.target])}
        return max(self.position.applied, key=lambda name: place[name], default="the beginning")

    @property
    def _store(self) -> str:
        return f"{self.source.datastore} ({self.live.variable})"

    @property
    def _table(self) -> str:
        return _shown(self.live.version_table or "")

    def _finding(
        self, rule: str, level: Level, message: str, remedy: str = "", script: Script | None = None
    ) -> Finding:
        path, line = (script.path, script.line) if script else (self.source.path, 0)
        return Finding(rule, level, path, line, message, remedy)


def _shown(text: str) -> str:
    """What a file or a database says, on one line and not too long."""
    found = plain(text)
    return found if len(found) <= _LONGEST else found[: _LONGEST - 1] + "…"


def _listed(names: Iterable[str]) -> str:
    found = [_shown(name) for name in names]
    more = [f"{len(found) - _NAMED} more"] if len(found) > _NAMED else []
    parts = [*found[:_NAMED], *more]
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
