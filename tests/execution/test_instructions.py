"""Instruction mode: people do everything, and paste what they saw."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runbook_tui.execution.errors import NotAllowed
from runbook_tui.execution.model import Phase, State
from runbook_tui.execution.record import read_record
from runbook_tui.execution.runner import Runner
from runbook_tui.execution.runs import read_run
from runbook_tui.execution.verify import Judgement, verify

if TYPE_CHECKING:
    from tests.execution.conftest import Track, WriteRunbook

STEPS = """
- id: work
  title: Work
  kind: deploy
  run: touch ran
  directory: .
  expect: done
  verify: {http: "http://127.0.0.1:9/health", expect: v2}
  rollback: {run: touch undone}
- {id: wait, title: Wait, kind: note, wait: 1h, needs: [{step: work, because: x}]}
- {id: gate, title: Gate, kind: gate, approve: Go?, needs: [{step: wait, because: x}]}
"""


@pytest.fixture
def run(write_runbook: WriteRunbook, track: Track) -> Runner:
    return track(Runner.start(write_runbook(STEPS), instructions=True))


def test_nothing_is_executed_and_everything_waits_for_a_person(run: Runner, tmp_path: Path) -> None:
    assert run.state.instructions
    assert run.state.statuses["work"].state is State.WAITING
    text = run.step("work").confirm or ""
    assert "    touch ran" in text and "has to contain: done" in text
    with pytest.raises(NotAllowed):
        run.run("work")
    with pytest.raises(NotAllowed, match="does not contain 'done'"):
        run.confirm("work", result="it failed")
    status = run.confirm("work", result="all done\n")
    assert (status.state, status.phase) == (State.WAITING, Phase.VERIFY)
    assert (run.folder / str(status.output)).read_text() == "all done\n"
    assert run.confirm("work", note="v2 in the browser").state is State.SUCCEEDED
    assert run.confirm("wait").state is State.SUCCEEDED
    assert run.approve("gate", by="bea", note="by phone").state is State.SUCCEEDED
    assert not (tmp_path / "ran").exists()
    run.finish("succeeded")
    run.close()
    assert verify(run.folder).judgement is Judgement.INTACT


def test_it_stays_so_when_it_is_taken_up(run: Runner, track: Track) -> None:
    run.close()
    again = track(Runner.resume(run.folder))
    assert again.state.statuses["work"].state is State.WAITING
    assert read_run(run.folder).state.statuses["work"].state is State.WAITING
    with pytest.raises(NotAllowed):
        again.run("work")


def test_undoing_is_a_person_s_work_too(run: Runner, tmp_path: Path) -> None:
    run.confirm("work", result="done")
    run.confirm("work", note="seen")
    with pytest.raises(NotAllowed, match="undone by a person: Run this"):
        run.rollback("work")
    assert run.rollback("work", confirmed=True, note="did it").state is State.ROLLED_BACK
    assert not (tmp_path / "undone").exists()


def test_what_is_pasted_twice_is_kept_twice(run: Runner) -> None:
    run.confirm("work", result="done once")
    run.confirm("work", note="seen")
    run.rewind("work", "once more")
    run.confirm("work", result="done twice")
    outputs = {point.values.get("output") for point in read_record(run.folder).checkpoints} - {None}
    assert {(run.folder / str(name)).read_text() for name in outputs} == {"done once", "done twice"}


def test_hostile_paste(run: Runner) -> None:
    run.confirm("work", result="done \x1b]0;x\x07 \ud800 [/]")
    with pytest.raises(NotAllowed, match="at most"):
        run.confirm("work", result="v2" + "x" * 2_000_000)
    assert "\x1b" not in "".join(run.state.statuses["work"].tail)
