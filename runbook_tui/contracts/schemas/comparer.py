"""The comparison of schemas: the face of this package."""

from __future__ import annotations

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.documents.resolving import Documents
from runbook_tui.contracts.format import Report
from runbook_tui.contracts.model import Direction
from runbook_tui.contracts.schemas.conditions import compare_conditions
from runbook_tui.contracts.schemas.kinds import compare_kinds
from runbook_tui.contracts.schemas.limits import compare_limits
from runbook_tui.contracts.schemas.lists import compare_lists
from runbook_tui.contracts.schemas.members import compare_members
from runbook_tui.contracts.schemas.parts import compare_parts
from runbook_tui.contracts.schemas.run import Pair, Run
from runbook_tui.contracts.schemas.sameness import Sameness
from runbook_tui.contracts.schemas.shape import Shapes
from runbook_tui.contracts.schemas.spot import Spot
from runbook_tui.contracts.schemas.unions import compare_unions, compare_wrapped
from runbook_tui.contracts.schemas.values import compare_values


class SchemaComparer:
    """Compares the schemas of two versions, and adds what differs to a report.

    A component that several messages use is told of once for each direction, at its own place.
    """

    def __init__(self, old: Documents, new: Documents, report: Report) -> None:
        self.sameness = Sameness(old, new)
        self.old = Shapes(old)
        self.new = Shapes(new)
        self._run = Run(self.old, self.new, self.sameness, compare_pair, report.changes)

    def compare(
        self,
        old: Node | None,
        new: Node | None,
        direction: Direction,
        place: str,
        subject: str,
        *,
        names: tuple[str, ...] = (),
        textual: bool = False,
    ) -> None:
        """Add everything that differs between two versions of a schema.

        Args:
            old: the schema; where either is None there is nothing to compare.
            new: the schema.
            direction: who writes the message.
            place: the message, for people: ``the body of POST /invoices``.
            subject: prefix of rules at the top of the message (``request-body``, ``event``); below it they are called
                ``{direction}-property-...``.
            names: what code that uses the message has to contain, for changes at its top.
            textual: whether scalars are written as plain text, as in a query.
        """
        if old is not None and new is not None:
            self._run.descend((old,), (new,), Spot(direction, place, subject, names, textual))
            self._run.drain()


def compare_pair(pair: Pair, run: Run) -> None:
    """Tell how two versions of one place differ; what is inside of it is queued."""
    if compare_wrapped(pair, run):
        return
    shared = compare_kinds(pair, run)
    if not shared:
        return
    compare_values(pair, run)
    compare_limits(pair, run, shared)
    if "object" in shared:
        compare_members(pair, run)
    if "array" in shared:
        compare_lists(pair, run)
    compare_unions(pair, run)
    compare_conditions(pair, run)
    compare_parts(pair, run)
