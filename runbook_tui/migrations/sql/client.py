"""What files say to a database's client rather than to the database: ``\\i``, data of ``COPY FROM stdin``, DELIMITER.

Source: PostgreSQL manual, psql and COPY; MySQL manual, "Defining Stored Programs" (DELIMITER); SQLite, "Command Line
Shell". Such lines are blanked, so that every other line keeps its number.
"""

from __future__ import annotations

import re

from runbook_tui.migrations.changes import Change

LITERAL = re.compile(
    r"(?P<string>(?<![\w$])[eE]'(?:[^'\\]|\\.|'')*+(?:'|\Z)|'(?:[^']|'')*+(?:'|\Z)|\"[^\"]*+(?:\"|\Z)|`[^`]*+(?:`|\Z))"
    r"|(?P<dollar>(?<![\w$])\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z))"
    r"|(?P<comment>--[^\n]*+|/\*.*?(?:\*/|\Z))",
    re.DOTALL,
)
"""Quoted text and comments. Each ends at its end or that of the file, so that a file is walked through once."""

_NOTICED = re.compile(
    r"^[ \t]*(?:\\|\.(?:read|import)\b|delimiter\b)|\\g|\bstdin\b", re.MULTILINE | re.IGNORECASE
)
_PIECE = re.compile(
    LITERAL.pattern
    + r"|(?P<copy>\bcopy\s+[\w.\"]++\s*+(?:\([^)]{0,4000}+\)\s*+)?from\s+stdin\b[^;]{0,1000}+;[^\n]*\n)"
    + r"|(?P<command>^[ \t]*(?:\\\S|\.(?:read|import)\b)[^\n]*|\\g(?:exec|set|desc|x)?\b[^\n]*)"
    + r"|(?P<delimiter>^[ \t]*delimiter[ \t]+(?P<mark>[^\w\s'\"]\S*)[ \t]*\r?$)",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_SHOWN = 120
_ENOUGH = 100
"""Questions of one file that are told; one is enough to ask about it."""
_DATA_END = re.compile(r"^\\\.[ \t]*\r?$", re.MULTILINE)
_HARMLESS = frozenset(
    {
        "echo",
        "qecho",
        "warn",
        "set",
        "unset",
        "pset",
        "timing",
        "encoding",
        "errverbose",
        "prompt",
        "restrict",
    }
    | {"unrestrict", "conninfo", "x", "a", "t", "h", "f", "d", "dt", "di"}
)
"""Commands of psql that set up or print something."""


def without_client_commands(sql: str) -> tuple[str, list[Change]]:
    """The SQL with everything else blanked, and what the client is told to do that cannot be known from the file."""
    if not _NOTICED.search(sql):
        return sql, []
    found: list[Change] = []
    pieces: list[str] = []
    at, position, line, mark = 0, 0, 1, ""
    while match := _PIECE.search(sql, position):
        start, end = match.span()
        position = max(end, start + 1)
        if match["string"] or match["dollar"] or match["comment"]:
            if mark and match[0].startswith(mark):  # MySQL has no dollar quotes, and likes this delimiter
                position = start + len(mark)
            continue
        pieces.append(with_delimiter(sql[at:start], mark))
        line += sql.count("\n", at, start)
        if match["copy"]:
            closed = _DATA_END.search(sql, end)
            position = closed.end() if closed else len(sql)
            pieces.append(match["copy"] + _blank(sql[end:position]))
        elif match["delimiter"]:
            mark = "" if match["mark"] == ";" else match["mark"]
            pieces.append(_blank(match[0]))
        else:
            text = match[0].strip()
            if _asks(text) and len(found) < _ENOUGH:
                found.append(Change("opaque", line, detail=text[:_SHOWN]))
            # \g ends a statement as a semicolon does
            pieces.append((";" if text.startswith("\\g") else "") + _blank(match[0]))
        line += sql.count("\n", start, position)
        at = position
    pieces.append(with_delimiter(sql[at:], mark))
    return "".join(pieces), found


def _asks(command: str) -> bool:
    """Whether a command can change a database, or which one is changed."""
    word = re.match(r"\\(\w+|\S)", command)
    # what stands between backquotes is run by a shell
    return word is None or "`" in command or word[1].lower() not in _HARMLESS | {"g", "gx"}


def _blank(text: str) -> str:
    return "\n" * text.count("\n")


def with_delimiter(sql: str, mark: str) -> str:
    """SQL whose statements end in ``mark``, with semicolons instead and on the lines where they were."""
    if not mark or mark not in sql:
        return sql
    end = f";{_blank(mark)}"
    piece = re.compile(f"(?P<mark>{re.escape(mark)})|{LITERAL.pattern}", re.DOTALL)
    return piece.sub(lambda match: end if match["mark"] else match[0], sql)
