"""One migration of a data store at a time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from runbook_tui.planning.context import Context
from runbook_tui.planning.graph import Graph
from runbook_tui.planning.model import Constraint
from runbook_tui.planning.order import sequence
from runbook_tui.planning.rules.evidence import constraint

NAME = "one-writer"


def one_writer(context: Context, graph: Graph) -> Iterator[Constraint]:
    """Migrations of one data store never run in the same wave: their locks would wait for each other.

    Those that nothing else orders are put one after the other as they are shown, so this never makes a contradiction.
    """
    scope = context.scope
    position = {step: number for number, step in enumerate(sequence(context.steps, graph))}
    stores: dict[str, list[str]] = {}
    for item in scope.migrations:
        stores.setdefault(item.migration.datastore, []).append(scope.step_of(item))
    for store, steps in sorted(stores.items()):
        for first, second in pairwise(sorted(set(steps), key=position.__getitem__)):
            if not graph.precedes(first, second):
                because = f"both change {store}, and only one migration of a data store runs at a time"
                yield constraint(first, second, NAME, because)
