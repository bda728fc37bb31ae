"""What a migration does and why it is judged so: operations, findings with their remedy, how to apply and undo it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from textual.content import Content

from runbook_tui.tui.content import QUIET, joined, line, lines
from runbook_tui.tui.migration_items import level_style, phase_style, undo
from runbook_tui.tui.widgets.sheet import Block, Command, Field, Gap, Heading, Paragraph

if TYPE_CHECKING:
    from runbook_tui.authoring.review import Reviewed
    from runbook_tui.migrations.model import Finding, Migration, Operation, SplitStep

HERE = "▶ "
"""Stands before the finding that the source beside it is at."""

_WHEN = {
    "expand": "before the code: what runs now goes on working beside it",
    "backfill": "data only: while old and new code both write",
    "contract": "after every reader and writer of it has moved",
    "breaking": "no single safe moment: it has to be split",
    "ask": "nobody can know without running it: a person has to say",
    "none": "changes nothing that code depends on",
}


def migration_sheet(one: Reviewed, current: int | None) -> list[Block]:
    """Everything about one migration.

    Args:
        one: the migration.
        current: index of the finding that the source beside it is at.
    """
    migration = one.migration
    return [
        Paragraph(joined(line(migration.id, "bold"), "  ", line(migration.title))),
        Field("Phase", _phase(migration)),
        Field("Undo", undo(migration)),
        *_transaction(migration),
        Field("File", line(f"{migration.path}:{migration.line}" if migration.line else migration.path)),
        *_findings(one.findings, current),
        *_split(migration.split),
        *_operations(migration.operations),
        *_commands(migration),
    ]


def folder_findings(findings: Sequence[Finding]) -> list[Block]:
    """What is said about folders and about files that are not pending."""
    blocks: list[Block] = []
    for finding in findings:
        place = f"{finding.path}:{finding.line}" if finding.line else finding.path
        head = joined(line(finding.level.value, level_style(finding.level.value)), line(f"  {place}", QUIET))
        blocks += [Paragraph(head), Paragraph(lines(finding.message), 2)]
        blocks += [Paragraph(lines(finding.recipe, "$primary"), 2)] if finding.recipe else []
        blocks.append(Gap())
    return blocks


def _phase(migration: Migration) -> Content:
    phase = migration.phase.value
    declared = ", as its author declared" if migration.declared is not None else ""
    return joined(line(phase, phase_style(phase)), line(f"  {_WHEN[phase]}{declared}", QUIET))


def _transaction(migration: Migration) -> list[Block]:
    if migration.transactional:
        return [Field("Failure", Content.styled("one transaction: it leaves nothing behind", QUIET))]
    words = "outside a transaction: what ran before it stays"
    return [Field("Failure", Content.styled(words, "$warning"))]


def _findings(findings: Sequence[Finding], current: int | None) -> list[Block]:
    if not findings:
        return []
    blocks: list[Block] = [Heading("Findings", "n and N go through them")]
    for index, finding in enumerate(findings):
        sign = Content.styled(HERE if index == current else "  ", "bold $primary")
        place = f"line {finding.line}  " if finding.line else ""
        head = joined(
            sign,
            line(finding.level.value, level_style(finding.level.value)),
            line(f"  {place}{finding.rule}", QUIET),
        )
        blocks += [Paragraph(head), Paragraph(lines(finding.message), 4)]
        if finding.recipe:
            blocks.append(Paragraph(lines(finding.recipe, "$primary"), 4))
        if index == current:
            blocks += _rule(finding.rule)
    return blocks


def _rule(name: str) -> list[Block]:
    """What a rule is about in general."""
    from runbook_tui.migrations.judging.rules import RULES

    rule = RULES.get(name)  # a tool of another package may bring rules of its own
    return [Paragraph(Content.styled(f"{rule.id}: {rule.summary}.", QUIET), 4)] if rule else []


def _split(steps: Sequence[SplitStep]) -> list[Block]:
    """What to do instead, release by release."""
    blocks: list[Block] = []
    for release, group in groupby(steps, key=lambda step: step.release):
        blocks.append(Heading(f"Instead, release {release}"))
        for step in group:
            phase = step.phase.value
            blocks.append(Field(phase, lines(step.what)))
            if step.sql:
                blocks.append(Command(lines(step.sql), prompt=""))
    return blocks


def _operations(operations: Sequence[Operation]) -> list[Block]:
    if not operations:
        return [Heading("Operations"), Paragraph(Content.styled("None.", QUIET))]
    blocks: list[Block] = [Heading("Operations")]
    for operation in operations:
        phase = operation.phase.value
        doubt = "  if a condition of the file holds" if operation.conditional else ""
        text = joined(line(operation.text), line(doubt, "$warning"))
        blocks.append(Field(f"line {operation.line}", text))
        parts = [f"locks: {operation.lock}" if operation.lock else "", operation.estimate]
        locks = "".join(f"  {part}" for part in parts if part)
        blocks.append(Field("", joined(line(phase, phase_style(phase)), line(locks, QUIET))))
    return blocks


def _commands(migration: Migration) -> list[Block]:
    if not migration.command:
        return []
    blocks: list[Block] = [Heading(f"With {line(migration.tool).plain}"), Command(lines(migration.command))]
    if migration.command_down:
        blocks.append(Command(lines(migration.command_down), label="undo"))
    return blocks
