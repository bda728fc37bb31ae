"""sqlglot, so that it stays quiet and raises one error only."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import sqlglot
from sqlglot import exp

from runbook_tui.migrations.changes import Change
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.sql.statements import Piece, Statement, UnreadableSqlError
from runbook_tui.migrations.sql.variables import shown

# it warns of every statement that it leaves unparsed; those are read by pattern or become questions here
logging.getLogger("sqlglot").setLevel(logging.ERROR)

_SHOWN = 120


def parse(text: str, engine: Engine) -> exp.Expr | None:
    """One statement as a tree; None when sqlglot leaves it unparsed.

    Raises:
        UnreadableSqlError: when it is not a statement of the dialect.
    """
    try:
        tree = sqlglot.parse_one(text, read=engine.value)
    except Exception as error:  # hostile text reaches corners of the parser that raise whatever they like
        raise UnreadableSqlError(f"it does not parse as SQL of {engine.value}") from error
    return None if isinstance(tree, exp.Command | exp.Block) or tree is None else tree


def parse_statement(statement: Statement, engine: Engine, head: str = "") -> exp.Expr | None:
    """A statement behind ``head``, without what sqlglot does not know and that changes neither moment nor lock.

    Raises:
        UnreadableSqlError: when it is not a statement of the dialect.
    """
    plainer = _without_timing(statement.pieces) if engine is not Engine.MYSQL else statement.pieces
    shorter = (
        f"{head} {' '.join(piece.text for piece in plainer)}" if len(plainer) < len(statement.pieces) else ""
    )
    try:
        tree = parse(f"{head} {statement.text}", engine)
    except UnreadableSqlError:
        if not shorter:
            raise
        tree = None
    return parse(shorter, engine) if tree is None and shorter else tree


_TIMINGS = {("NOT", "DEFERRABLE"), ("INITIALLY", "DEFERRED"), ("INITIALLY", "IMMEDIATE")}


def _without_timing(pieces: Sequence[Piece]) -> list[Piece]:
    """Without when a constraint is checked, and which columns ``ON DELETE SET NULL (a, b)`` empties."""
    kept: list[Piece] = []
    words = [piece.word for piece in pieces]
    last = max((at for at, word in enumerate(words) if word == ")"), default=0)
    index = 0
    while index < len(words):
        if tuple(words[index : index + 2]) in _TIMINGS:
            index += 2
        elif words[index] == "DEFERRABLE":
            index += 1
        elif words[index] == "(" and index < last and _empties(words[max(index - 4, 0) : index]):
            index = words.index(")", index) + 1
        else:
            kept.append(pieces[index])
            index += 1
    return kept


def _empties(before: Sequence[str]) -> bool:
    return before[:3] == ["ON", "DELETE", "SET"] and before[3:] in (["NULL"], ["DEFAULT"])


def opaque(line: int, text: str, *, table: str | None = None) -> Change:
    """A statement that is valid as far as we know, and whose effect we do not know."""
    return Change("opaque", line, table=table, detail=shortened(text))


def unreadable(line: int, text: str, reason: str) -> Change:
    """A statement that is not SQL of the dialect."""
    return Change("unreadable", line, name=reason, detail=shortened(text))


def shortened(text: str) -> str:
    """The first words of a statement."""
    text = shown(" ".join(text.split()))
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
