"""Change types of keys, constraints, indexes, sequences and views."""

from __future__ import annotations

from runbook_tui.migrations.changes import Change
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.liquibase.columns import bare, listed, table_of
from runbook_tui.migrations.liquibase.nodes import Node
from runbook_tui.migrations.liquibase.tables import names_inside


def _named(node: Node, key: str = "constraintName") -> str | None:
    return bare(node.get(key)) or None


def add_primary_key(node: Node, engine: Engine) -> list[Change]:
    """``addPrimaryKey``, perhaps on an index that is there."""
    on_index = engine is Engine.POSTGRES and bool(node.get("forIndexName"))
    kind = "add-primary-key-using-index" if on_index else "add-primary-key"
    return [Change(kind, node.line, table_of(node), _named(node), over=names_inside(node))]


def drop_primary_key(node: Node, engine: Engine) -> list[Change]:
    """``dropPrimaryKey``."""
    return [Change("drop-primary-key", node.line, table_of(node), _named(node))]


def add_unique(node: Node, engine: Engine) -> list[Change]:
    """``addUniqueConstraint``, perhaps on an index that is there."""
    on_index = engine is Engine.POSTGRES and bool(node.get("forIndexName"))
    kind = "add-unique-using-index" if on_index else "add-unique"
    over = names_inside(node)
    return [Change(kind, node.line, table_of(node), _named(node), over=over, refuses_null=False)]


def add_check(node: Node, engine: Engine) -> list[Change]:
    """``addCheckConstraint``."""
    return [Change("add-check", node.line, table_of(node), _named(node))]


def drop_constraint(node: Node, engine: Engine) -> list[Change]:
    """``dropUniqueConstraint``, ``dropCheckConstraint``."""
    over = listed(node.get("uniqueColumns"))
    return [Change("drop-constraint", node.line, table_of(node), _named(node), over=over)]


def add_foreign_key(node: Node, engine: Engine) -> list[Change]:
    """``addForeignKeyConstraint``; ``validate="false"`` is PostgreSQL's NOT VALID."""
    later = engine is Engine.POSTGRES and node.flag("validate", default=True) is False
    kind = "add-foreign-key-not-valid" if later else "add-foreign-key"
    over = listed(node.get("baseColumnNames"))
    return [Change(kind, node.line, table_of(node, "base"), _named(node), over=over, refuses_null=False)]


def drop_foreign_key(node: Node, engine: Engine) -> list[Change]:
    """``dropForeignKeyConstraint``, and ``dropAllForeignKeyConstraints`` of a table."""
    return [Change("drop-constraint", node.line, table_of(node, "base"), _named(node))]


def create_index(node: Node, engine: Engine) -> list[Change]:
    """``createIndex``."""
    unique = node.flag("unique")
    kind = "create-index" if unique is False else "create-unique-index"
    over = names_inside(node)
    return [Change(kind, node.line, table_of(node), _named(node, "indexName"), over=over, refuses_null=False)]


def drop_index(node: Node, engine: Engine) -> list[Change]:
    """``dropIndex``."""
    return [Change("drop-index", node.line, table_of(node), _named(node, "indexName"))]


def create_sequence(node: Node, engine: Engine) -> list[Change]:
    """``createSequence``."""
    return [Change("create-object", node.line, name=_named(node, "sequenceName"))]


def drop_sequence(node: Node, engine: Engine) -> list[Change]:
    """``dropSequence``."""
    return [Change("drop-object", node.line, name=_named(node, "sequenceName"))]


def rename_sequence(node: Node, engine: Engine) -> list[Change]:
    """``renameSequence``."""
    old, new = _named(node, "oldSequenceName"), _named(node, "newSequenceName")
    return [Change("rename-object", node.line, name=old, to=new)]


def rename_view(node: Node, engine: Engine) -> list[Change]:
    """``renameView``."""
    return [
        Change("rename-object", node.line, name=_named(node, "oldViewName"), to=_named(node, "newViewName"))
    ]


def drop_view(node: Node, engine: Engine) -> list[Change]:
    """``dropView``."""
    return [Change("drop-view", node.line, name=_named(node, "viewName"))]


def drop_routine(node: Node, engine: Engine) -> list[Change]:
    """``dropProcedure``, ``dropFunction``."""
    name = _named(node, "procedureName") or _named(node, "functionName")
    return [Change("drop-function", node.line, name=name)]


def drop_trigger(node: Node, engine: Engine) -> list[Change]:
    """``dropTrigger``."""
    return [Change("drop-trigger", node.line, table_of(node), _named(node, "triggerName"))]
