"""One run through two schemas: what is still to be compared, and what was found."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.model import Action, Change, Effect, Kind
from runbook_tui.contracts.schemas.sameness import Sameness
from runbook_tui.contracts.schemas.shape import Nodes, Shape, Shapes
from runbook_tui.contracts.schemas.spot import Spot

MAX_TRIAL = 400
"""Most places that a trial looks at: one that is larger counts as different."""
MAX_NESTED = 4
"""Trials inside of trials: alternatives that contain themselves would need endlessly many."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The two versions of one place of a message."""

    old: Shape
    new: Shape
    spot: Spot


Compare = Callable[[Pair, "Run"], None]


class Run:
    """Compares pairs from a queue, so that schemas nested or chained ever so deeply cost no stack.

    Every pair of schemas is compared once: that is what ends recursive schemas.
    """

    def __init__(
        self, old: Shapes, new: Shapes, sameness: Sameness, compare: Compare, changes: list[Change] | None
    ) -> None:
        """``changes`` takes what is found; None for a trial, which only needs :attr:`effects`."""
        self.old = old
        self.new = new
        self.effects: set[Effect] = set()
        self._nested = 0
        self._sameness = sameness
        self._compare = compare
        self._changes = changes
        self._queue: deque[tuple[Nodes, Nodes, Spot]] = deque()
        self._seen: set[tuple[object, ...]] = set()
        self._told: set[tuple[object, ...]] = set()

    def descend(self, old: Nodes, new: Nodes, spot: Spot) -> None:
        """Compare two schemas as well; each has at least one node."""
        if len(old) == len(new) and all(map(self._sameness.same, old, new)):
            return
        key = (
            spot.direction,
            spot.textual,
            spot.harmless,
            *(id(node.value) for node in old),
            "",
            *(id(node.value) for node in new),
        )
        if key not in self._seen:
            self._seen.add(key)
            self._queue.append((old, new, spot))

    def drain(self, most: int | None = None) -> bool:
        """Compare what is queued; whether all of it was compared."""
        while self._queue:
            if most is not None:
                if most == 0:
                    return False
                most -= 1
            old, new, spot = self._queue.popleft()
            pair = Pair(self.old.of(old), self.new.of(new), spot)
            if not self._unknown(pair):
                self._compare(pair, self)
        return True

    def _unknown(self, pair: Pair) -> bool:
        """Whether a reference leads nowhere. The same URL in both versions is taken for the same thing."""
        for shape, other, shapes in ((pair.old, pair.new, self.old), (pair.new, pair.old, self.new)):
            for reference, node in shape.remote.items():
                if reference not in other.remote:
                    shapes.documents.follow(node)  # reports it
                    return True
        return pair.old.broken or pair.new.broken

    @property
    def is_trial(self) -> bool:
        """Whether nothing is reported."""
        return self._changes is None

    def relation(self, old: Nodes, new: Nodes, spot: Spot) -> set[Effect]:
        """What a change from one schema to the other would do; empty where they say the same."""
        trial = Run(self.old, self.new, self._sameness, self._compare, None)
        trial._nested = self._nested + 1
        if trial._nested > MAX_NESTED:
            return {Effect.NEITHER}
        trial.descend(old, new, spot)
        return trial.effects if trial.drain(MAX_TRIAL) else {Effect.NEITHER}

    def tell(
        self,
        spot: Spot,
        rule: str,
        kind: Kind,
        action: Action,
        effect: Effect | None,
        *,
        at: Node,
        text: str,
        names: tuple[str, ...] | None = None,
    ) -> None:
        """Report a difference. What was told of the same place already is not told again for another message."""
        effect = None if spot.harmless else effect
        if effect is not None:
            self.effects.add(effect)
        if self._changes is None:
            return
        pointer = at.pointer
        what = rule.removeprefix(spot.inner).removeprefix(spot.subject)
        key = (what, spot.direction, at.path, pointer, effect, text if action is Action.CHANGE else "")
        if key in self._told:
            return
        self._told.add(key)
        line, column = at.document.place(pointer)
        found = spot.names if names is None else names
        self._changes.append(
            Change(rule, spot.direction, kind, action, pointer, at.path, line, effect, text, found, column)
        )
