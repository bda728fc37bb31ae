"""YAML to plain values, and the places of them found only when somebody asks.

The scalars are those of YAML 1.2's core schema (https://yaml.org/spec/1.2.2/#103-core-schema): ``yes`` and dates stay
text. Keys are always text: a response key 200 is "200". The reading is :mod:`runbook_tui.files.yaml_tree`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ruamel.yaml.events import Event, ScalarEvent

from runbook_tui.contracts.documents.json_text import is_too_deep
from runbook_tui.contracts.documents.limits import (
    MAX_ALIASED,
    MAX_DEFECTS,
    MAX_DEPTH,
    MAX_VALUES,
    TOO_DEEP,
    WRONG_FILE,
    Defect,
    UnreadableError,
)
from runbook_tui.files.problems import Problem
from runbook_tui.files.yaml_tree import read_tree
from runbook_tui.files.yaml_values import NULLS, Inside, Limits, Mark, Tree

_CONSTANTS: dict[str, object] = {
    **dict.fromkeys(NULLS),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,400}|0o[0-7]{1,400}|0x[0-9a-fA-F]{1,400}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NUMERIC = frozenset("-+.0123456789")
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")

MAX_EXPLAINED = 300_000
"""Longest text, in characters, that is parsed once more for a better word on what is wrong with it."""
_LIMITS = Limits(MAX_DEPTH, MAX_VALUES, MAX_DEFECTS, MAX_EXPLAINED, MAX_ALIASED)


class Places(dict[str, tuple[int, int]]):
    """Pointer to line and column, from 1, of the key or list item.

    A place is looked for when somebody asks whether it is in here: most are never needed. What an alias or a merge key
    repeats has the place at which it is written.
    """

    def __init__(self, tree: Tree[object] | None = None) -> None:
        super().__init__({} if tree is None or tree.start is None else {"": _position(tree.start)})
        self._root = tree.root if tree is not None else None
        self._inside: Inside = tree.inside if tree is not None else {}

    def __contains__(self, pointer: object) -> bool:
        if not super().__contains__(pointer):
            mark = self._find(str(pointer).split("/")[1:])
            if mark is None:
                return False
            self[str(pointer)] = _position(mark)
        return True

    def _find(self, parts: Sequence[str]) -> Mark | None:
        value, mark = self._root, None
        for part in parts:
            marks = self._inside.get(id(value))
            if isinstance(value, dict) and isinstance(marks, dict):
                key = part.replace("~1", "/").replace("~0", "~")
                if key not in marks:
                    return None
                value, mark = value[key], marks[key]
            elif isinstance(value, list) and isinstance(marks, list):
                index = int(part) if _INDEX.fullmatch(part) else len(marks)
                if index >= len(marks):
                    return None
                value, mark = value[index], marks[index]
            else:
                return None
        return mark


def _position(mark: Mark) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


@dataclass(slots=True)
class YamlText:
    """What was read of a YAML file."""

    value: object = None
    places: Places = field(default_factory=Places)
    defects: list[Defect] = field(default_factory=list)


def read_yaml(text: str) -> YamlText:
    """The first document of a YAML text; duplicate keys and the like are defects.

    Raises:
        UnreadableError: it cannot be read.
    """
    tree = read_tree(text, "", _Values(), _LIMITS)
    if tree.problems:
        raise UnreadableError(_defect(tree.problems[0]))
    if tree.aliased and is_too_deep(tree.root):
        raise UnreadableError(Defect(0, 0, TOO_DEEP, "", WRONG_FILE))
    told = [*tree.repeated, *([tree.second] if tree.second is not None else [])]
    return YamlText(tree.root, Places(tree), [_defect(each) for each in told])


def _defect(problem: Problem) -> Defect:
    place = problem.place
    return Defect(place.line, place.column, problem.what, problem.expected, problem.remedy)


class _Values:
    """Makes dicts, lists and scalars."""

    def key(self, event: ScalarEvent) -> str:
        """The text that is written."""
        return str(event.value)

    def scalar(self, event: ScalarEvent) -> object:
        """See :func:`scalar`."""
        return scalar(event)

    def sequence(self, event: Event, items: list[object]) -> object:
        """A list."""
        return items

    def mapping(self, event: Event, entries: dict[str, object], keys: dict[str, Mark]) -> object:
        """A dict."""
        return entries

    def nothing(self, event: Event) -> object:
        """None."""
        return None

    def items(self, value: object) -> Sequence[object] | None:
        """Of a list."""
        return value if isinstance(value, list) else None

    def entries(self, value: object) -> Mapping[str, object] | None:
        """Of a dict."""
        return {} if value is None else value if isinstance(value, dict) else None


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
