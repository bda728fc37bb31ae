"""A deploy is done when the service is healthy at the expected version."""

from __future__ import annotations

from collections.abc import Iterator

from runbook_tui.planning import neighbours
from runbook_tui.planning.context import Context
from runbook_tui.planning.model import Constraint
from runbook_tui.planning.rules.evidence import constraint
from runbook_tui.planning.words import new, old

NAME = "verify-after-deploy"


def verify_after_deploy(context: Context) -> Iterator[Constraint]:
    """A deploy is done when the service is healthy at the expected version, not when it was triggered.

    So every deploy carries its verify, and what follows the deploy waits for it. A service that stays but uses one
    that moves is checked after that one, and the release as a whole is checked when nothing else is left to do.
    Switched off, a deploy is done when its command ends, and none of these checks is planned.
    """
    scope = context.scope
    for change in scope.staying:
        step = scope.ids.service("verify", change.name)
        if context.has(step):
            for other in neighbours.moved(scope, change):
                because = f"{old(change)} stays and uses {other.name}: it has to work with {new(other)}"
                yield constraint(scope.deploy(other.name), step, NAME, because, scope.release.manifest_path)
