"""The methods of Active Record that change a schema, one by one: what each call changes.

Source: rails/rails, ``ActiveRecord::ConnectionAdapters::SchemaStatements`` and the PostgreSQL adapter's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from runbook_tui.migrations.changes import ADD_COLUMN, ALTER_COLUMN, Alteration, Change, Column, Default
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.ruby.columns import (
    Version,
    column_of,
    default_of,
    references_of,
    timestamps_of,
    type_of,
)
from runbook_tui.migrations.ruby.values import UNKNOWN, Call, Changes, Lambda, texts_of
from runbook_tui.migrations.sql.reader import read_sql

_LONGEST_NAME = 62


@dataclass(frozen=True, slots=True)
class Place:
    """What a call has to be read with."""

    engine: Engine
    version: Version


def _locked(call: Call, place: Place, table: str | None) -> Changes:
    """MySQL's ``algorithm: :copy`` and ``lock: :shared`` make the engine do what it need not."""
    if place.engine is not Engine.MYSQL:
        return []
    found: Changes = []
    if call.named("algorithm") == "copy":
        found.append(Change("rewrite-table", call.line, table))
    if call.named("lock") in ("shared", "exclusive"):
        found.append(Change("lock-table", call.line, table))
    return found


# columns


def _add_column(call: Call, place: Place) -> Changes:
    table, name = call.text(0), call.text(1)
    column = column_of(name, call.argument(2), call, place.engine)
    exists = call.flag("if_not_exists") is True
    change = Change(ADD_COLUMN, call.line, table, name, column=column, if_exists=exists)
    return [*_locked(call, place, table), change]


def _add_columns(call: Call, place: Place) -> Changes:
    """``add_columns :table, :a, :b, type: :string``."""
    found: Changes = []
    for name in call.arguments[1:]:
        text = name if isinstance(name, str) else None
        column = column_of(text, call.options.get("type"), call, place.engine)
        found.append(Change(ADD_COLUMN, call.line, call.text(0), text, column=column))
    return found


def _add_reference(call: Call, place: Place) -> Changes:
    table, name = call.text(0), call.text(1)
    exists = call.flag("if_not_exists") is True
    columns = list(references_of(call, name, place.engine, place.version))
    found = [
        Change(ADD_COLUMN, call.line, table, column.name, column=column, if_exists=exists)
        for column in columns
    ]
    over = tuple(column.name for column in columns if column.name)
    index = call.get("index", place.version >= (5, 0))
    if index not in (None, False):
        options = index if isinstance(index, dict) else {}
        inner = Call(
            None, "add_index", (table, list(reversed(over))), options, call.line, None, index is UNKNOWN
        )
        found += _add_index(inner, place)
    found += _reference_key(call, table, over[:1])
    return [*_locked(call, place, table), *found]


def _reference_key(call: Call, table: str | None, over: tuple[str, ...]) -> Changes:
    key = call.get("foreign_key")
    if key in (None, False):
        return []
    valid = isinstance(key, dict) and key.get("validate") is False
    kind = "add-foreign-key-not-valid" if valid else "add-foreign-key"
    return [Change(kind, call.line, table, over=over, refuses_null=False)]


def _add_timestamps(call: Call, place: Place) -> Changes:
    table = call.text(0)
    return [
        Change(ADD_COLUMN, call.line, table, column.name, column=column)
        for column in timestamps_of(call, place.engine, place.version)
    ]


def _drop_columns(call: Call, table: str | None, names: list[str | None]) -> Changes:
    exists = call.flag("if_exists") is True
    return [Change("drop-column", call.line, table, name, if_exists=exists) for name in names]


def _remove_column(call: Call, place: Place) -> Changes:
    return _drop_columns(call, call.text(0), [call.text(1)])


def _remove_columns(call: Call, place: Place) -> Changes:
    given = call.arguments[1:]
    names = [str(name) if isinstance(name, str) else None for name in given]
    names = list(texts_of(given[0])) if len(given) == 1 and isinstance(given[0], list) else names
    return _drop_columns(call, call.text(0), names or [None])


def _remove_timestamps(call: Call, place: Place) -> Changes:
    return _drop_columns(call, call.text(0), ["created_at", "updated_at"])


def _remove_reference(call: Call, place: Place) -> Changes:
    name = call.text(1)
    table = call.text(0)
    found: Changes = []
    if call.get("foreign_key") not in (None, False):
        over = (f"{name}_id",) if name else ()
        found.append(Change("drop-constraint", call.line, table, over=over))
    suffixes = ["_id"] if call.get("polymorphic") in (None, False) else ["_type", "_id"]
    return [*found, *_drop_columns(call, table, [f"{name}{suffix}" if name else None for suffix in suffixes])]


def _rename_column(call: Call, place: Place) -> Changes:
    return [Change("rename-column", call.line, call.text(0), call.text(1), to=call.text(2))]


def _change_column(call: Call, place: Place) -> Changes:
    """The type; ``null:`` and ``default:`` only where they are given, but for MySQL, which keeps what is not."""
    table, name = call.text(0), call.text(1)
    kind = type_of(call.argument(2), call, place.engine)
    unread = kind is None or call.partial
    nullable = call.flag("null") if "null" in call.options else None
    unread = unread or ("null" in call.options and nullable is None)
    default = None
    if "default" in call.options:
        default, _ = default_of(call.options["default"], call.argument(2), place.engine)
        unread = unread or default is Default.UNKNOWN
    using = call.options.get("using") is not None or call.options.get("cast_as") is not None
    alteration = Alteration(kind, using, nullable, default, unread)
    change = Change(ALTER_COLUMN, call.line, table, name, alteration=alteration)
    return [*_locked(call, place, table), change]


def _change_column_null(call: Call, place: Place) -> Changes:
    table, name, null = call.text(0), call.text(1), call.argument(2)
    found: Changes = []
    if (
        null is False and call.argument(3) is not None
    ):  # rows that are NULL get the fourth argument, all at once
        over = (name,) if name else ()
        found.append(Change("update-rows", call.line, table, over=over, guarded=True))
    alteration = Alteration(nullable=null) if isinstance(null, bool) else Alteration(unread=True)
    return [*found, Change(ALTER_COLUMN, call.line, table, name, alteration=alteration)]


def _change_column_default(call: Call, place: Place) -> Changes:
    """Running code has the old default in memory, also that there is none.

    With ``partial_inserts`` it leaves out of an INSERT what it believes to be the default. So a new default is a
    change of one, after the code: GitLab's documentation, "Avoiding downtime in migrations".
    """
    table, name = call.text(0), call.text(1)
    value = call.options["to"] if "to" in call.options else call.argument(2)
    if value is None and call.options and "to" not in call.options:
        value = dict(call.options)  # a default for a JSON column
    default, text = default_of(
        value, "uuid" if isinstance(value, str) and "()" in value else None, place.engine
    )
    alteration = Alteration(default=default, unread=default is Default.UNKNOWN)
    existing = Column(name, None, None, Default.CONSTANT, default_text=text)
    return [Change(ALTER_COLUMN, call.line, table, name, alteration=alteration, existing=existing)]


def _comment(call: Call, place: Place) -> Changes:
    return [Change("comment", call.line, call.text(0))]


# tables


def _drop_table(call: Call, place: Place) -> Changes:
    exists = call.flag("if_exists") is True
    names = [name if isinstance(name, str) else None for name in call.arguments] or [None]
    return [Change("drop-table", call.line, name, if_exists=exists) for name in names]


def join_table(call: Call) -> str | None:
    """The name of a join table: both names in order, with what they share at their beginning only once."""
    named, one, two = call.named("table_name"), call.text(0), call.text(1)
    if named or "table_name" in call.options or one is None or two is None:
        return named
    both = "\0".join(sorted((one, two)))
    return re.sub(r"^(.*[_.])(.+)\0\1(.+)", r"\1\2_\3", both).replace("\0", "_")


def _drop_join_table(call: Call, place: Place) -> Changes:
    return [Change("drop-table", call.line, join_table(call), if_exists=call.flag("if_exists") is True)]


def _rename_table(call: Call, place: Place) -> Changes:
    return [Change("rename-table", call.line, call.text(0), to=call.text(1))]


# indexes and constraints


def index_name(table: str | None, over: tuple[str, ...]) -> str | None:
    """The name that Rails gives an index; a longer one is a hash since Rails 7.1, and not worked out."""
    name = f"index_{(table or '').rpartition('.')[2]}_on_{'_and_'.join(over)}"
    return name if table and over and len(name) <= _LONGEST_NAME else None


def columns_of(value: object) -> tuple[str, ...]:
    """The columns of an index; nothing when one of them is an expression or not known."""
    names = texts_of(value)
    return names if all(name.replace("_", "").isalnum() for name in names) else ()


def _add_index(call: Call, place: Place) -> Changes:
    table, over = call.text(0), columns_of(call.argument(1))
    unique = call.flag("unique")
    kind = "create-index" if unique is False else "create-unique-index"
    if call.named("algorithm") == "concurrently" and place.engine is Engine.POSTGRES:
        kind += "-concurrently"
    name = call.named("name") or (index_name(table, over) if "name" not in call.options else None)
    exists = call.flag("if_not_exists") is True
    refuses_null = call.flag("nulls_not_distinct") is not False
    change = Change(kind, call.line, table, name, over=over, if_exists=exists, refuses_null=refuses_null)
    return [*_locked(call, place, table), change]


def _remove_index(call: Call, place: Place) -> Changes:
    table = call.text(0)
    over = columns_of(call.options.get("column", call.argument(1)))
    name = call.named("name") or (index_name(table, over) if "name" not in call.options else None)
    concurrently = call.named("algorithm") == "concurrently" and place.engine is Engine.POSTGRES
    kind = "drop-index-concurrently" if concurrently else "drop-index"
    exists = call.flag("if_exists") is True
    return [*_locked(call, place, table), Change(kind, call.line, table, name, over=over, if_exists=exists)]


def _rename_index(call: Call, place: Place) -> Changes:
    return [Change("rename-index", call.line, call.text(0), call.text(1), to=call.text(2))]


def foreign_key_column(call: Call) -> tuple[str, ...]:
    """The column of a foreign key: as given, or after the other table."""
    if "column" in call.options:
        return texts_of(call.options["column"])
    other = call.text(1) or call.named("to_table")
    return (f"{singular(other.rpartition('.')[2])}_id",) if other else ()


def singular(name: str) -> str:
    """A table's name in the singular, for the regular ones."""
    for ending, instead in (
        ("ies", "y"),
        ("sses", "ss"),
        ("xes", "x"),
        ("ches", "ch"),
        ("shes", "sh"),
        ("uses", "us"),
    ):
        if name.endswith(ending):
            return name.removesuffix(ending) + instead
    return name.removesuffix("s") if not name.endswith(("ss", "us", "is")) else name


def _not_valid(call: Call) -> str:
    return "-not-valid" if call.get("validate") is False else ""


def _add_foreign_key(call: Call, place: Place) -> Changes:
    kind = f"add-foreign-key{_not_valid(call)}"
    over = foreign_key_column(call)
    exists = call.flag("if_not_exists") is True
    name = call.named("name")
    return [Change(kind, call.line, call.text(0), name, over=over, if_exists=exists, refuses_null=False)]


def _remove_foreign_key(call: Call, place: Place) -> Changes:
    exists = call.flag("if_exists") is True
    over = foreign_key_column(call)
    return [
        Change("drop-constraint", call.line, call.text(0), call.named("name"), over=over, if_exists=exists)
    ]


def check_of(call: Call, place: Place, name: str | None, *, suffix: str) -> Change:
    """A CHECK by its text: whether it can refuse NULL is known when it is written out."""
    table, sql = call.text(0), call.argument(1)
    if isinstance(sql, str) and table is not None:
        found = read_sql(f"ALTER TABLE t ADD CONSTRAINT c CHECK ({sql})", place.engine)
        if len(found) == 1 and found[0].kind == "add-check":
            refuses, over = found[0].refuses_null, found[0].over
            return Change(f"add-check{suffix}", call.line, table, name, over=over, refuses_null=refuses)
    return Change(f"add-check{suffix}", call.line, table, name)


def _add_check(call: Call, place: Place) -> Changes:
    table = call.text(0)
    suffix = _not_valid(call)
    if isinstance(call.argument(2), str):  # GitLab's own: with a name, NOT VALID and then VALIDATE
        name = call.text(2)
        found = [check_of(call, place, name, suffix="-not-valid")]
        if not suffix:
            found.append(Change("validate-constraint", call.line, table, name))
        return found
    return [check_of(call, place, call.named("name"), suffix=suffix)]


def _add_unique(call: Call, place: Place) -> Changes:
    over, index = texts_of(call.argument(1)), call.named("using_index")
    kind = "add-unique-using-index" if "using_index" in call.options else "add-unique"
    return [Change(kind, call.line, call.text(0), call.named("name") or index, over=over, refuses_null=False)]


def _add_exclusion(call: Call, place: Place) -> Changes:
    return [Change("add-exclusion", call.line, call.text(0), call.named("name"))]


def _validate(call: Call, place: Place) -> Changes:
    return [Change("validate-constraint", call.line, call.text(0), call.named("name") or call.text(1))]


def _validate_key(call: Call, place: Place) -> Changes:
    """By its name, by the other table, or (GitLab's own) by its column."""
    given = texts_of(call.argument(1))
    over = given if given and given[0].endswith("_id") else foreign_key_column(call)
    return [Change("validate-constraint", call.line, call.text(0), call.named("name"), over=over)]


def _remove_constraint(call: Call, place: Place) -> Changes:
    exists = call.flag("if_exists") is True
    return [Change("drop-constraint", call.line, call.text(0), call.named("name"), if_exists=exists)]


def _remove_unique(call: Call, place: Place) -> Changes:
    over = texts_of(call.argument(1))
    return [Change("drop-constraint", call.line, call.text(0), call.named("name"), over=over)]


# enums, extensions, schemas, views


def _kind(kind: str) -> Callable[[Call, Place], Changes]:
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
    return list(_executed(call, place))


def _executed(call: Call, place: Place) -> Iterator[Change]:
    statement = call.argument(0)
    if isinstance(statement, list) and statement:  # sanitize_sql's form: the text, then its values
        statement = statement[0]
    if isinstance(statement, Lambda):
        statement = statement.value
    if isinstance(statement, str):
        from runbook_tui.migrations.changes import shifted

        line = getattr(statement, "line", call.line)
        yield from shifted(read_sql(statement, place.engine), line - 1)
    else:
        yield Change("opaque", call.line, detail="SQL that is put together when it runs")


Reader = Callable[[Call, Place], Changes]
EXECUTING = frozenset({
    "execute", "exec_query", "exec_update", "exec_delete", "exec_insert", "select_value", "select_values",
    "select_all", "select_one", "select_rows", "query_value", "query_values", "query", "execute_batch",
    "exec", "query_single", "query_hash", "query_array", "internal_execute", "internal_exec_query",
    "safe_execute", "raw_execute",
})  # fmt: skip
"""Methods of a connection that take SQL; ``exec`` and ``query`` are mini_sql's ``DB``."""
OPERATIONS: dict[str, Reader] = {
    **dict.fromkeys(EXECUTING - {"exec", "query", "query_hash"} | {"update", "insert", "delete"}, _execute),
    "add_column": _add_column,
    "add_columns": _add_columns,
    "add_reference": _add_reference,
    "add_belongs_to": _add_reference,
    "add_timestamps": _add_timestamps,
    "remove_column": _remove_column,
    "remove_columns": _remove_columns,
    "remove_timestamps": _remove_timestamps,
    "remove_reference": _remove_reference,
    "remove_belongs_to": _remove_reference,
    "rename_column": _rename_column,
    "change_column": _change_column,
    "change_column_null": _change_column_null,
    "change_column_default": _change_column_default,
    "change_column_comment": _comment,
    "change_table_comment": _comment,
    "drop_table": _drop_table,
    "drop_join_table": _drop_join_table,
    "rename_table": _rename_table,
    "add_index": _add_index,
    "remove_index": _remove_index,
    "rename_index": _rename_index,
    "add_foreign_key": _add_foreign_key,
    "remove_foreign_key": _remove_foreign_key,
    "validate_foreign_key": _validate_key,
    "add_check_constraint": _add_check,
    "remove_check_constraint": _remove_constraint,
    "validate_check_constraint": _validate,
    "validate_constraint": _validate,
    "add_unique_constraint": _add_unique,
    "remove_unique_constraint": _remove_unique,
    "add_exclusion_constraint": _add_exclusion,
    "remove_exclusion_constraint": _remove_constraint,
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
