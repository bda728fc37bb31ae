"""What whoever applies migrations must know of them: their doubts, their locks, what a failure leaves, another way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from runbook_tui.migrations.model import Level, Operation, Phase, Reversal
from runbook_tui.planning.migrations import WHILE_RUNNING, PlannedMigration
from runbook_tui.planning.words import bullets, line, paragraphs, split_lines
from runbook_tui.runbook.model import MigrationNote

_QUIET = frozenset({"query", "setting"})
"""Operations that change nothing: nobody who applies them has to know."""

Together = Sequence[PlannedMigration]
"""Migrations that one command applies, in its order; mostly one."""


def description(items: Together, locks: Iterable[str]) -> str | None:
    """Paragraphs, the most important first.

    Args:
        items: what the step applies.
        locks: what was searched for, and what :mod:`lock_time` tells of them.
    """
    parts = []
    if len(items) > 1:
        listed = bullets([line(f"{one.migration.id}: {one.migration.title}") for one in items])
        parts.append(f"One run of {items[0].migration.tool} applies all of these, in this order:\n{listed}")
    for item in items:
        parts += [f"{prefix(item, items)}{text}" for text in _own(item)]
    if items[0].stopped:
        parts.append(f"Runs while every process that uses {items[0].migration.datastore} is stopped.")
    if all(item.irreversible_because is None for item in items) and any(map(_loses, items)):
        parts.append("Undoing it loses what was written since.")
    return paragraphs(*parts, *locks, *(_instead(item, items) for item in items)) or None


def prefix(item: PlannedMigration, items: Together) -> str:
    """Names the migration where a step applies several."""
    return f"{line(item.migration.id)}: " if len(items) > 1 else ""


def _own(item: PlannedMigration) -> Iterator[str]:
    migration = item.migration
    if item.provisional:
        yield (
            "Its phase could not be read. It stands here provisionally, where a backfill would, until a person "
            f"answers migration:{line(migration.key)}."
        )
    if item.answer is not None:
        because = line(item.answer.because)
        yield f"{line(item.answer.by)} says that it belongs to {item.answer.phase}: {because}"
    elif migration.declared is not None:
        yield f"Its author declares that it belongs to {migration.declared.value}."


def _loses(item: PlannedMigration) -> bool:
    return item.migration.reversal is Reversal.LOSS and item.migration.has_down


def _instead(item: PlannedMigration, items: Together) -> str:
    """While everything is stopped it is as good a moment as any."""
    steps = split_lines(item.migration)
    if not steps or item.migration.phase is not Phase.BREAKING or item.stopped:
        return ""
    why = "No moment is safe for it while old and new code run. Over two releases:"
    return f"{prefix(item, items)}{why}\n{bullets(steps)}"


def note(items: Together) -> MigrationNote:
    """What the step does to its data store, and what a reviewer must know."""
    last = items[-1].migration
    return MigrationNote(
        datastore=line(last.datastore),
        tool=line(last.tool),
        revision=line(last.id),
        revisions=tuple(line(one.migration.id) for one in items) if len(items) > 1 else (),
        path=line(last.path),
        operations=tuple(
            line(f"{prefix(one, items)}{_operation(operation)}")
            for one in items
            for operation in one.migration.operations
            if operation.kind not in _QUIET
        ),
        hazards=tuple(
            line(prefix(one, items) + _at(finding.message, finding.line))
            for one in items
            for finding in one.migration.findings
            if finding.level is not Level.NOTE and not (one.stopped and finding.rule in WHILE_RUNNING)
        ),
    )


def _operation(operation: Operation) -> str:
    doubt = ", if a condition of the file holds" if operation.conditional else ""
    lock = f"; locks: {operation.lock}" if operation.lock else ""
    time = f"; {operation.estimate}" if operation.estimate else ""
    return f"{operation.text} (line {operation.line}{doubt}{lock}{time})"


def _at(text: str, number: int) -> str:
    return f"{text} (line {number})" if number else text
