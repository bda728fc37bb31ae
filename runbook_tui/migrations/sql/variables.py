"""Text that a tool puts into SQL when it runs it: Flyway's ``${x}``, goose's ENVSUB, psql's ``:x``.

A variable that stands for a name is read as one. Wherever it could stand for more than a name or a value, the statement
is a question: nobody knows what it will say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from runbook_tui.migrations.sql.client import LITERAL

FLYWAY = re.compile(r"\$\{(?P<name>[^}\n]{0,200})\}")
"""Source: flyway/flyway, PlaceholderReplacingReader."""
SHELL = re.compile(r"\$\{(?P<name>\w{1,200})[^}\n]{0,200}\}|\$(?P<plain>[A-Za-z_]\w*)(?!\$)")
"""Source: mfridman/interpolate, which goose uses."""
PSQL = re.compile(r"(?<![:\w]):(?P<quote>[\"']?)(?P<name>[A-Za-z_]\w*)(?P=quote)")
"""Source: PostgreSQL manual, psql, "SQL Interpolation"."""

PREFIX = "variable__"
_WRITTEN = re.compile(rf"{PREFIX}(\w+)")
_WORD = PREFIX.upper()
_BEFORE_NAMES = frozenset(
    {
        "TABLE",
        "EXISTS",
        "ONLY",
        "INTO",
        "FROM",
        "JOIN",
        "ON",
        "UPDATE",
        "SCHEMA",
        "REFERENCES",
        "SEQUENCE",
        "VIEW",
    }
    | {
        "TRIGGER",
        "FUNCTION",
        "PROCEDURE",
        "INDEX",
        "TYPE",
        "ROLE",
        "USER",
        "TO",
        "DATABASE",
        "OWNER",
        "BY",
        "CONCURRENTLY",
    }
)
_ROWS = frozenset({"INSERT", "UPDATE", "DELETE", "GRANT", "REVOKE", "COMMENT", "SET", "USE"})
"""Statements that mean the same whatever their values are."""


def named(sql: str, variable: re.Pattern[str], *, in_quotes: bool = True) -> str:
    """SQL with its variables written as identifiers, on the lines where they were."""
    if not variable.search(sql):
        return sql
    if in_quotes:
        return variable.sub(_name, sql)
    result: list[str] = []
    at = 0
    for match in LITERAL.finditer(sql):
        result += [variable.sub(_name, sql[at : match.start()]), match[0]]
        at = match.end()
    return "".join([*result, variable.sub(_name, sql[at:])])


def _name(match: re.Match[str]) -> str:
    groups = match.groupdict()
    name = re.sub(r"\W", "_", groups.get("name") or groups.get("plain") or "")
    written = f"{PREFIX}{name}"
    return f"'{written}'" if groups.get("quote") == "'" else written


def shown(text: str) -> str:
    """A text for people: variables in angle brackets."""
    return _WRITTEN.sub(r"<\1>", text)


def is_unknown(words: Sequence[str]) -> bool:
    """Whether a variable stands in a statement where it could be more than a name or a value."""
    around = ["", *words, ""]
    for before, word, after in zip(around, words, around[2:], strict=False):
        names_something = "." in (before, after) or before in _BEFORE_NAMES
        if word.startswith(_WORD) and words[0] not in _ROWS and not names_something:
            return True
    return False
