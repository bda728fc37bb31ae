"""Regular expressions as JSON Schema has them (ECMA-262), as trees. Nothing is ever matched by backtracking.

Source: https://json-schema.org/draft/2020-12/json-schema-core#section-6.4; what is not regular (look-around, references
to groups, word boundaries) or depends on Unicode tables is not read.
"""

from __future__ import annotations

from dataclasses import dataclass

Ranges = tuple[tuple[int, int], ...]
"""Characters by their code points, from and to, in order and without overlap."""
LAST = 0x10FFFF
MAX_DEPTH = 40
MAX_REPEAT = 300
ANYTHING: Ranges = ((0, LAST),)
_DIGIT: Ranges = ((48, 57),)
_WORD: Ranges = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE: Ranges = (
    (9, 13), (32, 32), (160, 160), (5760, 5760), (8192, 8202), (8232, 8233), (8239, 8239), (8287, 8287),
    (12288, 12288), (65279, 65279),
)  # fmt: skip
_CLASSES = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_CONTROLS = {"n": 10, "r": 13, "t": 9, "v": 11, "f": 12, "0": 0}


class UnsupportedError(Exception):
    """The text is no regular expression, or says what is not read."""


@dataclass(frozen=True, slots=True)
class Characters:
    """One character of a set."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Anchor:
    """The beginning or the end of the text."""

    end: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    """Parts one after the other."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several parts."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part several times in a row."""

    part: Tree
    least: int
    most: int | None


Tree = Characters | Anchor | Sequence | Choice | Repeat


def parse(text: str) -> Tree:
    """The tree of a regular expression.

    Raises:
        UnsupportedError: it cannot be read.
    """
    parser = _Parser(text)
    tree = parser.choice(0)
    if parser.index != len(text):
        raise UnsupportedError
    return tree


def union(sets: list[Ranges]) -> Ranges:
    """The characters of any of several sets."""
    found: list[tuple[int, int]] = []
    for low, high in sorted(each for ranges in sets for each in ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return tuple(found)


def complement(ranges: Ranges) -> Ranges:
    """All other characters."""
    found: list[tuple[int, int]] = []
    start = 0
    for low, high in ranges:
        if low > start:
            found.append((start, low - 1))
        start = high + 1
    if start <= LAST:
        found.append((start, LAST))
    return tuple(found)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.index = 0

    def choice(self, depth: int) -> Tree:
        if depth > MAX_DEPTH:
            raise UnsupportedError
        parts = [self._sequence(depth)]
        while self._take("|"):
            parts.append(self._sequence(depth))
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def _sequence(self, depth: int) -> Tree:
        parts: list[Tree] = []
        while self.index < len(self.text) and self.text[self.index] not in "|)":
            parts.append(self._repeated(self._atom(depth)))
        return Sequence(tuple(parts))

    def _take(self, wanted: str) -> bool:
        found = self.text.startswith(wanted, self.index)
        self.index += len(wanted) if found else 0
        return found

    def _next(self) -> str:
        if self.index >= len(self.text):
            raise UnsupportedError
        self.index += 1
        return self.text[self.index - 1]

    def _atom(self, depth: int) -> Tree:
        character = self._next()
        if character == "(":
            return self._group(depth)
        if character == "[":
            return Characters(self._set())
        if character == ".":
            return Characters(complement(((10, 10), (13, 13), (0x2028, 0x2029))))
        if character in "^$":
            return Anchor(character == "$")
        if character == "\\":
            return Characters(self._escape())
        if character in "*+?":
            raise UnsupportedError
        return Characters(_one(character))

    def _group(self, depth: int) -> Tree:
        if self._take("?<") and self.text[self.index : self.index + 1] not in ("=", "!"):
            self.index = self.text.find(">", self.index) + 1
            if self.index == 0:
                raise UnsupportedError
        elif self._take("?") and not self._take(":"):
            raise UnsupportedError
        tree = self.choice(depth + 1)
        if not self._take(")"):
            raise UnsupportedError
        return tree

    def _repeated(self, tree: Tree) -> Tree:
        while True:
            limits = self._quantifier()
            if limits is None:
                return tree
            if isinstance(tree, Anchor):
                raise UnsupportedError
            self._take("?")
            tree = Repeat(tree, *limits)

    def _quantifier(self) -> tuple[int, int | None] | None:
        for sign, limits in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(sign):
                return limits
        if not self.text.startswith("{", self.index):
            return None
        inside, closed, _ = self.text[self.index + 1 : self.index + 20].partition("}")
        low, comma, high = inside.partition(",")
        if not closed or not _is_number(low) or not (not high or _is_number(high)):
            return None  # a brace that stands for itself
        self.index += len(inside) + 2
        most = int(high) if high else None if comma else int(low)
        if max(int(low), most or 0) > MAX_REPEAT or (most is not None and most < int(low)):
            raise UnsupportedError
        return int(low), most

    def _escape(self) -> Ranges:
        character = self._next()
        if character.lower() in _CLASSES:
            found = _CLASSES[character.lower()]
            return found if character.islower() else complement(found)
        if character in _CONTROLS and not (character == "0" and self._peek().isdigit()):
            return ((_CONTROLS[character],) * 2,)
        if character == "c" and self._peek().isascii() and self._peek().isalpha():
            return ((ord(self._next()) % 32,) * 2,)
        if character in "xu":
            return ((self._hexadecimal(character),) * 2,)
        if character.isalnum():
            raise UnsupportedError
        return _one(character)

    def _peek(self) -> str:
        return self.text[self.index : self.index + 1]

    def _hexadecimal(self, kind: str) -> int:
        if kind == "u" and self._take("{"):
            digits, closed, _ = self.text[self.index : self.index + 8].partition("}")
            self.index += len(digits) + 1
        else:
            count = 2 if kind == "x" else 4
            digits, closed = self.text[self.index : self.index + count], "}"
            self.index += count
            closed = closed if len(digits) == count else ""
        try:
            code = int(digits, 16) if closed else -1
        except ValueError:
            code = -1
        if not 0 <= code <= LAST:
            raise UnsupportedError
        return code

    def _set(self) -> Ranges:
        negated = self._take("^")
        sets: list[Ranges] = []
        while not self._take("]"):
            low = self._member()
            if self._peek() == "-" and self.text[self.index + 1 : self.index + 2] not in ("]", ""):
                self.index += 1
                high = self._member()
                if len(low) != 1 or len(high) != 1 or low[0][0] > high[0][0]:
                    raise UnsupportedError
                sets.append(((low[0][0], high[0][0]),))
            else:
                sets.append(low)
        found = union(sets)
        return complement(found) if negated else found

    def _member(self) -> Ranges:
        character = self._next()
        if character != "\\":
            return _one(character)
        if self._take("b"):
            return ((8, 8),)
        return self._escape()


def _one(character: str) -> Ranges:
    return ((ord(character),) * 2,)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
