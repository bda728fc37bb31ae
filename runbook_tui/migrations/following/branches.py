"""What is known after branches of which one runs."""

from __future__ import annotations

from collections.abc import Sequence

from runbook_tui.migrations.following.values import UNKNOWN

Ended = bool | None
"""Whether a block surely ends its function, surely does not, or may (None)."""


def ended_by(branches: Sequence[Ended]) -> Ended:
    """Whether branches end the function when one of them runs."""
    if all(branches):
        return True
    return False if all(ended is False for ended in branches) else None


def joined(branches: Sequence[dict[str, object]]) -> dict[str, object]:
    """The names after branches of which one ran: what they leave differently is not known."""
    first = branches[0]
    names = {name for found in branches for name in found}
    same = {
        name for name in names if all(name in found and found[name] is first.get(name) for found in branches)
    }
    return {name: first[name] if name in same else UNKNOWN for name in names}
