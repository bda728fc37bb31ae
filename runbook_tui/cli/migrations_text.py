"""Migrations in words: a table for each folder, then what was found, with what to do about it."""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field

from runbook_tui.authoring.migration_sections import Section
from runbook_tui.cli.migrations_alike import Told, fold
from runbook_tui.cli.migrations_json import answer_command
from runbook_tui.cli.output import styled, table
from runbook_tui.migrations.inspection import Entry
from runbook_tui.migrations.model import Finding, Level, Migration, Phase, Reversal
from runbook_tui.migrations.tool import title_of
from runbook_tui.planning.words import plural
from runbook_tui.text.terminal import plain

_PHASES = {Phase.BREAKING: "red", Phase.CONTRACT: "yellow", Phase.ASK: "cyan", Phase.EXPAND: "green"}
_LEVELS = {Level.ERROR: "red", Level.WARNING: "yellow", Level.NOTE: "dim"}
_UNDO = {
    Reversal.YES: "yes",
    Reversal.LOSS: "loses data",
    Reversal.NO: "no",
    Reversal.UNKNOWN: "not known",
}
_LONGEST, _SHORTEST = 72, 24
_BESIDE = 45
"""Columns that a terminal needs beside a name: the phase, the way back, and what can be read of the lock."""
_FEW = 5
"""Migrations of which everything is told."""
_MANY = 100
"""Pending migrations of which the harmless ones have a row as well."""
_LAST = 20
"""Migrations of a long folder that are told one by one; those before them have long been applied."""
_ORDER = (Phase.EXPAND, Phase.BACKFILL, Phase.CONTRACT, Phase.BREAKING, Phase.ASK, Phase.NONE)


@dataclass(slots=True)
class Printer:
    """Turns sections into lines; says each piece of advice once."""

    everything: bool = False
    """Also migrations about which there is nothing to say, notes, and findings that are like others."""
    _said: set[str] = field(default_factory=set)

    def section(self, section: Section) -> Iterator[str]:
        """A heading, the table, and the findings."""
        entries = section.inspected.entries
        migrations = [entry for entry in entries if entry.migration]
        whole = self.everything or (not is_long(section) and len(migrations) <= _MANY)
        telling = [entry for entry in migrations if whole or _is_telling(entry)]
        before = [] if self._is_told(section) else telling[:-_LAST]
        shown = telling[len(before) :]
        yield styled(plain(_heading(section)), "bold")
        if len(telling) < len(migrations):
            hidden = f"{len(migrations) - len(telling)} of them" if telling else "all of them"
            yield f"  {_counts(migrations)}; nothing to look at in {hidden} (--all shows them)"
        if before:
            yield f"  the last {len(shown)} of {len(telling)} to look at; before them (--all shows them):"
            yield f"  {_rules(before)}"
        rows = [_row(entry, entry.migration) for entry in shown if entry.migration]
        if rows:
            head, *lines = table([("phase", "migration", "undo", "locks"), *rows]).split("\n")
            yield styled(_fitted(head), "dim")
            for line, entry in zip(lines, shown, strict=True):
                yield styled(_fitted(line), _PHASES.get(entry.phase, ""))
        elif section.pending and not migrations:
            yield "  nothing is pending"
        passed = {id(entry) for entry in before}
        yield from self._folded(section, entries, passed)

    def findings(self, section: Section) -> Iterator[str]:
        """What was found, each as ``path:line: level rule: message``."""
        for entry in section.inspected.entries:
            for finding in self._told(section, entry):
                yield from self._finding(section, Told(finding))
            yield from _question(section, entry)

    def _folded(self, section: Section, entries: Sequence[Entry], passed: Set[int]) -> Iterator[str]:
        """The same, with what is alike told once; of entries that are passed over what concerns all of the folder."""
        found = []
        for entry in entries:
            own = entry.migration.findings if entry.migration and id(entry) in passed else ()
            found.append((entry, [one for one in self._told(section, entry) if one not in own]))
        folded = [[Told(one) for one in those] for _, those in found] if self.everything else fold(found)
        for entry, told in zip(entries, folded, strict=True):
            for item in told:
                yield from self._finding(section, item)
            yield from _question(section, entry)

    def _told(self, section: Section, entry: Entry) -> list[Finding]:
        return [one for one in entry.findings if one.level is not Level.NOTE or self._is_told(section)]

    def _finding(self, section: Section, told: Told) -> Iterator[str]:
        finding = told.finding
        place = _place(section, finding.path) + (f":{finding.line}" if finding.line else "")
        level = styled(finding.level.value, _LEVELS[finding.level])
        yield f"{place}: {level} {finding.rule}: {plain(finding.message)}"
        if finding.recipe and finding.recipe not in self._said:
            self._said.add(finding.recipe)
            yield styled(f"    {plain(finding.recipe)}", "dim")
        if told.more:
            yield styled(f"    {told.more} (--all shows them)", "dim")

    def _is_told(self, section: Section) -> bool:
        return self.everything or not is_long(section)


def is_long(section: Section) -> bool:
    """Whether it is a whole folder, of which most has long been applied: it is summed up."""
    return not section.pending and len(section.inspected.found.pending) > _FEW


def _question(section: Section, entry: Entry) -> Iterator[str]:
    command = answer_command(section, entry)
    if command:
        yield f"    {command}"


def _rules(entries: Iterable[Entry]) -> str:
    """How often each rule is found, most often first; notes are left out."""
    counted = Counter(one.rule for entry in entries for one in entry.findings if one.level is not Level.NOTE)
    return ", ".join(f"{count} {rule}" for rule, count in counted.most_common())


def _is_telling(entry: Entry) -> bool:
    """Whether a reviewer of many migrations has to look at this one."""
    found = any(finding.level is not Level.NOTE for finding in entry.findings)
    return found or entry.phase in (Phase.ASK, Phase.BREAKING)


def summary(sections: Iterable[Section]) -> str:
    """Everything in one line."""
    sections = list(sections)
    entries = [entry for section in sections for entry in section.inspected.entries]
    migrations = [entry for entry in entries if entry.migration]
    levels = Counter(finding.level for entry in entries for finding in entry.findings)
    found = ", ".join(plural(levels[level], level.value) for level in Level)
    pending = "pending " if sections and all(section.pending for section in sections) else ""
    return f"{plural(len(migrations), pending + 'migration')}: {_counts(migrations) or 'none'}; {found}"


def _heading(section: Section) -> str:
    inspected = section.inspected
    found = inspected.found
    count = len(found.pending)
    parts = [
        _place(section, inspected.folder) if not found.service else f"{found.service}: {inspected.folder}"
    ]
    if found.tool:
        engine = inspected.engine or "postgres"
        source = f" (from {inspected.engine_source})" if inspected.engine_source else " (assumed)"
        parts += [found.tool, f"engine: {engine}{source}"]
    if found.datastore:
        parts.append(f"data store: {found.datastore}")
    parts.append(f"{count} pending" if section.pending else plural(count, "migration"))
    return " · ".join(parts)


def _place(section: Section, path: str) -> str:
    """A path as it is reached from here."""
    whole = os.path.normpath(f"{section.root}/{path}")
    return plain(whole if section.root.startswith("/") else os.path.relpath(whole))


def _counts(entries: list[Entry]) -> str:
    counted = Counter(entry.phase for entry in entries)
    return ", ".join(f"{counted[phase]} {phase.value}" for phase in _ORDER if counted[phase])


def _row(entry: Entry, migration: Migration) -> tuple[str, str, str, str]:
    declared = "*" if migration.declared else ""
    told = title_of(migration.title) in title_of(migration.id)
    name = migration.id if told else f"{migration.id} {migration.title}"
    undo = _UNDO[migration.reversal]
    if entry.phase is Phase.NONE:
        undo = ""
    elif undo == "yes" and not migration.has_down:
        undo = "by hand"
    return f"{entry.phase.value}{declared}", _cut(name), undo, _locks(migration)


def _locks(migration: Migration) -> str:
    """The lock of the operation that a finding warns of, else of the first that has one; and how many there are."""
    warned = {finding.line for finding in migration.findings if finding.level is not Level.NOTE}
    doing = [item for item in migration.operations if item.lock and item.phase is not Phase.NONE]
    locks = list(dict.fromkeys(item.lock for item in sorted(doing, key=lambda item: item.line not in warned)))
    more = f" (+{len(locks) - 1})" if len(locks) > 1 else ""
    return f"{locks[0]}{more}" if locks else ""


def _cut(text: str) -> str:
    longest = max(_SHORTEST, min(_LONGEST, _columns() - _BESIDE))
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _fitted(line: str) -> str:
    """A row that does not run over into the next one; into a pipe it goes whole."""
    return line if len(line) <= _columns() else f"{line[: _columns() - 1]}…"


def _columns() -> int:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize
