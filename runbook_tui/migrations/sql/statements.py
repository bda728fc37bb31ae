"""SQL text to statements, with their lines, across quotes, dollar quotes and routine bodies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook_tui.migrations.engine import Engine

if TYPE_CHECKING:
    from sqlglot.tokenizer_core import Token

_ROUTINES = frozenset({"TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"})
_BLOCKS = frozenset({"IF", "LOOP", "WHILE", "REPEAT"})
_PART = 256 * 1024
"""Characters of which the tokens are held at once; a token takes some hundred bytes."""
_MARKS = ";(),"
_MOST_MARKS = 600_000
"""Of them in what is cut into tokens at once: each is a token, and a million take seconds and 400 MB."""
_MOST_IN_FILE = 2_000_000
_HEAD = 8
"""Tokens in which CREATE [OR REPLACE] [DEFINER = user@host] TRIGGER shows what it creates."""


class UnreadableSqlError(Exception):
    """Text that is not SQL of the dialect, such as a string that never ends."""

    def __init__(self, reason: str, line: int = 1) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


@dataclass(frozen=True, slots=True)
class Piece:
    """One token: as written, in upper case for comparison, and where it starts."""

    text: str
    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement without its semicolon."""

    text: str
    line: int
    """Line of its first token, from 1."""
    pieces: tuple[Piece, ...]

    @property
    def plain(self) -> str:
        """Without comments and line breaks, one space between tokens, none around a dot: for patterns."""
        return " ".join(piece.text for piece in self.pieces).replace(" . ", ".").replace(" .", ".")


def split_sql(sql: str, engine: Engine) -> list[Statement]:
    """The statements of a file in order.

    Raises:
        UnreadableSqlError: when the text cannot be cut into tokens.
    """
    return _split(sql, engine)[0]


def in_parts(sql: str, engine: Engine) -> Iterator[tuple[str, int, list[Statement]]]:
    """A file piece by piece, so that its tokens are never all there at once: text, lines before it, its statements.

    A piece ends behind a semicolon at the end of a line, where no statement, quote or comment is open.

    Raises:
        UnreadableSqlError: when a piece cannot be cut into tokens, however long it is made; its line is in the text.
    """
    _refuse_endless(sql, _MOST_IN_FILE)
    start, lines, size = 0, 0, _PART
    while start < len(sql):
        at = sql.find(";\n", start + size)
        end = at + 2 if at >= 0 else len(sql)
        text = sql[start:end]
        try:
            statements, complete = _split(text, engine)
        except UnreadableSqlError as error:
            if end == len(sql):
                yield text, lines, _before(text, error.line, engine)
                raise UnreadableSqlError(error.reason, error.line + lines) from error
            complete = False
        if complete or end == len(sql):
            yield text, lines, statements
            start, lines, size = end, lines + text.count("\n"), _PART
        else:
            size *= 2


def _before(sql: str, line: int, engine: Engine) -> list[Statement]:
    """The statements that end before a line; those behind it cannot be cut into tokens."""
    try:
        statements, complete = _split("".join(sql.splitlines(keepends=True)[: line - 1]), engine)
    except UnreadableSqlError:
        return []
    return statements if complete else statements[:-1]


def _split(sql: str, engine: Engine) -> tuple[list[Statement], bool]:
    """The statements, and whether the last of them is at its end."""
    groups: list[list[Piece]] = [[]]
    depth = 0
    pieces = _pieces(sql, engine)
    for index, piece in enumerate(pieces):
        if piece.word == ";" and depth <= 0:
            groups.append([])
            depth = 0
            continue
        groups[-1].append(piece)
        if _is_routine(groups[-1]):
            depth += _nesting(pieces, index)
    statements: list[Statement] = []
    line, counted = 1, 0
    for group in filter(None, groups):
        start = group[0].start
        line += sql.count("\n", counted, start)
        counted = start
        statements.append(Statement(sql[start : group[-1].end], line, tuple(group)))
    return statements, not groups[-1]


def cut(sql: str, statement: Statement, pieces: Sequence[Piece]) -> Statement:
    """The part of a statement of ``sql`` that these pieces make, with its own line."""
    start, end = pieces[0].start, pieces[-1].end
    lines = sql.count("\n", statement.pieces[0].start, start)
    return Statement(sql[start:end], statement.line + lines, tuple(pieces))


def _is_routine(pieces: Sequence[Piece]) -> bool:
    return pieces[0].word == "CREATE" and any(piece.word in _ROUTINES for piece in pieces[:_HEAD])


def _nesting(pieces: Sequence[Piece], index: int) -> int:
    """How the token at ``index`` of a routine opens or closes a block that may hold semicolons."""
    word = pieces[index].word
    before = pieces[index - 1].word if index else ""
    if word in ("BEGIN", "CASE"):
        return 0 if before == "END" else 1
    if word == "END":
        after = pieces[index + 1].word if index + 1 < len(pieces) else ""
        return 0 if after in _BLOCKS else -1
    return 0


def _refuse_endless(sql: str, most: int) -> None:
    found = sum(map(sql.count, _MARKS))
    if found > most:
        raise UnreadableSqlError(f"{found} of {' '.join(_MARKS)} are too many to read")


def _pieces(sql: str, engine: Engine) -> list[Piece]:
    import sqlglot  # 0.2 s: only when there is SQL to read

    _refuse_endless(sql, _MOST_MARKS)
    tokenizer = sqlglot.Dialect.get_or_raise(engine.value).tokenizer_class
    try:
        tokens = sqlglot.tokenize(sql, read=engine.value)
    except Exception as error:  # hostile text reaches corners of the tokenizer that raise whatever they like
        raise _unreadable(sql, error) from error
    pieces: list[Piece] = []
    for index, token in enumerate(tokens):
        # the rest of a command comes as one string token whose start is not kept
        is_rest = index > 0 and tokens[index - 1].token_type in tokenizer.COMMANDS
        pieces.append(_piece(sql, token, rest_from=pieces[-1].end if is_rest else None))
    return pieces


def _unreadable(sql: str, error: Exception) -> UnreadableSqlError:
    """What is wrong with text that cannot be cut into tokens: mostly a quote that is never closed."""
    from runbook_tui.migrations.sql.client import LITERAL

    last = None
    for found in LITERAL.finditer(sql):
        last = found
    if last is not None and last.end() == len(sql):
        opened = (last["dollar"] and f"${last['tag']}$") or last[0][: 2 if last["comment"] else 1]
        return UnreadableSqlError(
            f"{opened} is opened here and never closed", sql.count("\n", 0, last.start()) + 1
        )
    reason = str(error.__cause__ or error).split("\n")[0]
    return UnreadableSqlError(reason or "it cannot be cut into tokens")


def _piece(sql: str, token: Token, *, rest_from: int | None) -> Piece:
    from sqlglot.tokenizer_core import TokenType

    if rest_from is not None and token.token_type is TokenType.STRING:
        text = " ".join(sql[rest_from : token.end + 1].split())
        return Piece(text, text.upper(), rest_from, token.end + 1)
    text = sql[token.start : token.end + 1]
    quoted = token.token_type in (TokenType.IDENTIFIER, TokenType.STRING)
    return Piece(text, text if quoted else text.upper(), token.start, token.end + 1)
