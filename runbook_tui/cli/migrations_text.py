"""Migrations in words: a table for each folder, then what was found, with what to do about it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from runbook_tui.cli.migrations_json import answer_command
from runbook_tui.cli.migrations_sections import Section
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
_LONGEST = 72
_FEW = 5
"""Migrations of which everything is told."""
_ORDER = (Phase.EXPAND, Phase.BACKFILL, Phase.CONTRACT, Phase.BREAKING, Phase.ASK, Phase.NONE)


@dataclass(slots=True)
class Printer:
    """Turns sections into lines; says each piece of advice once."""

    everything: bool = False
    """Also migrations about which there is nothing to say, and notes."""
    _said: set[str] = field(default_factory=set)

    def section(self, section: Section) -> Iterator[str]:
        """A heading, the table, and the findings."""
        entries = section.inspected.entries
        migrations = [entry for entry in entries if entry.migration]
        shown = [entry for entry in migrations if self._is_told(section) or _is_telling(entry)]
        yield styled(plain(_heading(section)), "bold")
        if len(shown) < len(migrations):
            hidden = f"{len(migrations) - len(shown)} of them" if shown else "all of them"
            yield f"  {_counts(migrations)}; nothing to look at in {hidden} (--all shows them)"
        rows = [_row(entry, entry.migration) for entry in shown if entry.migration]
        if rows:
            head, *lines = table([("phase", "migration", "undo", "locks"), *rows]).split("\n")
            yield styled(head, "dim")
            for line, entry in zip(lines, shown, strict=True):
                yield styled(line, _PHASES.get(entry.phase, ""))
        elif section.pending and not migrations:
            yield "  nothing is pending"
        yield from self.findings(section)

    def findings(self, section: Section) -> Iterator[str]:
        """What was found, each as ``path:line: level rule: message``."""
        for entry in section.inspected.entries:
            for finding in entry.findings:
                if finding.level is not Level.NOTE or self._is_told(section):
                    yield from self._finding(section, finding)
            command = answer_command(section, entry)
            if command:
                yield f"    {command}"

    def _finding(self, section: Section, finding: Finding) -> Iterator[str]:
        place = _place(section, finding.path) + (f":{finding.line}" if finding.line else "")
        level = styled(finding.level.value, _LEVELS[finding.level])
        yield f"{place}: {level} {finding.rule}: {plain(finding.message)}"
        if finding.recipe and finding.recipe not in self._said:
            self._said.add(finding.recipe)
            yield styled(f"    {plain(finding.recipe)}", "dim")

    def _is_told(self, section: Section) -> bool:
        few = len(section.inspected.found.pending) <= _FEW
        return self.everything or section.pending or few


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
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
