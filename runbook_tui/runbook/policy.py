"""How a runbook is executed besides its order: who approves, what is repeated, where secrets are found."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from runbook_tui.runbook.fields import Duration, Line, Model, Text, Variable


class ChangeType(StrEnum):
    """How a change is handled (ITIL; DORA RTS 2024/1774, article 17)."""

    STANDARD = "standard"
    """Approved once and for all: the operator may approve."""
    NORMAL = "normal"
    """Approved by somebody other than who executes it."""
    EMERGENCY = "emergency"
    """Executed first where it has to be, with a reason, and reviewed afterwards."""


class Change(Model):
    """What an auditor asks about a change."""

    type: ChangeType = ChangeType.NORMAL
    ticket: Line | None = None
    purpose: Text | None = None
    requester: Line | None = None


class ApprovalPolicy(Model):
    """Who may approve, and how that is known."""

    separate: bool | None = Field(
        default=None,
        description="whether approver and operator have to be two people; true unless the change is standard",
    )
    signers: Line | None = Field(
        default=None,
        description="an allowed_signers file of ssh-keygen: approvals are signed with a key in it",
    )


class Retry(Model):
    """Trying again by itself after a failure."""

    times: Annotated[int, Field(ge=1, le=100)] = Field(description="most attempts, the first included")
    delay: Duration = Field(default=5.0, description="time between two attempts")


class SecretSource(Model):
    """Where the value of a secret is found at run time; the value itself is in no file of a run."""

    env: Variable | None = Field(default=None, description="an environment variable of the program")
    file: Line | None = Field(default=None, description="a file, relative to the runbook file")
    run: Line | None = Field(default=None, description="a command that prints it")

    @model_validator(mode="after")
    def _one_source(self) -> SecretSource:
        if sum(getattr(self, name) is not None for name in ("env", "file", "run")) != 1:
            raise ValueError("a secret has exactly one of env, file, run")
        return self
