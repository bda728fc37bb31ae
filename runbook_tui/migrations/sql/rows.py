"""Statements that change or only read rows: INSERT, UPDATE, DELETE, MERGE, SELECT."""

from __future__ import annotations

from sqlglot import exp

from runbook_tui.migrations.changes import Change
from runbook_tui.migrations.sql.columns import names, table_name
from runbook_tui.migrations.sql.parse import opaque, shortened

_SETTINGS = frozenset(
    {"set_config", "pg_advisory_lock", "pg_advisory_xact_lock", "pg_advisory_unlock", "pg_sleep"}
)
_SEQUENCES = frozenset({"setval", "nextval"})
_READING = frozenset(
    {
        "version", "current_setting", "pg_backend_pid", "pg_typeof", "pg_is_in_recovery",
        "pg_try_advisory_lock", "pg_try_advisory_xact_lock",
        "to_regclass", "to_regtype", "to_regproc", "to_regnamespace", "format_type",
        "pg_get_serial_sequence", "pg_get_constraintdef", "pg_get_indexdef", "pg_get_viewdef", "pg_get_functiondef",
        "pg_get_triggerdef", "pg_relation_size", "pg_table_size", "pg_total_relation_size", "pg_database_size",
        "pg_size_pretty", "obj_description", "col_description", "has_table_privilege", "has_schema_privilege",
        "row_to_json", "to_json", "to_jsonb", "json_agg", "jsonb_agg", "json_build_object", "jsonb_build_object",
        "json_build_array", "jsonb_build_array", "json_object_agg", "jsonb_object_agg", "currval", "lastval",
    }
)  # fmt: skip
"""PostgreSQL's own that change nothing, beside those that sqlglot knows: manual, "Functions and Operators"."""
_VALUES = frozenset({"uuid_generate_v4", "uuid_generate_v1", "nextval", "currval", "last_insert_id"})
"""Functions that only make values for new rows."""

Rows = exp.Insert | exp.Update | exp.Delete | exp.Merge


def read_rows(tree: exp.Expr, line: int) -> list[Change]:
    """Every change of rows in a statement, those inside WITH first."""
    found = sorted(tree.find_all(exp.Insert, exp.Update, exp.Delete, exp.Merge), key=lambda node: -node.depth)
    changes = [_rows(node, line) for node in found]
    source = tree.args.get("expression") if isinstance(tree, exp.Insert) else None
    calls = isinstance(source, exp.Select) and not source.args.get("from_") and unknown_calls(source)
    return [*changes, opaque(line, source.sql())] if calls and isinstance(source, exp.Select) else changes


def _function(node: exp.Expr) -> str:
    """A function's name, with its schema unless that is the engine's own."""
    schema = node.parent.this.sql().lower() if isinstance(node.parent, exp.Dot) else "pg_catalog"
    return node.name.lower() if schema == "pg_catalog" else f"{schema}.{node.name}"


def unknown_calls(query: exp.Expr) -> bool:
    """Whether it calls a function that may do anything."""
    called = {node.name.lower() for node in query.find_all(exp.Anonymous)}
    return not called <= _READING | _VALUES


def whole_table(query: exp.Expr | None) -> str | None:
    """The one table of which a query gives every row, whatever the columns; None for all other queries."""
    source = query.args.get("from_") if isinstance(query, exp.Select) else None
    if query is None or source is None or not isinstance(source.this, exp.Table):
        return None
    given = {name for name, value in query.args.items() if value}
    of_table = {name for name, value in source.this.args.items() if value}
    whole = given <= {"expressions", "from_", "kind", "order"} and of_table <= {
        "this",
        "db",
        "catalog",
        "alias",
    }
    return table_name(source.this) if whole else None


def _sources(query: exp.Expr) -> tuple[str, ...]:
    """For each column of a query, the column that it is, or nothing for what is computed."""
    if not isinstance(query, exp.Select):
        return ()
    return tuple(
        item.name if isinstance(item, exp.Column | exp.Star) else ""
        for item in (found.unalias() for found in query.expressions)
    )


def _rows(node: exp.Expr, line: int) -> Change:
    if isinstance(node, exp.Update):
        return _update(node, line)
    if isinstance(node, exp.Delete):
        return Change("delete-rows", line, table_name(node.this) or _first_table(node))
    table = table_name(node.this)
    if isinstance(node, exp.Merge):
        deletes = any(_deletes(when) for when in node.find_all(exp.When))
        return Change("delete-rows" if deletes else "update-rows", line, table, reads_tables=True)
    source = node.args.get("expression")
    into = node.this
    over = names(into.expressions) if isinstance(into, exp.Schema) else ()
    if source is not None and _reads_other(source, table):
        whole, copied = whole_table(source), _sources(source)
        return Change("copy-rows", line, table, to=whole, over=over, reads_tables=True, copied=copied)
    if _overwrites(node):
        return Change("update-rows", line, table, bounded=True)
    return Change("insert-rows", line, table, over=over)


def _deletes(when: exp.When) -> bool:
    then = when.args.get("then")
    return isinstance(then, exp.Delete) or (isinstance(then, exp.Expr) and then.name.upper() == "DELETE")


def _overwrites(node: exp.Expr) -> bool:
    """Whether an INSERT changes a row that is there: ON CONFLICT DO UPDATE, ON DUPLICATE KEY UPDATE, OR REPLACE."""
    conflict = node.args.get("conflict")
    updates = isinstance(conflict, exp.OnConflict) and bool(conflict.expressions)
    return updates or str(node.args.get("alternative") or "").upper() == "REPLACE"


def _update(node: exp.Update, line: int) -> Change:
    table = table_name(node.this)
    over = tuple(item.this.name for item in node.expressions if isinstance(item, exp.EQ))
    where = node.args.get("where")
    guards = {condition.this.name for condition in _conjuncts(where.this)} if where else set()
    guarded = bool(over) and set(over) <= guards
    tables = [found for found in node.find_all(exp.Table) if found is not node.this]
    return Change("update-rows", line, table, over=over, guarded=guarded, reads_tables=bool(tables))


def _conjuncts(condition: exp.Expr) -> list[exp.Is]:
    """The ``x IS NULL`` parts that all have to hold."""
    if isinstance(condition, exp.Paren):
        return _conjuncts(condition.this)
    if isinstance(condition, exp.And):
        return _conjuncts(condition.this) + _conjuncts(condition.expression)
    if not isinstance(condition, exp.Is) or condition.args.get("negate"):
        return []
    return [condition] if isinstance(condition.expression, exp.Null) else []


def _reads_other(source: exp.Expr, table: str | None) -> bool:
    """Whether rows come from a table; looking into the target itself only keeps rows from being inserted twice."""
    common = {cte.alias_or_name for cte in source.find_all(exp.CTE)}
    if isinstance(source, exp.Values):
        return False
    read = {table_name(found) for found in source.find_all(exp.Table)} - common
    if isinstance(source, exp.Select) and source.args.get("from_") is None and read <= {table}:
        return False
    return bool(read)


def _first_table(node: exp.Expr) -> str | None:
    return next((table_name(table) for table in node.find_all(exp.Table)), None)


def read_select(tree: exp.Expr, line: int, text: str) -> list[Change]:
    """A SELECT changes nothing, unless it calls a function that is not known, or writes into a table."""
    into = tree.args.get("into")
    if into is not None:
        table, temporary = table_name(into.this), bool(into.args.get("temporary"))
        created = Change("create-table", line, table, detail="temporary" if temporary else "")
        return [created, Change("copy-rows", line, table, reads_tables=True)]
    called = {_function(node) for node in tree.find_all(exp.Anonymous)}
    if called <= _SETTINGS | _READING:
        timeout = "lock_timeout" if "lock_timeout" in text.lower() and "set_config" in called else None
        return [
            Change("setting" if called & _SETTINGS else "query", line, name=timeout, detail=shortened(text))
        ]
    if called <= _SETTINGS | _READING | _SEQUENCES:
        return [Change("maintenance", line, name="a sequence")]
    return [opaque(line, text)]
