"""Whether ``change`` can be run backwards, and what that does.

Source: rails/rails, ``ActiveRecord::Migration::CommandRecorder``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from runbook_tui.migrations.changes import ADD_COLUMN, Change
from runbook_tui.migrations.ruby.values import Call

_ALWAYS = frozenset({
    "create_table", "create_join_table", "add_column", "add_columns", "add_timestamps", "add_reference",
    "add_belongs_to", "add_index", "add_foreign_key", "add_check_constraint", "add_unique_constraint",
    "add_exclusion_constraint", "rename_column", "rename_table", "rename_index", "rename_enum",
    "rename_enum_value", "enable_extension", "disable_extension", "change_column_null", "create_enum",
    "remove_reference", "remove_belongs_to", "remove_timestamps", "create_schema", "drop_schema",
    "validate_foreign_key", "validate_check_constraint", "validate_constraint", "create_virtual_table",
    "change_table", "create_view", "create_function", "create_trigger",
})  # fmt: skip


def _typed(call: Call) -> bool:
    return len(call.arguments) > 2 or call.partial


def _from_to(call: Call) -> bool:
    return {"from", "to"} <= call.options.keys()


def _second(call: Call) -> bool:
    return len(call.arguments) > 1


_WHEN: dict[str, Callable[[Call], bool]] = {
    "remove_column": _typed,
    "remove_columns": lambda call: "type" in call.options,
    "drop_table": lambda call: call.block is not None,
    "drop_join_table": lambda call: True,
    "remove_index": lambda call: _second(call) or "column" in call.options,
    "remove_foreign_key": lambda call: _second(call) or "to_table" in call.options,
    "remove_check_constraint": _second,
    "remove_exclusion_constraint": _second,
    "remove_unique_constraint": _second,
    "change_column_default": _from_to,
    "change_column_comment": _from_to,
    "change_table_comment": _from_to,
    "drop_enum": _second,
    "drop_virtual_table": _second,
    "update_view": lambda call: "revert_to_version" in call.options,
    "replace_view": lambda call: "revert_to_version" in call.options,
    "drop_view": lambda call: "revert_to_version" in call.options,
    "update_function": lambda call: "revert_to_version" in call.options,
    "drop_function": lambda call: "revert_to_version" in call.options,
    "drop_trigger": lambda call: "revert_to_version" in call.options,
}


def goes_backwards(call: Call) -> bool:
    """Whether Rails can turn a call inside ``change`` round."""
    test = _WHEN.get(call.name)
    return test(call) if test is not None else call.name in _ALWAYS


def reverted(changes: Sequence[Change], line: int) -> list[Change]:
    """What ``revert { ... }`` does: the opposite of each change, the last one first."""
    found: list[Change] = []
    for change in reversed(changes):
        kind = change.kind
        if kind == "create-table":
            found.append(Change("drop-table", change.line, change.table))
        elif kind == ADD_COLUMN:
            found.append(Change("drop-column", change.line, change.table, change.name))
        elif kind.startswith(("create-index", "create-unique-index")):
            concurrently = "-concurrently" if kind.endswith("-concurrently") else ""
            found.append(replace(change, kind=f"drop-index{concurrently}"))
        elif kind.startswith(("add-foreign-key", "add-check", "add-unique", "add-exclusion")):
            found.append(replace(change, kind="drop-constraint"))
        elif kind == "rename-table" and change.to:
            found.append(Change(kind, change.line, change.to, to=change.table))
        elif kind == "rename-column" and change.to:
            found.append(Change(kind, change.line, change.table, change.to, to=change.name))
        else:
            return [Change("opaque", line, detail="revert of something that has no plain opposite")]
        found[-1] = replace(found[-1], conditional=change.conditional)
    return found
