"""What the table of migrations shows: its rows, from values, without a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from textual.content import Content

from runbook_tui.tui.content import QUIET, count, line
from runbook_tui.tui.widgets.row import Cell, PhaseRow, QuietRow, StepRow
from runbook_tui.tui.widgets.step_list import Item

if TYPE_CHECKING:
    from runbook_tui.authoring.review import Reviewed
    from runbook_tui.migrations.model import Finding, Migration

_PHASES = {
    "expand": "$success",
    "backfill": "$primary",
    "contract": "$warning",
    "breaking": "bold $error",
    "ask": "bold $warning",
    "none": QUIET,
}
_LEVELS = {"error": "bold $error", "warning": "$warning", "note": QUIET}
_UNDO = {
    "yes": ("yes", "$success"),
    "loss": ("loses data", "$warning"),
    "no": ("no", "$error"),
    "unknown": ("not known", "$warning"),
}
_PHASE_WIDTH, _HAZARD_WIDTH, _UNDO_WIDTH = 8, 30, 10
_RANK = ("error", "warning", "note")


def migration_items(reviewed: Sequence[Reviewed], words: str = "") -> list[Item]:
    """Rows: phase, id and title, the worst hazard, whether it can be undone; under the folder that they are in.

    Args:
        reviewed: folder after folder. The id of a row is the index in it.
        words: only migrations that contain all of these words.
    """
    return list(_items([pair for pair in enumerate(reviewed) if _matches(pair[1], words)], words))


def _items(shown: Sequence[tuple[int, Reviewed]], words: str) -> Iterator[Item]:
    if not shown:
        nothing = "No migration contains these words." if words else "There are no migrations."
        yield Item(None, QuietRow(Content(nothing)))
    for (name, tool), group in groupby(shown, key=lambda pair: _folder(pair[1])):
        members = list(group)
        yield Item(None, PhaseRow(name, f"{tool} · {count(len(members), 'migration')}", capitals=False))
        for index, one in members:
            yield Item(str(index), _row(one))


def _folder(one: Reviewed) -> tuple[str, str]:
    migration = one.migration
    name = f"{migration.service} · {migration.datastore}" if migration.service else one.folder
    return line(name).plain, line(migration.tool).plain


def _row(one: Reviewed) -> StepRow:
    migration = one.migration
    phase = Content.styled(migration.phase.value.ljust(_PHASE_WIDTH), phase_style(migration.phase.value))
    title = line(migration.id, "bold") + Content("  ") + line(migration.title, QUIET)
    return StepRow(
        phase + Content("  "),
        title,
        (Cell(_hazard(one.findings), _HAZARD_WIDTH), Cell(undo(migration), _UNDO_WIDTH)),
    )


def phase_style(phase: str) -> str:
    """The colour of a phase."""
    return _PHASES[phase]


def level_style(level: str) -> str:
    """The colour of a finding."""
    return _LEVELS[level]


def undo(migration: Migration) -> Content:
    """Whether it can be undone, in a word or two."""
    if not migration.has_down and migration.reversal.value in ("yes", "loss"):
        return Content.styled("no down", QUIET)
    return Content.styled(*_UNDO[migration.reversal.value])


def by_weight(findings: Sequence[Finding]) -> list[Finding]:
    """Findings, worst first."""
    return sorted(findings, key=lambda finding: _RANK.index(finding.level.value))


def _hazard(findings: Sequence[Finding]) -> Content:
    """The worst finding by its name, and how many more there are of weight."""
    weighty = [finding for finding in by_weight(findings) if finding.level.value != "note"]
    if not weighty:
        return Content.styled("none", QUIET)
    others = len({finding.rule for finding in weighty}) - 1
    first = line(weighty[0].rule, level_style(weighty[0].level.value))
    return first + Content.styled(f" +{others}", QUIET) if others else first


def _matches(one: Reviewed, words: str) -> bool:
    migration = one.migration
    rules = [f"{finding.level.value} {finding.rule}" for finding in one.findings]
    texts = [operation.text for operation in migration.operations]
    parts = [migration.key, migration.title, migration.path, migration.datastore, migration.phase.value]
    text = " ".join([*parts, *rules, *texts]).casefold()
    return all(word in text for word in words.casefold().split())
