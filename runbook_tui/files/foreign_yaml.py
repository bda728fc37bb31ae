"""YAML that other tools own: read as tolerantly as they read it, and bounded.

Unlike the project's own files (:mod:`runbook_tui.files.yaml_source`) such a file may have several documents, anchors,
aliases, merge keys, tags and template placeholders. A document that cannot be parsed is a problem, and the others are
read all the same. What is built stays small whatever is written: aliases share what they name, and everything that is
counted in the limits below is counted again where a merge key copies it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ruamel.yaml.events import Event, ScalarEvent

from runbook_tui.files.foreign_nodes import List, Map, Node, Text
from runbook_tui.files.placeholders import Covered, cover
from runbook_tui.files.problems import Place, Problem
from runbook_tui.files.yaml_tree import read_tree
from runbook_tui.files.yaml_values import NULLS, Limits, Mark

MAX_BYTES = 5 * 1024 * 1024
"""Largest file that is read: the pure parser takes some ten seconds for it in the worst case."""
MAX_DEPTH = 64
MAX_VALUES = 100_000
"""Most keys and values of one document, also those that merge keys copy."""
MAX_DOCUMENTS = 5_000

_BOUNDARY = re.compile(r"^(?:---(?=[ \t\r\n]|\Z)|\.\.\.(?=[ \t\r\n]|\Z))", re.MULTILINE)
"""Such a line begins or ends a document wherever it stands, also inside of quotes (YAML 1.2.2, 9.1.2)."""
_LIMITS = Limits(MAX_DEPTH, MAX_VALUES, problems=1_000, pure=MAX_BYTES)


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
    tree = read_tree(covered.text, shown, _Nodes(covered, line, shown), _LIMITS, line)
    problems += [*tree.problems, *([tree.second] if tree.second is not None else [])]
    repeated += () if covered.branches else tree.repeated
    root = tree.root
    if root is None or (isinstance(root, Text) and root.null):
        return None
    marks = tuple((Place(shown, at + line - 1), word) for at, word in covered.found)
    return Document(root, line, marks)


class _Nodes:
    """Makes the values of one document. Aliases share what they name."""

    def __init__(self, covered: Covered, line: int, shown: str) -> None:
        self.covered = covered
        self.line = line
        self.shown = shown

    def key(self, event: ScalarEvent) -> str:
        """The text that is written, with its placeholders. The word null is a key like any other."""
        return self.covered.written(str(event.value), event.start_mark.index, event.end_mark.index)

    def scalar(self, event: ScalarEvent) -> Node:
        """A text."""
        if not event.style and event.value in NULLS:
            return self.nothing(event)
        return Text(self.key(event), self._place(event.start_mark))

    def sequence(self, event: Event, items: list[Node]) -> Node:
        """A list."""
        return List(tuple(items), self._place(event.start_mark))

    def mapping(self, event: Event, entries: dict[str, Node], keys: dict[str, Mark]) -> Node:
        """A mapping."""
        return Map(entries, self._place(event.start_mark), {key: self._place(keys[key]) for key in entries})

    def nothing(self, event: Event) -> Node:
        """A null."""
        return Text("", self._place(event.start_mark), null=True)

    def items(self, value: Node) -> Sequence[Node] | None:
        """Of a list."""
        return value.items if isinstance(value, List) else None

    def entries(self, value: Node) -> Mapping[str, Node] | None:
        """Of a mapping."""
        if isinstance(value, Map):
            return value.entries
        return {} if isinstance(value, Text) and value.null else None

    def _place(self, mark: Mark) -> Place:
        return Place(self.shown, mark.line + self.line, mark.column + 1)
