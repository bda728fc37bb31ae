"""The order that the migration tool itself demands."""

from __future__ import annotations

from collections.abc import Iterator

from runbook_tui.planning.context import Context
from runbook_tui.planning.model import Constraint
from runbook_tui.planning.rules.evidence import constraint

NAME = "migration-history"


def migration_history(context: Context) -> Iterator[Constraint]:
    """Migrations of one data store run in the order of their tool: parents first, or as one chain.

    Where a chain has a contract migration before an expand one, no order keeps every rule: the plan then shows the
    contradiction and how to put the two the other way round, never an order.
    """
    scope = context.scope
    for item in scope.migrations:
        migration = item.migration
        for parent in item.history:
            if scope.applying(parent) == scope.step_of(item):  # one command applies both
                continue
            if item.linear:
                because = (
                    f"{migration.tool} can only apply {migration.id} after {parent.id}: they are one chain"
                )
            else:
                because = f"{migration.id} builds on {parent.id}, so {migration.tool} applies that first"
            yield constraint(scope.applying(parent), scope.step_of(item), NAME, because, migration.path)
