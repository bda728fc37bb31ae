"""The runbook: what to do, in which order, why, and how to undo it. One YAML file that people edit."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from runbook_tui.runbook.fields import Duration, Key, Line, Model, StepId, Text, Time, Variable
from runbook_tui.runbook.policy import ApprovalPolicy, Change, ChangeType, Retry, SecretSource


class Kind(StrEnum):
    """What sort of work a step is."""

    PREFLIGHT = "preflight"
    ANNOUNCE = "announce"
    GATE = "gate"
    MIGRATE = "migrate"
    DEPLOY = "deploy"
    VERIFY = "verify"
    BACKFILL = "backfill"
    NOTE = "note"


CHANGING = frozenset({Kind.MIGRATE, Kind.DEPLOY, Kind.BACKFILL})
"""Kinds of steps that change the system."""


class StepPhase(StrEnum):
    """The part of the release that a step belongs to, in the order in which they are shown."""

    PREPARE = "prepare"
    EXPAND = "expand"
    DEPLOY = "deploy"
    BACKFILL = "backfill"
    CONTRACT = "contract"
    CLOSE = "close"


class Risk(StrEnum):
    """How much damage a step can do."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Http(Model):
    """An HTTP request that has to answer with a status below 400."""

    url: Annotated[
        str,
        StringConstraints(pattern=r"^https?://[^\s\x00-\x1f\x7f]+$", max_length=2000),
        Field(description="a URL: http://... or https://..."),
    ]
    method: Literal["GET", "POST", "PUT", "DELETE", "HEAD"] = "GET"
    body: Text | None = None
    headers: dict[Key, Line] = Field(default={})


class Sql(Model):
    """A query against a database. ``database`` is a path of a SQLite file."""

    database: Line
    query: Text


ACTIONS = ("run", "http", "sql", "confirm", "wait", "approve")
"""The fields of which a step has exactly one."""


def wrong_actions(given: Sequence[str]) -> str:
    """What is wrong with a number of actions that is not one."""
    found = " and ".join(given) or "none"
    return f"exactly one of {', '.join(ACTIONS)} is needed, found {found}"


class Actionable(Model):
    """Something that can be done: exactly one action."""

    run: Text | None = Field(default=None, description="shell command, run with bash -euo pipefail -c")
    http: Http | None = Field(default=None, description="HTTP request; a plain string is the URL of a GET")
    sql: Sql | None = None
    confirm: Text | None = Field(default=None, description="what a person does and confirms")
    wait: Duration | None = Field(default=None, description="let this much time pass")
    approve: Text | None = Field(default=None, description="what a person decides")

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, data: object) -> object:
        """A text in place of a mapping: the URL of ``http``, the command of ``verify`` and ``rollback``."""
        if not isinstance(data, dict):
            return data
        full = {"http": "url", "verify": "run", "rollback": "run"}
        return {
            name: {full[name]: value} if name in full and isinstance(value, str) else value
            for name, value in data.items()
        }

    @property
    def action(self) -> str:
        """The name of the one action that is set; empty when there is none."""
        return next((name for name in ACTIONS if getattr(self, name) is not None), "")

    def _one_action(self) -> None:
        given = [name for name in ACTIONS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(wrong_actions(given))


class Check(Actionable):
    """How to see that a step worked: an action without people, polled until it holds."""

    expect: Line | None = Field(default=None, description="text that the output must contain")
    every: Duration = Field(default=1.0, description="time between two tries")
    timeout: Duration = Field(default=30.0, description="give up after this long")

    @model_validator(mode="after")
    def _automatic(self) -> Check:
        self._one_action()
        if self.action in {"wait", "approve"}:
            raise ValueError("verify takes run, http, sql or confirm")
        return self


class Rollback(Actionable):
    """How to undo a step: a command, a request or what a person does."""

    verify: Check | None = None

    @model_validator(mode="after")
    def _possible(self) -> Rollback:
        self._one_action()
        if self.action in {"wait", "approve", "sql"}:
            raise ValueError("rollback takes run, http or confirm")
        return self


class Need(Model):
    """A step that comes before, and why."""

    step: StepId
    because: Text
    rule: Line | None = None
    source: Line | None = Field(default=None, description="file:line of the evidence")


class MigrationNote(Model):
    """What a reviewer must know about the migration that a step runs."""

    datastore: Line
    tool: Line
    revision: Line
    revisions: tuple[Line, ...] = Field(
        default=(), description="all that one command applies, in its order, where there are several"
    )
    path: Line
    operations: tuple[Line, ...] = ()
    hazards: tuple[Text, ...] = ()


class Step(Actionable):
    """One thing to do."""

    id: StepId
    title: Line
    kind: Kind
    phase: StepPhase = StepPhase.DEPLOY
    service: Line | None = None
    description: Text | None = None
    directory: Line | None = Field(
        default=None, description="where run is executed, relative to the runbook file"
    )
    environment: dict[Variable, Line] = Field(default={}, description="environment variables of run")
    unquoted: tuple[Line, ...] = Field(
        default=(), description="what the manifest puts into its commands without quoting, by | raw"
    )
    expect: Line | None = Field(default=None, description="text that the output of the action must contain")
    verify: Check | None = None
    rollback: Rollback | None = None
    reversible: bool = Field(default=True, description="false: nothing brings back the state before")
    irreversible_because: Text | None = None
    repeatable: bool = Field(default=False, description="safe to run again after it ran half-way")
    owner: Line | None = None
    pager: Line | None = None
    risk: Risk = Risk.LOW
    estimate: Duration | None = None
    timeout: Duration | None = None
    approvers: tuple[Line, ...] = ()
    approvals: Annotated[int, Field(ge=1, le=20)] = Field(
        default=1, description="how many different people have to approve"
    )
    retry: Retry | None = Field(default=None, description="try again by itself; for steps safe to repeat")
    silent_after: Duration = Field(
        default=300.0, description="a command that prints nothing for so long is pointed out"
    )
    secrets: tuple[Variable, ...] = Field(
        default=(), description="secrets that its commands get as environment variables"
    )
    migration: MigrationNote | None = None
    needs: tuple[Need, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Step:
        if self.kind is not Kind.NOTE or self.action:
            self._one_action()
        if self.retry is not None and not self.repeatable:
            raise ValueError(
                "retry needs repeatable: true; what is not safe to repeat is never repeated unasked"
            )
        return self

    @property
    def manual(self) -> bool:
        """Whether a person has to act or decide."""
        return self.action in {"confirm", "approve"}


class ServiceRelease(Model):
    """The pinned versions of one service, and who stands for it."""

    base: Line
    target: Line
    version: Line
    base_version: Line | None = None
    repository: Line | None = Field(default=None, description="relative to the runbook file")
    commits: Annotated[int, Field(ge=0)] = 0
    changes: tuple[Line, ...] = Field(
        default=(), description="subjects of the commits, newest first, at most 20"
    )
    issues: tuple[Line, ...] = ()
    authors: tuple[Line, ...] = ()
    owner: Line | None = None
    pager: Line | None = None


class Window(Model):
    """When the release may happen; both with UTC offset."""

    start: Time
    end: Time


class Selection(Model):
    """What was asked for besides the manifest when the release was planned; the app asks for the same again."""

    only: tuple[Key, ...] = Field(default=(), description="the services to release; all of them if left out")
    targets: dict[Key, Line] = Field(
        default={}, description="service to the ref released in place of its own"
    )
    bases: dict[Key, Line] = Field(
        default={}, description="service to the ref that runs now in place of its own"
    )


class OpenQuestion(Model):
    """Something the planner could not know and nobody has answered yet."""

    id: Line
    text: Text
    blocking: bool = True


class Remark(Model):
    """A finding of the planner that a reader of the runbook must see."""

    rule: Line
    level: Literal["error", "warning", "note"]
    text: Text
    source: Line | None = None
    remedy: Text | None = None


def _number(value: object) -> object:
    """The format version as a number; files give every scalar as text."""
    return 1 if value == "1" else value


class Runbook(Model):
    """The whole file, ``runbook: 1``."""

    runbook: Annotated[Literal[1], BeforeValidator(_number)] = Field(description="format version")
    title: Line
    environment: Line = "production"
    system: Line | None = None
    summary: Text | None = None
    window: Window | None = None
    manifest: Line | None = Field(
        default=None, description="the manifest it was planned from, relative to this file"
    )
    selection: Selection | None = Field(
        default=None, description="what --only and --target of plan narrowed the release to"
    )
    downtime: Text | None = Field(
        default=None, description="why the release has downtime; left out when it has none"
    )
    change: Change | None = Field(default=None, description="class, ticket and purpose of the change")
    approval: ApprovalPolicy | None = None
    parallel: Annotated[int, Field(ge=1, le=100)] = Field(
        default=1, description="most steps that are executed at a time without a person"
    )
    release: dict[Key, ServiceRelease] = Field(default={})
    secrets: dict[Variable, SecretSource] = Field(
        default={}, description="names of secrets, and where their values are found at run time"
    )
    variables: dict[Variable, Line] = Field(
        default={}, description="exported to every command as RUNBOOK_<NAME>"
    )
    questions: tuple[OpenQuestion, ...] = ()
    remarks: tuple[Remark, ...] = ()
    steps: tuple[Step, ...]

    @property
    def separate_approvers(self) -> bool:
        """Whether who approves has to be somebody other than who executes."""
        if self.approval is not None and self.approval.separate is not None:
            return self.approval.separate
        return self.change is None or self.change.type is not ChangeType.STANDARD

    def step(self, step_id: str) -> Step:
        """The step with this id.

        Raises:
            KeyError: there is none.
        """
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)
