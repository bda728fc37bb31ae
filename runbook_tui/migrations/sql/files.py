"""What the tools that keep plain SQL have in common."""

from __future__ import annotations

import codecs
import re
from pathlib import PurePosixPath

from runbook_tui.migrations.changes import Body, Change
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.model import Finding, Level
from runbook_tui.migrations.sql.reader import read_sql

_COMMENT = re.compile(r"--[^\n]*+|/\*.*?(?:\*/|\Z)", re.DOTALL)
_MARKS = re.compile(
    rb"^--[ \t]*(?:(?P<dbmate>migrate:(?:up|down)\b)|(?P<goose>\+goose\b)|(?P<liquibase>liquibase[ \t]+formatted\b)"
    rb"|(?P<sql_migrate>\+migrate\b))",
    re.MULTILINE | re.IGNORECASE,
)
_HEAD = 64 * 1024
"""Bytes in which a file shows whose it is."""
_ESCAPED = re.compile(r"\\x[89a-f][0-9a-f]", re.IGNORECASE)
"""How a byte of a name that is not UTF-8 is written, see :mod:`runbook_tui.migrations.trees`."""


def decoded(data: bytes) -> str:
    """The text of a file, which is UTF-8, or UTF-16 with its mark; what is neither is replaced."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


def without_comments(sql: str) -> str:
    """SQL without comments, spaces and semicolons at its ends: empty when it does nothing."""
    return _COMMENT.sub("", sql).strip(" ;\n\t\r")


def has_statements(sql: str) -> bool:
    """Whether there is anything in it but comments, spaces and semicolons."""
    return bool(without_comments(sql).replace(";", "").strip())


def does_something(data: object) -> bool:
    """Whether there is a down file, with a statement in it."""
    return isinstance(data, bytes) and has_statements(decoded(data))


def text_problem(path: str, data: bytes) -> Finding | None:
    """What keeps databases and tools from reading a file as it is; None when it is plain text."""
    if _ESCAPED.search(path):
        what = "its name is not UTF-8, so tools and people may know it by different names"
        return refused(path, 0, what, "Rename it.")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None
    at = data.find(b"\0")
    if at >= 0:
        line = data.count(b"\n", 0, at) + 1
        return refused(path, line, "it has a NUL byte, which no SQL text can hold", "Take the byte out.")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = f"it is not UTF-8: the byte 0x{data[error.start]:02x} is none of its text"
        return refused(path, line, what, "Save it as UTF-8.")
    return None


def passed_over(path: str, why: str) -> Finding:
    """A file in a migration folder that its tool does not take for a migration."""
    return Finding("not-a-migration", Level.WARNING, path, 0, why, "Rename it, or move it out of the folder.")


def refused(path: str, line: int, why: str, remedy: str) -> Finding:
    """A file that its tool or database refuses."""
    return Finding("unreadable", Level.ERROR, path, line, why, remedy)


def marked_for(data: bytes) -> str | None:
    """The tool to which comments in a file are addressed: dbmate, goose, liquibase, sql-migrate."""
    found = _MARKS.search(data[:_HEAD])
    return found.lastgroup.replace("_", "-") if found and found.lastgroup else None


def sql_body(sql: str, engine: Engine, *, has_down: bool, in_transaction: bool) -> Body:
    """What a piece of SQL does that the tool runs inside of a transaction of its own, or in none.

    Lines count from the start of ``sql``: pad it to where it stands in its file.
    """
    return Body(tuple(read_sql(sql, engine)), has_down, in_transaction, wraps_transaction=in_transaction)


def sent_at_once(sql: str, engine: Engine, *, has_down: bool) -> Body:
    """What a file does that is sent to the database as it is, all statements together.

    PostgreSQL runs several statements that come in one message as one transaction, and a single one in none. Source:
    PostgreSQL manual, "Multiple Statements in a Simple Query".
    """
    changes = tuple(read_sql(sql, engine))
    statements = {change.statement for change in changes}
    together = engine is Engine.POSTGRES and len(statements) > 1
    return Body(changes, has_down, transactional=together, wraps_transaction=False)


def code_body(path: str, language: str, *, has_down: bool) -> Body:
    """A migration that is a program: nobody can know what it does without running it."""
    change = Change("opaque", 1, detail=f"{PurePosixPath(path).name} is {language} code")
    return Body((change,), has_down)
