"""What people decide, and what they may not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runbook_tui.execution.errors import NotAllowed
from runbook_tui.execution.model import Phase, State
from runbook_tui.execution.record import read_record
from runbook_tui.execution.runner import Runner

if TYPE_CHECKING:
    from tests.execution.conftest import StartRun


GATE = """
- {id: gate, title: Gate, kind: gate, approve: Is the release on?}
- {id: look, title: Look, kind: verify, confirm: The dashboard is green, needs: [{step: gate, because: order}]}
- {id: work, title: Work, kind: deploy, run: 'true', needs: [{step: look, because: what is red stays}]}
- {id: last, title: Last, kind: verify, run: 'true', needs: [{step: work, because: order}]}
"""


def last(runner: Runner) -> dict[str, object]:
    point = read_record(runner.folder).checkpoints[-1]
    return {"kind": point.kind, **point.values}


def test_people_are_waited_for(start: StartRun) -> None:
    runner = start(GATE)
    statuses = runner.state.statuses
    assert (statuses["gate"].state, statuses["look"].state) == (State.WAITING, State.PENDING)
    assert (runner.ready(), runner.current()) == (("gate",), "gate")
    with pytest.raises(NotAllowed, match="has to be approved"):
        runner.run("gate")
    status = runner.approve("gate", by="bea", note="in the channel, 09:30")
    assert (status.state, status.by, status.message) == (State.SUCCEEDED, "bea", "in the channel, 09:30")
    assert runner.state.statuses["look"].state is State.WAITING
    assert runner.confirm("look").state is State.SUCCEEDED
    assert runner.ready() == ("work",)


def test_an_approval_carries_what_it_approves(start: StartRun) -> None:
    runner = start(GATE)
    runner.approve("gate", by="bea", note="by phone")
    said = last(runner)
    assert (said["kind"], said["digest"]) == ("step-approved", runner.state.digest)
    assert said["told"] == "Is the release on?"
    assert isinstance(said["waited_ms"], int)


def test_decisions_and_confirmations_are_two_things(start: StartRun) -> None:
    runner = start(GATE)
    with pytest.raises(NotAllowed, match="approve or decline"):
        runner.confirm("gate")
    runner.approve("gate", by="bea", note="by phone")
    with pytest.raises(NotAllowed, match="confirm it"):
        runner.approve("look", by="bea", note="by phone")
    with pytest.raises(NotAllowed, match="is succeeded; it cannot be approved now"):
        runner.approve("gate", by="bea", note="by phone")
    runner.confirm("look")
    with pytest.raises(NotAllowed, match="is pending"):
        runner.confirm("work")


def test_approvers_approve_or_are_named(start: StartRun) -> None:
    step = "{id: gate, title: Gate, kind: gate, approve: Now?, approvers: [%s]}"
    runner = start(f"- {step % 'bea, carl'}")
    with pytest.raises(NotAllowed, match=r"by somebody other than ann, who executes the run \(bea, carl\)"):
        runner.approve("gate")
    with pytest.raises(NotAllowed, match="say in a note where and how"):
        runner.approve("gate", by="bea")
    assert runner.approve("gate", by="bea", note="by phone").state is State.SUCCEEDED
    said = last(runner)
    assert (said["approvers"], said["by"], said["operator"]) == (["bea", "carl"], "bea", "ann")


def test_declining_fails_the_step(start: StartRun) -> None:
    runner = start(GATE)
    with pytest.raises(NotAllowed, match="needs a reason"):
        runner.decline("gate", "  ")
    status = runner.decline("gate", "an incident is open")
    assert (status.state, status.message) == (State.FAILED, "an incident is open")
    assert [runner.state.statuses[name].state for name in ("look", "work", "last")] == [State.BLOCKED] * 3
    with pytest.raises(NotAllowed, match=r"blocked \(needs look, which is blocked: what is red stays\)"):
        runner.run("work")


def test_a_skip_names_what_waits_for_the_step(start: StartRun) -> None:
    runner = start(GATE)
    runner.approve("gate", by="bea", note="by phone")
    assert runner.skip_consequences("look") == ("work", "last")
    with pytest.raises(NotAllowed, match="needs a reason"):
        runner.skip("look", "")
    status = runner.skip("look", "no dashboards today")
    assert (status.state, status.message, status.by) == (State.SKIPPED, "no dashboards today", "ann")
    assert last(runner)["consequences"] == ["work", "last"]
    assert runner.run("work").state is State.SUCCEEDED
    assert runner.skip_consequences("look") == ("last",)


def test_what_was_done_cannot_be_skipped(start: StartRun) -> None:
    runner = start(GATE)
    runner.approve("gate", by="bea", note="by phone")
    with pytest.raises(NotAllowed, match="is succeeded; it cannot be skipped now"):
        runner.skip("gate", "too late")


def test_a_failed_step_can_be_marked_as_done(start: StartRun) -> None:
    runner = start("- {id: a, title: A, kind: deploy, run: 'false'}")
    runner.run("a")
    with pytest.raises(NotAllowed, match="needs a reason"):
        runner.mark_done("a", "")
    status = runner.mark_done("a", "done by hand on the host")
    assert (status.state, status.message) == (State.SUCCEEDED, "done by hand on the host")
    with pytest.raises(NotAllowed, match="is succeeded"):
        runner.mark_done("a", "again")


def test_a_finished_step_can_be_marked_as_failed(start: StartRun) -> None:
    runner = start(GATE)
    runner.approve("gate", by="bea", note="by phone")
    runner.confirm("look")
    runner.run("work")
    runner.fail("look", "it was the wrong dashboard")
    assert runner.state.statuses["look"].state is State.FAILED
    assert runner.state.statuses["last"].state is State.PENDING
    assert runner.current() == "look"
    assert runner.skip("look", "accepted by the owner").state is State.SKIPPED


def test_notes_are_kept_in_order(start: StartRun) -> None:
    runner = start(GATE)
    runner.note("the load is high \u202e today")
    runner.note("asked bea", "gate")
    with pytest.raises(NotAllowed, match="needs a reason"):
        runner.note(" ")
    with pytest.raises(NotAllowed, match="no step"):
        runner.note("x", "nowhere")
    assert [(note.text, note.by, note.step) for note in runner.state.notes] == [
        ("the load is high \u202e today", "ann", None),
        ("asked bea", "ann", "gate"),
    ]


def test_a_reason_has_a_length(start: StartRun) -> None:
    runner = start(GATE)
    with pytest.raises(NotAllowed, match="at most 4000"):
        runner.skip("gate", "x" * 5000)
    assert runner.skip("gate", "\u202e" * 4000).state is State.SKIPPED
    runner.note("\ud800 from a terminal")
    assert runner.state.notes[0].text == "? from a terminal"


def test_a_confirmation_is_verified_where_a_machine_can(start: StartRun, tmp_path: Path) -> None:
    steps = """
    - id: a
      title: A
      kind: deploy
      confirm: Press the button
      verify: {run: test -e pressed, every: 20ms, timeout: 100ms}
    """
    runner = start(steps)
    status = runner.confirm("a", note="pressed it")
    assert status.state is State.FAILED
    assert status.message.startswith("verify: did not hold")
    (tmp_path / "pressed").touch()
    runner.mark_done("a", "the check was too early")
    runner = start(steps)
    assert runner.confirm("a", note="pressed it").state is State.SUCCEEDED
    assert runner.state.statuses["a"].message == "pressed it"


def test_a_verify_by_a_person_is_waited_for(start: StartRun, tmp_path: Path) -> None:
    steps = "- {id: a, title: A, kind: deploy, run: echo x >> log, verify: {confirm: The page looks right}}"
    runner = start(steps)
    status = runner.run("a")
    assert (status.state, status.phase) == (State.WAITING, Phase.VERIFY)
    assert runner.current() == "a"
    with pytest.raises(NotAllowed, match="has to be confirmed"):
        runner.run("a")
    with pytest.raises(NotAllowed, match="waits to be verified"):
        runner.skip("a", "x")
    with pytest.raises(NotAllowed, match="no decision"):
        runner.approve("a")
    assert runner.confirm("a").state is State.SUCCEEDED
    assert (tmp_path / "log").read_text() == "x\n"
    runner = start(steps)
    runner.run("a")
    assert runner.decline("a", "the page is blank").state is State.FAILED


def test_waiting_is_counted_apart_from_machine_time(start: StartRun) -> None:
    import time

    runner = start(GATE)
    time.sleep(0.15)
    runner.approve("gate", by="bea", note="by phone")
    status = runner.state.statuses["gate"]
    assert 0.1 <= status.waited < 5
    assert status.seconds is None
    runner.confirm("look")
    assert runner.state.statuses["look"].waited < status.waited


def test_a_check_is_evidence_and_changes_nothing(start: StartRun, tmp_path: Path) -> None:
    steps = """
    - id: a
      title: A
      kind: deploy
      run: 'false'
      verify: {run: test -e there}
    - {id: b, title: B, kind: deploy, run: 'true'}
    """
    runner = start(steps)
    runner.run("a")
    checked = runner.check("a")
    assert (checked.holds, checked.message) == (False, "exit status 1")
    assert runner.state.statuses["a"].state is State.FAILED
    (tmp_path / "there").touch()
    assert runner.check("a").holds
    assert runner.state.statuses["a"].message == "the verify holds"
    with pytest.raises(NotAllowed, match="no verify"):
        runner.check("b")
