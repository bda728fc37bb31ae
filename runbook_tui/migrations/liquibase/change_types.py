"""Every change type by name: what it changes, and whether Liquibase undoes it by itself.

Source: liquibase/liquibase, liquibase-standard/src/main/java/liquibase/change/core: one class a change type, whose
``createInverses`` is the automatic rollback. What is not here, as types of extensions, is a question.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from runbook_tui.migrations.changes import Change
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.liquibase import constraints, sql_code, tables
from runbook_tui.migrations.liquibase.nodes import Node
from runbook_tui.migrations.liquibase.sql_code import Place

_Structural = Callable[[Node, Engine], list[Change]]
_Textual = Callable[[Node, Place], list[Change]]

STRUCTURE: dict[str, _Structural] = {
    "createTable": tables.create_table,
    "dropTable": tables.drop_table,
    "renameTable": tables.rename_table,
    "addColumn": tables.add_column,
    "dropColumn": tables.drop_column,
    "renameColumn": tables.rename_column,
    "modifyDataType": tables.modify_data_type,
    "addNotNullConstraint": tables.add_not_null,
    "dropNotNullConstraint": tables.drop_not_null,
    "addDefaultValue": tables.add_default,
    "dropDefaultValue": tables.drop_default,
    "addAutoIncrement": tables.add_auto_increment,
    "mergeColumns": tables.merge_columns,
    "addLookupTable": tables.add_lookup_table,
    "setTableRemarks": tables.remarks,
    "setColumnRemarks": tables.remarks,
    "addPrimaryKey": constraints.add_primary_key,
    "dropPrimaryKey": constraints.drop_primary_key,
    "addUniqueConstraint": constraints.add_unique,
    "dropUniqueConstraint": constraints.drop_constraint,
    "addCheckConstraint": constraints.add_check,
    "dropCheckConstraint": constraints.drop_constraint,
    "addForeignKeyConstraint": constraints.add_foreign_key,
    "dropForeignKeyConstraint": constraints.drop_foreign_key,
    "dropAllForeignKeyConstraints": constraints.drop_foreign_key,
    "createIndex": constraints.create_index,
    "dropIndex": constraints.drop_index,
    "createSequence": constraints.create_sequence,
    "dropSequence": constraints.drop_sequence,
    "renameSequence": constraints.rename_sequence,
    "renameView": constraints.rename_view,
    "dropView": constraints.drop_view,
    "dropProcedure": constraints.drop_routine,
    "dropFunction": constraints.drop_routine,
    "dropTrigger": constraints.drop_trigger,
}
TEXT: dict[str, _Textual] = {
    "sql": sql_code.sql,
    "sqlFile": sql_code.sql_file,
    "createView": sql_code.view,
    "createProcedure": sql_code.routine,
    "createFunction": sql_code.routine,
    "createTrigger": sql_code.routine,
    "insert": sql_code.insert,
    "loadData": sql_code.insert,
    "loadUpdateData": sql_code.upsert,
    "update": sql_code.update,
    "delete": sql_code.delete,
}
_NOTHING = {"empty": "empty", "output": "prints a message", "tagDatabase": "tags the database"}
_OPAQUE = {
    "customChange": "customChange {class}: code of the program",
    "executeCommand": "executeCommand {executable}: a program of the machine that runs the tool",
    "stop": "stop: the tool ends here",
    "alterSequence": "alterSequence {sequenceName}",
}
UNDONE = frozenset(
    {
        "addColumn", "addDefaultValue", "addForeignKeyConstraint", "addLookupTable", "addNotNullConstraint",
        "addPrimaryKey", "addUniqueConstraint", "addCheckConstraint", "createIndex", "createSequence", "createTable",
        "createView", "dropNotNullConstraint", "empty", "output", "renameColumn", "renameSequence", "renameTable",
        "renameView", "tagDatabase",
    }
)  # fmt: skip
"""Change types with an automatic rollback."""


def changes_of(node: Node, place: Place) -> list[Change]:
    """What one change type of a changeset does, with the lines of its file."""
    structural = STRUCTURE.get(node.name)
    if structural is not None:
        found = structural(node, place.engine)
    elif node.name in TEXT:
        found = TEXT[node.name](node, place)
    elif node.name in _NOTHING:
        return [Change("state-only", node.line, detail=_NOTHING[node.name])]
    else:
        return [Change("opaque", node.line, detail=_words(node))]
    if not found and node.name not in TEXT:
        return [Change("opaque", node.line, detail=f"{node.name} without what it needs")]
    return [change if change.line else replace(change, line=node.line) for change in found]


def _words(node: Node) -> str:
    written = _OPAQUE.get(node.name)
    if written is None:
        return f"{node.name}: a change type that is not known"
    for name in ("class", "executable", "sequenceName"):
        written = written.replace(f"{{{name}}}", node.get(name))
    return written.strip()
