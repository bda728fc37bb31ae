"""Django operations that run code or SQL, and those that change its own picture of the models only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from runbook_tui.migrations.changes import Change, shifted
from runbook_tui.migrations.following.values import Text
from runbook_tui.migrations.python.django_state import nothing_changes
from runbook_tui.migrations.python.values import Arguments, Call, Function, path_of
from runbook_tui.migrations.sql.reader import read_sql

if TYPE_CHECKING:
    from runbook_tui.migrations.python.django_ops import Operations


def run_python(reader: Operations, call: Call) -> list[Change]:
    """RunPython: nobody can tell what it does without running it."""
    arguments = Arguments(call, "code", "reverse_code")
    if arguments.get("reverse_code") is None:
        reader.reversible = False
    code = arguments.get("code")
    if path_of(code).endswith("RunPython.noop"):
        return [nothing_changes(call, "RunPython.noop")]
    name = code.node.name if isinstance(code, Function) else path_of(code)
    return [Change("opaque", call.line, detail=f"RunPython({name})")]


def run_sql(reader: Operations, call: Call) -> list[Change]:
    """RunSQL: its SQL is read like any other."""
    arguments = Arguments(call, "sql", "reverse_sql", "state_operations")
    if arguments.get("reverse_sql") is None:
        reader.reversible = False
    _only_state(reader, arguments.get("state_operations"))
    sql = arguments.get("sql")
    if path_of(sql).endswith("RunSQL.noop"):
        return [nothing_changes(call, "RunSQL.noop")]
    changes: list[Change] = []
    for statement in sql if isinstance(sql, list | tuple) else [sql]:
        changes += _sql(reader, statement, call)
    return changes


def _sql(reader: Operations, statement: object, call: Call) -> list[Change]:
    """One piece of RunSQL: text, or text with its parameters."""
    text = statement
    if isinstance(statement, list | tuple) and statement:
        first = statement[0]
        text = first.replace("%s", "NULL").replace("%%", "%") if isinstance(first, str) else first
    if not isinstance(text, str):
        return [Change("opaque", call.line, detail="RunSQL with SQL that is put together when it runs")]
    offset = text.line - 1 if isinstance(text, Text) else call.line - 1
    return shifted(read_sql(text, reader.engine), offset)


def separate(reader: Operations, call: Call) -> list[Change]:
    """SeparateDatabaseAndState: only the database operations count."""
    arguments = Arguments(call, "database_operations", "state_operations")
    database = replace(reader, state=reader.state.copied())
    operations = arguments.get("database_operations")
    changes = database.read(operations) if operations is not None else []
    reader.reversible = reader.reversible and database.reversible
    _only_state(reader, arguments.get("state_operations"))
    return changes or [nothing_changes(call, "only Django's own picture of the models")]


def _only_state(reader: Operations, operations: object) -> None:
    if isinstance(operations, list | tuple):
        reversible = reader.reversible
        list(reader.read_all(operations))
        reader.reversible = reversible


def nothing(reader: Operations, call: Call) -> list[Change]:
    """Operations that change Django's own picture of the models only."""
    return [
        nothing_changes(call, f"{call.path.rpartition('.')[2]} changes Django's own picture of the models")
    ]


def collation(reader: Operations, call: Call) -> list[Change]:
    """CreateCollation and RemoveCollation."""
    kind = "create-object" if call.path.endswith("CreateCollation") else "drop-object"
    return [Change(kind, call.line, name=f"collation {Arguments(call, 'name').text('name')}")]
