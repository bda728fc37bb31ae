"""Steps and runbooks for the tests of this room."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from runbook_tui.runbook.model import Kind, Need, Step

MakeStep = Callable[..., Step]


def _step(step_id: str, *needs: str, reversible: bool = True) -> Step:
    return Step(
        id=step_id,
        title=f"Do {step_id}",
        kind=Kind.DEPLOY,
        run="true",
        reversible=reversible,
        needs=tuple(Need(step=need, because=f"{need} comes first") for need in needs),
    )


@pytest.fixture
def make_step() -> MakeStep:
    """A deploy step by id with the ids of what it needs."""
    return _step
