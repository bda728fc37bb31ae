"""What line mode prints while steps are executed: one line an event, no cursor movement."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING

from runbook_tui.cli.output import say
from runbook_tui.cli.prompts import INDENT
from runbook_tui.cli.step_text import action_lines, rollback_lines
from runbook_tui.execution.happenings import Ended, Happening, Posted, Printed, Quiet, Started, Told
from runbook_tui.execution.model import ROLLING_BACK, State
from runbook_tui.runbook.duration import format_duration

if TYPE_CHECKING:
    from runbook_tui.execution.model import StepStatus
    from runbook_tui.execution.runner import Runner
    from runbook_tui.runbook.model import Step

MARKS = {
    State.SUCCEEDED: "ok",
    State.FAILED: "FAILED",
    State.SKIPPED: "skipped",
    State.UNKNOWN: "UNKNOWN",
    State.WAITING: "waiting",
    State.ROLLED_BACK: "rolled back",
}
_STYLES = {State.SUCCEEDED: "green", State.FAILED: "red", State.UNKNOWN: "yellow"}


class Lines:
    """Prints steps and what happens to them; with the id of the step on each line when several run at a time."""

    def __init__(self, runner: Runner, *, several: bool) -> None:
        self._runner = runner
        self._several = several
        self._numbers = {step.id: number for number, step in enumerate(runner.runbook.steps, 1)}
        self._begun: dict[str, str] = {}
        """Step id to the beginning of a line of its output, the rest of which has not come."""
        self._shown: str | None = None

    def hear(self, happening: Happening) -> None:
        """Print something that happened."""
        if isinstance(happening, Started):
            self.announce(self._runner.runbook.step(happening.step_id))
        elif isinstance(happening, Printed):
            self.output(happening.step_id, happening.text)
        elif isinstance(happening, Told):
            self._flush(happening.step_id)
            say(indent(happening.text, self._before(happening.step_id)), "dim")
        elif isinstance(happening, Quiet):
            self._flush(happening.step_id)
            spent = format_duration(max(1, round(happening.seconds)))
            say(f"{self._before(happening.step_id)}nothing printed for {spent}, still running", "yellow")
        elif isinstance(happening, Ended):
            self.tell(happening.step_id, happening.status)
        elif isinstance(happening, Posted):
            pass

    def announce(self, step: Step) -> None:
        """The head of a step and what it does."""
        self._shown = step.id
        say()
        say(f"[{self._numbers[step.id]}/{len(self._numbers)}] {step.id}: {step.title}", "bold")
        if self._runner.crosses(step.id):
            say(
                f"{INDENT}POINT OF NO RETURN: {step.irreversible_because or 'this cannot be undone'}",
                "yellow",
            )
        status = self._runner.state.statuses[step.id]
        undoing = status.phase in ROLLING_BACK
        if undoing:
            say(f"{INDENT}its rollback:", "bold")
        executed = self._runner.step(step.id)
        for text in (
            rollback_lines(executed) if undoing else action_lines(executed, edited=status.edited is not None)
        ):
            say(f"{INDENT}{text}", "dim")
        for flag in status.flags:
            say(f"{INDENT}{flag}", "yellow")

    def show(self, step: Step) -> None:
        """Announce a step unless it was the last one that was."""
        if self._shown != step.id:
            self.announce(step)

    def output(self, step_id: str, text: str) -> None:
        """Whole lines of output; the beginning of one waits for its end."""
        lines = (self._begun.pop(step_id, "") + text).split("\n")
        if lines[-1]:
            self._begun[step_id] = lines[-1]
        if lines[:-1]:
            self._print(step_id, lines[:-1])

    def tell(self, step_id: str, status: StepStatus) -> None:
        """How a step ended."""
        self._flush(step_id)
        seconds = f" in {status.seconds:.1f}s" if status.seconds is not None else ""
        message = f": {status.message}" if status.message else ""
        told = f"{MARKS.get(status.state, status.state)}{seconds}{message}"
        before = f"{step_id}: " if self._several else ""
        say(indent(before + told, INDENT), _STYLES.get(status.state, ""))
        for flag in status.flags:
            say(f"{INDENT}{before}{flag}", "yellow")

    def pause(self) -> None:
        """Print the beginnings of lines, because somebody is asked something now."""
        for step_id in tuple(self._begun):
            self._flush(step_id)

    def _flush(self, step_id: str) -> None:
        if begun := self._begun.pop(step_id, ""):
            self._print(step_id, [begun])

    def _print(self, step_id: str, lines: list[str]) -> None:
        """All of them at once: a terminal that takes one line at a time does not keep up with a loud command."""
        before = f"{INDENT}{step_id} | " if self._several else f"{INDENT}| "
        say("\n".join(before + line for line in lines))

    def _before(self, step_id: str) -> str:
        return f"{INDENT}{step_id}: " if self._several else INDENT
