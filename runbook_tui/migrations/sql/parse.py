"""sqlglot, so that it stays quiet and raises one error only."""

from __future__ import annotations

import logging

import sqlglot
from sqlglot import exp

from runbook_tui.migrations.changes import Change
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.sql.statements import UnreadableSqlError
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
