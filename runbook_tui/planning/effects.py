"""What a migration does, as a phrase of a sentence, with the line that says so."""

from __future__ import annotations

from dataclasses import dataclass

from runbook_tui.migrations.model import Migration, Operation, Phase
from runbook_tui.planning.words import line

_VERBS = {"add": "adds", "create": "adds", "drop": "drops", "rename": "renames"}


@dataclass(frozen=True, slots=True)
class Effect:
    """The operation of a migration that matters for one constraint."""

    phrase: str
    """``invoices.currency, which 0042 adds``, ``invoices.amount, which 0044 drops``, or what it does as it was read:
    ``what 0044 does (forbid NULL in invoices.currency)``."""
    source: str
    """``path:line`` inside the repository of the service."""
    drops: bool
    """Whether something that code may name stops existing."""


def widening(migration: Migration) -> Effect:
    """What code released with the migration may rely on."""
    return _effect(migration, Phase.EXPAND, Phase.BREAKING)


def narrowing(migration: Migration) -> Effect:
    """What code that runs now may not survive."""
    return _effect(migration, Phase.CONTRACT, Phase.BREAKING)


def data(migration: Migration) -> Effect:
    """What a backfill changes."""
    return _effect(migration, Phase.BACKFILL, Phase.ASK)


def _effect(migration: Migration, *phases: Phase) -> Effect:
    """The first operation of these phases with a name that code uses, else the first of them, else of all."""
    revision = line(migration.id)
    concerned = [item for item in migration.operations if item.phase in phases] or migration.operations
    for item in concerned:
        verb, named = _VERBS.get(item.kind.partition("-")[0]), _named(item)
        if verb and named and (verb == "adds") == (phases[0] is Phase.EXPAND):
            return Effect(f"{named}, which {revision} {verb}", _source(migration, item), drops=verb != "adds")
    if not concerned:
        title = line(migration.title, otherwise=migration.path)
        return Effect(f"what {revision} does ({title})", line(migration.path), drops=False)
    first = concerned[0]
    return Effect(f"what {revision} does ({line(first.text)})", _source(migration, first), drops=False)


def _source(migration: Migration, operation: Operation) -> str:
    return line(f"{migration.path}:{operation.line}")


def _named(operation: Operation) -> str | None:
    """A column as ``table.column``, a table by its name; nothing else has a name that code uses."""
    if operation.table is None:
        return None
    if "column" in operation.kind and operation.name:
        return line(f"{operation.table}.{operation.name}")
    return line(operation.table) if operation.kind.endswith("-table") else None
