"""Columns and tables: what each method of Active Record does to them.

Source: rails/rails, ``ActiveRecord::ConnectionAdapters::SchemaStatements``.
"""

from __future__ import annotations

import re

from runbook_tui.migrations.changes import ADD_COLUMN, ALTER_COLUMN, Alteration, Change, Column, Default
from runbook_tui.migrations.following.values import UNKNOWN
from runbook_tui.migrations.ruby.columns import column_of, default_of, references_of, timestamps_of, type_of
from runbook_tui.migrations.ruby.constraint_operations import add_index
from runbook_tui.migrations.ruby.place import Place, Reader, locked
from runbook_tui.migrations.ruby.values import Call, Changes, texts_of


def _add_column(call: Call, place: Place) -> Changes:
    table, name = call.text(0), call.text(1)
    column = column_of(name, call.argument(2), call, place.engine)
    exists = call.flag("if_not_exists") is True
    change = Change(ADD_COLUMN, call.line, table, name, column=column, if_exists=exists)
    return [*locked(call, place, table), change]


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
        found += add_index(inner, place)
    found += _reference_key(call, table, over[:1])
    return [*locked(call, place, table), *found]


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
    return [*locked(call, place, table), change]


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


COLUMN_OPERATIONS: dict[str, Reader] = {
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
}
"""Name of a method to its reader."""
