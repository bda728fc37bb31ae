"""The line-mode runner: one line an event, numbered choices, no cursor movement.

It is the face for scripts and CI, for screen readers and for dumb terminals.
"""

from __future__ import annotations

import errno
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from runbook_tui.cli.output import narrate, say
from runbook_tui.cli.plain_desk import DONE, FAILED, PERSON_NEEDED, Desk, Left, Wishes
from runbook_tui.cli.plain_opening import open_run, read_beforehand
from runbook_tui.cli.plain_people import needs_person, see_to
from runbook_tui.cli.plain_signals import EndedBySignal, Signals
from runbook_tui.cli.plain_stop import follow_up, stop_menu
from runbook_tui.cli.plain_trouble import drifted, execute, failed, refused, repeat, stuck, unknown
from runbook_tui.cli.prompts import INDENT
from runbook_tui.execution.errors import Drifted, RecordFailed
from runbook_tui.execution.happenings import Halt, Stop
from runbook_tui.execution.model import State

if TYPE_CHECKING:
    from runbook_tui.cli.decisions import Decision
    from runbook_tui.execution.runner import Runner
    from runbook_tui.runbook.model import Step


def run_plain(runbook: Path, wishes: Wishes) -> int:
    """Execute a runbook, or go on with its unfinished run.

    Args:
        runbook: the runbook file.
        wishes: how.

    Returns:
        0 done (or stopped as asked), 1 a step failed or was declined, 3 a person is needed, 129, 130 or 143 when a
        signal ended it.
    """
    terminal = sys.stdout.isatty()
    with Signals() as signals:
        try:
            before = read_beforehand(runbook, wishes)
            runner = open_run(runbook, before.unfinished, wishes)
            try:
                return _sit(runner, wishes, before.decisions, signals)
            finally:
                runner.close()
        except EndedBySignal as ended:
            return _silently(ended.exit_status)
        except OSError as error:
            if signals.ended or (terminal and error.filename is None and error.errno == errno.EIO):
                return _silently(128 + (signals.ended or signal.SIGHUP))
            raise


def _sit(runner: Runner, wishes: Wishes, decisions: dict[str, Decision], signals: Signals) -> int:
    """One sitting at a run. However it ends, the record says so, and commands go on."""
    desk = Desk(runner, wishes, decisions, signals)
    desk.on_interrupt = lambda: stop_menu(desk)
    signals.serve(desk.conductor.post, lambda name: _leave(runner, name))
    try:
        return _go_on(desk)
    except Left as left:
        return left.status
    except EndedBySignal as ended:
        _leave(runner, signal.Signals(ended.number).name)
        _tell_why(runner)
        raise
    except KeyboardInterrupt:
        _leave(runner, "SIGINT")
        raise
    except OSError as error:
        gone = "SIGPIPE" if isinstance(error, BrokenPipeError) else "the terminal is gone"
        _leave(runner, gone)
        raise
    except RecordFailed:
        raise  # nothing can be recorded any more


def _go_on(desk: Desk) -> int:
    while True:
        stop = desk.conductor.go()
        desk.lines.pause()
        if desk.after:
            follow_up(desk)
        elif (status := _see_to(desk, stop)) is not None:
            return status


def _see_to(desk: Desk, stop: Stop) -> int | None:
    """Do what has to be done where the conductor stopped; an exit status when that ends the sitting."""
    if stop.halt is Halt.DONE:
        return _end(desk.runner)
    if stop.halt is Halt.STUCK:
        stuck(desk)
    if stop.halt is Halt.LEFT:
        return DONE
    if stop.step_id is None:
        return None
    step = desk.runner.step(stop.step_id)
    if stop.halt is Halt.UNTIL:
        say(f"Stopped before {desk.wishes.until}, as asked")
        return DONE
    if stop.halt is Halt.DRIFTED or (stop.halt in _DECIDED and desk.runner.drift(step.id)):
        drifted(desk, step, stop.text)
    elif stop.halt is Halt.REFUSED:
        refused(desk, step, stop.text)
    else:
        try:
            _SEEN_TO[stop.halt](desk, step)
        except Drifted as error:
            drifted(desk, step, str(error))
    return None


def _end(runner: Runner) -> int:
    state = runner.state
    if state.finished is None:
        runner.finish("succeeded")
    elif state.finished != "succeeded":
        return FAILED
    skipped = state.count(State.SKIPPED)
    say(f"Done: {state.count(State.SUCCEEDED)} steps succeeded, {skipped} skipped", "green bold")
    say(f"Record: {runner.folder}")
    return DONE


def _skip_as_decided(desk: Desk, step: Step) -> None:
    decision = desk.decision(step)
    assert decision is not None  # it is held for that
    desk.lines.show(step)
    say(f"{INDENT}skip ({decision.told})")
    desk.runner.skip(step.id, decision.told)


def _cross(desk: Desk, step: Step) -> None:
    """Pass the point of no return when a person knows that it is: now, or by an approval right before it."""
    desk.lines.show(step)
    if not desk.asks:
        desk.refused("nobody approved the point of no return; add a gate, or run in a terminal")
        raise needs_person(desk, f"a person is needed for {step.id}")
    environment = desk.runner.state.environment
    if desk.line(f"type {environment} to go on, anything else to stop: ") != environment:
        desk.refused("it is not passed")
        raise Left(PERSON_NEEDED)
    execute(desk, step)


_DECIDED = frozenset({Halt.PERSON, Halt.CROSSING, Halt.REPEAT})
"""Where somebody decides, who has to know first what moved."""
_SEEN_TO = {
    Halt.PERSON: see_to,
    Halt.HELD: _skip_as_decided,
    Halt.CROSSING: _cross,
    Halt.REPEAT: repeat,
    Halt.FAILED: failed,
    Halt.UNKNOWN: unknown,
}


def _leave(runner: Runner, why: str) -> None:
    runner.interrupted(why)
    runner.close()


def _tell_why(runner: Runner) -> None:
    """When somebody took the run over, say who."""
    from runbook_tui.execution.takeover import taken_over_by

    told = taken_over_by(runner.folder)
    if told is not None:
        say()
        say(told, "yellow bold")
    else:
        narrate("interrupted; commands go on (requests do not), and so does the run with the same command")


def _silently(status: int) -> int:
    """The exit status; the terminal may be gone, and what is left to print is dropped then."""
    from runbook_tui.cli.main import drop_output

    drop_output()
    return status
