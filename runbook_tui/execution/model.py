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


class Phase(StrEnum):
    """Parts of executing a step, each with an end of its own in the record."""

    NONE = ""
    ACTION = "action"
    VERIFY = "verify"
    """The action is finished; whether it worked is being seen."""
    ROLLBACK = "rollback"
    ROLLBACK_VERIFY = "rollback-verify"


ROLLING_BACK = frozenset({Phase.ROLLBACK, Phase.ROLLBACK_VERIFY})

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
    phase: Phase = Phase.NONE
    """What runs, waits for a person, failed or is unknown, when the step is in such a state."""
    rollbacks: int = 0
    """How often a rollback of it was begun."""
    before: State | None = None
    """The state from which a rollback was begun."""
    approved_by: tuple[str, ...] = ()
    """Who approved so far, of as many different people as the step needs."""
    edited: str | None = None
    """The command of this run, where it is not the runbook's."""
    flags: tuple[str, ...] = ()
    """What whoever executes it has to know: that it was done before and is not safe to repeat, for example."""
    number: int = 0
    """Sequence number of the checkpoint that brought the state; orders what was done, whatever the clocks say."""


@dataclass(frozen=True, slots=True)
class RollbackPlan:
    """What undoing the finished part of a run takes."""

    steps: tuple[str, ...]
    """Ids of the steps to undo, the last finished first."""
    stops_at: str | None
    """The step that cannot be undone; what was done before it stays too."""
    because: str
    """Why it stops there, or why there is nothing to undo; empty when everything can be undone."""
    by_hand: tuple[str, ...] = ()
    """Those of ``steps`` that a person undoes: no command is written down for them."""
    nothing_to_undo: tuple[str, ...] = ()
    """Finished steps without an effect that stays, such as checks and announcements."""


NOT_SAFE = "it was done before and is not marked as safe to repeat"
"""A flag of a step that a rewind reset."""


@dataclass(frozen=True, slots=True)
class Rewind:
    """What going back to a step resets."""

    steps: tuple[str, ...]
    """Ids of the step and of those that depend on it and were begun, in the order of the runbook."""
    unsafe: tuple[str, ...]
    """Those of them that had an effect and are not safe to repeat."""
    voids: tuple[str, ...] = ()
    """Approvals among them, which have to be given again."""


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
    finished_reason: str = ""
    resumed: int = 0
    """How often it was taken up again."""
    instructions: bool = False
    """Nothing is executed: people do what each step says, and paste what they saw."""
    handed_to: str | None = None
    """Who is to go on, after the operator left with those words."""
    interrupted: str = ""
    """What ended the last sitting from outside, such as SIGTERM."""
    broken_glass: tuple[str, ...] = ()
    """Reasons for which a rule was overridden."""
    accepted_drift: tuple[str, ...] = ()
    """What changed since the run began, and was accepted."""

    def count(self, *states: State) -> int:
        """How many steps are in one of these states."""
        return sum(status.state in states for status in self.statuses.values())
