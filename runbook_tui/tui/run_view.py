"""What the operator can do now, and why not: values in, sentences out, no widget and no runner.

The runner refuses what is not possible as well; this says it before a key is pressed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runbook_tui.execution.model import DONE, NOT_SAFE, ROLLING_BACK, Phase, State, StepStatus
from runbook_tui.text.terminal import plain
from runbook_tui.tui.status import look

if TYPE_CHECKING:
    from runbook_tui.execution.model import RollbackPlan, RunState
    from runbook_tui.runbook.model import Runbook, Step

AUTOMATIC = frozenset({"run", "http", "sql", "wait"})
"""Actions that the app executes; the others are for people."""

_LOOKING = frozenset({"help", "palette", "quit", "current", "zoom", "pause", "stop", "suspend"})
_OF_RUN = frozenset({"rollback", "abort", "until"})
"""Verbs that are about the run, and not about the step on the card."""
_EDITABLE = frozenset({State.PENDING, State.BLOCKED, State.FAILED, State.ROLLED_BACK})
_UNTOUCHED = frozenset({State.PENDING, State.BLOCKED, State.WAITING})
_NOT_STARTED = frozenset({State.PENDING, State.WAITING, State.BLOCKED, State.FAILED, State.ROLLED_BACK})


@dataclass(frozen=True, slots=True)
class RunView:
    """One moment of a run as it is on screen."""

    runbook: Runbook
    state: RunState
    ready: tuple[str, ...]
    """Ids of the steps that may start or wait for a person."""
    current: str | None
    """Id of the step to do next."""
    shown: str | None
    """Id of the step on the card; the verbs are about it."""
    plan: RollbackPlan
    """What undoing would take."""
    executing: frozenset[str] = frozenset()
    """Ids of the steps that something is being done with."""
    rolling_back: bool = False
    """Whether the operator has begun to undo."""
    silent: Mapping[str, float] = field(default_factory=dict)
    """Seconds for which commands have printed nothing, where that is longer than expected; by step."""
    watching: bool = False
    """Whether somebody else executes the run."""
    going_on: bool = False
    """Whether steps are begun without a key for each."""
    stopped_because: str = ""
    """Why nothing can be done any more, such as a record that cannot be written."""

    @property
    def step(self) -> Step | None:
        """The step on the card, with the command that it has in this run."""
        step = next((step for step in self.runbook.steps if step.id == self.shown), None)
        edited = self.status.edited
        return step if step is None or edited is None else step.model_copy(update={"run": edited})

    @property
    def status(self) -> StepStatus:
        """What is known of the step on the card."""
        return self.state.statuses.get(self.shown or "", StepStatus())

    @property
    def was_done_before(self) -> bool:
        """Whether the step on the card was reset by a rewind though it is not safe to repeat."""
        return NOT_SAFE in self.status.flags

    def approvals_before(self, step_id: str) -> tuple[str, ...]:
        """Ids of the approvals that were given before a step; another command voids them."""
        from runbook_tui.runbook.graph import prerequisites

        before = prerequisites(self.runbook.steps, step_id)
        decisions = {step.id for step in self.runbook.steps if step.approve is not None}
        return tuple(name for name in before if name in decisions and self.state_of(name) is State.SUCCEEDED)

    @property
    def can_start(self) -> bool:
        """Whether the step on the card may start or waits for a person."""
        return self.shown in self.ready

    @property
    def undoing(self) -> str | None:
        """Id of the step to undo next, while a rollback is going on."""
        return self.plan.steps[0] if self.rolling_back and self.plan.steps else None

    @property
    def here(self) -> str | None:
        """Where the operator is: what runs, else what is undone next, else the step to do next."""
        if self.shown in self.executing:
            return self.shown
        return next(iter(self.running), None) or self.undoing or self.current

    @property
    def running(self) -> tuple[str, ...]:
        """Ids of the steps that something is being done with, in the order of the runbook."""
        return tuple(step.id for step in self.runbook.steps if step.id in self.executing)

    def title(self, step_id: str) -> str:
        """The title of a step, safe to show; its id when it has none."""
        return plain(next((step.title for step in self.runbook.steps if step.id == step_id), step_id))

    def state_of(self, step_id: str) -> State:
        """The state of any step."""
        return self.state.statuses.get(step_id, StepStatus()).state

    def why_not(self, action: str) -> str:
        """Why an action is not possible now, as a sentence; empty when it is."""
        if action in _LOOKING:
            return ""
        if action == "copy":
            return "" if self.step is not None else "no step is shown"
        if action == "take_over":
            return "" if self.watching else "you execute this run"
        if self.stopped_because:
            return self.stopped_because
        if self.state.finished is not None:
            return "the run is finished"
        if action in {"note", "drift", "hand_over"}:
            return ""
        if action in _OF_RUN:
            return {"rollback": self._why_no_rollback, "until": self._why_no_until}.get(
                action, self.why_busy
            )()
        return self._why_no_verb(action)

    def _why_no_verb(self, action: str) -> str:
        if self.step is None:
            return "no step is shown"
        if action == "shell":
            return "a rehearsal opens no shell" if self.state.rehearsal else ""
        if self.shown in self.executing:
            return "the step is being executed: ctrl+c opens the stop menu"
        refusals: dict[str, Callable[[Step], str]] = {
            "run": self._why_no_run,
            "retry": self._why_no_retry,
            "confirm": self._why_no_confirm,
            "approve": self._why_no_approve,
            "decline": self._why_no_decline,
            "skip": self._why_no_skip,
            "fail": self._why_no_fail,
            "mark_done": self._why_no_mark_done,
            "resolve": self._why_no_resolve,
            "edit": self._why_no_edit,
            "rewind": self._why_no_rewind,
        }
        return refusals[action](self.step)

    def primary(self) -> str:
        """The action that this moment asks for; empty when none stands out."""
        if self.rolling_back and not self.executing and self.status.state is not State.WAITING:
            return "" if self.why_not("rollback") else "rollback"
        order = ("resolve", "retry", "approve", "confirm", "run")
        return next((action for action in order if not self.why_not(action)), "")

    def why_busy(self) -> str:
        """Which steps are being executed; empty when none is."""
        running = self.running
        if self.going_on and not running:
            return "steps are begun one after the other: ctrl+c stops that"
        if len(running) < 2:
            return f"{self.title(running[0])} is being executed" if running else ""
        return f"{len(running)} steps are being executed: {', '.join(map(self.title, running[:3]))}"

    def why_waiting(self) -> str:
        """Which needs of the step on the card are not done; empty when all are."""
        needs = self.step.needs if self.step is not None else ()
        waiting = [need.step for need in needs if self.state_of(need.step) not in DONE]
        if not waiting:
            return ""
        words = ", ".join(f"{self.title(name)} ({look(self.state_of(name)).word})" for name in waiting[:3])
        more = f" and {len(waiting) - 3} more" if len(waiting) > 3 else ""
        return f"it waits for {words}{more}"

    # -- one sentence a verb

    def _why_no_run(self, step: Step) -> str:
        state = self.status.state
        if step.action not in AUTOMATIC:
            return "a person does this step" if step.manual else "there is nothing to execute"
        if state is State.FAILED:
            return "it failed: R executes it again"
        if state not in {State.PENDING, State.ROLLED_BACK, State.BLOCKED}:
            return self._it_is()
        return self.why_waiting() or self._why_undoing()

    def _why_no_retry(self, step: Step) -> str:
        if self.status.state is not State.FAILED:
            return f"{self._it_is()}; only a failed one is executed again"
        if self.status.phase in ROLLING_BACK:
            return "its rollback failed: b tries that again"
        if step.action not in AUTOMATIC:
            return "a person does this step: skip it, or mark it as done"
        return self.why_waiting() or self._why_undoing()

    def _why_no_confirm(self, step: Step) -> str:
        if not step.action:
            return self._it_is() if self.status.state is not State.PENDING else self.why_waiting()
        if self.status.state is not State.WAITING:
            return self._why_no_person(step)
        decides = step.action == "approve" and self.status.phase is Phase.ACTION
        return "this is a decision: a approves, d declines" if decides else self._why_undoing()

    def _why_no_approve(self, step: Step) -> str:
        if step.action != "approve":
            return "there is nothing to decide here"
        if self.status.state is not State.WAITING or self.status.phase is not Phase.ACTION:
            return self._why_no_person(step)
        return self._why_undoing()

    def _why_no_decline(self, step: Step) -> str:
        return "" if self.status.state is State.WAITING else self._why_no_person(step)

    def _why_no_person(self, step: Step) -> str:
        if step.action in AUTOMATIC and self.status.state in {State.PENDING, State.FAILED}:
            return "the app executes this step"
        return self.why_waiting() or self._it_is()

    def _why_no_skip(self, step: Step) -> str:
        if self.status.state is State.WAITING and self.status.phase is not Phase.ACTION:
            return "it was done and waits to be verified"
        return "" if self.status.state in _NOT_STARTED else self._it_is()

    def _why_no_fail(self, step: Step) -> str:
        if self.status.state is State.PENDING:
            return self.why_waiting()
        return "" if self.status.state in {State.WAITING, State.SUCCEEDED} else self._it_is()

    def _why_no_mark_done(self, step: Step) -> str:
        return "" if self.status.state in _NOT_STARTED else self._it_is()

    def _why_no_resolve(self, step: Step) -> str:
        if self.status.state is State.UNKNOWN:
            return ""
        return "the outcome of this step is not in question"

    def _why_no_edit(self, step: Step) -> str:
        if self.state.rehearsal or self.state.instructions:
            return "nothing is executed here: the command stays as it is"
        if step.run is None:
            return "it has no command"
        if self.status.phase in ROLLING_BACK:
            return "its rollback failed: b tries that again"
        return "" if self.status.state in _EDITABLE else self._it_is()

    def _why_no_rewind(self, step: Step) -> str:
        if self.status.state is State.UNKNOWN:
            return "nobody knows how it ended: u says what happened"
        return "it was not begun" if self.status.state in _UNTOUCHED else ""

    def _why_no_until(self) -> str:
        if self.rolling_back:
            return "the run is being rolled back"
        if self.state.instructions:
            return "people do every step of this run"
        return self.why_busy()

    def _why_no_rollback(self) -> str:
        if self.executing:
            return self.why_busy()
        return "" if self.plan.steps else self.plan.because or "nothing was done yet"

    def _why_undoing(self) -> str:
        """Why nothing new is begun: a step is being undone."""
        if self.going_on:
            return "steps are begun one after the other: ctrl+c stops that"
        undoing = [name for name in self.running if self.state.statuses[name].phase in ROLLING_BACK]
        return f"{self.title(undoing[0])} is being undone" if undoing else ""

    def _it_is(self) -> str:
        return f"the step is {look(self.status.state).word}"
