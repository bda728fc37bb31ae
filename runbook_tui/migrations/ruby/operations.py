"""The methods of Active Record that change a schema: types, extensions and SQL here, the others in their own files.

Source: rails/rails, ``ActiveRecord::ConnectionAdapters::SchemaStatements`` and the PostgreSQL adapter's.
"""

from __future__ import annotations

from runbook_tui.migrations.changes import Change, shifted
from runbook_tui.migrations.following.values import UNKNOWN
from runbook_tui.migrations.ruby.column_operations import COLUMN_OPERATIONS
from runbook_tui.migrations.ruby.constraint_operations import CONSTRAINT_OPERATIONS
from runbook_tui.migrations.ruby.place import Place, Reader
from runbook_tui.migrations.ruby.values import Call, Changes, Lambda, texts_of
from runbook_tui.migrations.sql.reader import read_sql


def _kind(kind: str) -> Reader:
    def read(call: Call, place: Place) -> Changes:
        return [Change(kind, call.line, name=call.text(0), if_exists=call.flag("if_exists") is True)]

    return read


def _create_type(call: Call, place: Place) -> Changes:
    found: Changes = [Change("drop-type", call.line, name=call.text(0))] if call.flag("force") else []
    return [*found, Change("create-type", call.line, name=call.text(0))]


def _add_enum_value(call: Call, place: Place) -> Changes:
    exists = call.flag("if_not_exists") is True
    return [Change("add-enum-value", call.line, call.text(0), call.text(1), if_exists=exists)]


def _rename_enum_value(call: Call, place: Place) -> Changes:
    return [Change("rename-enum-value", call.line, call.text(0), call.named("from"), to=call.named("to"))]


def _rename_object(call: Call, place: Place) -> Changes:
    to = call.text(1) or call.named("to")
    return [Change("rename-object", call.line, name=call.text(0), to=to)]


def _execute(call: Call, place: Place) -> Changes:
    statement = _statement(call)
    if not isinstance(statement, str):
        return [Change("opaque", call.line, detail="SQL that is put together when it runs")]
    line = getattr(statement, "line", call.line)
    return shifted(read_sql(statement, place.engine), line - 1)


def _statement(call: Call) -> object:
    given = call.argument(0)
    if call.name == "execute_batch":
        return ";\n".join(texts_of(given)) or UNKNOWN
    if isinstance(given, list) and given:  # sanitize_sql's form: the text, then its values
        return given[0]
    return given.value if isinstance(given, Lambda) else given


EXECUTING = frozenset({
    "execute", "exec_query", "exec_update", "exec_delete", "exec_insert", "select_value", "select_values",
    "select_all", "select_one", "select_rows", "query_value", "query_values", "query", "execute_batch",
    "exec", "query_single", "query_hash", "query_array", "internal_execute", "internal_exec_query",
    "safe_execute", "raw_execute",
})  # fmt: skip
"""Methods of a connection that take SQL; ``exec`` and ``query`` are mini_sql's ``DB``."""
OPERATIONS: dict[str, Reader] = {
    **COLUMN_OPERATIONS,
    **CONSTRAINT_OPERATIONS,
    **dict.fromkeys(EXECUTING - {"exec", "query", "query_hash"} | {"update", "insert", "delete"}, _execute),
    "create_enum": _create_type,
    "drop_enum": _kind("drop-type"),
    "rename_enum": _rename_object,
    "add_enum_value": _add_enum_value,
    "rename_enum_value": _rename_enum_value,
    "enable_extension": _kind("create-object"),
    "disable_extension": _kind("drop-object"),
    "create_schema": _kind("create-object"),
    "drop_schema": _kind("drop-schema"),
    "rename_schema": _rename_object,
    "create_virtual_table": _kind("create-object"),
    "drop_virtual_table": _kind("drop-object"),
}
"""Name of a method to its reader."""
