"""What a run amounted to, and whether its record can be believed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runbook_tui.execution.framing import Checkpoint, Value
from runbook_tui.execution.model import State
from runbook_tui.execution.report import report
from runbook_tui.execution.runs import read_run
from runbook_tui.execution.state import fold
from runbook_tui.execution.verify import Judgement, verify
from runbook_tui.runbook.model import Kind, Runbook, Step

if TYPE_CHECKING:
    from tests.execution.conftest import StartRun


STEPS = """
- {id: gate, title: Gate, kind: gate, approve: Now?, owner: ops}
- {id: work, title: Work, kind: deploy, run: sleep 0.2; echo out, estimate: 2m, needs: [{step: gate, because: x}]}
- {id: skip, title: Skip, kind: note, run: 'true'}
"""


@pytest.fixture
def finished(start: StartRun) -> Path:
    runner = start(STEPS)
    time.sleep(0.2)
    runner.approve("gate", by="bea", note="yes")
    runner.run("work")
    runner.skip("skip", "not today")
    runner.finish("succeeded")
    runner.close()
    return runner.folder


def test_a_report_adds_up(finished: Path) -> None:
    run = read_run(finished)
    made = report(run.runbook, run.checkpoints, run.state)
    assert [(step.id, step.state) for step in made.steps] == [
        ("gate", State.SUCCEEDED),
        ("work", State.SUCCEEDED),
        ("skip", State.SKIPPED),
    ]
    work = made.steps[1]
    assert (work.estimate, work.attempts, work.by, work.output) == (120, 1, "ann", "output/work-1.log")
    assert work.seconds is not None
    assert 0.2 <= work.seconds < 5
    assert made.steps[0].waited >= 0.2
    assert made.machine == pytest.approx(work.seconds, abs=0.01)
    assert made.elapsed >= 0.4
    assert made.waiting == pytest.approx(made.elapsed - made.machine)
    assert [step.id for step in made.overrides] == ["skip"]


def point(seq: int, second: int, kind: str, **values: Value) -> Checkpoint:
    return Checkpoint(seq, "", f"2026-11-22T09:00:{second:02}.000Z", "boot", second * 10**6, kind, values)


def test_what_runs_at_the_same_time_counts_once() -> None:
    steps = tuple(Step(id=name, title="T", kind=Kind.DEPLOY, run="x") for name in ("a", "b"))
    runbook = Runbook(runbook=1, title="T", steps=steps)
    points = [
        point(0, 0, "run-started"),
        point(1, 10, "step-started", step="a", attempt=1),
        point(2, 12, "step-started", step="b", attempt=1),
        point(3, 18, "step-finished", step="b", outcome="succeeded", milliseconds=6000),
        point(4, 20, "step-finished", step="a", outcome="succeeded", milliseconds=10_000),
        point(5, 30, "run-finished", outcome="succeeded"),
    ]
    made = report(runbook, points, fold(points, runbook))
    assert (made.elapsed, made.machine, made.waiting) == (30, 10, 20)


def test_a_run_over_two_boots_is_measured_by_the_wall_clock() -> None:
    runbook = Runbook(runbook=1, title="T", steps=(Step(id="a", title="T", kind=Kind.NOTE),))
    points = [
        point(0, 0, "run-started"),
        Checkpoint(1, "", "2026-11-22T10:00:00.000Z", "another boot", 5, "resumed", {}),
    ]
    assert report(runbook, points, fold(points, runbook)).elapsed == 3600


def test_the_state_can_be_handed_to_a_template(finished: Path) -> None:
    values = asdict(read_run(finished).state)
    assert values["statuses"]["work"]["state"] == "succeeded"


def said(folder: Path) -> tuple[Judgement, str]:
    answer = verify(folder)
    return answer.judgement, "\n".join(f"{finding.holds}: {finding.text}" for finding in answer.findings)


def test_an_intact_record_says_what_holds_and_what_cannot_be_known(finished: Path) -> None:
    judgement, text = said(finished)
    assert judgement is Judgement.INTACT
    assert "True: 6 checkpoints" in text
    assert "True: nothing that this machine wrote is missing at the end" in text
    assert "True: runbook.yaml is the one that the run began with" in text
    assert "True: 1 outputs have the digest that was recorded" in text
    assert "None: nobody signed it" in text
    assert read_run(finished).checkpoints[-1].sum in text


def edit(path: Path, old: bytes, new: bytes) -> None:
    path.write_bytes(path.read_bytes().replace(old, new))


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a word": (lambda f: edit(f / "record.yaml", b"not today", b"never ever"), "changed or damaged"),
    "the last word": (lambda f: edit(f / "record.yaml", b'outcome: "succeeded"\nreason', b"x"), "damaged"),
    "the end": (
        lambda f: (f / "record.yaml").write_bytes((f / "record.yaml").read_bytes().rpartition(b"---\n")[0]),
        "1 checkpoints that this machine wrote are missing",
    ),
    "the runbook": (
        lambda f: edit(f / "runbook.yaml", b"Skip", b"Ship"),
        "not the one that the run began with",
    ),
    "no runbook": (lambda f: (f / "runbook.yaml").unlink(), "runbook.yaml cannot be read"),
    "an output": (lambda f: (f / "output/work-1.log").write_text("OUT\n"), "work-1.log is not what"),
    "no output": (lambda f: (f / "output/work-1.log").unlink(), "work-1.log is missing"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_record_that_was_touched_is_broken(finished: Path, name: str) -> None:
    damage, words = DAMAGE[name]
    damage(finished)
    judgement, text = said(finished)
    assert judgement is Judgement.BROKEN
    assert words in text


def test_a_record_of_another_machine(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another"))
    judgement, text = said(finished)
    assert judgement is Judgement.INTACT
    assert "whether the end is missing is not known" in text


def test_what_cannot_be_judged(finished: Path, tmp_path: Path) -> None:
    assert said(tmp_path / "nothing")[0] is Judgement.UNSURE
    with (finished / "record.yaml").open("ab") as file:
        file.write(b"---\nseq:")
    judgement, text = said(finished)
    assert judgement is Judgement.UNSURE
    assert "cut off" in text
    (finished / "record.yaml").write_bytes(b"")
    assert said(finished)[0] is Judgement.UNSURE


def test_more_output_after_the_end_is_of_what_the_command_left_running(start: StartRun) -> None:
    runner = start("- {id: a, title: A, kind: deploy, run: 'echo up; sleep 0.2 && echo later & true'}")
    runner.run("a")
    time.sleep(0.6)
    assert (runner.folder / "output/a-1.log").read_text() == "up\nlater\n"
    judgement, text = said(runner.folder)
    assert judgement is Judgement.INTACT
    assert "1 grew later, by what their commands left running" in text


def test_more_output_without_anything_left_running_was_added(finished: Path) -> None:
    with (finished / "output/work-1.log").open("a") as file:
        file.write("2500 rows updated\n")
    judgement, text = said(finished)
    assert judgement is Judgement.BROKEN
    assert "output/work-1.log has 18 bytes more than the command printed" in text


def test_a_link_in_the_place_of_an_output_is_none(finished: Path, tmp_path: Path) -> None:
    output = finished / "output/work-1.log"
    output.rename(tmp_path / "kept")
    output.symlink_to(tmp_path / "kept")
    judgement, text = said(finished)
    assert judgement is Judgement.BROKEN
    assert "is no plain file any more" in text


def test_verifying_writes_nothing(finished: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in finished.rglob("*")}
    verify(finished)
    assert {path: path.stat().st_mtime_ns for path in finished.rglob("*")} == before


def test_deviations_are_told_in_order(start: StartRun) -> None:
    runner = start(STEPS.replace("run: sleep 0.2; echo out", "run: 'false', reversible: false"))
    runner.approve("gate", break_glass="nobody answers")
    runner.run("work", past_no_return=True)
    runner.edit("work", "true", "the wrong command")
    runner.approve("gate", by="bea", note="by phone")
    runner.run("work")
    runner.skip("skip", "not today")
    runner.interrupted("SIGTERM")
    run = read_run(runner.folder)
    made = report(run.runbook, run.checkpoints, run.state)
    assert [(d.kind, d.by, d.step, d.text) for d in made.deviations] == [
        ("break-glass", "ann", "gate", "nobody answers"),
        ("past-no-return", "ann", "work", "false"),
        ("step-edited", "ann", "work", "the wrong command"),
        ("step-skipped", "ann", "skip", "not today"),
        ("interrupted", "ann", None, "SIGTERM"),
    ]
