"""How a step's state and risk look: always a sign, a word and a colour, so that none of them has to be enough."""

from __future__ import annotations

from typing import NamedTuple

from runbook_tui.execution.model import State
from runbook_tui.tui.content import QUIET


class Look(NamedTuple):
    """One state as it is drawn."""

    sign: str
    """One cell wide in every terminal font."""
    word: str
    style: str


LOOKS: dict[State, Look] = {
    State.PENDING: Look("·", "pending", QUIET),
    State.RUNNING: Look("▸", "running", "bold $primary"),
    State.WAITING: Look("!", "waiting", "bold $warning"),
    State.SUCCEEDED: Look("✓", "done", "$success"),
    State.FAILED: Look("✗", "failed", "bold $error"),
    State.UNKNOWN: Look("?", "unknown", "bold $warning"),
    State.SKIPPED: Look("↷", "skipped", "$warning"),
    State.ROLLED_BACK: Look("↶", "undone", "$warning"),
    State.BLOCKED: Look("⊘", "blocked", QUIET),
}

READY = Look("○", "ready", "$primary")
"""A pending step whose needs are all done."""

WIDEST_WORD = max(len(look.word) for look in [*LOOKS.values(), READY])

RISK_STYLES = {"low": QUIET, "medium": "$warning", "high": "bold $error"}


def look(state: State, *, ready: bool = False) -> Look:
    """How a state is drawn; ``ready`` when a pending step may start now."""
    return READY if ready and state is State.PENDING else LOOKS[state]
