"""Django operations on indexes and constraints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runbook_tui.migrations.changes import Change
from runbook_tui.migrations.python.values import Arguments, Call, path_of

if TYPE_CHECKING:
    from runbook_tui.migrations.python.django_ops import Operations


def add_index(reader: Operations, call: Call) -> list[Change]:
    """AddIndex and AddIndexConcurrently."""
    arguments = Arguments(call, "model_name", "index")
    index = arguments.get("index")
    name, over = reader.named(index, arguments.text("model_name"))
    concurrently = "-concurrently" if call.path.endswith("Concurrently") else ""
    table = reader.state.table(reader.app, arguments.text("model_name"))
    return [Change(f"create-index{concurrently}", call.line, table, name, over=over)]


def remove_index(reader: Operations, call: Call) -> list[Change]:
    """RemoveIndex and RemoveIndexConcurrently."""
    arguments = Arguments(call, "model_name", "name")
    concurrently = "-concurrently" if call.path.endswith("Concurrently") else ""
    table = reader.state.table(reader.app, arguments.text("model_name"))
    return [Change(f"drop-index{concurrently}", call.line, table, arguments.text("name"))]


def rename_index(reader: Operations, call: Call) -> list[Change]:
    """RenameIndex."""
    arguments = Arguments(call, "model_name", "new_name", "old_name")
    table = reader.state.table(reader.app, arguments.text("model_name"))
    new = arguments.text("new_name")
    return [Change("rename-index", call.line, table, arguments.text("old_name"), new)]


def add_constraint(reader: Operations, call: Call) -> list[Change]:
    """AddConstraint and AddConstraintNotValid."""
    arguments = Arguments(call, "model_name", "constraint")
    constraint = arguments.get("constraint")
    model_name = arguments.text("model_name")
    table = reader.state.table(reader.app, model_name)
    kind = path_of(constraint).removesuffix("()").rpartition(".")[2]
    name, over = reader.named(constraint, model_name)
    not_valid = "-not-valid" if call.path.endswith("NotValid") else ""
    if kind == "UniqueConstraint" and isinstance(constraint, Call):
        strict = constraint.keywords.get("nulls_distinct") is False
        return [Change("add-unique", call.line, table, name, over=over, refuses_null=strict)]
    if kind == "CheckConstraint":
        return [Change(f"add-check{not_valid}", call.line, table, name)]
    if kind == "ExclusionConstraint":
        return [Change("add-exclusion", call.line, table, name)]
    return [Change("opaque", call.line, table=table, detail=f"AddConstraint({kind})")]


def remove_constraint(reader: Operations, call: Call) -> list[Change]:
    """RemoveConstraint."""
    arguments = Arguments(call, "model_name", "name")
    table = reader.state.table(reader.app, arguments.text("model_name"))
    return [Change("drop-constraint", call.line, table, arguments.text("name"))]


def validate_constraint(reader: Operations, call: Call) -> list[Change]:
    """ValidateConstraint."""
    arguments = Arguments(call, "model_name", "name")
    table = reader.state.table(reader.app, arguments.text("model_name"))
    return [Change("validate-constraint", call.line, table, arguments.text("name"))]
