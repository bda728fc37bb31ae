"""One YAML document of other people to values of any kind: tolerant and bounded.

libyaml reads it; what that refuses is read again by the pure parser, which accepts a little more and says better what
is wrong. Anchors, aliases, merge keys and tags are followed within limits. What does not end the reading is told, and
the rest is read all the same. What the values are is the caller's business (``Builder``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Generic, NoReturn

from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from runbook_tui.files.problems import Place, Problem
from runbook_tui.files.suggestions import quoted
from runbook_tui.files.yaml_errors import FAILURES, explain
from runbook_tui.files.yaml_events import fast_events, pure_events
from runbook_tui.files.yaml_values import Builder, Limits, Mark, Tree, V

_OTHER_BREAKS = ("\x85", "\u2028", "\u2029")
"""libyaml still counts them as line breaks, as YAML 1.1 did, and its lines are not those of an editor."""
_WRONG_FILE = "check that this is the right file"
_ENTRY = "lines of the form 'key: value'"


def read_tree(text: str, shown: str, builder: Builder[V], limits: Limits, line: int = 1) -> Tree[V]:
    """Read the first document of a text. Never raises, whatever the text is.

    Args:
        text: one document; a second one is a problem.
        shown: the name of the file in places.
        builder: makes the values; it may be asked twice for all of them, and the second time counts.
        limits: what the document may have.
        line: the line of the file in which the text begins, from 1.
    """
    may_be_pure = len(text) <= limits.pure
    odd = may_be_pure and any(each in text for each in _OTHER_BREAKS)
    fast = None if odd else fast_events(text)
    if fast is not None:
        reader = _Reader(fast, shown, builder, limits, line)
        error = reader.read()
        if error is None or not may_be_pure:
            return _finished(reader, error, text)
    reader = _Reader(pure_events(text), shown, builder, limits, line)
    return _finished(reader, reader.read(), text)


def _finished(reader: _Reader[V], error: Exception | None, text: str) -> Tree[V]:
    tree = reader.tree
    if isinstance(error, MarkedYAMLError):
        tree.problems.append(_moved(explain(error, text, reader.shown), text, reader.line))
    elif error is not None:
        what, remedy = "this is not valid YAML", "check quotes, brackets and indentation from here on"
        tree.problems.append(Problem(reader.reached(), what, "", remedy))
    return tree


def _moved(problem: Problem, text: str, line: int) -> Problem:
    """A problem of one document at its place in the file; what the end lacks is missing behind the last text."""
    written = text.rstrip()
    last = written.count("\n") + line
    place = problem.place
    at = min(place.line + line - 1, last) if place.line else line
    behind = len(written) - written.rfind("\n")
    column = behind if place.line + line - 1 > last else place.column if place.line else 0
    return replace(problem, place=replace(place, line=at, column=column))


class _StopReadingError(Exception):
    """A limit was passed: reading on would only cost time."""


@dataclass(slots=True)
class _Anchored(Generic[V]):
    value: V
    size: int
    """Values inside of it, aliases followed."""
    key: str | None
    """Its text as a key; None where it is no scalar."""


class _Reader(Generic[V]):
    """Builds the value of one document from the parser's events."""

    def __init__(
        self, events: Iterator[Event], shown: str, builder: Builder[V], limits: Limits, line: int
    ) -> None:
        self.events = events
        self.shown = shown
        self.builder = builder
        self.limits = limits
        self.line = line
        self.tree: Tree[V] = Tree()
        self.last: Event | None = None
        self.anchors: dict[str, _Anchored[V] | None] = {}
        self.count = 0

    def read(self) -> Exception | None:
        """Fill the tree; gives what the parser raised."""
        try:
            self._document()
        except _StopReadingError:
            error = None
        except FAILURES as raised:
            error = raised
        else:
            return None
        self.tree.root, self.tree.complete = None, False
        return error

    def reached(self) -> Place:
        """Where the last value stands that was read."""
        return Place(self.shown, self.line) if self.last is None else self._place(self.last)

    def _document(self) -> None:
        documents = 0
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    what, remedy = "a second document begins", "remove the '---' line"
                    self.tree.second = Problem(self._place(event), what, "one document", remedy)
                    return
            elif isinstance(event, NodeEvent):
                self.tree.start = event.start_mark
                self.tree.root = self._value(event, 1)

    def _value(self, event: Event, depth: int) -> V:
        self.last = event
        self.count += 1
        if self.count > self.limits.values:
            self._too_many(event)
        if isinstance(event, ScalarEvent) and event.anchor is None:
            return self.builder.scalar(event)
        if isinstance(event, AliasEvent):
            known = self._known(event)
            return self.builder.nothing(event) if known is None else known.value
        anchor = event.anchor if isinstance(event, NodeEvent) else None
        return self._content(event, depth) if anchor is None else self._anchored(event, anchor, depth)

    def _anchored(self, event: Event, anchor: str, depth: int) -> V:
        self.anchors[anchor] = None
        before = self.count + self.tree.aliased
        value = self._content(event, depth)
        key = self.builder.key(event) if isinstance(event, ScalarEvent) else None
        self.anchors[anchor] = _Anchored(value, self.count + self.tree.aliased - before + 1, key)
        return value

    def _content(self, event: Event, depth: int) -> V:
        if isinstance(event, ScalarEvent):
            return self.builder.scalar(event)
        if depth > self.limits.depth:
            self._stop(event, f"nested deeper than {self.limits.depth} levels")
        if isinstance(event, MappingStartEvent):
            return self._mapping(event, depth)
        return self._sequence(event, depth)

    def _known(self, event: AliasEvent) -> _Anchored[V] | None:
        """What an alias names; None, and a problem, where that is nothing."""
        name = event.anchor
        known = self.anchors.get(name)
        if known is None:
            inside = "stands inside of its own anchor" if name in self.anchors else "has no anchor"
            what = f"the alias {quoted(f'*{name}')} {inside}"
            self._tell(event, what, "an anchor above it", "write the value out")
            return None
        self.tree.aliased += known.size
        if self.limits.aliased is not None and self.tree.aliased > self.limits.aliased:
            what = f"aliases that repeat more than {self.limits.aliased:,} values"
            self._stop(event, what, "write the values out")
        return known

    def _sequence(self, start: Event, depth: int) -> V:
        items: list[V] = []
        marks: list[Mark] = []
        for event in self.events:
            if isinstance(event, CollectionEndEvent):
                break
            marks.append(event.start_mark)
            items.append(self._value(event, depth + 1))
        value = self.builder.sequence(start, items)
        self.tree.inside[id(value)] = marks
        return value

    def _mapping(self, start: Event, depth: int) -> V:
        entries: dict[str, V] = {}
        keys: dict[str, Mark] = {}
        merged: list[tuple[V, Event]] = []
        for event in self.events:
            if isinstance(event, CollectionEndEvent):
                break
            key = self._key(event, depth)
            inner = next(self.events)
            if key == "<<" and isinstance(event, ScalarEvent) and not event.style:
                merged.append((self._value(inner, depth + 1), inner))
                continue
            if key in entries:
                self._tell_repeated(key, event, keys[key])
            keys[key] = event.start_mark
            entries[key] = self._value(inner, depth + 1)
        for source, inner in merged:
            self._merge(source, inner, entries, keys)
        value = self.builder.mapping(start, entries, keys)
        self.tree.inside[id(value)] = keys
        return value

    def _key(self, event: Event, depth: int) -> str:
        self.count += 1  # the value is next, and held against the limit
        if isinstance(event, ScalarEvent):
            if event.anchor is not None:
                self._anchored(event, event.anchor, depth)
            return self.builder.key(event)
        if isinstance(event, AliasEvent):
            known = self._known(event)
            if known is None or known.key is not None:
                return f"?{self.count}" if known is None else str(known.key)
        else:
            self._value(event, depth + 1)
        what = "a key that is not plain text"
        self._tell(event, what, _ENTRY, "write the key as text")
        return f"?{self.count}"

    def _merge(self, value: V, event: Event, entries: dict[str, V], keys: dict[str, Mark]) -> None:
        """Add what a merge key names, in front of nothing that is there (yaml.org/type/merge.html)."""
        sources = self.builder.items(value)
        for source in (value,) if sources is None else sources:
            found = self.builder.entries(source)
            if found is None:
                what, remedy = "a merge key that names no mapping", "name an anchor of a mapping"
                self._tell(event, what, _ENTRY, remedy)
                continue
            self.count += len(found)
            if self.count > self.limits.values:
                self._too_many(event)
            marks = self.tree.inside.get(id(source))
            for key, inner in found.items():
                if key not in entries:
                    entries[key] = inner
                    keys[key] = marks[key] if isinstance(marks, dict) else event.start_mark

    def _tell_repeated(self, key: str, event: Event, first: Mark) -> None:
        if len(self.tree.repeated) < self.limits.problems:
            line = first.line + self.line
            what = f"the key {quoted(key)} is here for the second time (first in line {line})"
            remedy = "remove or rename one of the two; this one is taken"
            self.tree.repeated.append(Problem(self._place(event), what, "every key once", remedy))

    def _tell(self, event: Event, what: str, expected: str, remedy: str) -> None:
        if len(self.tree.problems) < self.limits.problems:
            self.tree.problems.append(Problem(self._place(event), what, expected, remedy))

    def _stop(self, event: Event, what: str, remedy: str = _WRONG_FILE) -> NoReturn:
        self.tree.problems.append(Problem(self._place(event), what, "", remedy))
        raise _StopReadingError

    def _too_many(self, event: Event) -> NoReturn:
        self._stop(event, f"more than {self.limits.values:,} keys and values in one document")

    def _place(self, event: Event) -> Place:
        mark = event.start_mark
        return Place(self.shown, mark.line + self.line, mark.column + 1)
