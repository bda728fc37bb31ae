"""Why a release cannot be ordered: the smallest contradiction, the cheapest way out, and the split."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from runbook_tui.tui.content import QUIET, joined, line, lines
from runbook_tui.tui.widgets.sheet import Block, Field, Gap, Heading, Paragraph

if TYPE_CHECKING:
    from runbook_tui.planning.model import Constraint, Cycle, Plan


def cycles(plan: Plan) -> list[Block]:
    """All contradictions of a plan."""
    titles = {step.id: step.title for step in plan.steps}
    blocks: list[Block] = [
        Paragraph(
            Content("No order exists: each line forces the next, and the last leads back to the first.")
        )
    ]
    for cycle in plan.cycles:
        blocks += _cycle(cycle, titles)
    return blocks


def _cycle(cycle: Cycle, titles: dict[str, str]) -> list[Block]:
    blocks: list[Block] = [Heading("Contradiction")]
    for constraint in cycle.constraints:
        blocks += _constraint(constraint, titles, cheapest=constraint == cycle.cheapest)
    blocks += [Heading("Way out"), Paragraph(lines(cycle.remedy))]
    blocks += [Paragraph(lines(step), 2) for step in cycle.instead]
    for number, release in enumerate(cycle.split, 1):
        targets = ", ".join(f"{name} to {sha[:10]}" for name, sha in sorted(release.targets.items()))
        blocks += [
            Gap(),
            Field(f"Release {number}", line(release.title, "bold")),
            *([Field("", line(targets, QUIET))] if targets else []),
            Field("", lines(release.because)),
            *(Field("Later", lines(text, QUIET)) for text in release.remaining),
        ]
    return blocks


def _constraint(constraint: Constraint, titles: dict[str, str], *, cheapest: bool) -> list[Block]:
    before = titles.get(constraint.before, constraint.before)
    after = titles.get(constraint.after, constraint.after)
    mark = Content.styled("  ← cheapest to remove", "$primary") if cheapest else Content("")
    evidence = " · ".join(filter(None, [f"rule {constraint.rule}", constraint.source]))
    return [
        Paragraph(joined(line(before, "bold"), Content.styled(" before ", QUIET), line(after, "bold"), mark)),
        Paragraph(lines(f"because {constraint.because}"), 2),
        Paragraph(line(evidence, QUIET), 2),
    ]
