"""JSON to values, and the place of a value found only when somebody asks for it."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from json.decoder import scanstring  # type: ignore[attr-defined]

from runbook_tui.contracts.documents.limits import (
    MAX_DEFECTS,
    MAX_DEPTH,
    TOO_DEEP,
    WRONG_FILE,
    Defect,
    UnreadableError,
)

_SPACE = re.compile(r"[ \t\n\r]*")


def read_json(text: str) -> tuple[object, list[Defect]]:
    """The value of a JSON text, and what is wrong with it though it can be read.

    Raises:
        UnreadableError: it cannot be read.
    """
    twice: list[str] = []

    def pairs(entries: list[tuple[str, object]]) -> dict[str, object]:
        made = dict(entries)
        if len(made) != len(entries):
            counts = Counter(key for key, _ in entries)
            twice.extend(key for key, count in counts.items() if count > 1)
        return made

    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        defect = Defect(
            error.lineno, error.colno, f"this is not valid JSON: {error.msg}", "JSON", "mend it here"
        )
        raise UnreadableError(defect) from error
    except RecursionError as error:
        raise UnreadableError(Defect(0, 0, TOO_DEEP, "", WRONG_FILE)) from error
    except ValueError as error:  # a number with thousands of digits
        raise UnreadableError(Defect(0, 0, "a number that cannot be read", "", WRONG_FILE)) from error
    if is_too_deep(value):
        raise UnreadableError(Defect(0, 0, TOO_DEEP, "", WRONG_FILE))
    return value, [_duplicate(text, key) for key in twice[:MAX_DEFECTS]]


def _no_number(name: str) -> object:
    raise ValueError(name)


def is_too_deep(value: object) -> bool:
    """Whether values are nested deeper than what the rest of the program walks through."""
    level = [value]
    for _ in range(MAX_DEPTH):
        inner: list[object] = []
        for each in level:
            if type(each) is dict:
                inner += each.values()
            elif type(each) is list:
                inner += each
        level = [each for each in inner if type(each) in (dict, list)]
        if not level:
            return False
    return True


def _duplicate(text: str, key: str) -> Defect:
    """The last place of the key is the best guess: the parser does not say which of several it was."""
    at = text.rfind(json.dumps(key, ensure_ascii=False) + ":")
    at = at if at >= 0 else text.rfind(f'"{key}"')
    line, column = position_at(text, at) if at >= 0 else (0, 0)
    return Defect(
        line, column, f"the key '{key}' is here for the second time", "every key once", "remove one"
    )


def position_at(text: str, index: int) -> tuple[int, int]:
    """Line and column, from 1, of an index into a text."""
    return text.count("\n", 0, index) + 1, index - (text.rfind("\n", 0, index) + 1) + 1


class JsonPlaces:
    """Finds values in a JSON text that is known to be valid; every container on the way is scanned once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._decode = json.JSONDecoder().raw_decode
        self._members: dict[int, dict[str, tuple[int, int]]] = {}
        self._starts: list[int] = []

    def find(self, parts: Sequence[str]) -> tuple[int, int]:
        """Line and column, from 1, of the key (or list item) that a pointer leads to, or the nearest one above."""
        start = self._skip(0)
        shown = start
        for part in parts:
            found = self._inside(start).get(part)
            if found is None:
                break
            shown, start = found
        return self._position(shown)

    def _position(self, index: int) -> tuple[int, int]:
        """As :func:`position_at`, for many places of one text."""
        if not self._starts:
            self._starts = [0, *(match.end() for match in re.finditer("\n", self._text))]
        line = bisect_right(self._starts, index)
        return line, index - self._starts[line - 1] + 1

    def _skip(self, index: int) -> int:
        match = _SPACE.match(self._text, index)
        return match.end() if match else index

    def _inside(self, start: int) -> dict[str, tuple[int, int]]:
        """Key to the index of the key and of its value, for the container that begins at an index."""
        if start not in self._members:
            opening = self._text[start : start + 1]
            self._members[start] = self._scan(start, opening) if opening in ("{", "[") else {}
        return self._members[start]

    def _scan(self, start: int, opening: str) -> dict[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        index = self._skip(start + 1)
        while self._text[index] not in "]}":
            shown = index
            key = str(len(found))
            if opening == "{":
                key, index = scanstring(self._text, index + 1, False)
                index = self._skip(self._skip(index) + 1)
            found[key] = (shown, index)
            index = self._skip(self._decode(self._text, index)[1])
            if self._text[index] == ",":
                index = self._skip(index + 1)
        return found
