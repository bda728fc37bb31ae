"""States of steps and runs. A run's state is always a fold over its checkpoints, never kept elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """Where a step is in its life."""

    PENDING = "pending"
    RUNNING = "running"
    WAITING = "waiting"
    """For a person."""
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It was started and nobody can know how it ended."""
    SKIPPED = "skipped"
    ROLLED_BACK = "rolled_back"
    BLOCKED = "blocked"
    """A step that it needs failed, or is unknown, or was rolled back."""


DONE = frozenset({State.SUCCEEDED, State.SKIPPED})
"""States that satisfy the needs of other steps."""


@dataclass(frozen=True, slots=True)
class StepStatus:
    """What is known of one step of a run."""

    state: State = State.PENDING
    attempts: int = 0
    started_at: str | None = None
    """Wall clock, UTC, ISO 8601, of the last attempt."""
    finished_at: str | None = None
    seconds: float | None = None
    """Machine time of the last attempt."""
    waited: float = 0.0
    """Seconds spent waiting for people."""
    exit_code: int | None = None
    """Exit status of the command; negative for a signal, as in :mod:`subprocess`."""
    message: str = ""
    """Why it failed, was skipped or was marked; what the check saw."""
    by: str | None = None
    output: str | None = None
    """Path of the output file, relative to the record's folder."""
    tail: tuple[str, ...] = ()
    """Last lines of the output."""
    rolled_back_message: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the operator wrote down."""

    at: str
    by: str
    text: str
    step: str | None = None


@dataclass(frozen=True, slots=True)
class RunState:
    """A run as its checkpoints tell it."""

    run_id: str
    environment: str
    rehearsal: bool
    operator: str
    started_at: str
    digest: str
    """SHA-256 of the frozen runbook."""
    statuses: dict[str, StepStatus] = field(default_factory=dict)
    """Every step of the runbook, in its order."""
    notes: tuple[Note, ...] = ()
    finished: str | None = None
    """``succeeded``, ``rolled_back`` or ``aborted``; None while it can go on."""
    finished_at: str | None = None
    resumed: int = 0
    """How often it was taken up again."""

    def count(self, *states: State) -> int:
        """How many steps are in one of these states."""
        return sum(status.state in states for status in self.statuses.values())
