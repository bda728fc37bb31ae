"""What a conductor tells while steps are executed: values, one for each thing that happened."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from runbook_tui.execution.model import StepStatus


@dataclass(frozen=True, slots=True)
class Started:
    """A step is about to be executed, or one that was found running is watched again."""

    step_id: str


@dataclass(frozen=True, slots=True)
class Printed:
    """A command printed something: clean text, which may end within a line."""

    step_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence about what is being done."""

    step_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Quiet:
    """A command runs and printed nothing for longer than its step expects. It is not ended."""

    step_id: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing is being done with a step any more; it may still run under its shim when the watcher left."""

    step_id: str
    status: StepStatus


@dataclass(frozen=True, slots=True)
class Posted:
    """What somebody else handed to the conductor, such as a signal."""

    what: object


Happening = Started | Printed | Told | Quiet | Ended | Posted


class Halt(StrEnum):
    """Why a conductor starts nothing further."""

    DONE = "done"
    """Every step is done, or the run is finished."""
    UNTIL = "until"
    """The step to stop before is next."""
    PERSON = "person"
    """A person does, decides or sees the next step."""
    CROSSING = "crossing"
    """The next step cannot be rolled back, and nobody approved that."""
    REPEAT = "repeat"
    """The next step was done before and is not marked as safe to repeat."""
    HELD = "held"
    """The caller wants to see to the next step itself."""
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Nobody can know how a step ended."""
    DRIFTED = "drifted"
    """Something is not as it was when the run began."""
    REFUSED = "refused"
    """The next step may not start; the text says why."""
    STUCK = "stuck"
    """Steps are left, and none of them can start."""
    LEFT = "left"
    """Somebody asked to leave; commands go on."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a conductor stopped, and why."""

    halt: Halt
    step_id: str | None = None
    text: str = ""
    """A sentence, for what was refused."""
