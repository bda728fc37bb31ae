"""The runbook of a plan: the steps with their needs, the pinned versions, what is open and what to know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from runbook_tui.planning.context import Scope
from runbook_tui.planning.model import Constraint, PlanFinding, Question
from runbook_tui.planning.paths import Paths
from runbook_tui.planning.steps.drafting import pager
from runbook_tui.planning.words import line, names, paragraphs, plural
from runbook_tui.release.model import ServiceChange
from runbook_tui.runbook.model import (
    Need,
    OpenQuestion,
    Remark,
    Runbook,
    ServiceRelease,
    Step,
    StepPhase,
    Window,
)

_MOST_CHANGES = 20


def with_needs(steps: Mapping[str, Step], constraints: Iterable[Constraint]) -> dict[str, Step]:
    """The steps with a need for each step that one of the constraints puts directly before them, sorted by id.

    Several reasons for the same two steps become one need that names them all.
    """
    reasons: dict[str, dict[str, list[Constraint]]] = {}
    for constraint in constraints:
        reasons.setdefault(constraint.after, {}).setdefault(constraint.before, []).append(constraint)
    return {
        step_id: step.model_copy(
            update={"needs": tuple(_need(found) for _, found in sorted(reasons.get(step_id, {}).items()))}
        )
        for step_id, step in steps.items()
    }


def runbook(
    scope: Scope,
    paths: Paths,
    steps: tuple[Step, ...],
    *,
    title: str | None,
    environment: str,
    window: Window | None,
    downtime: str | None,
    questions: Iterable[Question],
    findings: Iterable[PlanFinding],
) -> Runbook:
    """The file that people edit and the runner executes."""
    manifest = scope.release.manifest
    return Runbook(
        runbook=1,
        title=line(title or f"{manifest.system} release"),
        environment=line(environment),
        system=line(manifest.system),
        summary=_summary(scope, steps),
        window=window,
        manifest=line(paths.manifest()),
        downtime=downtime,
        release={change.name: _service(scope, paths, change) for change in scope.moving},
        variables={name: line(value) for name, value in sorted(manifest.variables.items())},
        questions=tuple(
            OpenQuestion(id=item.id, text=item.text, blocking=item.blocking) for item in questions
        ),
        remarks=tuple(_remark(item) for item in findings),
        steps=steps,
    )


def downtime(scope: Scope) -> str | None:
    """Why the release has downtime; None when it has none."""
    stores = sorted({item.migration.datastore for item in scope.migrations if item.stopped})
    if not stores:
        return None
    return paragraphs(*(_downtime_of(scope, store) for store in stores))


def _downtime_of(scope: Scope, store: str) -> str:
    down = ", ".join(user.name for user in scope.users(store))
    revisions = [
        line(item.migration.id)
        for item in scope.migrations
        if item.stopped and item.migration.datastore == store
    ]
    applied = f"{names(revisions)} {'is' if len(revisions) == 1 else 'are'} applied to {store}"
    return (
        f"{down}: stopped while {applied}, because {scope.release.manifest_path} says "
        f"contract: offline for {store}."
    )


def _need(found: list[Constraint]) -> Need:
    found = sorted(found, key=lambda item: -item.strength)  # what binds hardest is told first
    first = found[0]
    because = "; ".join(dict.fromkeys(item.because for item in found))
    return Need(step=first.before, because=because, rule=first.rule, source=first.source)


def _service(scope: Scope, paths: Paths, change: ServiceChange) -> ServiceRelease:
    subjects = [line(commit.subject, otherwise="(no subject)", longest=200) for commit in change.commits]
    return ServiceRelease(
        base=change.base.sha,
        target=change.target.sha,
        version=line(change.version),
        base_version=line(change.base_version),
        repository=line(paths.repository(change)),
        commits=len(change.commits),
        changes=tuple(subjects[:_MOST_CHANGES]),
        issues=tuple(dict.fromkeys(line(issue) for commit in change.commits for issue in commit.issues)),
        authors=tuple(sorted({line(commit.author) for commit in change.commits})),
        owner=line(change.service.owner),
        pager=pager(scope, change),
    )


def _remark(finding: PlanFinding) -> Remark:
    return Remark.model_validate(
        {
            "rule": line(finding.rule),
            "level": finding.level,
            "text": finding.text,
            "source": finding.source,
            "remedy": finding.remedy or None,
        }
    )


def _summary(scope: Scope, steps: tuple[Step, ...]) -> str:
    placed = [(step.phase, step.migration) for step in steps if step.migration is not None]
    applied = {
        phase: sum(len(note.revisions) or 1 for step_phase, note in placed if step_phase is phase)
        for phase in (StepPhase.EXPAND, StepPhase.BACKFILL, StepPhase.CONTRACT)
    }
    counts = ", ".join(f"{count} {phase.value}" for phase, count in applied.items() if count)
    migrated = f", with {plural(sum(applied.values()), 'migration')} ({counts})" if placed else ""
    moving, total = len(scope.moving), len(scope.changes)
    return f"{moving} of {plural(total, 'service')} {'moves' if moving == 1 else 'move'}{migrated}."
