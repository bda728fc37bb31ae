"""YAML to values with their places, from the parser's events.

The scalars are those of YAML 1.2's core schema (https://yaml.org/spec/1.2.2/#103-core-schema): ``yes`` and dates stay
text. Keys are always text: a response key 200 is "200". Anchors, aliases and merge keys are followed within limits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from runbook_tui.contracts.documents.json_text import is_too_deep
from runbook_tui.contracts.documents.limits import (
    MAX_ALIASED,
    MAX_DEFECTS,
    MAX_DEPTH,
    MAX_VALUES,
    TOO_DEEP,
    TOO_MANY,
    WRONG_FILE,
    Defect,
    UnreadableError,
)
from runbook_tui.contracts.documents.pointers import escaped
from runbook_tui.files.yaml_errors import explain

_CONSTANTS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,400}|0o[0-7]{1,400}|0x[0-9a-fA-F]{1,400}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NUMERIC = frozenset("-+.0123456789")
_FAILURES = (ValueError, ArithmeticError, LookupError, TypeError, AttributeError, RecursionError)
"""What parsers have raised for hostile input besides their own errors."""

MAX_EXPLAINED = 300_000
"""Longest text, in characters, that is parsed once more only for a better word on what is wrong with it."""
Places = dict[str, tuple[int, int]]
"""Pointer to line and column, from 1, of the key or list item."""


@dataclass(slots=True)
class YamlText:
    """What was read of a YAML file."""

    value: object = None
    places: Places = field(default_factory=dict)
    defects: list[Defect] = field(default_factory=list)


def read_yaml(text: str) -> YamlText:
    """The first document of a YAML text; duplicate keys and the like are defects.

    Raises:
        UnreadableError: it cannot be read.
    """
    fast = _fast_parser()
    if fast is not None:
        try:
            return _read(text, _fast_events(fast, text))
        except UnreadableError as error:
            # The slow parser says better what is wrong.
            if not isinstance(error.__cause__, YAMLError) or len(text) > MAX_EXPLAINED:
                raise
    return _read(text, iter(YAML(typ="safe", pure=True).parse(text)))


def _read(text: str, events: Iterator[Event]) -> YamlText:
    reader = _Reader(events)
    try:
        return reader.read()
    except (YAMLError, *_FAILURES) as error:
        raise UnreadableError(_explained(error, text, reader.last)) from error


def _explained(error: Exception, text: str, last: tuple[int, int]) -> Defect:
    if isinstance(error, MarkedYAMLError):
        problem = explain(error, text, "")
        place = problem.place
        return Defect(place.line, place.column, problem.what, problem.expected, problem.remedy)
    return Defect(*last, "this is not valid YAML", "", "check quotes, brackets and indentation from here on")


def _fast_events(made: Callable[[str], object], text: str) -> Iterator[Event]:
    parser = made(text)
    while parser.check_event():  # type: ignore[attr-defined]
        yield parser.get_event()  # type: ignore[attr-defined]


def _fast_parser() -> Callable[[str], object] | None:
    """libyaml's parser where it is installed: some 30 times faster, the same events."""
    try:
        made: Callable[[str], object] = import_module("_ruamel_yaml").CParser
    except (ImportError, AttributeError):
        return None
    return made


@dataclass(slots=True)
class _Anchored:
    value: object
    size: int
    """Values inside of it, aliases followed."""


class _Reader:
    def __init__(self, events: Iterator[Event]) -> None:
        self.events = events
        self.found = YamlText()
        self.last = (0, 0)
        self.anchors: dict[str, _Anchored | None] = {}
        self.count = 0
        self.aliased = 0

    def read(self) -> YamlText:
        """Everything; raises what the parser raises."""
        documents = 0
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._defect(event, "a second document begins", "one document", "remove the '---' line")
                    break
            elif isinstance(event, NodeEvent):
                self.found.value = self._value(event, "", 1)
        if self.aliased and is_too_deep(self.found.value):
            raise UnreadableError(Defect(0, 0, TOO_DEEP, "", WRONG_FILE))
        return self.found

    def _value(self, event: Event, pointer: str, depth: int) -> object:
        self.count += 1
        mark = event.start_mark
        self.last = (mark.line + 1, mark.column + 1)
        if depth > MAX_DEPTH:
            raise UnreadableError(Defect(*self.last, TOO_DEEP, "", WRONG_FILE))
        if self.count > MAX_VALUES:
            raise UnreadableError(Defect(*self.last, TOO_MANY, "", WRONG_FILE))
        self.found.places.setdefault(pointer, self.last)
        if isinstance(event, AliasEvent):
            return self._alias(event)
        anchor = event.anchor if isinstance(event, NodeEvent) else None
        if anchor is not None:
            self.anchors[anchor] = None
        before = self.count + self.aliased
        value = self._content(event, pointer, depth)
        if anchor is not None:
            self.anchors[anchor] = _Anchored(value, self.count + self.aliased - before + 1)
        return value

    def _content(self, event: Event, pointer: str, depth: int) -> object:
        if isinstance(event, MappingStartEvent):
            return self._mapping(pointer, depth)
        if isinstance(event, SequenceStartEvent):
            items: list[object] = []
            for inner in self.events:
                if isinstance(inner, CollectionEndEvent):
                    break
                items.append(self._value(inner, f"{pointer}/{len(items)}", depth + 1))
            return items
        return scalar(event) if isinstance(event, ScalarEvent) else None

    def _alias(self, event: AliasEvent) -> object:
        known = self.anchors.get(event.anchor)
        if known is None:
            inside = event.anchor in self.anchors
            what = f"the alias '*{event.anchor}' " + (
                "stands inside of its own anchor" if inside else "has no anchor"
            )
            raise UnreadableError(Defect(*self.last, what, "an anchor above it", "write the value out"))
        self.aliased += known.size
        if self.aliased > MAX_ALIASED:
            what = f"aliases that repeat more than {MAX_ALIASED:,} values"
            raise UnreadableError(Defect(*self.last, what, "", "write the values out"))
        return known.value

    def _mapping(self, pointer: str, depth: int) -> dict[str, object]:
        entries: dict[str, object] = {}
        merged: list[object] = []
        for event in self.events:
            if isinstance(event, CollectionEndEvent):
                break
            key = self._key(event)
            if key == "<<" and isinstance(event, ScalarEvent) and not event.style:
                merged.append(self._value(next(self.events), f"{pointer}/<<", depth + 1))
                continue
            inner = f"{pointer}/{escaped(key)}"
            if key in entries:
                first = self.found.places[inner][0]
                what = f"the key '{key}' is here for the second time (first in line {first})"
                self._defect(event, what, "every key once", "remove or rename one of the two")
            mark = event.start_mark
            self.found.places[inner] = (mark.line + 1, mark.column + 1)
            entries[key] = self._value(next(self.events), inner, depth + 1)
        for value in merged:
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, dict):
                    entries = {**each, **entries}
        return entries

    def _key(self, event: Event) -> str:
        if isinstance(event, ScalarEvent):
            return str(event.value)
        mark = event.start_mark
        what = "a key that is not plain text"
        raise UnreadableError(
            Defect(mark.line + 1, mark.column + 1, what, "text and a colon", "write the key as text")
        )

    def _defect(self, event: Event, what: str, expected: str, remedy: str) -> None:
        if len(self.found.defects) < MAX_DEFECTS:
            mark = event.start_mark
            self.found.defects.append(Defect(mark.line + 1, mark.column + 1, what, expected, remedy))


def scalar(event: ScalarEvent) -> object:
    """What a scalar means in YAML 1.2's core schema; text for everything that is quoted or tagged otherwise.

    A plain one has the style None or, from libyaml, an empty one.
    """
    value = str(event.value)
    if event.style or not event.implicit[0]:
        return value
    if value in _CONSTANTS:
        return _CONSTANTS[value]
    if value[0] in _NUMERIC:
        if _INTEGER.fullmatch(value):
            return int(value, 0 if value[:2] in ("0o", "0x") else 10)
        if _FLOAT.fullmatch(value):
            return float(value)
    return value
