"""Triggers that refuse rows: to code that writes them they are what a new constraint is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from runbook_tui.migrations.changes import Change
from runbook_tui.migrations.sql.parse import opaque
from runbook_tui.migrations.sql.patterns import unquoted
from runbook_tui.migrations.sql.statements import Statement

_RAISES = re.compile(r"\bSIGNAL\b|\bRAISE (?:\(|EXCEPTION\b)", re.IGNORECASE)
"""Sources: MySQL manual, "SIGNAL Statement"; SQLite, "CREATE TRIGGER"; PostgreSQL manual, "Errors and Messages"."""
_LEAVES_OUT = re.compile(r"\bRETURN NULL\b", re.IGNORECASE)
"""In a BEFORE trigger: the row is not written. PostgreSQL manual, "Trigger Functions"."""
_RUNS = re.compile(r"\bEXECUTE (?:FUNCTION|PROCEDURE) ([^ (]+)", re.IGNORECASE)
_BEFORE = re.compile(r"\bBEFORE\b", re.IGNORECASE)


def refused_rows(statement: Statement, found: Sequence[Change], bodies: Mapping[str, str]) -> list[Change]:
    """A question for each trigger that may refuse rows, given the functions that the same file defines, by name."""
    triggers = [change for change in found if change.kind == "create-trigger"]
    if not triggers:
        return []
    text = _spaced(statement.plain)
    runs = _RUNS.search(text)
    body = f"{text} {bodies.get(unquoted(runs[1]).lower(), '') if runs else ''}"
    refuses = _RAISES.search(body) or (_BEFORE.search(text) and _LEAVES_OUT.search(body))
    return (
        [opaque(change.line, statement.plain, table=change.table) for change in triggers] if refuses else []
    )


def body_of(statement: Statement, found: Sequence[Change]) -> dict[str, str]:
    """The function that a statement defines, by its name, with all of its text."""
    names = [change.name for change in found if change.kind == "create-function" and change.name]
    return {name.lower(): _spaced(statement.text) for name in names}


def _spaced(text: str) -> str:
    """With one space wherever there is some, and before each parenthesis."""
    return " ".join(text.replace("(", " (").split())
