"""YAML that other tools own: read as tolerantly as they read it, and bounded.

Unlike the project's own files (:mod:`runbook_tui.files.yaml_source`) such a file may have several documents, anchors,
aliases, merge keys, tags and template placeholders. A document that cannot be parsed is a problem, and the others are
read all the same. What is built stays small whatever is written: aliases share what they name, and everything that is
counted in the limits below is counted again where a merge key copies it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from runbook_tui.files.foreign_nodes import List, Map, Node, Text
from runbook_tui.files.placeholders import Covered, cover
from runbook_tui.files.problems import Place, Problem
from runbook_tui.files.suggestions import quoted
from runbook_tui.files.yaml_errors import explain

MAX_BYTES = 5 * 1024 * 1024
"""Largest file that is read: the pure parser takes some ten seconds for it in the worst case."""
MAX_DEPTH = 64
MAX_VALUES = 100_000
"""Most keys and values of one document, also those that merge keys copy."""
MAX_DOCUMENTS = 5_000

_BOUNDARY = re.compile(r"^(?:---(?=[ \t\r\n]|\Z)|\.\.\.(?=[ \t\r\n]|\Z))", re.MULTILINE)
"""Such a line begins or ends a document wherever it stands, also inside of quotes (YAML 1.2.2, 9.1.2)."""
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_ENTRY = "lines of the form 'key: value'"


@dataclass(frozen=True, slots=True)
class Document:
    """One document that was read."""

    root: Node
    line: int
    """Where it begins, from 1."""
    placeholders: tuple[tuple[Place, str], ...] = ()
    """What another program fills in: the place and the text of each."""


@dataclass(frozen=True, slots=True)
class ForeignYaml:
    """The documents of a file, and what is wrong with it."""

    documents: tuple[Document, ...]
    problems: tuple[Problem, ...] = ()
    """Documents, and parts of them, that could not be read."""
    repeated: tuple[Problem, ...] = ()
    """Keys that stand twice in one mapping; the last is taken."""


def read_foreign_yaml(
    data: bytes, shown: str, wanted: Callable[[str], bool] = lambda text: True
) -> ForeignYaml:
    """Read all documents of a file. Never raises, whatever the bytes are.

    Args:
        data: UTF-8, at most 5 MiB; a byte order mark is allowed.
        shown: the name of the file in places.
        wanted: whether the text of a document is worth parsing; others are left out.
    """
    if len(data) > MAX_BYTES:
        what = f"the file has {len(data):,} bytes"
        return ForeignYaml((), (Problem(Place(shown), what, f"at most {MAX_BYTES:,}", "split it"),))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = f"byte {data[error.start]:#04x} is not UTF-8"
        return ForeignYaml((), (Problem(Place(shown, line), what, "UTF-8 text", "save the file as UTF-8"),))
    documents: list[Document] = []
    problems: list[Problem] = []
    repeated: list[Problem] = []
    for number, (line, part) in enumerate(_parts(text)):
        if number == MAX_DOCUMENTS:
            what = f"more than {MAX_DOCUMENTS:,} documents"
            problems.append(Problem(Place(shown, line), what, "", "split the file"))
            break
        if wanted(part):
            found = _document(part, line, shown, problems, repeated)
            documents += [found] if found is not None else []
    return ForeignYaml(tuple(documents), tuple(problems), tuple(repeated))


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """The texts of the documents, each with its first line; what is only comments is left out."""
    starts = [0]
    for match in _BOUNDARY.finditer(text):
        is_end = match[0] == "..."
        starts.append(_next_line(text, match.end()) if is_end else _with_directives(text, match.start()))
    line = 1
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        part = text[start:end]
        if any(_has_content(written) for written in part.split("\n")):
            yield line, part
        line += part.count("\n")


def _has_content(line: str) -> bool:
    stripped = line.strip()
    return bool(stripped) and stripped not in {"---", "..."} and stripped[0] not in "#%"


def _next_line(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end + 1


def _with_directives(text: str, start: int) -> int:
    """The directives (``%YAML``) right above the beginning of a document belong to it."""
    while start:
        above = text.rfind("\n", 0, start - 1) + 1
        if not text.startswith("%", above):
            break
        start = above
    return start


def _document(
    text: str, line: int, shown: str, problems: list[Problem], repeated: list[Problem]
) -> Document | None:
    covered = cover(text)
    builder = _Builder(covered, line, shown)
    try:
        root = builder.read()
    except _StopReadingError:
        root = None
    except MarkedYAMLError as error:
        root = None
        builder.problems.append(_moved(explain(error, covered.text, shown), text, line))
    except (YAMLError, ValueError, ArithmeticError, LookupError, TypeError, AttributeError, RecursionError):
        # Parsers have raised each of these for some input; none of them is the user's business.
        root = None
        what, remedy = "this is not valid YAML", "check quotes, brackets and indentation from here on"
        builder.problems.append(Problem(builder.last, what, "", remedy))
    problems += builder.problems
    repeated += builder.repeated
    if root is None or (isinstance(root, Text) and root.null):
        return None
    marks = tuple((Place(shown, at + line - 1), word) for at, word in covered.found)
    return Document(root, line, marks)


def _moved(problem: Problem, text: str, line: int) -> Problem:
    """A problem of one document at its place in the file; what is missing at the end is missing in the last line."""
    last = text.rstrip().count("\n") + line
    place = problem.place
    at = min(place.line + line - 1, last) if place.line else line
    column = place.column if at == place.line + line - 1 else 0
    return replace(problem, place=replace(place, line=at, column=column))


class _StopReadingError(Exception):
    """A limit was passed: reading on would only cost time."""


class _Builder:
    """Builds the value of one document from the parser's events."""

    def __init__(self, covered: Covered, line: int, shown: str) -> None:
        # A new one for every document: a directive of one would change how the next is read.
        self.events: Iterator[Event] = iter(YAML(typ="safe", pure=True).parse(covered.text))
        self.covered = covered
        self.line = line
        self.shown = shown
        self.problems: list[Problem] = []
        self.repeated: list[Problem] = []
        self.anchors: dict[str, Node] = {}
        self.count = 0
        self.last = Place(shown, line)

    def read(self) -> Node | None:
        """The value; None when there is none."""
        for event in self.events:
            if isinstance(event, NodeEvent):
                return self._value(event, 1)
        return None

    def _value(self, event: Event, depth: int) -> Node:
        place = self._count(event, depth)
        if isinstance(event, AliasEvent):
            return self._alias(event, place)
        node: Node
        if isinstance(event, MappingStartEvent):
            node = self._mapping(place, depth)
        elif isinstance(event, SequenceStartEvent):
            node = List(tuple(self._items(depth)), place)
        else:
            node = self._scalar(event, place)
        anchor = getattr(event, "anchor", None)
        if anchor is not None:
            self.anchors[anchor] = node
        return node

    def _alias(self, event: AliasEvent, place: Place) -> Node:
        name = str(event.anchor)
        if name not in self.anchors:
            # Not known, or still being read: a value that contains itself.
            what = f"the alias {quoted('*' + name)} names nothing that stands above it"
            self.problems.append(Problem(place, what, "an anchor", "write the value out"))
            return Text("", place, null=True)
        return self.anchors[name]

    def _scalar(self, event: Event, place: Place) -> Text:
        value = str(event.value) if isinstance(event, ScalarEvent) else ""
        null = isinstance(event, ScalarEvent) and event.style is None and value in _NULLS
        written = self.covered.written(value, event.start_mark.index, event.end_mark.index)
        return Text("" if null else written, place, null)

    def _items(self, depth: int) -> Iterator[Node]:
        for event in self.events:
            if isinstance(event, CollectionEndEvent):
                return
            yield self._value(event, depth + 1)

    def _mapping(self, place: Place, depth: int) -> Map:
        entries: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        merged: list[Node] = []
        for event in self.events:
            if isinstance(event, CollectionEndEvent):
                break
            key, where = self._key(event, depth)
            value = self._value(next(self.events), depth + 1)
            if key == "<<" and isinstance(event, ScalarEvent) and event.style is None:
                merged.append(value)
                continue
            if key in entries and not self.covered.branches:
                what = f"the key {quoted(key)} is here for the second time (first in line {keys[key].line})"
                remedy = "remove or rename one of the two; this one is taken"
                self.repeated.append(Problem(where, what, "every key once", remedy))
            entries[key] = value
            keys[key] = where
        for value in merged:
            self._merge(value, entries, keys)
        return Map(entries, place, keys)

    def _merge(self, value: Node, entries: dict[str, Node], keys: dict[str, Place]) -> None:
        """Add what a merge key names, in front of nothing that is there (yaml.org/type/merge.html)."""
        for source in value.items if isinstance(value, List) else (value,):
            if isinstance(source, Map):
                self._spend(len(source.entries), source.place)
                for key, inner in source.entries.items():
                    if key not in entries:
                        entries[key] = inner
                        keys[key] = source.keys[key]
            elif not (isinstance(source, Text) and source.null):
                what = "a merge key that names no mapping"
                self.problems.append(Problem(source.place, what, _ENTRY, "name an anchor of a mapping"))

    def _key(self, event: Event, depth: int) -> tuple[str, Place]:
        node = self._value(event, depth)
        if isinstance(node, Text):
            # The word null is a key like any other.
            value = str(event.value) if isinstance(event, ScalarEvent) and node.null else node.value
            return value, node.place
        self.problems.append(Problem(node.place, "a key that is not plain text", _ENTRY, "write it as text"))
        return f"?{self.count}", node.place

    def _count(self, event: Event, depth: int) -> Place:
        self.last = Place(self.shown, event.start_mark.line + self.line, event.start_mark.column + 1)
        if depth > MAX_DEPTH:
            what = f"nested deeper than {MAX_DEPTH} levels"
            self.problems.append(Problem(self.last, what, "", "check that this is the right file"))
            raise _StopReadingError
        self._spend(1, self.last)
        return self.last

    def _spend(self, number: int, place: Place) -> None:
        self.count += number
        if self.count > MAX_VALUES:
            what = f"more than {MAX_VALUES:,} keys and values in one document"
            self.problems.append(Problem(place, what, "", "check that this is the right file"))
            raise _StopReadingError
