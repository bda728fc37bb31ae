"""How rules write a constraint down."""

from __future__ import annotations

from runbook_tui.planning.model import Constraint, Strength
from runbook_tui.planning.words import line


def constraint(
    before: str,
    after: str,
    rule: str,
    because: str,
    source: str | None = None,
    *,
    strength: Strength = Strength.HARD,
) -> Constraint:
    """A constraint whose texts are one safe line each."""
    return Constraint(
        before, after, rule, line(because, longest=1500), line(source) if source else None, strength
    )
