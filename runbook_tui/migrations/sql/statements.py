"""SQL text to statements, with their lines, across quotes, dollar quotes and routine bodies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook_tui.migrations.engine import Engine

if TYPE_CHECKING:
    from sqlglot.tokenizer_core import Token

_ROUTINES = frozenset({"TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"})
_BLOCKS = frozenset({"IF", "LOOP", "WHILE", "REPEAT"})
_HEAD = 8
"""Tokens in which CREATE [OR REPLACE] [DEFINER = user@host] TRIGGER shows what it creates."""


class UnreadableSqlError(Exception):
    """Text that is not SQL of the dialect, such as a string that never ends."""


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
    return statements


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


def _pieces(sql: str, engine: Engine) -> list[Piece]:
    import sqlglot  # 0.2 s: only when there is SQL to read

    tokenizer = sqlglot.Dialect.get_or_raise(engine.value).tokenizer_class
    try:
        tokens = sqlglot.tokenize(sql, read=engine.value)
    except Exception as error:  # hostile text reaches corners of the tokenizer that raise whatever they like
        raise UnreadableSqlError(str(error).split("\n")[0] or "it cannot be cut into tokens") from error
    pieces: list[Piece] = []
    for index, token in enumerate(tokens):
        # the rest of a command comes as one string token whose start is not kept
        is_rest = index > 0 and tokens[index - 1].token_type in tokenizer.COMMANDS
        pieces.append(_piece(sql, token, rest_from=pieces[-1].end if is_rest else None))
    return pieces


def _piece(sql: str, token: Token, *, rest_from: int | None) -> Piece:
    from sqlglot.tokenizer_core import TokenType

    if rest_from is not None and token.token_type is TokenType.STRING:
        text = " ".join(sql[rest_from : token.end + 1].split())
        return Piece(text, text.upper(), rest_from, token.end + 1)
    text = sql[token.start : token.end + 1]
    quoted = token.token_type in (TokenType.IDENTIFIER, TokenType.STRING)
    return Piece(text, text if quoted else text.upper(), token.start, token.end + 1)
