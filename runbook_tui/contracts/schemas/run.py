"""One run through two schemas: what is still to be compared, and what was found."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.model import Action, Change, Effect, Kind
from runbook_tui.contracts.schemas.sameness import Sameness
from runbook_tui.contracts.schemas.shape import Nodes, Shape, Shapes
from runbook_tui.contracts.schemas.spot import Spot

MAX_TRIAL = 400
"""Most places that a trial looks at: one that is larger counts as different."""
MAX_NESTED = 8
"""Trials inside of trials: alternatives that contain themselves would need endlessly many."""
MAX_ALL_TRIALS = (600, 10_000)
"""Most places that a trial and those inside of it look at together, and all trials of a run."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The two versions of one place of a message."""

    old: Shape
    new: Shape
    spot: Spot


Compare = Callable[[Pair, "Run"], None]
Key = tuple[object, ...]
"""What tells one comparison from another."""


@dataclass(slots=True)
class _Trials:
    """The trials of a run and of all runs inside of it."""

    running: set[Key] = field(default_factory=set)
    known: dict[Key, set[Effect]] = field(default_factory=dict)
    looked_at: int = 0
    """Places that the trial which runs now has looked at, with those inside of it."""
    before: int = 0
    """Places that all trials before it have looked at."""

    def end(self) -> None:
        """The outermost trial is over."""
        self.before += self.looked_at
        self.looked_at = 0

    @property
    def exhausted(self) -> bool:
        """Whether enough was tried."""
        return self.looked_at > MAX_ALL_TRIALS[0] or self.before + self.looked_at > MAX_ALL_TRIALS[1]


def _key(old: Nodes, new: Nodes, spot: Spot) -> Key:
    ids = (tuple(id(node.value) for node in nodes) for nodes in (old, new))
    return (spot.direction, spot.textual, spot.harmless, *ids)


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
        self._sameness = sameness
        self._compare = compare
        self._changes = changes
        self._queue: deque[tuple[Nodes, Nodes, Spot]] = deque()
        self._seen: set[Key] = set()
        self._told: set[Key] = set()
        self._trials = _Trials()

    def descend(self, old: Nodes, new: Nodes, spot: Spot) -> None:
        """Compare two schemas as well; each has at least one node."""
        if len(old) == len(new) and all(map(self._sameness.same, old, new)):
            return
        key = _key(old, new, spot)
        if key not in self._seen:
            self._seen.add(key)
            self._queue.append((old, new, spot))

    def drain(self, most: int | None = None) -> bool:
        """Compare what is queued; whether all of it was compared."""
        while self._queue:
            if most is not None:
                if most == 0 or self._trials.exhausted:
                    return False
                most -= 1
                self._trials.looked_at += 1
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
        key = _key(old, new, spot)
        trials = self._trials
        if key in trials.running:
            return set()  # What contains itself is the same unless something else differs.
        if key in trials.known:
            return trials.known[key]
        if len(trials.running) >= MAX_NESTED:
            equal = [node.value for node in old] == [node.value for node in new]
            return set() if equal else {Effect.NEITHER}
        trials.running.add(key)
        trial = self._trial()
        trial.descend(old, new, spot)
        found = trial.effects if trial.drain(MAX_TRIAL) else {Effect.NEITHER}
        trials.running.remove(key)
        if not trials.running:  # Inside of others it may rest on what is not decided yet.
            trials.known[key] = found
            trials.end()
        return found

    def same(self, old: Shape, new: Shape, spot: Spot) -> bool:
        """Whether two shapes say the same."""
        trial = self._trial()
        self._compare(Pair(old, new, spot), trial)
        complete = trial.drain(MAX_TRIAL)
        if not self._trials.running:
            self._trials.end()
        return complete and not trial.effects

    def _trial(self) -> Run:
        trial = Run(self.old, self.new, self._sameness, self._compare, None)
        trial._trials = self._trials
        return trial

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
