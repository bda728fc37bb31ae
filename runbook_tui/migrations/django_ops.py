"""What the operations of a Django migration do to the database.

Django's ``default=`` never reaches the database: the column is added with it and the default is dropped at once
(``sqlmigrate`` shows it), so for code that does not know the column it is NOT NULL without a default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from runbook_tui.migrations.changes import ADD_COLUMN, RESTATE_COLUMN, Change, Column, ColumnType, shifted
from runbook_tui.migrations.django_fields import ModelField, model_field, shown_value
from runbook_tui.migrations.django_state import ModelState, ProjectState
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.python_values import (
    Arguments,
    Call,
    Function,
    Text,
    path_of,
    text_of,
    texts_of,
)
from runbook_tui.migrations.sql_reader import read_sql


@dataclass(slots=True)
class Operations:
    """Reads the operations of one app's migrations, one migration after the other."""

    app: str
    engine: Engine
    state: ProjectState
    reversible: bool = field(default=True, init=False)
    """Whether Django can undo the last migration that was read."""

    def read(self, operations: object) -> list[Change]:
        """The changes of one migration's ``operations``."""
        self.reversible = True
        return list(self._read(operations))

    def _read(self, operations: object) -> Iterator[Change]:
        if not isinstance(operations, list | tuple):
            self.reversible = False
            yield Change("opaque", 1, detail="a list of operations that is put together when it runs")
            return
        for operation in operations:
            yield from self._one(operation)

    def _one(self, operation: object) -> Iterable[Change]:
        if not isinstance(operation, Call):
            self.reversible = False
            return [Change("opaque", 1, detail="an operation that is not written out")]
        name = operation.path.rpartition(".")[2]
        reader = _OPERATIONS.get(name)
        if reader is not None:
            return reader(self, operation)
        if name.endswith("Extension"):
            return [Change("create-object", operation.line, name=name.removesuffix("Extension") or name)]
        self.reversible = False
        return [Change("opaque", operation.line, detail=f"{name}(...)")]

    # models

    def create_model(self, call: Call) -> list[Change]:
        """CreateModel: a table, and one for each many-to-many field."""
        arguments = Arguments(call, "name", "fields", "options", "bases")
        name = arguments.text("name")
        options = arguments.get("options", {})
        model = ModelState(f"{self.app}_{name}".lower())
        if isinstance(options, dict):
            explicit = text_of(options.get("db_table"))
            model.table, model.explicit_table = explicit or model.table, explicit is not None
            model.managed = options.get("managed") is not False and options.get("proxy") is not True
            for key in ("unique_together", "index_together"):
                model.together[key] = _sets(options.get(key))
        fields = arguments.get("fields")
        for item in fields if isinstance(fields, list | tuple) else ():
            if isinstance(item, tuple | list) and len(item) == 2 and isinstance(item[0], str):
                found = model_field(item[0], item[1], self.app)
                if found is not None:
                    model.fields[item[0]] = found
        self.state.models[f"{self.app}.{name}".lower()] = model
        if not model.managed:
            return [_nothing(call, f"{name} has no table of its own")]
        columns = tuple(found.column for found in model.fields.values() if found.column)
        joins = [field_name for field_name, found in model.fields.items() if found.joins]
        tables = [Change("create-table", call.line, model.table, columns=columns)]
        return tables + [Change("create-table", call.line, f"{model.table}_{join}") for join in joins]

    def delete_model(self, call: Call) -> list[Change]:
        """DeleteModel: its table goes."""
        arguments = Arguments(call, "name")
        name = arguments.text("name")
        table, model = self.state.table(self.app, name), self.state.model(self.app, name)
        self.state.models.pop(f"{self.app}.{name}".lower(), None)
        if _only_pending(arguments):
            return [_nothing(call, f"{name} leaves the models, its table stays")]
        if model is not None and not model.managed:
            return [_nothing(call, f"{name} has no table of its own")]
        joins = [field_name for field_name, found in model.fields.items() if found.joins] if model else []
        dropped = [Change("drop-table", call.line, f"{table}_{join}") for join in joins]
        return [*dropped, Change("drop-table", call.line, table)]

    def rename_model(self, call: Call) -> list[Change]:
        """RenameModel: the table takes the new name, unless ``db_table`` names it."""
        arguments = Arguments(call, "old_name", "new_name")
        old, new = arguments.text("old_name"), arguments.text("new_name")
        table, model = self.state.table(self.app, old), self.state.model(self.app, old)
        if model is not None:
            self.state.models[f"{self.app}.{new}".lower()] = self.state.models.pop(
                f"{self.app}.{old}".lower()
            )
            if model.explicit_table or not model.managed:
                return [_nothing(call, f"{old} keeps its table")]
            model.table = f"{self.app}_{new}".lower()
        return [Change("rename-table", call.line, table, to=f"{self.app}_{new}".lower())]

    def alter_table(self, call: Call) -> list[Change]:
        """AlterModelTable."""
        arguments = Arguments(call, "name", "table")
        name, table = arguments.text("name"), arguments.get("table")
        before, model = self.state.table(self.app, name), self.state.model(self.app, name)
        after = text_of(table) or f"{self.app}_{name}".lower()
        if model is not None:
            model.table, model.explicit_table = after, text_of(table) is not None
        if before == after:
            return [_nothing(call, f"table {after} stays as it is")]
        return [Change("rename-table", call.line, before, to=after)]

    def alter_together(self, call: Call) -> list[Change]:
        """AlterUniqueTogether and AlterIndexTogether: what is new is added, what is gone is dropped."""
        key = "unique_together" if call.path.endswith("AlterUniqueTogether") else "index_together"
        arguments = Arguments(call, "name", key)
        name = arguments.text("name")
        model = self.state.model(self.app, name)
        now = _sets(arguments.get(key))
        before = model.together.get(key, frozenset()) if model else frozenset()
        if model is not None:
            model.together[key] = now
        table = self.state.table(self.app, name)
        add, drop = (
            ("add-unique", "drop-constraint") if key == "unique_together" else ("create-index", "drop-index")
        )
        added = [
            Change(add, call.line, table, over=self._columns(name, over), refuses_null=False)
            for over in sorted(now - before)
        ]
        if not now and not before and model is None:
            return [Change(drop, call.line, table)]
        dropped = [
            Change(drop, call.line, table, over=self._columns(name, over)) for over in sorted(before - now)
        ]
        return [*dropped, *added] or [_nothing(call, f"{key} of {name} stays as it is")]

    # fields

    def add_field(self, call: Call) -> list[Change]:
        """AddField: a column, or the table of a many-to-many field."""
        arguments = Arguments(call, "model_name", "name", "field")
        model_name, name = arguments.text("model_name"), arguments.text("name")
        table, model = self.state.table(self.app, model_name), self.state.model(self.app, model_name)
        found = model_field(name or "", arguments.get("field"), self.app)
        if found is None or name is None:
            self.reversible = False
            return [
                Change("opaque", call.line, table=table, detail=f"AddField {table}.{name}, not written out")
            ]
        if model is not None:
            model.fields[name] = found
            if not model.managed:
                return [_nothing(call, f"{model_name} has no table of its own")]
        if found.joins:
            return [Change("create-table", call.line, f"{table}_{name}")]
        if found.column is None:
            return [_nothing(call, f"{model_name}.{name} has no column")]
        return [Change(ADD_COLUMN, call.line, table, found.column.name, column=found.column)]

    def remove_field(self, call: Call) -> list[Change]:
        """RemoveField: the column or the joining table goes."""
        arguments = Arguments(call, "model_name", "name")
        model_name, name = arguments.text("model_name"), arguments.text("name") or ""
        table, model = self.state.table(self.app, model_name), self.state.model(self.app, model_name)
        column = self.state.column(self.app, model_name, name)
        found = model.fields.pop(name, None) if model else None
        if _only_pending(arguments):
            return [_nothing(call, f"{model_name}.{name} leaves the models, its column stays")]
        if (model is not None and not model.managed) or (found is not None and found.has_nothing):
            return [_nothing(call, f"{model_name}.{name} has no column")]
        if found is not None and found.joins:
            return [Change("drop-table", call.line, f"{table}_{name}")]
        return [Change("drop-column", call.line, table, column)]

    def alter_field(self, call: Call) -> list[Change]:
        """AlterField: the whole field is defined anew."""
        arguments = Arguments(call, "model_name", "name", "field")
        model_name, name = arguments.text("model_name"), arguments.text("name") or ""
        table, model = self.state.table(self.app, model_name), self.state.model(self.app, model_name)
        now = model_field(name, arguments.get("field"), self.app)
        before = model.fields.get(name) if model else None
        if model is not None and now is not None:
            model.fields[name] = now
        if model is not None and not model.managed:
            return [_nothing(call, f"{model_name} has no table of its own")]
        if now is None or (now.column is None) != (before is None or before.column is None):
            return self._unknown_alteration(call, table, name, before, now)
        if now.column is None:
            if before is not None and now.signature == before.signature:
                return [_nothing(call, f"{model_name}.{name} stays as it is")]
            return [
                Change("opaque", call.line, table=table, detail=f"AlterField {table}.{name}, many-to-many")
            ]
        old = before.column.name if before and before.column else now.column.name
        to = now.column.name if now.column.name != old else None
        return [Change(RESTATE_COLUMN, call.line, table, old, to, column=now.column)]

    def _unknown_alteration(
        self, call: Call, table: str | None, name: str, before: ModelField | None, now: ModelField | None
    ) -> list[Change]:
        column = now.column.name if now and now.column else name
        if before is None and now is not None and now.column is not None:
            return [Change(RESTATE_COLUMN, call.line, table, column, column=now.column)]
        return [
            Change("opaque", call.line, table=table, detail=f"AlterField {table}.{name}, not written out")
        ]

    def rename_field(self, call: Call) -> list[Change]:
        """RenameField: the column takes the new name, unless ``db_column`` names it."""
        arguments = Arguments(call, "model_name", "old_name", "new_name")
        model_name, old, new = (
            arguments.text("model_name"),
            arguments.text("old_name"),
            arguments.text("new_name"),
        )
        table, model = self.state.table(self.app, model_name), self.state.model(self.app, model_name)
        found = model.fields.pop(old or "", None) if model else None
        if model is None or found is None or new is None:
            return [Change("rename-column", call.line, table, old, new)]
        before = found.column.name if found.column else None
        if found.column is not None and not found.explicit_column:
            suffix = "_id" if before == f"{old}_id" else ""
            found = replace(found, column=replace(found.column, name=f"{new}{suffix}"))
        model.fields[new] = found
        if not model.managed or found.has_nothing or found.explicit_column:
            return [_nothing(call, f"{model_name}.{new} keeps its column")]
        if found.column is None:
            return [Change("rename-table", call.line, f"{table}_{old}", to=f"{table}_{new}")]
        return [Change("rename-column", call.line, table, before, found.column.name)]

    def alter_order(self, call: Call) -> list[Change]:
        """AlterOrderWithRespectTo: Django keeps the order in a column of its own, which has no default."""
        arguments = Arguments(call, "name", "order_with_respect_to")
        table = self.state.table(self.app, arguments.text("name"))
        if arguments.get("order_with_respect_to") is None:
            return [Change("drop-column", call.line, table, "_order")]
        column = Column("_order", ColumnType("int"), nullable=False)
        return [Change(ADD_COLUMN, call.line, table, "_order", column=column)]

    # indexes and constraints

    def add_index(self, call: Call) -> list[Change]:
        """AddIndex and AddIndexConcurrently."""
        arguments = Arguments(call, "model_name", "index")
        index = arguments.get("index")
        name, over = self._named(index, arguments.text("model_name"))
        concurrently = "-concurrently" if call.path.endswith("Concurrently") else ""
        table = self.state.table(self.app, arguments.text("model_name"))
        return [Change(f"create-index{concurrently}", call.line, table, name, over=over)]

    def remove_index(self, call: Call) -> list[Change]:
        """RemoveIndex and RemoveIndexConcurrently."""
        arguments = Arguments(call, "model_name", "name")
        concurrently = "-concurrently" if call.path.endswith("Concurrently") else ""
        table = self.state.table(self.app, arguments.text("model_name"))
        return [Change(f"drop-index{concurrently}", call.line, table, arguments.text("name"))]

    def rename_index(self, call: Call) -> list[Change]:
        """RenameIndex."""
        arguments = Arguments(call, "model_name", "new_name", "old_name")
        table = self.state.table(self.app, arguments.text("model_name"))
        new = arguments.text("new_name")
        return [Change("rename-index", call.line, table, arguments.text("old_name"), new)]

    def add_constraint(self, call: Call) -> list[Change]:
        """AddConstraint and AddConstraintNotValid."""
        arguments = Arguments(call, "model_name", "constraint")
        constraint = arguments.get("constraint")
        model_name = arguments.text("model_name")
        table = self.state.table(self.app, model_name)
        kind = path_of(constraint).removesuffix("()").rpartition(".")[2]
        name, over = self._named(constraint, model_name)
        not_valid = "-not-valid" if call.path.endswith("NotValid") else ""
        if kind == "UniqueConstraint" and isinstance(constraint, Call):
            strict = constraint.keywords.get("nulls_distinct") is False
            return [Change("add-unique", call.line, table, name, over=over, refuses_null=strict)]
        if kind == "CheckConstraint":
            return [Change(f"add-check{not_valid}", call.line, table, name)]
        if kind == "ExclusionConstraint":
            return [Change("add-exclusion", call.line, table, name)]
        return [Change("opaque", call.line, table=table, detail=f"AddConstraint({kind})")]

    def remove_constraint(self, call: Call) -> list[Change]:
        """RemoveConstraint."""
        arguments = Arguments(call, "model_name", "name")
        table = self.state.table(self.app, arguments.text("model_name"))
        return [Change("drop-constraint", call.line, table, arguments.text("name"))]

    def validate_constraint(self, call: Call) -> list[Change]:
        """ValidateConstraint."""
        arguments = Arguments(call, "model_name", "name")
        table = self.state.table(self.app, arguments.text("model_name"))
        return [Change("validate-constraint", call.line, table, arguments.text("name"))]

    # code and SQL

    def run_python(self, call: Call) -> list[Change]:
        """RunPython: nobody can tell what it does without running it."""
        arguments = Arguments(call, "code", "reverse_code")
        if arguments.get("reverse_code") is None:
            self.reversible = False
        code = arguments.get("code")
        if path_of(code).endswith("RunPython.noop"):
            return [_nothing(call, "RunPython.noop")]
        name = code.node.name if isinstance(code, Function) else path_of(code)
        return [Change("opaque", call.line, detail=f"RunPython({name})")]

    def run_sql(self, call: Call) -> list[Change]:
        """RunSQL: its SQL is read like any other."""
        arguments = Arguments(call, "sql", "reverse_sql", "state_operations")
        if arguments.get("reverse_sql") is None:
            self.reversible = False
        self._only_state(arguments.get("state_operations"))
        sql = arguments.get("sql")
        if path_of(sql).endswith("RunSQL.noop"):
            return [_nothing(call, "RunSQL.noop")]
        changes: list[Change] = []
        for statement in sql if isinstance(sql, list | tuple) else [sql]:
            changes += self._sql(statement, call)
        return changes

    def _sql(self, statement: object, call: Call) -> list[Change]:
        """One piece of RunSQL: text, or text with its parameters."""
        text = statement
        if isinstance(statement, list | tuple) and statement:
            first = statement[0]
            text = first.replace("%s", "NULL").replace("%%", "%") if isinstance(first, str) else first
        if not isinstance(text, str):
            return [Change("opaque", call.line, detail="RunSQL with SQL that is put together when it runs")]
        offset = text.line - 1 if isinstance(text, Text) else call.line - 1
        return shifted(read_sql(text, self.engine), offset)

    def separate(self, call: Call) -> list[Change]:
        """SeparateDatabaseAndState: only the database operations count."""
        arguments = Arguments(call, "database_operations", "state_operations")
        database = Operations(self.app, self.engine, self.state.copied())
        operations = arguments.get("database_operations")
        changes = database.read(operations) if operations is not None else []
        self.reversible = self.reversible and database.reversible
        self._only_state(arguments.get("state_operations"))
        return changes or [_nothing(call, "only Django's own picture of the models")]

    def _only_state(self, operations: object) -> None:
        if isinstance(operations, list | tuple):
            reversible = self.reversible
            list(self._read(operations))
            self.reversible = reversible

    def nothing(self, call: Call) -> list[Change]:
        """Operations that change Django's own picture of the models only."""
        return [_nothing(call, f"{call.path.rpartition('.')[2]} changes Django's own picture of the models")]

    def collation(self, call: Call) -> list[Change]:
        """CreateCollation and RemoveCollation."""
        kind = "create-object" if call.path.endswith("CreateCollation") else "drop-object"
        return [Change(kind, call.line, name=f"collation {Arguments(call, 'name').text('name')}")]

    # names

    def _columns(self, model: str | None, names: Sequence[str]) -> tuple[str, ...]:
        return tuple(self.state.column(self.app, model, name.lstrip("-")) for name in names)

    def _named(self, value: object, model: str | None) -> tuple[str | None, tuple[str, ...]]:
        """Name and columns of an index or constraint object."""
        if not isinstance(value, Call):
            return None, ()
        return text_of(value.keywords.get("name")), self._columns(
            model, texts_of(value.keywords.get("fields"))
        )


def _nothing(call: Call, why: str) -> Change:
    return Change("state-only", call.line, detail=why)


def _only_pending(arguments: Arguments) -> bool:
    """Sentry's two-step deletion: ``MOVE_TO_PENDING`` takes the name from the code, ``DELETE`` then drops it."""
    return "MOVE_TO_PENDING" in shown_value(arguments.get("deletion_action"))


def _sets(value: object) -> frozenset[tuple[str, ...]]:
    """``unique_together`` in its forms: a list of lists, or one list of names."""
    if not isinstance(value, list | tuple):
        return frozenset()
    if value and all(isinstance(item, str) for item in value):
        return frozenset({texts_of(value)})
    return frozenset(texts_of(item) for item in value if texts_of(item))


_OPERATIONS: dict[str, Callable[[Operations, Call], list[Change]]] = {
    "CreateModel": Operations.create_model,
    "DeleteModel": Operations.delete_model,
    "SafeDeleteModel": Operations.delete_model,
    "RenameModel": Operations.rename_model,
    "AlterModelTable": Operations.alter_table,
    "AlterUniqueTogether": Operations.alter_together,
    "AlterIndexTogether": Operations.alter_together,
    "AddField": Operations.add_field,
    "RemoveField": Operations.remove_field,
    "SafeRemoveField": Operations.remove_field,
    "AlterField": Operations.alter_field,
    "RenameField": Operations.rename_field,
    "AddIndex": Operations.add_index,
    "AddIndexConcurrently": Operations.add_index,
    "RemoveIndex": Operations.remove_index,
    "RemoveIndexConcurrently": Operations.remove_index,
    "RenameIndex": Operations.rename_index,
    "AddConstraint": Operations.add_constraint,
    "AddConstraintNotValid": Operations.add_constraint,
    "RemoveConstraint": Operations.remove_constraint,
    "ValidateConstraint": Operations.validate_constraint,
    "AlterConstraint": Operations.nothing,
    "AlterModelOptions": Operations.nothing,
    "AlterModelManagers": Operations.nothing,
    "AlterModelTableComment": Operations.nothing,
    "AlterOrderWithRespectTo": Operations.alter_order,
    "RunPython": Operations.run_python,
    "RunSQL": Operations.run_sql,
    "SeparateDatabaseAndState": Operations.separate,
    "CreateCollation": Operations.collation,
    "RemoveCollation": Operations.collation,
}
