"""SQL inside changelogs, and in files that they name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from runbook_tui.migrations.changes import Change, shifted
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.liquibase.columns import bare, table_of
from runbook_tui.migrations.liquibase.dbms import applies
from runbook_tui.migrations.liquibase.nodes import Node
from runbook_tui.migrations.liquibase.paths import Tree
from runbook_tui.migrations.liquibase.properties import Properties
from runbook_tui.migrations.sql.files import decoded
from runbook_tui.migrations.sql.reader import read_sql
from runbook_tui.migrations.sql.statements import Statement, UnreadableSqlError, split_sql

_ESCAPES = (("\\n", "\n"), ("\\r", ""), ("\\s*", ""), ("\\s", " "), ("^", ""), ("$", ""), ("\\", ""))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a changeset stands: what its SQL and its files need to be read."""

    path: str
    engine: Engine
    home: Engine | None
    """The engine that ``dbms`` is compared with; None when it is not known which one it is."""
    tree: Tree
    properties: Properties


def sql(node: Node, place: Place) -> list[Change]:
    """``sql``: for some engines only when it has ``dbms``."""
    if not applies(node.get("dbms"), place.home):
        return [_skipped(node, place)]
    return code(node.code(), place, node.get("endDelimiter"))


def sql_file(node: Node, place: Place) -> list[Change]:
    """``sqlFile``: the file's statements, at the line that names it."""
    if not applies(node.get("dbms"), place.home):
        return [_skipped(node, place)]
    return _of_file(node, place, node.get("endDelimiter"))


def routine(node: Node, place: Place) -> list[Change]:
    """``createProcedure``, ``createFunction``, ``createTrigger``: text or file with the whole statement."""
    if not applies(node.get("dbms"), place.home):
        return [_skipped(node, place)]
    found = _of_file(node, place, "") if node.get("path") else code(node.code(), place, "")
    if node.flag("replaceIfExists") is not False:
        found = [replace(change, detail="or replace") if _is_routine(change) else change for change in found]
    return found


def view(node: Node, place: Place) -> list[Change]:
    """``createView``: its query, or with ``fullDefinition`` the whole statement."""
    if node.flag("fullDefinition") is not False:
        return _of_file(node, place, "") if node.get("path") else code(node.code(), place, "")
    replaces = "or replace" if node.flag("replaceIfExists") is not False else ""
    return [Change("create-view", node.line, name=bare(node.get("viewName")) or None, detail=replaces)]


def insert(node: Node, place: Place) -> list[Change]:
    """``insert``, ``loadData``: rows."""
    if not applies(node.get("dbms"), place.home):
        return [_skipped(node, place)]
    return [Change("insert-rows", node.line, table_of(node))]


def upsert(node: Node, place: Place) -> list[Change]:
    """``loadUpdateData``: rows that are there take the values of the file."""
    return [Change("update-rows", node.line, table_of(node))]


def update(node: Node, place: Place) -> list[Change]:
    """``update`` of columns, with or without ``where``."""
    if not applies(node.get("dbms"), place.home):
        return [_skipped(node, place)]
    over = tuple(bare(column.get("name")) for column in node.all("column"))
    where = " ".join(node.get("where").replace('"', "").replace("`", "").lower().split())
    guarded = len(over) == 1 and where == f"{over[0].lower()} is null"
    return [Change("update-rows", node.line, table_of(node), over=over, guarded=guarded)]


def delete(node: Node, place: Place) -> list[Change]:
    """``delete``."""
    if not applies(node.get("dbms"), place.home):
        return [_skipped(node, place)]
    return [Change("delete-rows", node.line, table_of(node))]


def code(text: Node, place: Place, delimiter: str) -> list[Change]:
    """The statements of a text, at their lines in the changelog."""
    found = read_code(text.text, place.engine, delimiter)
    if text.flat:
        return [replace(change, line=text.text_line) for change in found]
    return shifted(found, text.text_line - 1)


def read_code(text: str, engine: Engine, delimiter: str) -> list[Change]:
    """The statements of a text; those with a property that nobody defines are questions."""
    found: list[Change] = []
    lines = 0
    for number, part in enumerate(_split(text, delimiter)):
        changes = shifted(_read(part, engine), lines)
        # a statement's number is what tells it from those of the other parts
        found += [
            replace(change, statement=(change.statement[0], change.statement[1] + number * 100_000))
            if change.statement
            else change
            for change in changes
        ]
        lines += part.count("\n")
    return found


def _split(text: str, delimiter: str) -> list[str]:
    """Parts between delimiters other than a semicolon. A pattern is taken for the text that it stands for."""
    wanted = delimiter
    for escape, meaning in _ESCAPES:
        wanted = wanted.replace(escape, meaning)
    wanted = wanted.strip(" \t")
    if wanted.strip() in ("", ";"):
        return [text]
    if not wanted.strip("\n").isalnum() and len(wanted.strip()) > 1:
        return text.split(wanted)
    # GO and / stand on lines of their own
    own = wanted.strip().lower()
    parts: list[str] = [""]
    for line in text.split("\n"):
        if line.strip().lower() == own:
            parts.append("\n")
        else:
            parts[-1] += f"{line}\n"
    return parts


_MASK = "runbook_undefined_"
_ROWS = frozenset({"insert-rows", "copy-rows", "update-rows", "delete-rows"})
"""A value that is not known makes these no more dangerous than they are."""


def _read(text: str, engine: Engine) -> list[Change]:
    if "${" not in text:
        return read_sql(text, engine)
    masked = text.replace("${", _MASK).replace("}", "")  # a name, so that SQL can be cut into tokens
    try:
        statements = split_sql(masked, engine)
    except UnreadableSqlError:
        return read_sql(masked, engine)
    return [_questioned(change, statements) for change in read_sql(masked, engine)]


def _questioned(change: Change, statements: Sequence[Statement]) -> Change:
    number = change.statement[1] if change.statement else -1
    written = statements[number].text if 0 <= number < len(statements) else _MASK
    named = f"{change.table} {change.name} {change.over}"
    if _MASK not in written or (change.kind in _ROWS and _MASK not in named):
        return change
    detail = "SQL with a property that the changelog does not define"
    return Change("opaque", change.line, detail=detail, statement=change.statement)


def _of_file(node: Node, place: Place, delimiter: str) -> list[Change]:
    target = node.get("path")
    relative = node.flag("relativeToChangelogFile") is True
    found = place.tree.resolve(target, place.path, relative=relative) if target else None
    if found is None:
        what = f"{node.name} {target}: there is no such file among those that are read"
        return [Change("opaque", node.line, detail=what)]
    text = place.properties.expand(decoded(place.tree.files[found]), place.home)
    changes = read_code(text, place.engine, delimiter)
    return [replace(change, line=node.line) for change in changes]


def _skipped(node: Node, place: Place) -> Change:
    what = f"{node.name} is for {node.get('dbms')}"
    return Change("state-only", node.line, detail=what)


def _is_routine(change: Change) -> bool:
    return change.kind in ("create-function", "create-trigger")
