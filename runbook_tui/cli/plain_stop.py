"""The stop menu of line mode: what ctrl+c opens. It ends nothing by itself."""

from __future__ import annotations

from runbook_tui.cli import prompts
from runbook_tui.cli.output import say
from runbook_tui.cli.plain_desk import INTERRUPTED, Desk, Left
from runbook_tui.cli.plain_rollback import roll_back
from runbook_tui.cli.plain_verbs import abort
from runbook_tui.execution.errors import NotAllowed

GO_ON = "go on"
LEAVE = "leave; the command goes on"
LEAVE_IDLE = "leave"
STOP = "stop the command"
ROLL_BACK = "roll back"
ABORT = "abort"


def stop_menu(desk: Desk) -> None:
    """Ask what is to happen now; returns when the operator goes on.

    Raises:
        Left: the operator leaves.
        KeyboardInterrupt: ctrl+c once more.
    """
    busy = desk.conductor.busy
    say()
    say(f"Interrupted; {', '.join(busy)} goes on meanwhile" if busy else "Interrupted", "yellow bold")
    choices = [GO_ON, LEAVE, STOP] if busy else [GO_ON, LEAVE_IDLE]
    choices += [f"{STOP}, then {ROLL_BACK}", f"{STOP}, then {ABORT}"] if busy else [ROLL_BACK, ABORT]
    chosen = desk.ask(lambda: prompts.choose(choices), menu=False)
    if chosen in {LEAVE, LEAVE_IDLE}:
        raise Left(INTERRUPTED)
    if chosen == GO_ON:
        return
    if busy:
        _stop(desk, busy)
        desk.after = chosen.removeprefix(STOP).removeprefix(", then ")
    elif chosen == ROLL_BACK:
        roll_back(desk)
    else:
        abort(desk)


def follow_up(desk: Desk) -> None:
    """Do what was chosen while a command ran, now that it has ended.

    Raises:
        Left: the run is rolled back or aborted.
    """
    chosen, desk.after = desk.after, ""
    if chosen == ROLL_BACK:
        roll_back(desk)
    elif chosen == ABORT:
        abort(desk)


def _stop(desk: Desk, busy: tuple[str, ...]) -> None:
    for step_id in busy:
        try:
            desk.runner.stop_command(step_id)
        except NotAllowed as error:  # it ended in this moment
            desk.refused(str(error))
        else:
            say(f"      {step_id} is asked to end; it is killed after ten seconds", "yellow")
