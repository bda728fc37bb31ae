"""Undoing, in reverse order, up to the point of no return."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runbook_tui.execution.errors import NotAllowed
from runbook_tui.execution.model import Phase, RollbackPlan, State
from runbook_tui.execution.runner import Runner

if TYPE_CHECKING:
    from tests.execution.conftest import StartRun


STEPS = """
- {id: check, title: Check, kind: preflight, run: 'true'}
- id: expand
  title: Expand
  kind: migrate
  run: echo expand >> log
  rollback: {run: echo undo-expand >> log}
  needs: [{step: check, because: order}]
- id: deploy
  title: Deploy
  kind: deploy
  run: echo deploy >> log
  rollback: {confirm: Put the old image back}
  needs: [{step: expand, because: the column has to be there}]
- {id: data, title: Data, kind: backfill, run: echo data >> log, needs: [{step: deploy, because: order}]}
- id: drop
  title: Drop
  kind: migrate
  run: echo drop >> log
  reversible: false
  irreversible_because: the column is gone with its data
  needs: [{step: data, because: order}]
- {id: close, title: Close, kind: deploy, run: 'true', rollback: {run: 'true'}, needs: [{step: drop, because: end}]}
"""


def run_until(runner: Runner, last: str) -> None:
    for step in runner.runbook.steps:
        runner.run(step.id, past_no_return=True)
        if step.id == last:
            return


def test_the_plan_goes_back_the_way_it_came(start: StartRun) -> None:
    runner = start(STEPS)
    assert runner.rollback_plan() == RollbackPlan((), None, "nothing was done that has to be undone")
    run_until(runner, "data")
    plan = runner.rollback_plan()
    assert plan.steps == ("data", "deploy", "expand")
    assert plan.by_hand == ("data", "deploy")
    assert plan.nothing_to_undo == ("check",)
    assert (plan.stops_at, plan.because) == (None, "")


def test_the_plan_stops_at_the_point_of_no_return(start: StartRun) -> None:
    runner = start(STEPS)
    run_until(runner, "close")
    plan = runner.rollback_plan()
    assert (plan.steps, plan.stops_at) == (("close",), "drop")
    assert plan.because == "point of no return: drop: the column is gone with its data"
    with pytest.raises(NotAllowed, match="the column is gone with its data"):
        runner.rollback("expand")
    assert runner.rollback("close").state is State.ROLLED_BACK
    assert runner.rollback_plan().steps == ()
    runner.finish("rolled_back")
    assert runner.state.finished == "rolled_back"


def test_undoing_in_order_mixed_by_hand_and_by_command(start: StartRun, tmp_path: Path) -> None:
    runner = start(STEPS)
    run_until(runner, "data")
    with pytest.raises(NotAllowed, match="data was done after deploy and needs it; undo data first"):
        runner.rollback("deploy", confirmed=True)
    with pytest.raises(NotAllowed, match="no rollback is written down"):
        runner.rollback("data")
    with pytest.raises(NotAllowed, match="needs a reason"):
        runner.rollback("data", confirmed=True)
    status = runner.rollback("data", confirmed=True, note="restored the table")
    assert (status.state, status.rolled_back_message) == (State.ROLLED_BACK, "restored the table")
    with pytest.raises(NotAllowed, match="Put the old image back"):
        runner.rollback("deploy")
    runner.rollback("deploy", confirmed=True)
    with pytest.raises(NotAllowed, match="1 steps are not undone: expand"):
        runner.finish("rolled_back")
    status = runner.rollback("expand")
    assert (status.state, status.by) == (State.ROLLED_BACK, "ann")
    assert (tmp_path / "log").read_text().split()[-1] == "undo-expand"
    assert runner.state.statuses["drop"].state is State.BLOCKED
    with pytest.raises(NotAllowed, match=r"expand \(rolled back\) is not among what can be undone"):
        runner.rollback("expand")
    runner.finish("rolled_back", "the error rate rose")


def test_the_order_is_the_one_in_which_steps_were_done(start: StartRun) -> None:
    steps = "\n".join(
        f"- {{id: {name}, title: T, kind: deploy, run: 'true', rollback: {{run: 'true'}}}}" for name in "abc"
    )
    runner = start(steps)
    for name in "bca":
        runner.run(name)
    assert runner.rollback_plan().steps == ("a", "c", "b")


def test_a_step_that_failed_is_undone_first(start: StartRun, tmp_path: Path) -> None:
    steps = """
    - {id: a, title: A, kind: migrate, run: echo a >> log, rollback: {run: echo undo-a >> log}}
    - id: b
      title: B
      kind: migrate
      run: echo half >> log; exit 1
      rollback: {run: echo undo-b >> log}
      needs: [{step: a, because: order}]
    - {id: c, title: C, kind: migrate, run: 'true', rollback: {run: 'true'}, needs: [{step: b, because: order}]}
    """
    runner = start(steps)
    runner.run("a")
    runner.run("b")
    plan = runner.rollback_plan()
    assert plan.steps == ("b", "a")
    for step in plan.steps:
        assert runner.rollback(step).state is State.ROLLED_BACK
    assert (tmp_path / "log").read_text().split() == ["a", "half", "undo-b", "undo-a"]


def test_a_step_that_never_ran_has_nothing_to_undo(start: StartRun) -> None:
    runner = start("- {id: a, title: A, kind: deploy, run: 'true', rollback: {run: 'true'}}")
    runner.fail("a", "the artefact is broken")
    assert runner.rollback_plan().steps == ()


def test_an_irreversible_step_that_failed_half_way_stops_it_too(start: StartRun) -> None:
    steps = """
    - {id: a, title: A, kind: migrate, run: 'true', rollback: {run: 'true'}}
    - {id: b, title: B, kind: migrate, run: 'false', reversible: false}
    """
    runner = start(steps)
    runner.run("a")
    runner.run("b", past_no_return=True)
    plan = runner.rollback_plan()
    assert (plan.steps, plan.stops_at) == ((), "b")


def test_a_rollback_that_fails_can_be_tried_again(start: StartRun, tmp_path: Path) -> None:
    steps = "- {id: a, title: A, kind: deploy, run: 'true', rollback: {run: test -e ok}}"
    runner = start(steps)
    runner.run("a")
    status = runner.rollback("a")
    assert (status.state, status.phase) == (State.FAILED, Phase.ROLLBACK)
    assert status.message == "rollback: exit status 1"
    with pytest.raises(NotAllowed, match="rollback of a failed"):
        runner.run("a")
    (tmp_path / "ok").touch()
    assert runner.rollback("a").state is State.ROLLED_BACK
    assert runner.state.statuses["a"].rollbacks == 2
    assert (runner.folder / "output" / "a+rollback-2.log").exists()


def test_a_rollback_that_fails_can_be_done_by_hand(start: StartRun) -> None:
    runner = start("- {id: a, title: A, kind: deploy, run: 'true', rollback: {run: 'false'}}")
    runner.run("a")
    runner.rollback("a")
    with pytest.raises(NotAllowed, match="needs a reason"):
        runner.rollback("a", confirmed=True)
    assert runner.rollback("a", confirmed=True, note="on the host").state is State.ROLLED_BACK


def test_a_rollback_is_verified(start: StartRun) -> None:
    steps = """
    - id: a
      title: A
      kind: deploy
      run: touch new
      rollback: {run: rm -f %s, verify: {run: test ! -e new, every: 20ms, timeout: 100ms}}
    """
    runner = start(steps % "old")
    runner.run("a")
    status = runner.rollback("a")
    assert (status.state, status.phase) == (State.FAILED, Phase.ROLLBACK_VERIFY)
    runner = start(steps % "new")
    runner.run("a")
    assert runner.rollback("a").state is State.ROLLED_BACK


def test_a_rollback_verified_by_a_person(start: StartRun) -> None:
    steps = "- {id: a, title: A, kind: deploy, run: 'true', rollback: {run: 'true', verify: {confirm: Is it old?}}}"
    runner = start(steps)
    runner.run("a")
    status = runner.rollback("a")
    assert (status.state, status.phase) == (State.WAITING, Phase.ROLLBACK_VERIFY)
    assert runner.confirm("a", note="it is").state is State.ROLLED_BACK
    assert runner.state.statuses["a"].rolled_back_message == "it is"


def test_a_step_can_be_done_again_after_it_was_undone(start: StartRun, tmp_path: Path) -> None:
    steps = "- {id: a, title: A, kind: deploy, run: echo do >> log, rollback: {run: echo undo >> log}}"
    runner = start(steps)
    runner.run("a")
    runner.rollback("a")
    assert runner.run("a").state is State.SUCCEEDED
    assert (tmp_path / "log").read_text().split() == ["do", "undo", "do"]
