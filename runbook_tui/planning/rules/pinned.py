"""What the author of the manifest knows and no file tells."""

from __future__ import annotations

from collections.abc import Iterator

from runbook_tui.planning.context import Context
from runbook_tui.planning.model import Constraint
from runbook_tui.planning.rules.evidence import constraint

NAME = "pinned"


def pinned(context: Context) -> Iterator[Constraint]:
    """The author's own constraints (``pinned``), each with its reason.

    One that names a step which this plan does not have is left out, and a finding says so.
    """
    for pin in context.scope.release.manifest.pinned:
        if context.has(pin.before) and context.has(pin.after) and pin.before != pin.after:
            yield constraint(pin.before, pin.after, NAME, pin.because, context.scope.release.manifest_path)
