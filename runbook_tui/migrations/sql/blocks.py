"""PL/pgSQL's ``DO`` blocks, as far as they are SQL with conditions: what a loop or a variable decides stays unknown.

Source: PostgreSQL manual, PL/pgSQL, "Control Structures" and "Trapping Errors".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from runbook_tui.migrations.changes import Change
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.sql.statements import Statement, UnreadableSqlError, cut, split_sql

_BODY = re.compile(r"\$(?P<tag>\w*)\$(?P<body>.*)\$(?P=tag)\$", re.DOTALL)
_SQL = frozenset(
    {"ALTER", "CREATE", "DROP", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "COMMENT", "GRANT", "REVOKE"}
)
_QUIET = frozenset({"NULL", "RAISE", "END"})
_CALLED = frozenset(
    {
        "EXISTS",
        "IN",
        "ANY",
        "ALL",
        "SELECT",
        "FROM",
        "WHERE",
        "AND",
        "OR",
        "NOT",
        "IF",
        "ELSIF",
        "ELSEIF",
        "VALUES",
    }
    | {
        "COUNT",
        "MIN",
        "MAX",
        "COALESCE",
        "LOWER",
        "UPPER",
        "TO_REGCLASS",
        "CURRENT_SCHEMA",
        "CURRENT_DATABASE",
    }
)
"""What may stand before a parenthesis and surely changes nothing."""
_THERE = ("DUPLICATE_", "UNDEFINED_")
"""Conditions that mean: it is as it should be already."""

Read = Callable[[str, Statement, Engine], list[Change]]


def read_block(statement: Statement, engine: Engine, read: Read) -> list[Change] | None:
    """The changes of a ``DO`` block; None when it has more in it than SQL and conditions."""
    found = _BODY.search(statement.text)
    if found is None or _language(statement.text, found) != "PLPGSQL":
        return None
    body = found["body"]
    try:
        parts = split_sql(body, engine)
    except UnreadableSqlError:
        return None
    if not parts or parts[0].pieces[0].word != "BEGIN":
        return None
    lines = statement.line - 1 + statement.text.count("\n", 0, found.start("body"))
    block = _Block(body, engine, read)
    if not all(block.add(part) for part in parts):
        return None
    return [replace(change, line=change.line + lines) for change in block.changes]


def _language(text: str, body: re.Match[str]) -> str:
    named = re.search(r"\blanguage\s+(\w+)", text[: body.start()] + text[body.end() :], re.IGNORECASE)
    return named[1].upper() if named else "PLPGSQL"


def _calls(words: list[str]) -> bool:
    """Whether a function is called that may do anything."""
    before = [word for word, after in pairwise(words) if after == "("]
    return any(word not in _CALLED and (word[0].isalpha() or word[0] in '_"') for word in before)


class _Block:
    """A block while its statements are read one by one."""

    def __init__(self, body: str, engine: Engine, read: Read) -> None:
        self.changes: list[Change] = []
        self._body, self._engine, self._read = body, engine, read
        self._conditions = 0
        self._starts: list[int] = []
        """For each open BEGIN, how many changes there were before it."""
        self._handled = False

    def add(self, part: Statement) -> bool:
        """Take one more statement; whether it is understood."""
        pieces = list(part.pieces)
        while pieces:
            words = [piece.word for piece in pieces]
            if words[0] == "BEGIN":
                self._starts.append(len(self.changes))
                pieces = pieces[1:]
            elif words[0] in ("IF", "ELSIF", "ELSEIF") and "THEN" in words and "CASE" not in words:
                if _calls(words[: words.index("THEN")]):
                    return False
                self._conditions += words[0] == "IF"
                pieces = pieces[words.index("THEN") + 1 :]
            elif words[0] == "ELSE":
                pieces = pieces[1:]
            elif words[0] in ("EXCEPTION", "WHEN") and "THEN" in words and self._starts:
                self._caught(words[: words.index("THEN")])
                pieces = pieces[words.index("THEN") + 1 :]
            elif words[0] in _QUIET:
                return self._end(words) and not _calls(words)
            elif words[0] in _SQL:
                self._sql(cut(self._body, part, pieces))
                return True
            else:
                return False
        return True

    def _sql(self, part: Statement) -> None:
        unsure = self._conditions > 0 or self._handled
        for change in self._read(self._body, part, self._engine):
            self.changes.append(replace(change, conditional=True) if unsure else change)

    def _caught(self, words: list[str]) -> None:
        """What stands before the handler is done, unless it fails in one of the ways that it names."""
        names = [word for word in words if word not in ("EXCEPTION", "WHEN", "OR")]
        as_it_should_be = all(name.startswith(_THERE) for name in names)
        start = self._starts[-1]
        for index in range(start, len(self.changes)):
            change = self.changes[index]
            self.changes[index] = replace(
                change,
                if_exists=change.if_exists or as_it_should_be,
                conditional=change.conditional or not as_it_should_be,
            )
        self._handled = True

    def _end(self, words: list[str]) -> bool:
        if words[0] == "END" and words[1:2] == ["IF"]:
            self._conditions -= 1
        elif words == ["END"] and self._starts:
            self._starts.pop()
            self._handled = False
        return words[0] != "END" or words[1:] in ([], ["IF"])
