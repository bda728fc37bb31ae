"""The line-mode runner: one line an event, numbered choices, no cursor movement.

It is the face for scripts and CI, for screen readers and for dumb terminals.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING

from runbook_tui.cli.output import interactive, say
from runbook_tui.cli.prompts import ask, choose, reason
from runbook_tui.cli.step_text import action_lines
from runbook_tui.execution.model import Phase, State

if TYPE_CHECKING:
    from runbook_tui.cli.decisions import Decision
    from runbook_tui.execution.model import StepStatus
    from runbook_tui.execution.runner import Runner
    from runbook_tui.runbook.model import Runbook, Step

DONE, FAILED, PERSON_NEEDED = 0, 1, 3

MARKS = {
    State.SUCCEEDED: "ok",
    State.FAILED: "FAILED",
    State.SKIPPED: "skipped",
    State.UNKNOWN: "UNKNOWN",
    State.WAITING: "waiting",
}


def run_plain(
    runbook: Path,
    *,
    rehearsal: bool = False,
    new: bool = False,
    decisions: Path | None = None,
    until: str | None = None,
    operator: str | None = None,
) -> int:
    """Execute a runbook, or go on with its unfinished run.

    Args:
        runbook: the runbook file.
        rehearsal: execute nothing.
        new: start another run though one is unfinished.
        decisions: file of decisions made beforehand.
        until: id of the step to stop before.
        operator: who executes.

    Returns:
        0 done (or stopped as asked), 1 a step failed or was declined, 3 a person is needed.
    """
    from runbook_tui.cli.decisions import read_decisions
    from runbook_tui.cli.usage import unknown_step
    from runbook_tui.execution.runner import Runner
    from runbook_tui.files.problems import ProblemsError

    unfinished = [] if new else Runner.unfinished(runbook, rehearsal=rehearsal)
    planned = _planned(runbook, unfinished)
    problems = unknown_step(f"--until {until}", until, planned) if until is not None else []
    made: dict[str, Decision] = {}
    try:
        made = read_decisions(decisions, planned) if decisions else {}
    except ProblemsError as error:
        problems.extend(error.problems)
    if problems:
        raise ProblemsError(problems)
    runner = _open(runbook, unfinished, rehearsal, operator)
    try:
        return _Session(runner, made, until).run()
    finally:
        runner.close()


def _planned(runbook: Path, unfinished: list[Path]) -> Runbook:
    """What will be executed: the file, or what an unfinished run has frozen."""
    from runbook_tui.execution.runs import read_run
    from runbook_tui.runbook.document import RunbookDocument

    return read_run(unfinished[0]).runbook if unfinished else RunbookDocument.read(runbook).runbook


def _open(runbook: Path, unfinished: list[Path], rehearsal: bool, operator: str | None) -> Runner:
    from runbook_tui.execution.runner import Runner

    if not unfinished:
        runner = Runner.start(runbook, rehearsal=rehearsal, operator=operator)
        say(f"Run {runner.state.run_id} of {runner.runbook.title} ({runner.state.environment})", "bold")
        say(f"Record: {runner.folder}")
        return runner
    runner = Runner.resume(unfinished[0], operator=operator)
    done = runner.state.count(State.SUCCEEDED, State.SKIPPED)
    say(f"Resumed run {runner.state.run_id}: {done} of {len(runner.runbook.steps)} steps are done", "bold")
    say(f"Record: {runner.folder}")
    return runner


class _Session:
    """One sitting at a run."""

    def __init__(self, runner: Runner, decisions: dict[str, Decision], until: str | None) -> None:
        self._runner = runner
        self._decisions = decisions
        self._until = until
        self._asks = interactive()
        self._numbers = {step.id: number for number, step in enumerate(runner.runbook.steps, 1)}

    def run(self) -> int:
        while True:
            step = self._next()
            if step is None:
                return self._end()
            if step.id == self._until:
                say(f"Stopped before {step.id}, as asked")
                return DONE
            stop = self._take(step)
            if stop is not None:
                return stop

    def _next(self) -> Step | None:
        current = self._runner.current()
        return None if current is None else self._runner.runbook.step(current)

    def _end(self) -> int:
        state = self._runner.state
        open_steps = len(state.statuses) - state.count(State.SUCCEEDED, State.SKIPPED)
        if open_steps:
            say(f"{open_steps} steps are not done and none of them can start", "red")
            return FAILED
        if state.finished is None:
            self._runner.finish("succeeded")
        skipped = state.count(State.SKIPPED)
        say(f"Done: {state.count(State.SUCCEEDED)} steps succeeded, {skipped} skipped", "green bold")
        say(f"Record: {self._runner.folder}")
        return DONE

    def _take(self, step: Step) -> int | None:
        """Do one step. An exit status ends the session; None goes on with the next step."""
        self._announce(step)
        status = self._runner.state.statuses[step.id]
        if status.state is State.UNKNOWN:
            return self._unknown(step, status)
        if status.state is State.FAILED:
            return self._failed(step, status)
        if status.state is State.WAITING and status.phase is Phase.VERIFY:
            return self._see(step)
        if step.manual:
            return self._decide(step)
        decision = self._decisions.get(step.id)
        if decision is not None and decision.decision == "skip":
            return self._decided(step, decision)
        if not self._may_cross(step):
            return PERSON_NEEDED
        return self._execute(step)

    def _announce(self, step: Step) -> None:
        total = len(self._numbers)
        say()
        say(f"[{self._numbers[step.id]}/{total}] {step.id}: {step.title}", "bold")
        if self._runner.crosses(step.id):
            say(f"      POINT OF NO RETURN: {step.irreversible_because or 'this cannot be undone'}", "yellow")
        for text in action_lines(step):
            say(f"      {text}", "dim")

    def _may_cross(self, step: Step) -> bool:
        """Whether a person knows that this is the point of no return: now, or by an approval right before it."""
        if not self._runner.crosses(step.id):
            return True
        if self._asks:
            environment = self._runner.state.environment
            typed = ask(f"      type {environment} to go on, anything else to stop: ")
            return typed == environment
        if any(self._approved(need.step) for need in step.needs):
            return True
        say("      nobody approved the point of no return; add a gate, or run in a terminal", "yellow")
        return False

    def _approved(self, step_id: str) -> bool:
        """Whether a step asked for an approval and got it; one that was skipped did not."""
        asked = self._runner.runbook.step(step_id).approve is not None
        return asked and self._runner.state.statuses[step_id].state is State.SUCCEEDED

    def _execute(self, step: Step) -> int | None:
        status = self._runner.run(
            step.id,
            on_output=self._output,
            on_event=lambda text: say(f"      {text}", "dim"),
            past_no_return=True,
        )
        self._tell(step, status)
        if status.state in {State.SUCCEEDED, State.SKIPPED}:
            return None
        if status.state is State.UNKNOWN:
            return self._unknown(step, status)
        if status.state is State.WAITING:
            return self._see(step)
        return self._failed(step, status)

    def _see(self, step: Step) -> int | None:
        """What a step did is seen by a person: it worked, or it did not."""
        if step.verify is not None and step.verify.confirm is not None:
            say(indent(step.verify.confirm, "      "))
        decision = self._decisions.get(step.id)
        if decision is not None and decision.decision in {"approve", "confirm", "decline"}:
            note = f"{decision.by}: {decision.because}"
            say(f"      {decision.decision} ({note})")
            return self._seen(step, note, worked=decision.decision != "decline")
        if not self._asks:
            say(
                f"      a person has to see whether {step.id} worked; give --decisions or run in a terminal",
                "yellow",
            )
            return PERSON_NEEDED
        choice = choose(["it worked", "it did not", "pause"])
        if choice == "pause":
            return DONE
        worked = choice == "it worked"
        return self._seen(step, "" if worked else reason(), worked=worked)

    def _seen(self, step: Step, note: str, *, worked: bool) -> int | None:
        act = self._runner.confirm(step.id, note=note) if worked else self._runner.decline(step.id, note)
        self._tell(step, act)
        return None if worked else FAILED

    def _output(self, text: str) -> None:
        for line in text.splitlines():
            say(f"      | {line}")

    def _tell(self, step: Step, status: StepStatus) -> None:
        seconds = f" in {status.seconds:.1f}s" if status.seconds is not None else ""
        message = f": {status.message}" if status.message else ""
        style = {State.SUCCEEDED: "green", State.FAILED: "red", State.UNKNOWN: "yellow"}.get(status.state, "")
        told = f"{MARKS.get(status.state, status.state)}{seconds}{message}"
        say(indent(told, "      "), style)

    def _decide(self, step: Step) -> int | None:
        decision = self._decisions.get(step.id)
        if decision is not None:
            return self._decided(step, decision)
        if not self._asks:
            say(f"      a person is needed for {step.id}; give --decisions or run in a terminal", "yellow")
            return PERSON_NEEDED
        accept = "approve" if step.approve is not None else "done"
        choice = choose([accept, "skip", "decline" if step.approve is not None else "fail", "pause"])
        if choice == accept:
            return self._accept(step, self._who_approved(step))
        if choice == "skip":
            return self._skip(step)
        if choice == "pause":
            return DONE
        self._refuse(step, reason())
        return FAILED

    def _who_approved(self, step: Step) -> str:
        """Whoever is none of the approvers has to say who approved."""
        if not step.approvers or self._runner.operator in step.approvers or self._runner.state.rehearsal:
            return ""
        say(f"      approvers: {', '.join(step.approvers)}; you are {self._runner.operator}")
        return reason("who approved it, and where: ")

    def _decided(self, step: Step, decision: Decision) -> int | None:
        note = f"{decision.by}: {decision.because}"
        say(f"      {decision.decision} ({note})")
        if decision.decision in {"approve", "confirm"}:
            return self._accept(step, note)
        if decision.decision == "skip":
            self._runner.skip(step.id, note)
            return None
        self._refuse(step, note)
        return FAILED

    def _accept(self, step: Step, note: str) -> int | None:
        if step.approve is not None:
            status = self._runner.approve(step.id, note=note)
        else:
            status = self._runner.confirm(step.id, note=note)
        self._tell(step, status)
        if status.state is State.WAITING:
            return self._see(step)
        return None if status.state is State.SUCCEEDED else FAILED

    def _refuse(self, step: Step, reason: str) -> None:
        if step.approve is not None:
            self._runner.decline(step.id, reason)
        else:
            self._runner.fail(step.id, reason)
        say("      stopped", "red")

    def _failed(self, step: Step, status: StepStatus) -> int | None:
        if status.message:
            say(f"      it failed: {status.message}", "red")
        decision = self._decisions.get(step.id)
        if decision is not None and decision.decision == "retry" and status.attempts < 2:
            return self._execute(step)
        if not self._asks:
            say(f"      {step.id} failed; mend it and run again in a terminal, or give a decision", "red")
            return FAILED
        choices: dict[str, Callable[[], int | None]] = {
            "retry": lambda: self._execute(step),
            "skip": lambda: self._skip(step),
            "mark as done": lambda: self._mark(step),
            "roll back": self._roll_back,
            "pause": lambda: FAILED,
        }
        return choices[choose(list(choices))]()

    def _unknown(self, step: Step, status: StepStatus) -> int | None:
        say("      it was started, and nobody can know how it ended", "yellow")
        for line in status.tail:
            say(f"      | {line}")
        if not self._asks:
            say("      say in a terminal whether it worked; nothing is assumed", "yellow")
            return PERSON_NEEDED
        choice = choose(["it worked", "run it again", "it failed", "pause"])
        if choice == "pause":
            return PERSON_NEEDED
        because = reason()
        if choice == "run it again":
            self._runner.resolve_unknown(step.id, "again", because)
            return self._execute(step)
        self._runner.resolve_unknown(step.id, "worked" if choice == "it worked" else "failed", because)
        return None

    def _roll_back(self) -> int:
        """Undo what was done, as far as it goes. It is always an explicit choice."""
        plan = self._runner.rollback_plan()
        for step_id in plan.steps:
            say(f"      undo {step_id}" + (" (by hand)" if step_id in plan.by_hand else ""))
        if plan.because:
            say(f"      {plan.because}", "yellow")
        if not plan.steps or choose(["pause", "undo these steps in this order"]) == "pause":
            return FAILED
        for step_id in plan.steps:
            status = self._undo(step_id, by_hand=step_id in plan.by_hand)
            if status.state is not State.ROLLED_BACK:
                say(f"      {step_id} could not be undone: {status.message}", "red")
                return FAILED
        if plan.stops_at is None:
            self._runner.finish("rolled_back")
        return FAILED

    def _undo(self, step_id: str, *, by_hand: bool) -> StepStatus:
        say(f"      undoing {step_id}", "bold")
        note = reason() if by_hand else ""
        return self._runner.rollback(step_id, on_output=self._output, confirmed=by_hand, note=note)

    def _skip(self, step: Step) -> int | None:
        waiting = self._runner.skip_consequences(step.id)
        if waiting:
            say("      these steps wait for it: " + ", ".join(waiting), "yellow")
        self._runner.skip(step.id, reason())
        return None

    def _mark(self, step: Step) -> int | None:
        self._runner.mark_done(step.id, reason())
        return None
