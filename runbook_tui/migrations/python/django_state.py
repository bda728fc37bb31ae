"""The names of a Django project's models at one point of its migrations: tables, columns, joining tables."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from runbook_tui.migrations.changes import Change
from runbook_tui.migrations.python.django_fields import ModelField, shown_value
from runbook_tui.migrations.python.values import Arguments, Call


@dataclass(slots=True)
class ModelState:
    """One model: its table and its fields."""

    table: str
    explicit_table: bool = False
    managed: bool = True
    """False for proxies and unmanaged models: Django makes no table for them."""
    fields: dict[str, ModelField] = field(default_factory=dict)
    together: dict[str, frozenset[tuple[str, ...]]] = field(default_factory=dict)
    """``unique_together`` and ``index_together``."""

    def copied(self) -> ModelState:
        """A copy that can be changed by itself."""
        return replace(self, fields=dict(self.fields), together=dict(self.together))


@dataclass(slots=True)
class ProjectState:
    """All models of all apps, by ``app.model`` in lower case."""

    models: dict[str, ModelState] = field(default_factory=dict)

    def model(self, app: str, name: str | None) -> ModelState | None:
        """A model's state; None when no migration made it."""
        return self.models.get(f"{app}.{name}".lower()) if name else None

    def table(self, app: str, name: str | None) -> str | None:
        """The table of a model, by Django's rule when the migrations do not tell."""
        known = self.model(app, name)
        if known is not None:
            return known.table
        return f"{app}_{name}".lower() if name else None

    def column(self, app: str, model: str | None, name: str) -> str:
        """The column of a field; the field's own name when the migrations do not tell."""
        known = self.model(app, model)
        found = known.fields.get(name) if known else None
        return found.column.name or name if found and found.column else name

    def copied(self) -> ProjectState:
        """A copy, for operations that Django applies to the database alone."""
        return ProjectState({name: model.copied() for name, model in self.models.items()})


def nothing_changes(call: Call, why: str) -> Change:
    """An operation that leaves the database as it is."""
    return Change("state-only", call.line, detail=why)


def only_pending(arguments: Arguments) -> bool:
    """Sentry's two-step deletion: ``MOVE_TO_PENDING`` takes the name from the code, ``DELETE`` then drops it."""
    return "MOVE_TO_PENDING" in shown_value(arguments.get("deletion_action"))
