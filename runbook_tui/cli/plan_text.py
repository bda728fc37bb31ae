"""A plan in words and as data."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from runbook_tui.cli.output import table

if TYPE_CHECKING:
    from runbook_tui.authoring.draft import Draft, Written
    from runbook_tui.planning.model import Constraint, Cycle, Plan, PlannedRelease

_NO_SPLIT = "No earlier commits split it into releases that can be ordered."
_PRINTED_NOTES = frozenset({"dependency-first", "follow-up", "rule-off", "database-agrees"})
"""Rules whose notes are printed as well: why the order is as it is, and that a database was asked for."""


def order(drafted: Draft) -> str:
    """The steps in waves, each with why it comes after what it needs."""
    plan = drafted.plan
    parts = [_scope(drafted)]
    steps = {step.id: step for step in plan.steps}
    for number, wave in enumerate(plan.waves, 1):
        together = " (in any order)" if len(wave) > 1 else ""
        lines = [f"{number}.{together}"]
        for step_id in wave:
            step = steps[step_id]
            if step_id == plan.point_of_no_return:
                lines.append("   ── point of no return: " + (step.irreversible_because or "cannot be undone"))
            lines.append(f"   {step_id}: {step.title}")
            lines += [f"      after {need.step}: {need.because}{_at(need.source)}" for need in step.needs]
        parts.append("\n".join(lines))
    parts += _remarks(plan)
    return "\n\n".join(part for part in parts if part)


def contradictions(drafted: Draft) -> str:
    """Why no order exists: the smallest cycles, the cheapest edge of each, and the split or that there is none."""
    parts = ["No order exists. Each line forces the next, and the last one leads back to the first."]
    cycles = drafted.plan.cycles
    parts += [_cycle(number, cycle) for number, cycle in enumerate(cycles, 1)]
    parts += [_releases(drafted.releases)] if drafted.releases else [_NO_SPLIT]
    parts += _remarks(drafted.plan)
    return "\n\n".join(parts)


def _cycle(number: int, cycle: Cycle) -> str:
    lines = [f"Contradiction {number}:"]
    for constraint in cycle.constraints:
        mark = "  ← cheapest to remove" if constraint == cycle.cheapest else ""
        lines.append(f"  {constraint.before} before {constraint.after}{mark}")
        lines.append(f"      {constraint.because}{_at(constraint.source)} [{constraint.rule}]")
    lines.append(f"  Way out: {cycle.remedy}")
    lines += [f"    {text}" if text.endswith(":") else f"      {text}" for text in cycle.instead]
    return "\n".join(lines)


def _releases(split: tuple[PlannedRelease, ...]) -> str:
    lines = ["Or in several releases, each of which can be ordered; --split plans the first now:"]
    for position, release in enumerate(split, 1):
        targets = ", ".join(f"{name} to {sha[:10]}" for name, sha in sorted(release.targets.items()))
        lines.append(f"  Release {position}: {release.title}" + (f" ({targets})" if targets else ""))
        lines.append(f"      {release.because}")
        lines += [f"      left for later: {text}" for text in release.remaining]
    return "\n".join(lines)


def written(drafted: Draft, result: Written) -> str:
    """What was written, and what a person has to look at."""
    from runbook_tui.planning.regenerate import RULE as MERGE_CONFLICT
    from runbook_tui.planning.words import plural

    plan = drafted.plan
    path = result.document.path
    lines = []
    if result.merge is None:
        lines.append(f"Wrote {path}: {len(plan.steps)} steps in {len(plan.waves)} waves.")
    else:
        merge = result.merge
        lines.append(
            f"Merged into {path}: {plural(len(merge.added), 'step')} added, {len(merge.removed)} removed, "
            f"{len(merge.changed)} changed. What people edited is kept."
        )
        lines += [f"  conflict: {conflict}" for conflict in merge.conflicts]
        unsettled = sum(remark.rule == MERGE_CONFLICT for remark in result.document.runbook.remarks)
        if unsettled > len(merge.conflicts):
            lines.append(f"  {plural(unsettled, 'conflict')} in the file to settle; see runbook check {path}")
    lines += _remarks(plan)
    return "\n".join(lines)


def as_data(drafted: Draft) -> dict[str, object]:
    """The plan for programs: steps, constraints, waves, point of no return, downtime, contradictions."""
    plan = drafted.plan
    return {
        "manifest": drafted.release.manifest_path,
        "steps": [step.model_dump(mode="json", exclude_defaults=True) for step in plan.steps],
        "constraints": [_constraint(constraint) for constraint in plan.constraints],
        "waves": [list(wave) for wave in plan.waves],
        "point_of_no_return": plan.point_of_no_return,
        "downtime": plan.downtime,
        "cycles": [
            {
                "constraints": [_constraint(constraint) for constraint in cycle.constraints],
                "cheapest": _constraint(cycle.cheapest),
                "remedy": cycle.remedy,
                "instead": list(cycle.instead),
            }
            for cycle in plan.cycles
        ],
        "releases": [asdict(release) for release in drafted.releases],
        "yielded": [
            {"constraint": _constraint(item.constraint), "to": [_constraint(other) for other in item.to]}
            for item in plan.yielded
        ],
        "questions": [asdict(question) for question in plan.questions],
        "findings": [asdict(finding) for finding in plan.findings],
    }


def _constraint(constraint: Constraint) -> dict[str, object]:
    return {
        "before": constraint.before,
        "after": constraint.after,
        "rule": constraint.rule,
        "because": constraint.because,
        "source": constraint.source,
        "strength": constraint.strength.name.lower(),
    }


def _scope(drafted: Draft) -> str:
    from runbook_tui.planning.words import plural

    rows = [
        (
            change.name,
            f"{change.base_version} → {change.version}",
            plural(len(change.commits), "commit"),
            plural(sum(len(item.pending) for item in change.pending), "migration"),
        )
        for change in drafted.release.changes
        if change.moves
    ]
    return table(rows)


def _remarks(plan: Plan) -> list[str]:
    parts = []
    if plan.downtime:
        parts.append(f"Downtime: {plan.downtime}")
    if plan.questions:
        lines = ["Questions that only a person can answer (runbook answer, or in the app):"]
        for question in plan.questions:
            need = "needed" if question.blocking else "optional"
            lines.append(f"  {question.id} ({need}): {question.text}{_at(question.source)}")
        parts.append("\n".join(lines))
    findings = [item for item in plan.findings if item.level != "note" or item.rule in _PRINTED_NOTES]
    if findings:
        lines = ["Look at:"]
        for finding in findings:
            joint = ". " if finding.remedy[:1].isupper() else "; "
            told = f"{finding.text}{joint}{finding.remedy}" if finding.remedy else finding.text
            lines.append(f"  {finding.level}: {told}{_at(finding.source)} [{finding.rule}]")
        parts.append("\n".join(lines))
    return parts


def _at(source: str | None) -> str:
    return f" ({source})" if source else ""
