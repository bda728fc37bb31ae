"""Sets of texts: what regular expressions match, and texts that some match and others do not."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from runbook_tui.contracts.messages import regex
from runbook_tui.contracts.messages.regex import ANYTHING, LAST, Ranges, Tree, UnsupportedError

MAX_STATES = 800
"""Largest automaton that is made of one expression."""
MAX_VISITED = 4_000
"""Combinations of states that are looked at when a text is sought."""
_NICE = "aAx0 -_.:/@!"
"""Characters that people rather read than others of the same set."""
States = frozenset[int]


@dataclass(slots=True)
class Automaton:
    """A nondeterministic automaton. State 0 is the start, state 1 accepts."""

    steps: list[list[tuple[Ranges, int]]] = field(default_factory=lambda: [[], []])
    empty: list[list[int]] = field(default_factory=lambda: [[], []])
    """Moves that take no character."""
    anchored: list[list[tuple[bool, int]]] = field(default_factory=lambda: [[], []])
    """Moves that are open at the end of the text (True) or at its beginning (False) only."""
    _followed: dict[tuple[States, int], States] = field(default_factory=dict)

    def add(self) -> int:
        """A new state."""
        if len(self.steps) >= MAX_STATES:
            raise UnsupportedError
        self.steps.append([])
        self.empty.append([])
        self.anchored.append([])
        return len(self.steps) - 1

    def start(self) -> States:
        """Where every text begins."""
        return self._closure({0}, at_start=True)

    def step(self, states: States, code: int) -> States:
        """Where a character leads."""
        key = (states, code)
        if key not in self._followed:
            self._followed[key] = self._follow(states, code)
        return self._followed[key]

    def _follow(self, states: States, code: int) -> States:
        targets = {
            target
            for state in states
            for ranges, target in self.steps[state]
            if any(low <= code <= high for low, high in ranges)
        }
        return self._closure(targets)

    def accepts(self, states: States, *, at_start: bool) -> bool:
        """Whether a text may end here."""
        return 1 in self._closure(set(states), at_start=at_start, at_end=True)

    def _closure(self, states: set[int], *, at_start: bool = False, at_end: bool = False) -> States:
        pending = list(states)
        while pending:
            state = pending.pop()
            targets = list(self.empty[state])
            targets += [target for end, target in self.anchored[state] if (at_end if end else at_start)]
            for target in targets:
                if target not in states:
                    states.add(target)
                    pending.append(target)
        return frozenset(states)


@lru_cache(maxsize=512)
def searching(pattern: str) -> Automaton | None:
    """Accepts the texts that hold a match of an expression somewhere; None where it cannot be read."""
    try:
        tree = regex.parse(pattern)
        made = Automaton()
        made.steps[0].append((ANYTHING, 0))
        made.steps[1].append((ANYTHING, 1))
        begin, end = made.add(), made.add()
        made.empty[0].append(begin)
        made.empty[end].append(1)
        _build(made, tree, begin, end)
    except UnsupportedError:
        return None
    return made


def exactly(texts: Iterable[str]) -> Automaton:
    """Accepts the given texts and no others."""
    made = Automaton()
    for text in texts:
        state = 0
        for character in text:
            following = made.add()
            made.steps[state].append((((ord(character),) * 2,), following))
            state = following
        made.empty[state].append(1)
    return made


def _build(made: Automaton, tree: Tree, begin: int, end: int) -> None:
    if isinstance(tree, regex.Characters):
        made.steps[begin].append((tree.ranges, end))
    elif isinstance(tree, regex.Anchor):
        made.anchored[begin].append((tree.end, end))
    elif isinstance(tree, regex.Choice):
        for part in tree.parts:
            _build(made, part, begin, end)
    elif isinstance(tree, regex.Sequence):
        state = begin
        for part in tree.parts:
            following = made.add()
            _build(made, part, state, following)
            state = following
        made.empty[state].append(end)
    else:
        _build_repeat(made, tree, begin, end)


def _build_repeat(made: Automaton, tree: regex.Repeat, begin: int, end: int) -> None:
    state = made.add()
    made.empty[begin].append(state)
    for _ in range(tree.least):
        following = made.add()
        _build(made, tree.part, state, following)
        state = following
    if tree.most is None:
        loop = made.add()
        made.empty[state].append(loop)
        back = made.add()
        _build(made, tree.part, loop, back)
        made.empty[back].append(loop)
        state = loop
    for _ in range((tree.most or 0) - tree.least):
        made.empty[state].append(end)
        following = made.add()
        _build(made, tree.part, state, following)
        state = following
    made.empty[state].append(end)


def matches(pattern: str, text: str) -> bool | None:
    """Whether a text holds a match of an expression; None where the expression cannot be read."""
    made = searching(pattern)
    if made is None:
        return None
    states = made.start()
    for character in text:
        states = made.step(states, ord(character))
    return made.accepts(states, at_start=not text)


class TooLargeError(Exception):
    """The search was given up."""


def find_text(
    wanted: Sequence[Automaton],
    unwanted: Sequence[Automaton],
    least: int = 0,
    most: int | None = None,
    step: Callable[[int], None] = lambda count: None,
) -> str | None:
    """A shortest text that all of some automata accept and none of others; None where there is none.

    ``step`` is called for every part of the work.

    Raises:
        TooLargeError: the search was given up.
    """
    alphabet = _alphabet([*wanted, *unwanted])
    automata = (*wanted, *unwanted)
    start = tuple(each.start() for each in automata)
    pending: deque[tuple[tuple[States, ...], str]] = deque([(start, "")])
    seen = {(start, 0)}
    while pending:
        states, text = pending.popleft()
        if len(text) >= least and _fits(states, wanted, unwanted, at_start=not text):
            return text
        if most is not None and len(text) >= most:
            continue
        for code in alphabet:
            step(1)
            following = tuple(each.step(at, code) for each, at in zip(automata, states, strict=True))
            key = (following, min(len(text) + 1, least))
            if key not in seen and all(following[: len(wanted)]):
                seen.add(key)
                pending.append((following, text + chr(code)))
        if len(seen) > MAX_VISITED:
            raise TooLargeError
    return None


def _fits(
    states: tuple[States, ...], wanted: Sequence[Automaton], unwanted: Sequence[Automaton], *, at_start: bool
) -> bool:
    good, bad = states[: len(wanted)], states[len(wanted) :]
    return all(
        each.accepts(at, at_start=at_start) for each, at in zip(wanted, good, strict=True)
    ) and not any(each.accepts(at, at_start=at_start) for each, at in zip(unwanted, bad, strict=True))


def _alphabet(automata: Sequence[Automaton]) -> list[int]:
    """One character of every set that no automaton tells apart."""
    edges = {0, 0xD800, 0xE000}
    for made in automata:
        for steps in made.steps:
            for ranges, _ in steps:
                for low, high in ranges:
                    edges |= {low, high + 1}
    starts = sorted(edge for edge in edges if edge <= LAST)
    cells = zip(starts, [*starts[1:], LAST + 1], strict=True)
    found = [_pleasant(low, high - 1) for low, high in cells if not 0xD800 <= low < 0xE000]
    return sorted(found, key=lambda code: (not chr(code).isalnum(), not 32 <= code < 127, code))


def _pleasant(low: int, high: int) -> int:
    nice = next((ord(character) for character in _NICE if low <= ord(character) <= high), None)
    if nice is not None:
        return nice
    return max(low, 32) if low <= 126 and high >= 32 else low
