"""From YAML events to plain data with places; what the accepted language leaves out is refused by name."""

from __future__ import annotations

from collections.abc import Iterator

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from runbook_tui.files.problems import Place, Problem, ProblemsError
from runbook_tui.files.suggestions import quoted
from runbook_tui.files.yaml_errors import FAILURES, explain
from runbook_tui.files.yaml_events import fast_events
from runbook_tui.files.yaml_source import Location, YamlSource

MAX_DEPTH = 64
"""Deepest nesting; a manifest or a runbook needs about eight levels."""
MAX_VALUES = 400_000
"""Most keys and values in one file; a manifest of a thousand services with ten APIs each has some 120,000."""
_EXPLAINED = 1024 * 1024
"""Characters of a file that is read once more by the pure parser, which says better what is wrong: seconds."""

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_MAPPING = "lines of the form 'key: value'"
_WRONG_FILE = "check that this is the right file"


def read_document(text: str, shown: str) -> YamlSource:
    """Read the one document of a file.

    Raises:
        ProblemsError: everything that was found up to the first place that cannot be parsed.
    """
    events = fast_events(text)
    if events is not None:
        reader = _Reader(events, text, shown)
        data = _read(reader)
        if not reader.problems:
            return YamlSource(shown, data, reader.values, reader.keys)
        if len(text) > _EXPLAINED:
            raise ProblemsError(reader.problems)
    # A new one for every file: a directive of one file would change how the next is read.
    reader = _Reader(iter(YAML(typ="safe", pure=True).parse(text)), text, shown)
    data = _read(reader)
    if reader.problems:
        raise ProblemsError(reader.problems)
    return YamlSource(shown, data, reader.values, reader.keys)


def _read(reader: _Reader) -> object:
    """The data, as far as it goes; what is wrong is added to the reader's problems."""
    try:
        return reader.read()
    except _StopReadingError:
        pass
    except MarkedYAMLError as error:
        reader.problems.append(explain(error, reader.text, reader.shown))
    except FAILURES:
        place = Place(reader.shown, *reader.last)
        what = "this is not valid YAML"
        reader.problems.append(
            Problem(place, what, "", "check quotes, brackets and indentation from here on")
        )
    return None


class _StopReadingError(Exception):
    """A limit was passed: reading on would only cost time."""


class _Reader:
    """Builds the data from the parser's events. Events, unlike nodes, tell where an alias was used."""

    def __init__(self, events: Iterator[Event], text: str, shown: str) -> None:
        self.events = events
        self.text = text
        self.shown = shown
        self.problems: list[Problem] = []
        self.values: dict[Location, tuple[int, int]] = {}
        self.keys: dict[Location, tuple[int, int]] = {}
        self.count = 0
        self.last = (0, 0)

    def read(self) -> object:
        """The data of the only document; its top level is a mapping."""
        data: object = None
        documents = 0
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._report(event, "a second document begins", "one document", "remove the '---' line")
                    raise _StopReadingError
                self._refuse_directives(event)
            elif isinstance(event, NodeEvent):
                data = self._value(event, (), 1)
                self._require_mapping(event, data)
        if not documents:
            self._report_empty()
        return data

    def _require_mapping(self, event: Event, data: object) -> None:
        if isinstance(data, dict) or self.problems:
            return
        if data is None:
            self._report_empty()
        else:
            found = f"the text {quoted(data)}" if isinstance(data, str) else "a list"
            self._report(event, f"the file holds {found}", _MAPPING, _WRONG_FILE)

    def _report_empty(self) -> None:
        self.problems.append(Problem(Place(self.shown), "the file is empty", _MAPPING, _WRONG_FILE))

    def _refuse_directives(self, event: DocumentStartEvent) -> None:
        if event.version is None and not event.tags:
            return
        line = next((n for n, written in enumerate(self.text.split("\n"), 1) if written.startswith("%")), 1)
        what = "a directive (a line that begins with '%')"
        self.problems.append(Problem(Place(self.shown, line, 1), what, "plain YAML 1.2", "remove the line"))

    def _value(self, event: Event, location: Location, depth: int) -> object:
        self._count(event, depth)
        self.values[location] = self.last
        if isinstance(event, AliasEvent):
            what = f"the alias {quoted('*' + event.anchor)}"
            self._report(event, what, "the value itself", "write the value out")
            return None
        if isinstance(event, (ScalarEvent, CollectionStartEvent)):
            self._refuse_properties(event)
        if isinstance(event, MappingStartEvent):
            return self._mapping(location, depth)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(location, depth)
        return self._scalar(event, location) if isinstance(event, ScalarEvent) else None

    def _scalar(self, event: ScalarEvent, location: Location) -> str | None:
        value = str(event.value)
        if not event.style and event.implicit[0] and value in _NULLS:
            if not value:
                # The parser places an empty value on a later line: its own key is nearer.
                self.values[location] = self.keys.get(location, self.last)
            return None
        self._refuse_escaped(event, f"{location[-1]}: " if location and isinstance(location[-1], str) else "")
        return value

    def _sequence(self, location: Location, depth: int) -> list[object]:
        items: list[object] = []
        for event in self.events:
            if isinstance(event, CollectionEndEvent):
                break
            items.append(self._value(event, (*location, len(items)), depth + 1))
        return items

    def _mapping(self, location: Location, depth: int) -> dict[str, object]:
        entries: dict[str, object] = {}
        for event in self.events:
            if isinstance(event, CollectionEndEvent):
                break
            key = self._key(event, location, depth)
            inner = (*location, key)
            if key in entries:
                what = (
                    f"the key {quoted(key)} is here for the second time (first in line {self.keys[inner][0]})"
                )
                self._report(event, what, "every key once", "remove or rename one of the two")
            else:
                self.keys[inner] = self.last
            # Where a key stands twice the file is refused anyway; its value is read for the problems in it.
            entries[key] = self._value(next(self.events), inner, depth + 1)
        return entries

    def _key(self, event: Event, location: Location, depth: int) -> str:
        if not isinstance(event, ScalarEvent):
            self._report(event, "a key that is not plain text", "text and a colon", "write the key as text")
            self._value(event, (*location, "?"), depth + 1)
            return f"?{self.count}"
        self._count(event, depth)
        self._refuse_properties(event)
        self._refuse_escaped(event)
        key = str(event.value)
        if not key:
            self._report(event, "an empty key", "text before the colon", "name the key")
        elif key == "<<" and not event.style:
            self._report(event, "a merge key", "the values themselves", "write the merged values out")
        return key

    def _count(self, event: Event, depth: int) -> None:
        self.count += 1
        self.last = _position(event)
        if depth > MAX_DEPTH:
            self._report(event, f"nested deeper than {MAX_DEPTH} levels", "", _WRONG_FILE)
            raise _StopReadingError
        if self.count > MAX_VALUES:
            self._report(event, f"more than {MAX_VALUES:,} keys and values", "", _WRONG_FILE)
            raise _StopReadingError

    def _refuse_properties(self, event: ScalarEvent | CollectionStartEvent) -> None:
        if event.anchor is not None:
            what = f"the anchor {quoted('&' + event.anchor)}"
            self._report(
                event, what, "the value alone", "remove it, and write its value out where it is used"
            )
        if event.ctag is not None:
            self._report(event, f"the tag {quoted(str(event.ctag))}", "the value alone", "remove the tag")

    def _refuse_escaped(self, event: ScalarEvent, named: str = "") -> None:
        """Quoted text can spell what must not stand in the file: control characters, surrogates."""
        for character in event.value:
            code = ord(character)
            if (code < 0x20 and character not in "\n\t") or 0x7F <= code <= 0x9F or 0xD800 <= code <= 0xDFFF:
                what = f"{named}the text contains the control character U+{code:04X}"
                self._report(event, what, "printable text", "remove the escape sequence")
                return

    def _report(self, event: Event, what: str, expected: str, remedy: str) -> None:
        self.problems.append(Problem(Place(self.shown, *_position(event)), what, expected, remedy))


def _position(event: Event) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1
