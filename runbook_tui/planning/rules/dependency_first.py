"""What the manifest says about run-time dependencies."""

from __future__ import annotations

from collections.abc import Iterator

from runbook_tui.planning.context import Context
from runbook_tui.planning.model import Constraint, Strength
from runbook_tui.planning.rules.evidence import constraint
from runbook_tui.planning.words import new

NAME = "dependency-first"
_STRENGTHS = {"hard": Strength.HARD, "normal": Strength.PREFERRED, "soft": Strength.SOFT}


def dependency_first(context: Context) -> Iterator[Constraint]:
    """A service is deployed and healthy before those that depend on it (``depends_on``).

    This is a preference: it yields to a derived constraint that says the opposite, and the plan says so. Only
    ``{service: x, kind: hard}`` never yields; ``kind: soft`` only breaks ties.
    """
    scope = context.scope
    for change in scope.moving:
        for dependency in change.service.dependencies:
            other = scope.changes.get(dependency.service)
            if other is None or not other.moves or other is change:
                continue
            because = f"{new(change)} depends on {other.name}, so {new(other)} is healthy first"
            if dependency.kind != "normal":
                because += f" ({dependency.kind} dependency)"
            yield constraint(
                scope.deploy(other.name),
                scope.deploy(change.name),
                NAME,
                because,
                scope.release.manifest_path,
                strength=_STRENGTHS[dependency.kind],
            )
