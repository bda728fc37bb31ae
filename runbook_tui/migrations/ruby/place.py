"""With what a call of a migration has to be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from runbook_tui.migrations.changes import Change
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.ruby.columns import Version
from runbook_tui.migrations.ruby.values import Call, Changes


@dataclass(frozen=True, slots=True)
class Place:
    """What a call has to be read with."""

    engine: Engine
    version: Version


def locked(call: Call, place: Place, table: str | None) -> Changes:
    """MySQL's ``algorithm: :copy`` and ``lock: :shared`` make the engine do what it need not."""
    if place.engine is not Engine.MYSQL:
        return []
    found: Changes = []
    if call.named("algorithm") == "copy":
        found.append(Change("rewrite-table", call.line, table))
    if call.named("lock") in ("shared", "exclusive"):
        found.append(Change("lock-table", call.line, table))
    return found


Reader = Callable[[Call, Place], Changes]
"""Gives the changes of one call."""
