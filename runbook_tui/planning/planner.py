"""Planning: a pure function from a release to an ordered, explained runbook."""

from __future__ import annotations

from dataclasses import dataclass, replace

from runbook_tui.planning.assemble import downtime, runbook, with_needs
from runbook_tui.planning.commands import Commands
from runbook_tui.planning.context import Scope
from runbook_tui.planning.findings import findings
from runbook_tui.planning.model import Plan
from runbook_tui.planning.paths import Paths
from runbook_tui.planning.questions import questions
from runbook_tui.planning.solve import solve
from runbook_tui.planning.steps.derive import derive
from runbook_tui.planning.steps.drafting import Drafting
from runbook_tui.release.model import Release
from runbook_tui.runbook.graph import point_of_no_return, waves
from runbook_tui.runbook.model import Window


@dataclass(frozen=True)
class PlanOptions:
    """What is planned besides the release itself."""

    title: str | None = None
    """``<system> release`` when None."""
    environment: str = "production"
    window: Window | None = None


def plan(release: Release, options: PlanOptions | None = None, *, runbook_path: str | None = None) -> Plan:
    """Derive the steps of a release, constrain them by every rule, and order them.

    The result is the same for every order of the release's services, changes, users and dependencies.

    Args:
        release: everything that was read; nothing else is looked at.
        options: title, environment and window.
        runbook_path: where the runbook will be: folders in it are relative to it. Beside the manifest when None.

    Returns:
        The plan. When the constraints contradict each other it has cycles and no runbook.

    Raises:
        ProblemsError: command templates or time spans of the manifest are wrong; all of them at once.
    """
    options = options or PlanOptions()
    paths = Paths(release.manifest_path, runbook_path)
    if (
        runbook_path is not None
    ):  # what the runbook says about the manifest is as relative as everything in it
        release = replace(release, manifest_path=paths.manifest())
    scope = Scope(release)
    commands = Commands(scope, options.environment)
    derived = derive(Drafting(scope, commands, paths, options.environment))
    solution = solve(scope, derived)
    steps = {step_id: commands.marked(step) for step_id, step in with_needs(derived, solution.needs).items()}
    result = Plan(
        runbook=None,
        steps=tuple(steps.values()),
        constraints=solution.constraints,
        downtime=downtime(scope),
        yielded=solution.yielded,
        questions=questions(scope),
        findings=findings(scope, derived, solution.yielded),
    )
    if solution.cycles:
        from runbook_tui.planning.split import propose

        split = propose(release, options)
        return replace(result, cycles=tuple(replace(cycle, split=split) for cycle in solution.cycles))
    ordered = tuple(steps[step_id] for step_id in solution.sequence)
    return replace(
        result,
        runbook=runbook(
            scope,
            paths,
            ordered,
            title=options.title,
            environment=options.environment,
            window=options.window,
            downtime=result.downtime,
            questions=result.questions,
            findings=result.findings,
        ),
        steps=ordered,
        waves=waves(ordered),
        point_of_no_return=point_of_no_return(ordered),
    )
