"""What is possible when, and why not: the rules of run mode without a terminal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runbook_tui.execution.model import Phase, RollbackPlan, RunState, State, StepStatus
from runbook_tui.runbook.document import RunbookDocument
from runbook_tui.tui.actions import AUTHOR, RUN, Action, Danger, bindings
from runbook_tui.tui.run_view import RunView
from runbook_tui.tui.screens.author import AuthorScreen
from runbook_tui.tui.screens.run import RunScreen

if TYPE_CHECKING:
    from textual.screen import Screen

    from tests.tui.conftest import WriteRunbook

STEPS = """
- {id: run, title: Automatic, kind: deploy, run: "true"}
- {id: ask, title: By a person, kind: verify, confirm: Look., needs: [{step: run, because: first}]}
- {id: gate, title: Decision, kind: gate, approve: "Go?"}
- {id: note, title: To read, kind: note, description: Read me.}
"""
VERBS = {"run", "confirm", "approve", "decline", "retry", "resolve", "skip", "fail", "mark_done"}


@pytest.fixture
def view(write_runbook: WriteRunbook) -> RunView:
    """A run at its beginning, with the automatic step on the card."""
    runbook = RunbookDocument.read(write_runbook(STEPS)).runbook
    statuses = {step.id: StepStatus() for step in runbook.steps}
    statuses["gate"] = StepStatus(State.WAITING, phase=Phase.ACTION)
    state = RunState("r", "staging", False, "ann", "2026-01-01T00:00:00Z", "0", statuses)
    return RunView(
        runbook, state, ("run", "gate", "note"), "run", "run", RollbackPlan((), None, "nothing was done")
    )


def at(view: RunView, step_id: str, state: State, phase: Phase = Phase.NONE) -> RunView:
    """The same moment with another step, in another state, on the card."""
    statuses = {**view.state.statuses, step_id: StepStatus(state, phase=phase)}
    return replace(view, shown=step_id, state=replace(view.state, statuses=statuses))


def possible(view: RunView) -> set[str]:
    return {verb for verb in VERBS if not view.why_not(verb)}


@pytest.mark.parametrize(
    ("moment", "verbs", "primary"),
    [
        (("run", State.PENDING, Phase.NONE), {"run", "skip", "fail", "mark_done"}, "run"),
        (("run", State.FAILED, Phase.ACTION), {"retry", "skip", "mark_done"}, "retry"),
        (("run", State.FAILED, Phase.ROLLBACK), {"skip", "mark_done"}, ""),
        (("run", State.UNKNOWN, Phase.ACTION), {"resolve"}, "resolve"),
        (("run", State.SUCCEEDED, Phase.NONE), {"fail"}, ""),
        (("run", State.SKIPPED, Phase.NONE), set(), ""),
        (("run", State.ROLLED_BACK, Phase.NONE), {"run", "skip", "mark_done"}, "run"),
        (("run", State.WAITING, Phase.VERIFY), {"confirm", "decline", "fail", "mark_done"}, "confirm"),
        (("ask", State.PENDING, Phase.NONE), {"skip", "mark_done"}, ""),
        (("ask", State.BLOCKED, Phase.NONE), {"skip", "mark_done"}, ""),
        (
            ("gate", State.WAITING, Phase.ACTION),
            {"approve", "decline", "skip", "fail", "mark_done"},
            "approve",
        ),
        (("gate", State.FAILED, Phase.ACTION), {"skip", "mark_done"}, ""),
        (("note", State.PENDING, Phase.NONE), {"confirm", "skip", "fail", "mark_done"}, "confirm"),
    ],
)
def test_each_state_has_its_verbs_and_one_that_stands_out(
    view: RunView, moment: tuple[str, State, Phase], verbs: set[str], primary: str
) -> None:
    seen = at(view, *moment)
    assert possible(seen) == verbs
    assert seen.primary() == primary


def test_a_step_says_what_it_waits_for(view: RunView) -> None:
    moment = at(view, "ask", State.PENDING)
    assert moment.why_not("confirm") == "it waits for Automatic (pending)"


def test_while_a_command_runs_its_step_is_left_alone_and_others_may_start(view: RunView) -> None:
    moment = replace(at(view, "run", State.RUNNING), executing=frozenset({"run"}))
    assert possible(moment) == set()
    other = replace(moment, shown="gate")
    assert not other.why_not("approve")
    assert other.why_not("rollback") == "Automatic is being executed"
    assert not other.why_not("note")
    assert not other.why_not("stop")


def test_a_rollback_is_offered_when_there_is_something_to_undo(view: RunView) -> None:
    assert view.why_not("rollback") == "nothing was done"
    moment = replace(view, plan=RollbackPlan(("run",), None, ""), rolling_back=True)
    assert not moment.why_not("rollback")
    assert moment.primary() == "rollback"
    assert moment.here == "run"


def test_after_the_end_and_after_a_dead_record_only_looking_is_possible(view: RunView) -> None:
    finished = replace(view, state=replace(view.state, finished="succeeded"))
    dead = replace(view, stopped_because="the record cannot be written")
    for moment in (finished, dead):
        assert possible(moment) == set()
        assert not moment.why_not("help")
        assert not moment.why_not("quit")


@pytest.mark.parametrize(("actions", "screen"), [(AUTHOR, AuthorScreen), (RUN, RunScreen)])
def test_every_action_is_registered_once_and_has_its_method(
    actions: tuple[Action, ...], screen: type[Screen[None]]
) -> None:
    keys = [key for action in actions for key in (action.key, *action.also)]
    assert len(keys) == len(set(keys))
    names = [action.id for action in actions]
    assert len(names) == len(set(names))
    assert [name for name in names if not callable(getattr(screen, f"do_{name}", None))] == []
    assert all(action.tooltip and action.description for action in actions)
    assert len(bindings(actions)) == len(actions)


def test_no_key_that_a_terminal_sends_as_enter_executes_anything() -> None:
    enters = {"enter", "ctrl+m", "ctrl+j", "alt+enter"}
    for action in (*AUTHOR, *RUN):
        if action.danger >= Danger.EXECUTES:
            assert not enters & {action.key, *action.also}


def test_the_app_shows_its_first_frame_without_the_libraries_of_the_rooms_below() -> None:
    import subprocess
    import sys

    program = (
        "import sys; from runbook_tui.tui.app import RunbookApp; import runbook_tui.tui.screens.author; "
        "import runbook_tui.tui.screens.run; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=root
    )
    heavy = {"pydantic", "ruamel", "jinja2", "git", "sqlglot", "markdown_it"}
    assert heavy & set(ran.stdout.split()) == set()
