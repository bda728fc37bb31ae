"""What the operations of a Django migration do to the database.

Django's ``default=`` never reaches the database: the column is added with it and the default is dropped at once
(``sqlmigrate`` shows it), so for code that does not know the column it is NOT NULL without a default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from runbook_tui.migrations.changes import Change
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.python import django_code, django_columns, django_indexes, django_models
from runbook_tui.migrations.python.django_state import ProjectState
from runbook_tui.migrations.python.values import Call, text_of, texts_of


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
        return list(self.read_all(operations))

    def read_all(self, operations: object) -> Iterator[Change]:
        """The changes of a list of operations, on top of what was read before."""
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
        if name in _EXTENSIONS:
            return [Change("create-object", operation.line, name=name.removesuffix("Extension") or name)]
        self.reversible = False
        return [Change("opaque", operation.line, detail=f"{name}(...)")]

    def columns(self, model: str | None, names: Sequence[str]) -> tuple[str, ...]:
        """The columns of a model's fields; a minus for descending order is dropped."""
        return tuple(self.state.column(self.app, model, name.lstrip("-")) for name in names)

    def named(self, value: object, model: str | None) -> tuple[str | None, tuple[str, ...]]:
        """Name and columns of an index or constraint object."""
        if not isinstance(value, Call):
            return None, ()
        return text_of(value.keywords.get("name")), self.columns(
            model, texts_of(value.keywords.get("fields"))
        )


_EXTENSIONS = frozenset({
    "CreateExtension", "BloomExtension", "BtreeGinExtension", "BtreeGistExtension", "CITextExtension",
    "CryptoExtension", "HStoreExtension", "TrigramExtension", "UnaccentExtension",
})  # fmt: skip
"""Source: Django's documentation, "Database migration operations" of django.contrib.postgres."""
_OPERATIONS: dict[str, Callable[[Operations, Call], list[Change]]] = {
    "CreateModel": django_models.create_model,
    "DeleteModel": django_models.delete_model,
    "SafeDeleteModel": django_models.delete_model,
    "RenameModel": django_models.rename_model,
    "AlterModelTable": django_models.alter_table,
    "AlterUniqueTogether": django_models.alter_together,
    "AlterIndexTogether": django_models.alter_together,
    "AddField": django_columns.add_field,
    "RemoveField": django_columns.remove_field,
    "SafeRemoveField": django_columns.remove_field,
    "AlterField": django_columns.alter_field,
    "RenameField": django_columns.rename_field,
    "AddIndex": django_indexes.add_index,
    "AddIndexConcurrently": django_indexes.add_index,
    "RemoveIndex": django_indexes.remove_index,
    "RemoveIndexConcurrently": django_indexes.remove_index,
    "RenameIndex": django_indexes.rename_index,
    "AddConstraint": django_indexes.add_constraint,
    "AddConstraintNotValid": django_indexes.add_constraint,
    "RemoveConstraint": django_indexes.remove_constraint,
    "ValidateConstraint": django_indexes.validate_constraint,
    "AlterConstraint": django_code.nothing,
    "AlterModelOptions": django_code.nothing,
    "AlterModelManagers": django_code.nothing,
    "AlterModelTableComment": django_code.nothing,
    "AlterOrderWithRespectTo": django_models.alter_order,
    "RunPython": django_code.run_python,
    "RunSQL": django_code.run_sql,
    "SafeRunSQL": django_code.run_sql,
    "AddDefaultValue": django_columns.add_default,
    "SeparateDatabaseAndState": django_code.separate,
    "CreateCollation": django_code.collation,
    "RemoveCollation": django_code.collation,
}
