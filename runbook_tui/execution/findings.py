"""What verifying a record finds, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Judgement(StrEnum):
    """The whole answer. Exit statuses: 0, 1, 2."""

    INTACT = "intact"
    BROKEN = "broken"
    UNSURE = "cannot tell"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    layer: str
    """``chain``, ``format``, ``end``, ``runbook``, ``outputs``, ``approvals``, ``signature`` or ``anchor``."""
    holds: bool | None
    """None when it cannot be seen here."""
    text: str


@dataclass(frozen=True, slots=True)
class Verification:
    """The answer and what it stands on."""

    judgement: Judgement
    findings: tuple[Finding, ...]
    run: str = ""
    head: str = ""
    """Checksum of the last checkpoint: what to keep elsewhere."""
