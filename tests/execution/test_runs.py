"""Runs on disk: their folders, the frozen runbook, which of them can go on, what may not be started."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runbook_tui.execution.errors import Drifted, HeldByAnother, RecordError
from runbook_tui.execution.runner import Runner
from runbook_tui.execution.runs import read_run, succeeded_run
from runbook_tui.files.problems import ProblemsError, RunbookError

if TYPE_CHECKING:
    from tests.execution.conftest import StartRun, Track, WriteRunbook


CHAIN = """
- {id: first, title: First, kind: preflight, run: echo first >> log}
- {id: second, title: Second, kind: deploy, run: echo second >> log, needs: [{step: first, because: order}]}
- {id: third, title: Third, kind: verify, run: echo third >> log, needs: [{step: second, because: order}]}
"""


def test_what_runs_is_the_runbook_as_it_was(
    start: StartRun, write_runbook: WriteRunbook, tmp_path: Path
) -> None:
    runner = start(CHAIN)
    assert runner.drift() == ()
    write_runbook("- {id: first, title: First, kind: preflight, run: touch changed}")
    assert runner.drift() == (
        "release.yaml was edited since the run began; the copy that it began with is executed",
    )
    with pytest.raises(
        Drifted, match=r"release\.yaml was edited since the run began.*accept that with a reason"
    ):
        runner.run("first")
    assert runner.accept_drift("a typo in a title") and runner.drift() == ()
    runner.run("first")
    assert not (tmp_path / "changed").exists()
    (tmp_path / "release.yaml").unlink()
    assert "not there any more" in runner.drift()[0]


def test_the_frozen_runbook_is_the_same_byte_for_byte(write_runbook: WriteRunbook, tmp_path: Path) -> None:
    path = write_runbook("# a comment, é\n- {id: a,   title: A, kind: note}   # the end")
    runner = Runner.start(path)
    runner.close()
    assert (runner.folder / "runbook.yaml").read_bytes() == path.read_bytes()
    assert runner.folder.parent == tmp_path / "release.runs"


def test_folders_of_runs_are_named_by_day_and_environment(write_runbook: WriteRunbook) -> None:
    path = write_runbook(CHAIN)
    names = []
    for environment, rehearsal in ((None, False), ("Production EU", True), (None, False), (None, False)):
        runner = Runner.start(path, environment=environment, rehearsal=rehearsal)
        runner.close()
        names.append(runner.folder.name[10:])
    assert names == ["-staging", "-production-eu-rehearsal", "-staging-2", "-staging-3"]


def test_unfinished_runs_are_found_newest_first(write_runbook: WriteRunbook) -> None:
    path = write_runbook(CHAIN)
    runners = []
    for rehearsal in (False, True, False):
        runners.append(Runner.start(path, rehearsal=rehearsal))
        if len(runners) == 1:
            runners[0].finish("aborted", "only a test")
        runners[-1].close()
    assert Runner.unfinished(path) == [runners[2].folder, runners[1].folder]
    assert Runner.unfinished(path, rehearsal=True) == [runners[1].folder]
    assert Runner.unfinished(path, rehearsal=False) == [runners[2].folder]
    (runners[2].folder / "record.yaml").write_bytes(b"")
    (path.parent / "release.runs" / "empty").mkdir()
    assert Runner.unfinished(path, rehearsal=False) == []
    assert Runner.unfinished(path.with_name("other.yaml")) == []


def test_open_questions_and_errors_refuse_a_run_and_not_a_rehearsal(write_runbook: WriteRunbook) -> None:
    head = """
    questions:
      - {id: "on-call:billing", text: Who is paged for billing?}
      - {id: "note", text: Not blocking, blocking: false}
    remarks:
      - {rule: contract-last, level: error, text: a column is still read, remedy: wait for it}
      - {rule: one-writer, level: warning, text: slow}
    """
    path = write_runbook(CHAIN, head)
    with pytest.raises(RunbookError) as caught:
        Runner.start(path)
    assert "on-call:billing: Who is paged for billing?" in str(caught.value)
    assert "contract-last: a column is still read; wait for it" in str(caught.value)
    assert "Not blocking" not in str(caught.value)
    assert not (path.parent / "release.runs").exists()
    Runner.start(path, rehearsal=True).close()


def test_a_runbook_with_problems_is_not_started(tmp_path: Path) -> None:
    path = tmp_path / "release.yaml"
    path.write_text("runbook: 1\ntitle: T\nsteps:\n  - {id: a, kind: deploy}\n")
    with pytest.raises(ProblemsError, match=r"release\.yaml:4"):
        Runner.start(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(RunbookError, match="UTF-8"):
        Runner.start(path)
    with pytest.raises(RunbookError, match=r"none\.yaml"):
        Runner.start(tmp_path / "none.yaml")
    assert not (tmp_path / "release.runs").exists()


def test_runs_are_not_kept_behind_a_link(write_runbook: WriteRunbook, tmp_path: Path) -> None:
    path = write_runbook(CHAIN)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "release.runs").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunbookError, match="symbolic link"):
        Runner.start(path)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_the_operator_is_named(
    write_runbook: WriteRunbook,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write_runbook(CHAIN)
    with pytest.raises(RunbookError, match="RUNBOOK_OPERATOR"):
        Runner.start(path, operator="a\x1b[2J")
    monkeypatch.delenv("RUNBOOK_OPERATOR")
    monkeypatch.setenv("LOGNAME", "carl")
    runner = Runner.start(path)
    runner.run("first")
    runner.close()
    assert runner.operator == "carl"
    assert read_run(runner.folder).state.statuses["first"].by == "carl"


def test_a_run_that_was_executed_to_its_end_is_known(write_runbook: WriteRunbook) -> None:
    path = write_runbook("- {id: a, title: A, kind: note}")
    assert succeeded_run(path) is None
    runner = Runner.start(path)
    runner.run("a")
    assert succeeded_run(path) is None
    runner.finish("succeeded")
    runner.close()
    assert succeeded_run(path) == runner.folder
    assert succeeded_run(path, rehearsal=True) is None
    path.write_text(path.read_text() + "# edited\n")
    assert succeeded_run(path) is None


def test_a_second_run_of_one_runbook_is_not_begun_beside_the_first(
    write_runbook: WriteRunbook, track: Track
) -> None:
    path = write_runbook(CHAIN)
    first = track(Runner.start(path))
    with pytest.raises(HeldByAnother, match="ann executes this run") as refused:
        Runner.start(path, operator="bea")
    assert refused.value.exit_status == 75
    assert len(list(first.folder.parent.iterdir())) == 1, "nothing was made for it"
    track(Runner.start(path, operator="bea", environment="elsewhere"))
    track(Runner.start(path, operator="bea", rehearsal=True))
    first.close()
    track(Runner.start(path, operator="bea"))


@pytest.mark.parametrize("part", ["jobs", "output"])
def test_a_link_in_the_place_of_a_folder_of_a_run_is_not_written_through(
    write_runbook: WriteRunbook, tmp_path: Path, part: str
) -> None:
    runner = Runner.start(write_runbook(CHAIN))
    runner.close()
    (tmp_path / "victim").mkdir()
    (runner.folder / part).rmdir()
    (runner.folder / part).symlink_to(tmp_path / "victim")
    with pytest.raises(RecordError, match=f"{part}: a real folder is needed here"):
        Runner.resume(runner.folder)
    assert not list((tmp_path / "victim").iterdir())
