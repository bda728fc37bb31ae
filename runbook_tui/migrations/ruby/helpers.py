"""Methods of migrations that well-known libraries add, as far as their meaning is public and certain.

Sources: gitlabhq/gitlabhq, ``Gitlab::Database::MigrationHelpers`` and its documentation, "Avoiding downtime in
migrations"; mastodon/mastodon, ``lib/mastodon/migration_helpers.rb``, which took the older ones over;
fatkodima/online_migrations and scenic-views/scenic, their READMEs; teoljungberg/fx, README; discourse/discourse,
``lib/migration``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from runbook_tui.migrations.changes import ADD_COLUMN, Change, Column, Default
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.ruby.columns import column_of, references_of
from runbook_tui.migrations.ruby.constraint_operations import check_of, foreign_key_column
from runbook_tui.migrations.ruby.operations import OPERATIONS
from runbook_tui.migrations.ruby.place import Place, Reader
from runbook_tui.migrations.ruby.values import Call, Changes, texts_of


def _with(call: Call, name: str, options: Mapping[str, object], *arguments: object) -> Call:
    return replace(
        call, name=name, options={**call.options, **options}, arguments=arguments or call.arguments
    )


def _add_index(call: Call, place: Place) -> Changes:
    return OPERATIONS["add_index"](_with(call, "add_index", {"algorithm": "concurrently"}), place)


def _later(read: Reader) -> Reader:
    """It only asks for it: a job does it in a quiet hour, not in the migration's transaction."""

    def ask(call: Call, place: Place) -> Changes:
        return [replace(change, outside_transaction=True) for change in read(call, place)]

    return ask


def _remove_index(call: Call, place: Place) -> Changes:
    return OPERATIONS["remove_index"](_with(call, "remove_index", {"algorithm": "concurrently"}), place)


def _remove_index_by_name(call: Call, place: Place) -> Changes:
    name = call.argument(1) if call.argument(1) is not None else call.options.get("name")
    named = _with(call, "remove_index", {"algorithm": "concurrently", "name": name}, call.argument(0))
    return OPERATIONS["remove_index"](named, place)


def _update_index(call: Call, place: Place) -> Changes:
    """Mastodon's: a new index beside the old one, which then goes."""
    table = call.argument(0)
    made = _add_index(_with(call, "add_index", {}, table, call.argument(2)), place)
    # it bears the old name in the end, so nothing is missing afterwards
    return [replace(change, name=call.text(1)) for change in made]


def _add_key(call: Call, place: Place) -> Changes:
    over = foreign_key_column(call)
    change = Change("add-foreign-key-not-valid", call.line, call.text(0), call.named("name"), over=over)
    return _validated(call, replace(change, refuses_null=False))


def _validated(call: Call, change: Change) -> Changes:
    if call.get("validate") is False:
        return [change]
    return [change, Change("validate-constraint", call.line, change.table, change.name or _shown(change))]


def _shown(change: Change) -> str:
    return f"of {', '.join(change.over)}" if change.over else "just added"


def _drop_constraint(call: Call, place: Place) -> Changes:
    name = call.named("name") or call.named("constraint_name")
    over = () if name else texts_of(call.options.get("column", call.argument(1)))
    return [Change("drop-constraint", call.line, call.text(0), name, over=over)]


def _drop_named_constraint(call: Call, place: Place) -> Changes:
    return [Change("drop-constraint", call.line, call.text(0), call.text(1))]


def _remove_key(call: Call, place: Place) -> Changes:
    over = foreign_key_column(call) if call.options.get("column") or call.text(1) else ()
    return [Change("drop-constraint", call.line, call.text(0), call.named("name"), over=over, if_exists=True)]


def _not_null(call: Call, place: Place) -> Changes:
    """A check that the column IS NOT NULL, not valid at first."""
    name = call.named("constraint_name") or call.named("name")
    over = texts_of(list(call.arguments[1:]))
    change = Change("add-check-not-valid", call.line, call.text(0), name, over=over)
    return _validated(call, change)


def _text_limit(call: Call, place: Place) -> Changes:
    name = call.named("constraint_name") or call.named("name")
    column = call.text(1)
    over = (column,) if column else ()
    change = Change("add-check-not-valid", call.line, call.text(0), name, over=over, refuses_null=False)
    return _validated(call, change)


def _check(call: Call, place: Place) -> Changes:
    change = check_of(call, place, call.text(2) or call.named("name"), suffix="-not-valid")
    return _validated(call, change)


def _validate(call: Call, place: Place) -> Changes:
    name = call.named("constraint_name") or call.named("name") or call.text(1)
    return [Change("validate-constraint", call.line, call.text(0), name)]


def _add_defaulted(call: Call, place: Place) -> Changes:
    """A column with a default, filled in batches before NOT NULL is set."""
    table, name = call.text(0), call.text(1)
    column = column_of(name, call.argument(2), call, place.engine)
    null = call.flag("allow_null", otherwise=call.get("null", True) is not False)
    return [Change(ADD_COLUMN, call.line, table, name, column=replace(column, nullable=null))]


def _add_reference(call: Call, place: Place) -> Changes:
    """online_migrations': the index is built concurrently, the foreign key validated afterwards."""
    table, name = call.text(0), call.text(1)
    columns = list(references_of(call, name, place.engine, place.version))
    found = [Change(ADD_COLUMN, call.line, table, column.name, column=column) for column in columns]
    if call.get("index", True) is not False:
        over = [column.name for column in reversed(columns)]
        found += _add_index(Call(None, "add_index", (table, over), {}, call.line), place)
    if call.get("foreign_key") not in (None, False):
        key = Change(
            "add-foreign-key-not-valid", call.line, table, over=tuple(c.name or "" for c in columns[:1])
        )
        found += _validated(call, replace(key, refuses_null=False))
    return found


def _begin_rename(call: Call, place: Place) -> Changes:
    """The new column beside the old one, kept in step by triggers, and filled."""
    return _twin(call, call.text(0), call.text(2))


def _end_rename(call: Call, place: Place) -> Changes:
    table = call.text(0)
    return [Change("drop-trigger", call.line, table), Change("drop-column", call.line, table, call.text(1))]


def _begin_type_change(call: Call, place: Place) -> Changes:
    name = call.text(1)
    return _twin(call, call.text(0), f"{name}_for_type_change" if name else None)


def _begin_bigint(call: Call, place: Place) -> Changes:
    names = texts_of(call.argument(1)) or (None,)
    return [
        change
        for name in names
        for change in _twin(call, call.text(0), f"{name}_convert_to_bigint" if name else None)[:2]
    ]


def _twin(call: Call, table: str | None, name: str | None) -> Changes:
    column = Column(name, None, True, Default.UNKNOWN)
    over = (name,) if name else ()
    return [
        Change(ADD_COLUMN, call.line, table, name, column=column),
        Change("create-trigger", call.line, table),
        Change("update-rows", call.line, table, over=over, conditional=True),
    ]


def _end_bigint(call: Call, place: Place) -> Changes:
    table = call.text(0)
    names = texts_of(call.argument(1))
    drops = [Change("drop-column", call.line, table, f"{name}_convert_to_bigint") for name in names]
    return [Change("drop-trigger", call.line, table), *(drops or [Change("drop-column", call.line, table)])]


def _batched_update(call: Call, place: Place) -> Changes:
    names = [*texts_of(call.argument(1)), *call.options] if isinstance(call.argument(1), str) else []
    return [Change("update-rows", call.line, call.text(0), over=tuple(names[:1]), conditional=True)]


def _on_table(kind: str) -> Reader:
    def read(call: Call, place: Place) -> Changes:
        return [Change(kind, call.line, call.text(0), call.named("name") or call.text(1))]

    return read


def _each_table(kind: str) -> Reader:
    def read(call: Call, place: Place) -> Changes:
        names = [name if isinstance(name, str) else None for name in call.arguments] or [None]
        return [Change(kind, call.line, name) for name in names]

    return read


def _named(kind: str, detail: str = "") -> Reader:
    def read(call: Call, place: Place) -> Changes:
        table, name = call.named("on"), call.text(0)
        if call.text(1) and table is None and kind.endswith("trigger"):  # GitLab's name the table first
            table, name = name, call.text(1)
        return [Change(kind, call.line, table, name, detail=detail)]

    return read


def _queued(call: Call, place: Place) -> Changes:
    """Jobs that go over the rows after the migration is done: what they do stands in a class elsewhere."""
    what = call.text(0) or "a job"
    return [
        Change(
            "opaque", call.line, detail=f"{call.name} {what}: rows are changed by code that stands elsewhere"
        )
    ]


def _bookkeeping(call: Call, place: Place) -> Changes:
    return [Change("delete-rows", call.line, "batched_background_migrations")]


def _renamed_constraint(call: Call, place: Place) -> Changes:
    return [Change("rename-constraint", call.line, call.text(0), call.text(1), to=call.text(2))]


def _primary_key_using_index(call: Call, place: Place) -> Changes:
    return [Change("add-primary-key-using-index", call.line, call.text(0), call.text(1))]


def _discourse_drop_columns(call: Call, place: Place) -> Changes:
    names = texts_of(call.argument(1)) or (None,)
    return [Change("drop-column", call.line, call.text(0), name, if_exists=True) for name in names]


def _discourse_drop_table(call: Call, place: Place) -> Changes:
    return [Change("drop-table", call.line, call.text(0), if_exists=True)]


def _setting(call: Call, place: Place) -> Changes:
    return [Change("setting", call.line, name="statement_timeout")] if place.engine is Engine.POSTGRES else []


HELPERS: dict[str, Reader] = {
    "add_concurrent_index": _add_index,
    "add_concurrent_partitioned_index": _add_index,
    "prepare_async_index": _later(_add_index),
    "prepare_partitioned_async_index": _later(_add_index),
    "remove_concurrent_index": _remove_index,
    "remove_concurrent_index_by_name": _remove_index_by_name,
    "remove_concurrent_partitioned_index_by_name": _remove_index_by_name,
    "prepare_async_index_removal": _later(_remove_index),
    "update_index": _update_index,
    "add_concurrent_foreign_key": _add_key,
    "add_concurrent_partitioned_foreign_key": _add_key,
    "remove_foreign_key_if_exists": _remove_key,
    "remove_foreign_key_without_error": _remove_key,
    "remove_partitioned_foreign_key": _remove_key,
    "add_text_limit": _text_limit,
    "add_text_limit_constraint": _text_limit,
    "validate_text_limit": _validate,
    "validate_text_limit_constraint": _validate,
    "remove_text_limit": _drop_constraint,
    "remove_text_limit_constraint": _drop_constraint,
    "add_not_null_constraint": _not_null,
    "add_multi_column_not_null_constraint": _not_null,
    "validate_not_null_constraint": _validate,
    "validate_multi_column_not_null_constraint": _validate,
    "remove_not_null_constraint": _drop_constraint,
    "remove_multi_column_not_null_constraint": _drop_constraint,
    "validate_partitioned_foreign_key": _validate,
    "prepare_async_foreign_key_validation": _validate,
    "prepare_async_check_constraint_validation": _validate,
    "drop_constraint": _drop_named_constraint,
    "add_column_with_default": _add_defaulted,
    "add_reference_concurrently": _add_reference,
    "rename_column_concurrently": _begin_rename,
    "initialize_column_rename": _begin_rename,
    "cleanup_concurrent_column_rename": _end_rename,
    "finalize_column_rename": _end_rename,
    "change_column_type_concurrently": _begin_type_change,
    "initialize_column_type_change": _begin_type_change,
    "cleanup_concurrent_column_type_change": _end_rename,
    "cleanup_column_type_change": _end_rename,
    "initialize_conversion_of_integer_to_bigint": _begin_bigint,
    "cleanup_conversion_of_integer_to_bigint": _end_bigint,
    "update_column_in_batches": _batched_update,
    "queue_batched_background_migration": _queued,
    "queue_background_migration_jobs_by_range_at_intervals": _queued,
    "bulk_queue_background_migration_jobs_by_range": _queued,
    "backfill_conversion_of_integer_to_bigint": _queued,
    "enqueue_background_data_migration": _queued,
    "backfill_column_in_background": _queued,
    "finalize_background_migration": _queued,
    "delete_batched_background_migration": _bookkeeping,
    "rename_constraint": _renamed_constraint,
    "ensure_batched_background_migration_is_finished": _queued,
    "truncate_tables!": _each_table("truncate"),
    "lock_tables": _each_table("lock-table"),
    "track_record_deletions": _on_table("create-trigger"),
    "untrack_record_deletions": _on_table("drop-trigger"),
    "install_sharding_key_assignment_trigger": _on_table("create-trigger"),
    "remove_sharding_key_assignment_trigger": _on_table("drop-trigger"),
    "install_rename_triggers": _on_table("create-trigger"),
    "remove_rename_triggers": _on_table("drop-trigger"),
    "add_primary_key_using_index": _primary_key_using_index,
    "create_view": _named("create-view"),
    "update_view": _named("create-view", "anew"),
    "replace_view": _named("create-view", "or replace"),
    "drop_view": _named("drop-view"),
    "create_function": _named("create-function"),
    "update_function": _named("create-function", "or replace"),
    "drop_function": _named("drop-function"),
    "create_trigger": _named("create-trigger"),
    "drop_trigger": _named("drop-trigger"),
    "update_trigger": _named("create-trigger", "or replace"),
    "create_trigger_function": _named("create-function"),
    "add_sequence": _on_table("create-object"),
    "drop_sequence": _on_table("drop-object"),
    "disable_statement_timeout": _setting,
}
"""Name of a method to its reader."""

LIBRARY_CALLS: dict[str, Reader] = {
    "Migration::ColumnDropper.execute_drop": _discourse_drop_columns,
    "Migration::ColumnDropper.drop_readonly": _on_table("drop-trigger"),
    "Migration::ColumnDropper.mark_readonly": _on_table("create-trigger"),
    "Migration::TableDropper.execute_drop": _discourse_drop_table,
    "Migration::TableDropper.read_only_table": _on_table("create-trigger"),
}
"""The same for methods of a library's class."""
