"""A migration file while it is judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from runbook_tui.migrations.changes import Body
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.judging.classify import Judged
from runbook_tui.migrations.model import Finding, Level, Phase

LONG = frozenset({"update-rows", "copy-rows", "delete-rows"})
"""Operations that may touch every row of a table."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A migration file while its findings are collected."""

    path: str
    engine: Engine
    body: Body
    judged: Sequence[Judged]
    transactional: bool
    """Whether the engine really undoes all of it when one statement fails."""
    declared: Phase | None = None
    text: bytes = b""
    """The file as it is written, where its changes do not tell enough."""
    small: bool = False
    """Whether the manifest says that no table is large, so that scans and rewrites are over at once."""

    tool: str = ""
    """The migration tool's name."""

    def finding(self, rule: str, level: Level, line: int, message: str, recipe_text: str = "") -> Finding:
        """A finding in this file."""
        return Finding(rule, level, self.path, line, message, recipe_text)
