"""All steps of a release, without their order."""

from __future__ import annotations

from runbook_tui.planning.steps import around, contracts, deploy, migrate
from runbook_tui.planning.steps.drafting import Drafting
from runbook_tui.runbook.model import Step


def derive(drafting: Drafting) -> dict[str, Step]:
    """Every step by id, sorted by id; their needs are empty.

    A release in which nothing moves has no steps.

    Raises:
        ProblemsError: command templates or time spans of the manifest are wrong; all of them at once.
    """
    if not drafting.scope.moving:
        return {}
    changes = [
        *migrate.migrations(drafting),
        *migrate.gates(drafting),
        *contracts.gates(drafting),
        *deploy.deploys(drafting),
        *deploy.offline(drafting),
        *deploy.neighbour_checks(drafting),
    ]
    steps = [
        *changes,
        *around.announcements(drafting),
        *around.checks(drafting),
        *around.decisions(drafting, changes),
        *around.last_look(drafting),
    ]
    drafting.commands.require_valid()
    return {step.id: step for step in sorted(steps, key=lambda step: step.id)}
