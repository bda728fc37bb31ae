"""Another command for a step, going back to a step, handing over, the end of a sitting."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runbook_tui.execution.errors import NotAllowed, RunClosed
from runbook_tui.execution.model import NOT_SAFE, State
from runbook_tui.execution.record import read_record
from runbook_tui.execution.runner import Runner

if TYPE_CHECKING:
    from tests.execution.conftest import KindsOf, StartRun, Track, WaitFor

RELEASE = """
- {id: check, title: Check, kind: preflight, run: echo check >> log, repeatable: true}
- {id: gate, title: Gate, kind: gate, approve: Go?, needs: [{step: check, because: order}]}
- {id: work, title: Work, kind: deploy, run: echo work >> log; exit 3, needs: [{step: gate, because: order}]}
- {id: see, title: See, kind: verify, run: echo see >> log, repeatable: true, needs: [{step: work, because: order}]}
- {id: other, title: Other, kind: deploy, run: echo other >> log}
"""


def states(runner: Runner) -> dict[str, State]:
    return {step_id: status.state for step_id, status in runner.state.statuses.items()}


def failed_release(start: StartRun) -> Runner:
    runner = start(RELEASE)
    runner.run("check")
    runner.approve("gate", by="bea", note="by phone")
    assert runner.run("work").state is State.FAILED
    return runner


def test_an_edited_command_is_what_runs_and_approvals_before_it_are_void(
    start: StartRun, track: Track, tmp_path: Path
) -> None:
    runner = failed_release(start)
    status = runner.edit("work", "echo mended >> log", "the exit was a leftover")
    assert status.edited == "echo mended >> log"
    assert runner.step("work").run == "echo mended >> log"
    assert runner.runbook.step("work").run == "echo work >> log; exit 3", "the frozen runbook stays as it is"
    gate = runner.state.statuses["gate"]
    assert gate.state is State.WAITING
    assert gate.flags == ("the approval is void: the command of work was changed after it",)
    with pytest.raises(NotAllowed, match="work needs gate, which is waiting"):
        runner.run("work")
    runner.close()
    again = track(Runner.resume(runner.folder))
    again.approve("gate", by="bea", note="seen the change")
    assert again.run("work").state is State.SUCCEEDED
    assert (tmp_path / "log").read_text() == "check\nwork\nmended\n"
    said = read_record(again.folder).checkpoints
    approvals = [point.values["edits"] for point in said if point.kind == "step-approved"]
    assert approvals[0] == "none" and approvals[1] != "none"


@pytest.mark.parametrize(
    ("step", "command", "reason", "why"),
    [
        ("work", "", "r", "is empty"),
        ("work", "true", "", "needs a reason"),
        ("work", "echo \x1b[2J", "r", "that nobody can see"),
        ("work", "x" * 16_001, "r", "put it into a file"),
        ("work", "echo work >> log; exit 3", "r", "that is the command"),
        ("gate", "true", "r", "it has no command"),
        ("check", "true", "r", "is succeeded"),
    ],
)
def test_edits_that_are_refused(start: StartRun, step: str, command: str, reason: str, why: str) -> None:
    runner = failed_release(start)
    before = len(read_record(runner.folder).checkpoints)
    with pytest.raises(NotAllowed, match=why):
        runner.edit(step, command, reason)
    assert len(read_record(runner.folder).checkpoints) == before


def test_going_back_resets_what_depends_on_it_and_flags_what_is_not_safe_to_repeat(
    start: StartRun, tmp_path: Path
) -> None:
    runner = failed_release(start)
    runner.mark_done("work", "by hand")
    runner.run("see")
    runner.run("other")
    found = runner.rewind_consequences("check")
    assert (found.steps, found.unsafe, found.voids) == (
        ("check", "gate", "work", "see"),
        ("work",),
        ("gate",),
    )
    assert runner.rewind("check", "the wrong database was checked") == found
    assert states(runner) == {
        "check": State.PENDING,
        "gate": State.PENDING,
        "work": State.PENDING,
        "see": State.PENDING,
        "other": State.SUCCEEDED,
    }
    runner.run("check")
    runner.approve("gate", by="bea", note="again")
    assert runner.state.statuses["work"].flags == (NOT_SAFE,)
    with pytest.raises(NotAllowed, match="not marked as safe to repeat; say that it is to be executed again"):
        runner.run("work")
    assert runner.run("work", repeat=True).state is State.FAILED
    assert (tmp_path / "log").read_text() == "check\nwork\nsee\nother\ncheck\nwork\n"
    assert (runner.folder / "output" / "work-2.log").exists(), "an attempt has a file of its own"


def test_going_back_where_that_makes_no_sense(start: StartRun) -> None:
    runner = start(RELEASE)
    with pytest.raises(NotAllowed, match="was not begun"):
        runner.rewind("check", "why not")
    runner.run("check")
    with pytest.raises(NotAllowed, match="needs a reason"):
        runner.rewind("check", " ")
    assert states(runner)["check"] is State.SUCCEEDED


def test_a_long_chain_is_reset_whole(start: StartRun) -> None:
    steps = ["- {id: s0, title: S, kind: note, run: 'true', repeatable: true}"]
    steps += [
        f"- {{id: s{n}, title: S, kind: note, confirm: x, needs: [{{step: s{n - 1}, because: x}}]}}"
        for n in range(1, 450)
    ]
    runner = start("\n".join(steps))
    runner.run("s0")
    for number in range(1, 450):
        runner.mark_done(f"s{number}", "x")
    runner.rewind("s0", "all of it")
    assert runner.state.count(State.SUCCEEDED) == 0
    assert len([p for p in read_record(runner.folder).checkpoints if p.kind == "rewound"]) == 3


def test_handing_over_leaves_the_run_to_somebody(start: StartRun, track: Track, kinds_of: KindsOf) -> None:
    runner = start(RELEASE)
    runner.run("check")
    runner.hand_over("bea", "the gate is next; carl decides")
    with pytest.raises(RunClosed):
        runner.note("too late")
    again = track(Runner.resume(runner.folder, operator="bea"))
    assert again.state.operator == "bea"
    assert again.state.handed_to is None
    assert kinds_of(again)[-2:] == ["handed-over", "resumed"]
    told = next(p for p in read_record(again.folder).checkpoints if p.kind == "handed-over").values
    assert (told["by"], told["to"], told["note"]) == ("ann", "bea", "the gate is next; carl decides")


def test_the_end_of_a_sitting_from_outside_is_recorded(start: StartRun, track: Track) -> None:
    runner = start(RELEASE)
    runner.interrupted("SIGTERM")
    runner.close()
    runner.interrupted("SIGHUP")  # after the end nothing is recorded, and nothing is raised
    point = read_record(runner.folder).checkpoints[-1]
    assert (point.kind, point.values["because"], point.values["running"]) == ("interrupted", "SIGTERM", [])
    assert track(Runner.resume(runner.folder)).state.interrupted == ""


def test_how_long_a_command_is_silent(start: StartRun, wait_for: WaitFor, tmp_path: Path) -> None:
    runner = start("- {id: a, title: A, kind: note, run: 'echo begun; touch begun; sleep 60'}")
    assert runner.quiet_for("a") is None
    thread = threading.Thread(target=runner.run, args=("a",))
    thread.start()
    wait_for((tmp_path / "begun").exists)
    wait_for(lambda: (runner.quiet_for("a") or 0) > 0.3)
    runner.stop_command("a")
    thread.join(40)
    assert runner.quiet_for("a") is None


def test_a_run_that_was_handed_over_waits_for_that_person(start: StartRun, track: Track) -> None:
    runner = start(RELEASE)
    runner.hand_over("carol")
    with pytest.raises(NotAllowed, match="was handed over to carol"):
        Runner.resume(runner.folder, operator="dave")
    track(Runner.resume(runner.folder, operator="Carol")).close()
    again = track(Runner.resume(runner.folder, operator="dave"))
    again.hand_over("carol")
    taken = track(Runner.resume(runner.folder, operator="dave", take_over="carol is ill"))
    said = next(p for p in reversed(read_record(taken.folder).checkpoints) if p.kind == "taken-over").values
    assert (said["by"], said["reason"]) == ("dave", "carol is ill")
