"""Opening a run in line mode: what is unfinished, what was decided beforehand, what an operator has to know first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING

from runbook_tui.cli.output import narrate, say
from runbook_tui.cli.prompts import INDENT
from runbook_tui.cli.usage import UsageError, unknown_step
from runbook_tui.execution.errors import HeldByAnother
from runbook_tui.execution.model import DONE, State
from runbook_tui.execution.runner import Runner
from runbook_tui.execution.runs import RunView, read_run
from runbook_tui.files.problems import ProblemsError

if TYPE_CHECKING:
    from runbook_tui.cli.decisions import Decision
    from runbook_tui.cli.plain_desk import Wishes
    from runbook_tui.runbook.model import Runbook


@dataclass(frozen=True, slots=True)
class Beforehand:
    """What is known before a run is opened."""

    unfinished: RunView | None
    """The run to go on with."""
    decisions: dict[str, Decision]


def read_beforehand(runbook: Path, wishes: Wishes) -> Beforehand:
    """The run to go on with, and the decisions; everything that is wrong is told before anything begins.

    Raises:
        ProblemsError: the runbook, the decisions or ``--until`` have problems.
        UsageError: an option does not fit the run.
    """
    from runbook_tui.cli.decisions import read_decisions
    from runbook_tui.execution.operators import operator_name

    found = [] if wishes.new else Runner.unfinished(runbook, rehearsal=wishes.rehearsal)
    unfinished = read_run(found[0]) if found else None
    if wishes.take_over and unfinished is None:
        raise UsageError("--take-over", wishes.take_over, "a runbook that has an unfinished run")
    planned = _planned(runbook, unfinished, wishes)
    until = wishes.until
    problems = unknown_step(f"--until {until}", until, planned) if until is not None else []
    if unfinished is not None and until in unfinished.state.statuses:
        _require_open(until, unfinished.state.statuses[until].state)
    made: dict[str, Decision] = {}
    executes = None if wishes.break_glass or wishes.rehearsal else operator_name(wishes.operator)
    try:
        if wishes.decisions is not None:
            made = read_decisions(wishes.decisions, planned, executes=executes)
    except ProblemsError as error:
        problems.extend(error.problems)
    if problems:
        raise ProblemsError(problems)
    return Beforehand(unfinished, made)


def _require_open(until: str, state: State) -> None:
    if state in DONE:
        expected = "a step that is not done; without --until everything that is left is executed"
        raise UsageError("--until", until, expected)


def open_run(runbook: Path, unfinished: RunView | None, wishes: Wishes) -> Runner:
    """Begin a run, or take up an unfinished one, and say what there is to know about it.

    Raises:
        HeldByAnother: somebody executes it; the text says who, and what can be done.
        RunbookError: it cannot be opened.
    """
    runner = _begin(runbook, wishes) if unfinished is None else _take_up(runbook, unfinished, wishes)
    say(f"Record: {runner.folder}")
    for warning in _warnings(runner.folder):
        narrate(warning, "yellow")
    return runner


def _planned(runbook: Path, unfinished: RunView | None, wishes: Wishes) -> Runbook:
    """What will be executed: the file, or what an unfinished run has frozen."""
    from runbook_tui.execution.instructions import instructed
    from runbook_tui.runbook.document import RunbookDocument

    if unfinished is None:
        planned = RunbookDocument.read(runbook).runbook
        return instructed(planned) if wishes.instructions else planned
    return unfinished.runbook


def _begin(runbook: Path, wishes: Wishes) -> Runner:
    runner = Runner.start(
        runbook, rehearsal=wishes.rehearsal, instructions=wishes.instructions, operator=wishes.operator
    )
    say(f"Run {runner.state.run_id} of {runner.runbook.title} ({runner.state.environment})", "bold")
    if wishes.instructions:
        say("Nothing is executed: do what each step says, and paste what you saw", "yellow")
    return runner


def _take_up(runbook: Path, before: RunView, wishes: Wishes) -> Runner:
    folder = before.folder
    try:
        runner = Runner.resume(folder, operator=wishes.operator, take_over=wishes.take_over)
    except HeldByAnother as error:
        if wishes.take_over:
            raise
        raise HeldByAnother(f"{error}\n{_ways_on(runbook, folder)}", error.holder) from None
    state = runner.state
    done = state.count(State.SUCCEEDED, State.SKIPPED)
    say(f"Resumed run {state.run_id}: {done} of {len(runner.runbook.steps)} steps are done", "bold")
    if state.instructions:
        say("Nothing is executed: do what each step says, and paste what you saw", "yellow")
    if before.state.handed_to is not None:
        handed = next(point for point in reversed(before.checkpoints) if point.kind == "handed-over")
        say(f"{handed.values['by']} handed it over to {before.state.handed_to}", "yellow")
        if handed.values["note"]:
            say(indent(str(handed.values["note"]), INDENT), "yellow")
    if before.state.interrupted:
        say(f"The last sitting was interrupted: {before.state.interrupted}", "yellow")
    return runner


def _ways_on(runbook: Path, folder: Path) -> str:
    return (
        f"watch it live: runbook record watch {folder}\n"
        f"take it over:  runbook run {runbook} --plain --take-over REASON"
    )


def _warnings(folder: Path) -> list[str]:
    """What may go wrong with this place and this login, in sentences."""
    from runbook_tui.execution import mounts, sessions

    found = (mounts.warning(folder), sessions.logout_warning())
    return [warning for warning in found if warning]
