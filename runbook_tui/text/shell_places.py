"""Where in a shell command a quoted value is safe: only where the shell expects a word.

Inside double quotes the quotes around a value are ordinary characters and ``$(id)`` in it runs; after a backslash or a
dollar sign the first quote loses its meaning; in a comment a line break in the value begins a new command. Behind
``ssh``, ``eval`` and ``sh -c`` a second shell reads the value without the quotes that the first one took away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from jinja2 import TemplateSyntaxError
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

_OPENERS = {"'": "'", '"': '"', "`": "`"}
_PROTECTED = {
    "'": "single quotes",
    "$'": "single quotes",
    '"': "double quotes",
    "`": "backquotes",
    "$((": "arithmetic",
    "#": "a comment",
    "<<": "a here-document",
}

_WORD = r"""(?:[^\s'"\\]|'[^']*'|"(?:[^"\\]|\\.)*"|\\.)"""
_LEADING = r"\s*(?:(?:then|do|else|!|\{|sudo|exec|command|env|time|nohup|-\S+|[A-Za-z_]\w*=\S*)\s+)*"
_SECOND_SHELL = re.compile(
    rf"{_LEADING}(?:\S*/)?(?:eval\s|ssh\s+(?:-\S+\s+)*[^-\s]\S*\s)"
    rf"|(?:.*\s)?(?:\S*/)?(?:ba|da|k|z)?sh\s+(?:-\S+\s+)*-[a-z]*c\s+{_WORD}*$",
    re.DOTALL,
)
"""What a command begins with whose words another shell reads again."""


class ShellContext:
    """Follows the quoting of a POSIX shell through the text of a command, as far as one can without running it."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._before = ""
        """The last characters read; empty at the beginning."""
        self._here_document = False
        self._command = ""
        """The simple command that is read, up to here."""
        self._outer: list[str] = []
        """The commands in whose brackets it stands, up to these."""

    @property
    def is_read_twice(self) -> bool:
        """Whether a second shell reads a value that stands here, so that it has to be quoted twice."""
        return _SECOND_SHELL.match(self._command) is not None

    @property
    def obstacle(self) -> str:
        """In words, what makes a value unsafe here; empty where it is safe."""
        if self._open and self._open[-1] in _PROTECTED:
            return f"inside {_PROTECTED[self._open[-1]]}"
        if self._before in {"\\", "$"}:
            return f"right after '{self._before}'"
        return ""

    def read(self, text: str) -> None:
        """Go on past this text."""
        for index, character in enumerate(text):
            self._read(character, text[index + 1 : index + 3])

    def read_value(self) -> None:
        """Go on past a value that is put in."""
        self._before = "x"
        self._command += "x"

    def _read(self, character: str, following: str) -> None:
        top = self._open[-1] if self._open else ""
        before, self._before = self._before, character
        ends = character in ";|&\n" and top in {"", "(", "$("} and before != "\\"
        self._command = "" if ends else self._command + character
        if top in {"'", "#", "<<"}:
            self._read_verbatim(top, character)
        elif before == "\\":
            # An escaped character has no meaning, and does not escape the next one.
            self._before = "x"
        elif top == "$'":
            self._close_at("'", character)
        elif top == '"':
            self._read_double_quoted(character, before)
        elif top == "`" and character == "`":
            self._open.pop()
        else:
            self._read_words(character, before, following)

    def _read_verbatim(self, top: str, character: str) -> None:
        if top == "'":
            self._close_at("'", character)
        elif top == "#" and character == "\n":
            self._open.pop()
            self._begin_line()
        if character in "\\$":
            self._before = "x"

    def _close_at(self, end: str, character: str) -> None:
        if character == end:
            self._open.pop()
            self._before = "x"

    def _read_double_quoted(self, character: str, before: str) -> None:
        if character == '"':
            self._close_at('"', character)
        elif character == "`":
            self._open.append("`")
        elif character == "(" and before == "$":
            self._enter("$(")

    def _read_words(self, character: str, before: str, following: str) -> None:
        if character in _OPENERS:
            self._open.append("$'" if character == "'" and before == "$" else character)
        elif character == "(":
            self._open_bracket(before)
        elif character == ")":
            self._close_bracket()
        elif character == "#" and (not before or before in " \t\n;&|()"):
            self._open.append("#")
        elif character == "<" and before == "<":
            self._here_document |= following[:1] != "<"
            self._before = "x"  # the third of <<< does not begin a here-document
        elif character == "\n":
            self._begin_line()

    def _begin_line(self) -> None:
        if self._here_document:
            self._open.append("<<")

    def _open_bracket(self, before: str) -> None:
        if before == "(" and self._open and self._open[-1] == "$(":
            self._open[-1] = "$(("
            self._enter("$((")
        else:
            self._enter("$(" if before == "$" else "(")

    def _enter(self, bracket: str) -> None:
        self._open.append(bracket)
        self._outer.append(self._command)
        self._command = ""

    def _close_bracket(self) -> None:
        if self._open and self._open[-1] in {"$(", "$(("}:
            # The word, and the command that it is in, go on: $(a)#b is no comment, (a)#b is one.
            self._open.pop()
            self._before = "x"
            self._command = self._outer.pop() + "x"
        else:
            self._command = ""
            if self._open and self._open[-1] == "(":
                self._open.pop()
                self._outer.pop()


class ShellPlaces(Extension):
    """Makes a value where quoting would not protect it a syntax error, unless the author opted out with ``| raw``."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Pass every token on, following the shell's quoting through the text between the expressions."""
        shell = ShellContext()
        expression: list[Token] = []
        for token in stream:
            if token.type == "data":
                shell.read(token.value)
            elif token.type == "variable_begin":
                expression = [token]
            elif token.type == "variable_end":
                _require_safe(shell, expression)
                shell.read_value()
            else:
                expression.append(token)
            yield token


def _require_safe(shell: ShellContext, expression: list[Token]) -> None:
    filtered = expression[-1].value if [token.value for token in expression[-2:-1]] == ["|"] else ""
    if filtered == "raw":
        return
    if shell.obstacle:
        raise TemplateSyntaxError(
            f"a value {shell.obstacle}, where it is not protected; put it outside, without quotes of your own "
            "(values are quoted by themselves), or opt out with '| raw'",
            expression[0].lineno,
        )
    if shell.is_read_twice and filtered != "q":
        raise TemplateSyntaxError(
            "a value that a second shell reads again (ssh, eval, sh -c), where it is not protected; "
            "quote it once more with '| q', or opt out with '| raw'",
            expression[0].lineno,
        )
