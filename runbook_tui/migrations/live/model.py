"""What was read of a live database, as values; or why nothing was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from runbook_tui.migrations.version_table import Records

LONGEST = 500
"""Characters of one value that are read: no tool writes longer ids."""


@dataclass(frozen=True, slots=True)
class LiveState:
    """What one database says."""

    variable: str
    """Name of the environment variable with its URL: how messages name it."""
    version_table: str | None
    """Where the tool keeps its records, as it was found; None when there is no such table."""
    records: Records = field(default_factory=Records)
    locked: str = ""
    """The lock of the tool that is taken, in words; empty when none is."""
    others: tuple[str, ...] = ()
    """Version tables of other tools, as ``table (tool)``; looked for when the tool has none."""
    rows: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Estimated rows by :func:`runbook_tui.migrations.changes.table_key` of the table; unknown ones are left out."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing was read. Never holds a part of the URL, nor what a driver said: either may hold a password."""

    variable: str
    why: str
    remedy: str
    silent: bool = False
    """Whether it gave no answer in time, rather than a wrong one."""


class RefusedError(Exception):
    """Carries a refusal to the face of the room, which returns it."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(refusal.why)
