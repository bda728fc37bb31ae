"""Indexes and constraints: what each method of Active Record does to them.

Source: rails/rails, ``ActiveRecord::ConnectionAdapters::SchemaStatements`` and the PostgreSQL adapter's.
"""

from __future__ import annotations

from dataclasses import replace

from runbook_tui.migrations.changes import Change
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.ruby.place import Place, Reader, locked
from runbook_tui.migrations.ruby.values import Call, Changes, texts_of
from runbook_tui.migrations.sql.checks import read_check

_LONGEST_NAME = 62


def index_name(table: str | None, over: tuple[str, ...]) -> str | None:
    """The name that Rails gives an index; a longer one is a hash since Rails 7.1, and not worked out."""
    name = f"index_{(table or '').rpartition('.')[2]}_on_{'_and_'.join(over)}"
    return name if table and over and len(name) <= _LONGEST_NAME else None


def columns_of(value: object) -> tuple[str, ...]:
    """The columns of an index; nothing when one of them is an expression or not known."""
    names = texts_of(value)
    return names if all(name.replace("_", "").isalnum() for name in names) else ()


def add_index(call: Call, place: Place) -> Changes:
    """``add_index``, also as a part of other calls."""
    table, over = call.text(0), columns_of(call.argument(1))
    unique = call.flag("unique")
    kind = "create-index" if unique is False else "create-unique-index"
    if call.named("algorithm") == "concurrently" and place.engine is Engine.POSTGRES:
        kind += "-concurrently"
    name = call.named("name") or (index_name(table, over) if "name" not in call.options else None)
    exists = call.flag("if_not_exists") is True
    refuses_null = call.flag("nulls_not_distinct") is not False
    change = Change(kind, call.line, table, name, over=over, if_exists=exists, refuses_null=refuses_null)
    return [*locked(call, place, table), change]


def _remove_index(call: Call, place: Place) -> Changes:
    table = call.text(0)
    over = columns_of(call.options.get("column", call.argument(1)))
    name = call.named("name") or (index_name(table, over) if "name" not in call.options else None)
    concurrently = call.named("algorithm") == "concurrently" and place.engine is Engine.POSTGRES
    kind = "drop-index-concurrently" if concurrently else "drop-index"
    exists = call.flag("if_exists") is True
    return [*locked(call, place, table), Change(kind, call.line, table, name, over=over, if_exists=exists)]


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
    change = Change(f"add-check{suffix}", call.line, call.text(0), name)
    read = read_check(call.argument(1), place.engine)
    if read is None or change.table is None:
        return change
    return replace(change, over=read.over, refuses_null=read.refuses_null, not_null=read.not_null)


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


CONSTRAINT_OPERATIONS: dict[str, Reader] = {
    "add_index": add_index,
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
}
"""Name of a method to its reader."""
