"""Formatted SQL: ``--liquibase formatted sql``, then sections that begin with ``--changeset author:id``.

Source: liquibase/liquibase, AbstractFormattedChangeLogParser.java.
"""

from __future__ import annotations

import re

from runbook_tui.migrations.liquibase.changelog import Changelog, ChangeSet, Property
from runbook_tui.migrations.liquibase.nodes import Node
from runbook_tui.migrations.sql.files import has_statements

_HEADER = re.compile(r"^\s*--\s*liquibase\s*formatted", re.IGNORECASE)
_CHANGE_SET = re.compile(r'^\s*--\s*changeset\s+("[^"]+"|[^:\s][^:]*):("[^"]+"|\S+)(.*)$', re.IGNORECASE)
_NEARLY = re.compile(r"^\s*--?\s*changeset\b", re.IGNORECASE)
_ROLLBACK = re.compile(r"^\s*--\s*rollback (.*)$", re.IGNORECASE)
_ROLLBACK_BLOCK = re.compile(r"^\s*/\*\s*liquibase\s*rollback\s*$", re.IGNORECASE)
_PRECONDITIONS = re.compile(r"^\s*--\s*preconditions\b(.*)$", re.IGNORECASE)
_PRECONDITION = re.compile(r"^\s*--\s*precondition-([a-z0-9-]+) (.*)$", re.IGNORECASE)
_COMMENT = re.compile(r"^--\s*comment:? (.*)$", re.IGNORECASE)
_CHECKSUM = re.compile(r"^--\s*validCheckSum:? (.*)$", re.IGNORECASE)
_IGNORED = re.compile(r"^--\s*ignoreLines:(\w+)", re.IGNORECASE)
_PROPERTY = re.compile(r"^\s*--\s*property\s(.*)$", re.IGNORECASE)
_NAMED = re.compile(r'([A-Za-z]+):("[^"]*"|[^\s"]*)')
_NOTHING_TO_UNDO = ("not required", "empty")
_LONGEST_LINE = 20_000
"""Characters in which a line of the tool's own is looked for."""


def is_formatted(data: bytes) -> bool:
    """Whether the first line that is not empty says so."""
    for line in data[:4096].decode("utf-8-sig", "replace").splitlines():
        if line.strip():
            return _HEADER.match(line) is not None
    return False


def read_formatted_sql(text: str) -> Changelog:
    """The changesets of a file. What Liquibase does not take of it is a problem of the changeset where it stands."""
    reader = _Reader()
    for number, line in enumerate(text.split("\n"), 1):
        reader.line(number, line.rstrip("\r"))
    reader.close()
    return Changelog(tuple(reader.entries), reader.logical_path, tuple(reader.skipped))


class _Reader:
    def __init__(self) -> None:
        self.entries: list[ChangeSet | Property] = []
        self.skipped: list[tuple[int, str]] = []
        self.logical_path = ""
        self._ignoring: int | None = 0
        self._in_rollback = False
        self._head: tuple[int, str, str, dict[str, str]] | None = None
        self._reset()

    def _reset(self) -> None:
        self._sql: list[str] = []
        self._rollback: list[str] = []
        self._checksums: list[str] = []
        self._guard: dict[str, str] | None = None
        self._conditions: list[Node] = []
        self._comment = ""
        self._problem = ""

    def line(self, number: int, line: str) -> None:
        kept = ""
        head = line[:_LONGEST_LINE]
        if self._ignoring is None or self._ignoring > 0:
            self._skip_ignored(head)
        elif self._in_rollback:
            self._in_rollback = "*/" not in line
            self._rollback.append(line.partition("*/")[0])
        elif not self._directive(number, head):
            kept = line
            if self._head is None and has_statements(line):
                self.skipped.append(
                    (number, "it stands before the first changeset, so the tool passes it over")
                )
        self._sql.append(kept)

    def _skip_ignored(self, line: str) -> None:
        ends = _IGNORED.match(line)
        if self._ignoring is not None:
            self._ignoring -= 1
        elif ends is not None and ends[1] == "end":
            self._ignoring = 0

    def _directive(self, number: int, line: str) -> bool:
        """Take in a line of the tool's own; False when it is SQL or a comment."""
        if "--" not in line and "/*" not in line and "-" not in line[:3]:
            return False
        if found := _CHANGE_SET.match(line):
            self.close()
            attributes = {name: value.strip('"') for name, value in _NAMED.findall(found[3])}
            self._head = (number, found[2].strip('"'), found[1].strip('" '), attributes)
            self._sql = []
            return True
        if _NEARLY.match(line):
            self.skipped.append((number, "it is no '--changeset author:id': the tool refuses the file"))
            return True
        if _HEADER.match(line):
            named = {name.lower(): value for name, value in _NAMED.findall(line)}
            self.logical_path = self.logical_path or named.get("logicalfilepath", "").strip('"')
        elif found := _PROPERTY.match(line):
            self._property(number, found[1])
        elif found := _IGNORED.match(line):
            # the marker stands for itself: the lines that follow it are not read
            self._ignoring = None if found[1] == "start" else _lines(found[1])
        elif self._head is None:
            return False
        else:
            return self._of_change_set(number, line)
        return True

    def _of_change_set(self, number: int, line: str) -> bool:
        if found := _ROLLBACK.match(line):
            self._rollback.append(found[1])
        elif _ROLLBACK_BLOCK.match(line):
            self._in_rollback = True
        elif found := _PRECONDITIONS.match(line):
            self._guard = {name: value.strip('"') for name, value in _NAMED.findall(found[1])}
        elif found := _PRECONDITION.match(line):
            self._conditions.append(_condition(number, found[1].lower(), found[2]))
        elif found := _COMMENT.match(line):
            self._comment = found[1].strip()
        elif found := _CHECKSUM.match(line):
            self._checksums.append(found[1].strip())
        else:
            return False
        return True

    def _property(self, number: int, text: str) -> None:
        named = {name.lower(): value.strip('"') for name, value in _NAMED.findall(text)}
        conditional = any(named.get(key) for key in ("context", "contextfilter", "labels"))
        self.entries.append(
            Property(
                named.get("name", ""),
                named.get("value", ""),
                number,
                named.get("dbms", ""),
                conditional,
                named.get("global", "true").lower() != "false",
            )
        )

    def close(self) -> None:
        """The end of the file, or the beginning of the next changeset."""
        if self._head is not None:
            line, name, author, attributes = self._head
            sql = Node("sql", line, _sql_attributes(attributes), (), "\n".join(self._sql), line)
            problem = "" if sql.text.strip() else "it holds no SQL"
            self.entries.append(
                ChangeSet(
                    name,
                    author,
                    line,
                    (sql,),
                    attributes,
                    self._preconditions(line),
                    self._undo(line),
                    (),
                    tuple(self._checksums),
                    self._comment,
                    problem,
                )
            )
        self._head = None
        self._reset()

    def _preconditions(self, line: int) -> Node | None:
        if self._guard is None:
            return None
        return Node("preConditions", line, self._guard, tuple(self._conditions))

    def _undo(self, line: int) -> tuple[Node, ...] | None:
        text = "\n".join(self._rollback).strip()
        if not text:
            return None
        return () if text.lower().startswith(_NOTHING_TO_UNDO) else (Node("sql", line, text=text),)


def _condition(line: int, kind: str, text: str) -> Node:
    named = {name: value.strip('"') for name, value in _NAMED.findall(text)}
    what = {"table-exists": "tableExists", "view-exists": "viewExists"}.get(kind)
    if what is None:
        return Node("sqlCheck", line, text=text)
    key = "tableName" if what == "tableExists" else "viewName"
    name = named.get("table", named.get("view", ""))
    return Node(what, line, {key: name, "schemaName": named.get("schema", "")})


def _lines(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def _sql_attributes(attributes: dict[str, str]) -> dict[str, str]:
    kept = ("splitStatements", "endDelimiter", "stripComments")
    return {name: attributes[name] for name in kept if name in attributes}
