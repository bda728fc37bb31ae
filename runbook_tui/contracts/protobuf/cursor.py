"""From text to tokens, one after the other, with their places.

The tokens are those of the language specification (https://protobuf.dev/reference/protobuf/edition-2023-spec/), with
two liberties that keep files readable for us which protoc would refuse: a dotted name is one token, and numbers are
taken whole and judged later.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from runbook_tui.contracts.protobuf.tree import Mistake, Place
from runbook_tui.files.suggestions import quoted

NAME, NUMBER, STRING, OPEN_COMMENT, SYMBOL, OTHER = 1, 2, 3, 4, 5, 6
END = 0

MAX_MISTAKES = 20
"""Most mistakes of one file that are told; reading stops there."""
MAX_DEPTH = 40
"""Deepest nesting. protoc itself stops at 32 messages (protocolbuffers/protobuf:src/google/protobuf/descriptor.h)."""
MAX_NAME = 500
"""Longest name, also together with the messages around it; the longest of Google's public APIs has 145 characters."""

# Possessive: what is between tokens is never given back, so that no input costs more than its length.
_TOKEN = re.compile(
    r"""(?:\s++ | //[^\n]*+ | /\*.*?\*/)*+
    (?:
      ( \.?[A-Za-z_]\w*+ (?:\.[A-Za-z_]\w*+)*+ )
    | ( \.?[0-9] (?: [eE][+-]?[0-9] | [\w.] )*+ )
    | ( "[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+"? | '[^'\\\n]*+(?:\\[^\n][^'\\\n]*+)*+'? )
    | ( /\* )
    | ( [;:,.=(){}\[\]<>/+-] )
    | ( . )
    )?+""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)


class MistakeError(Exception):
    """A statement that cannot be read."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.what)
        self.mistake = mistake


class TooManyMistakesError(Exception):
    """Reading on would tell nothing new."""


class Cursor:
    """Stands on one token of a text. ``kind``, ``text`` and ``start`` (an offset) are those of that token."""

    __slots__ = (
        "_match",
        "_newlines",
        "_source",
        "depth",
        "end",
        "kind",
        "mistakes",
        "scope",
        "start",
        "text",
    )

    def __init__(self, source: str) -> None:
        self._source = source
        self._match = _TOKEN.match
        self._newlines = [found.start() for found in re.finditer("\n", source)]
        self.mistakes: list[Mistake] = []
        self.depth = 0
        self.scope = 0  # length of the names around
        self.kind, self.text, self.start, self.end = END, "", 0, 0
        self.advance()

    def advance(self) -> str:
        """Go to the next token; gives the text of the one left behind."""
        left = self.text
        found = self._match(self._source, self.end)
        kind = found.lastindex if found else None
        if found is None or kind is None:
            self.kind, self.text, self.start = END, "", len(self._source)
            self.end = self.start
            return left
        if kind == OPEN_COMMENT:
            self._open_comment(found.start(kind))
            return left
        self.kind, self.text = kind, found[kind]
        self.start, self.end = found.span(kind)
        return left

    def _open_comment(self, start: int) -> None:
        self.kind, self.text, self.start, self.end = END, "", start, len(self._source)
        self.report(Mistake(self.place(), "a comment that is never closed", "'*/'", "close the comment"))

    def next_text(self) -> str:
        """The text of the token after this one."""
        found = self._match(self._source, self.end)
        return found[found.lastindex] if found and found.lastindex else ""

    def place(self, offset: int | None = None) -> Place:
        """Line and column of an offset, or of this token."""
        at = self.start if offset is None else offset
        line = bisect_right(self._newlines, at - 1)
        return line + 1, at - (self._newlines[line - 1] if line else -1)

    def take(self, text: str) -> bool:
        """Go on when this token is ``text``. Never true for a string literal."""
        if self.text == text and self.kind != STRING:
            self.advance()
            return True
        return False

    def expect(self, text: str) -> None:
        """Go on; raises MistakeError when this token is not ``text``."""
        if not self.take(text):
            raise self.unexpected(f"'{text}'")

    def name(self, what: str) -> str:
        """Go on over a name without dots; raises MistakeError for anything else."""
        if self.kind != NAME or "." in self.text:
            raise self.unexpected(what)
        self.limit(len(self.text))
        return self.advance()

    def limit(self, length: int) -> None:
        """Raise MistakeError when a name of this length would be too long with those around it."""
        if self.scope + length > MAX_NAME:
            what = f"a name of {self.scope + length:,} characters, with those around it"
            raise MistakeError(Mistake(self.place(), what, f"at most {MAX_NAME}"))

    def dotted_name(self, what: str) -> str:
        """Go on over a name, also one whose parts stand apart; raises MistakeError for anything else."""
        if self.kind != NAME and self.text != ".":
            raise self.unexpected(what)
        name = self.advance()
        while (self.kind == NAME and self.text.startswith(".")) or self.text == "." or name.endswith("."):
            if self.kind != NAME and self.text != ".":
                raise self.unexpected("the rest of the name")
            self.limit(len(name))
            name += self.advance()
        self.limit(len(name))
        return name

    def unexpected(self, expected: str) -> MistakeError:
        """What to raise when this token is not what can stand here."""
        if self.kind == END:
            return MistakeError(
                Mistake(self.place(), "the file ends here", expected, "complete the statement")
            )
        if self.kind == STRING and not is_closed(self.text):
            return MistakeError(Mistake(self.place(), "a text that is never closed", "a closing quote", ""))
        return MistakeError(Mistake(self.place(), f"{quoted(self.text)} cannot stand here", expected))

    def report(self, mistake: Mistake) -> None:
        """Remember a mistake; raises TooManyMistakesError at the limit."""
        if not self.mistakes or self.mistakes[-1].at != mistake.at:
            self.mistakes.append(mistake)
        if len(self.mistakes) >= MAX_MISTAKES:
            raise TooManyMistakesError

    def skip_statement(self) -> None:
        """Go behind the statement that this token is in: its ``;`` or block, or up to the end of the block around."""
        depth = 0
        while self.kind != END:
            if self.kind == SYMBOL:
                if self.text == "}" and depth == 0:
                    return
                depth += (self.text == "{") - (self.text == "}")
                if depth == 0 and self.text in ";}":
                    self.advance()
                    return
            self.advance()


def is_closed(literal: str) -> bool:
    """Whether a string literal has its closing quote."""
    if len(literal) < 2 or literal[0] != literal[-1]:
        return False
    inside = literal[1:-1]
    return (len(inside) - len(inside.rstrip("\\"))) % 2 == 0
