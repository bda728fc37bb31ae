"""What an operator can do at any step in line mode, as numbered choices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from runbook_tui.cli.output import say
from runbook_tui.cli.plain_desk import DONE, FAILED, Desk, Left
from runbook_tui.cli.plain_rollback import roll_back
from runbook_tui.cli.plain_shell import open_shell
from runbook_tui.cli.prompts import INDENT
from runbook_tui.execution.errors import Drifted, RecordError, RecordFailed
from runbook_tui.execution.model import State
from runbook_tui.files.problems import RunbookError

if TYPE_CHECKING:
    from runbook_tui.runbook.model import Step

Verbs = Mapping[str, Callable[[], None]]

_BACK = "back"


def choose_verb(desk: Desk, verbs: Verbs) -> None:
    """Do what is chosen. What is not possible is told, and it is up to the caller to ask again.

    Raises:
        Left: the operator leaves.
        Drifted: something moved since the run began, which has to be seen to first.
    """
    chosen = desk.choose(list(verbs))
    try:
        verbs[chosen]()
    except (RecordFailed, RecordError, Drifted):
        raise
    except RunbookError as error:
        desk.refused(str(error))


def common_verbs(desk: Desk, step: Step) -> dict[str, Callable[[], None]]:
    """What is possible wherever a person is asked about a step."""
    verbs: dict[str, Callable[[], None]] = {}
    if _begun(desk):
        verbs["roll back"] = lambda: roll_back(desk)
        verbs["rewind"] = lambda: rewind(desk)
    verbs["note"] = lambda: _note(desk, step)
    if not desk.runner.state.rehearsal:
        verbs["shell"] = lambda: open_shell(desk, step)
    verbs["hand over"] = lambda: hand_over(desk)
    verbs["abort"] = lambda: abort(desk)
    return verbs


def skip(desk: Desk, step: Step) -> None:
    """Leave a step out, after telling what waits for it."""
    waiting = desk.runner.skip_consequences(step.id)
    if waiting:
        say(f"{INDENT}these steps wait for it: " + ", ".join(waiting), "yellow")
    desk.runner.skip(step.id, desk.reason())


def rewind(desk: Desk) -> None:
    """Go back to a step, after telling what that resets."""
    step_id = _which(desk, "go back to", _begun(desk))
    if step_id is None:
        return
    found = desk.runner.rewind_consequences(step_id)
    for other in found.steps:
        again = " (not safe to repeat)" if other in found.unsafe else ""
        say(f"{INDENT}reset {other}{again}", "yellow" if again else "")
    if found.unsafe:
        say(f"{INDENT}what they did is not undone by going back", "yellow")
    if desk.choose([f"go back to {step_id}", _BACK]) == _BACK:
        return
    desk.runner.rewind(step_id, desk.reason())


def hand_over(desk: Desk) -> None:
    """Leave the run to somebody else, with a word.

    Raises:
        Left: always.
    """
    to = desk.reason("who goes on: ")
    note = desk.line("what they have to know: ")
    desk.runner.hand_over(to, note)
    say(f"Handed over to {to}; they go on with the same command. Record: {desk.runner.folder}", "bold")
    raise Left(DONE)


def abort(desk: Desk) -> None:
    """End the run for good.

    Raises:
        Left: it is ended.
    """
    say(f"{INDENT}the run ends here for good; nothing is undone", "yellow")
    if desk.choose(["abort the run", _BACK]) == _BACK:
        return
    desk.runner.finish("aborted", desk.reason())
    say("Aborted", "red bold")
    raise Left(FAILED)


def pause() -> None:
    """Leave; the same command goes on.

    Raises:
        Left: always.
    """
    raise Left(DONE)


def pause_after_failure() -> None:
    """Leave where a step failed.

    Raises:
        Left: always.
    """
    raise Left(FAILED)


def _note(desk: Desk, step: Step) -> None:
    desk.runner.note(desk.reason("note: "), step.id)


def _begun(desk: Desk) -> list[str]:
    """Steps that were begun, the last one first."""
    statuses = desk.runner.state.statuses
    begun = {State.SUCCEEDED, State.FAILED, State.SKIPPED, State.ROLLED_BACK}
    found = [step_id for step_id, status in statuses.items() if status.state in begun]
    return sorted(found, key=lambda step_id: statuses[step_id].number, reverse=True)


def _which(desk: Desk, what: str, ids: list[str]) -> str | None:
    """One of these steps: by its number when there are few, else by its id."""
    if len(ids) <= _FEW:
        chosen = desk.choose([*(f"{what} {step_id}" for step_id in ids), _BACK])
        return None if chosen == _BACK else chosen.removeprefix(f"{what} ")
    say(f"{INDENT}the last ones: {', '.join(ids[:_FEW])}")
    typed = desk.line(f"id of the step to {what}: ")
    if typed in ids:
        return typed
    desk.refused(f"no step {typed!r} was begun")
    return None


_FEW = 9
