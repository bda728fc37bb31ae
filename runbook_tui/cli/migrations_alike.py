"""Findings that are alike, told once: a file that creates forty indexes, forty files that were edited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from runbook_tui.migrations.inspection import Entry
from runbook_tui.migrations.model import Finding

_MOST = 3
"""As many are told one by one."""
_MOST_LINES = 8


@dataclass(frozen=True, slots=True)
class Told:
    """A finding that is told, and those like it that are only counted."""

    finding: Finding
    alike: tuple[Finding, ...] = ()

    @property
    def more(self) -> str:
        """``and 39 more like it in this file: lines 14, 18, ...``; empty when there are none."""
        if not self.alike:
            return ""
        more = f"and {len(self.alike)} more like it"
        if {finding.path for finding in self.alike} != {self.finding.path}:
            return more
        lines = list(dict.fromkeys(finding.line for finding in self.alike if finding.line))
        told = ", ".join(map(str, lines[:_MOST_LINES])) + (", ..." if len(lines) > _MOST_LINES else "")
        return f"{more} in this file" + (f", at {told}" if told else "")


def fold(found: Sequence[tuple[Entry, Sequence[Finding]]]) -> list[list[Told]]:
    """What is told of each entry: of more than three findings that are alike the first one.

    Alike are findings of one rule in one file; those that say word for word the same of several files; and what is
    found about several files of a folder as a history, such as an edit.
    """
    keys = _Keys(finding for _, findings in found for finding in findings)
    groups: dict[object, list[Finding]] = {}
    for entry, findings in found:
        for finding in findings:
            groups.setdefault(keys.of(entry, finding), []).append(finding)
    told: list[list[Told]] = []
    done: set[object] = set()
    for entry, findings in found:
        of_entry: list[Told] = []
        for finding in findings:
            key = keys.of(entry, finding)
            group = groups[key]
            if len(group) <= _MOST:
                of_entry.append(Told(finding))
            elif key not in done:
                done.add(key)
                of_entry.append(Told(finding, tuple(group[1:])))
        told.append(of_entry)
    return told


class _Keys:
    """What findings have in common that are alike."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        places = {(finding.rule, finding.level, finding.message, finding.path) for finding in findings}
        self._files = Counter(place[:3] for place in places)

    def of(self, entry: Entry, finding: Finding) -> object:
        if entry.migration is None or finding not in entry.migration.findings:
            return (finding.rule, finding.level)
        worded = (finding.rule, finding.level, finding.message)
        return worded if self._files[worded] > _MOST else (finding.path, finding.rule, finding.level)
