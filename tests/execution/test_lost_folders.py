"""Folders of a run that disappear while it is executed: what was begun is not done a second time."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runbook_tui.execution.errors import RecordError, RecordFailed
from runbook_tui.execution.model import State
from runbook_tui.execution.runner import Runner
from runbook_tui.files.problems import RunbookError

if TYPE_CHECKING:
    from tests.execution.conftest import Track, WaitFor, WriteRunbook

STEPS = """
- {id: a, title: A, kind: deploy, run: echo a >> log; while test ! -e go; do sleep 0.02; done}
- {id: b, title: B, kind: deploy, run: echo b >> log, needs: [{step: a, because: x}]}
"""


class Executing(threading.Thread):
    """Executes the first step of a run in a thread of its own."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.runner = Runner.start(path)
        self.error: RunbookError | None = None

    def run(self) -> None:
        try:
            self.runner.run("a")
        except RunbookError as error:
            self.error = error


@pytest.fixture
def executing(write_runbook: WriteRunbook, wait_for: WaitFor, track: Track, tmp_path: Path) -> Executing:
    thread = Executing(write_runbook(STEPS))
    track(thread.runner)
    thread.start()
    wait_for((tmp_path / "log").exists)
    return thread


def test_the_folder_of_a_run_is_removed(executing: Executing, tmp_path: Path) -> None:
    shutil.rmtree(executing.runner.folder)
    (tmp_path / "go").touch()
    executing.join(30)
    assert isinstance(executing.error, RecordFailed)
    assert executing.error.spilled is not None and executing.error.spilled.exists()
    executing.runner.close()
    with pytest.raises(
        RecordError, match="the record of an unfinished run of this runbook, whose folder is gone"
    ):
        Runner.start(tmp_path / "release.yaml")
    assert (tmp_path / "log").read_text() == "a\n"
    executing.error.spilled.unlink()
    Runner.start(tmp_path / "release.yaml").close()


def test_what_the_shims_wrote_is_removed(executing: Executing, track: Track, tmp_path: Path) -> None:
    shutil.rmtree(executing.runner.folder / "jobs")
    (tmp_path / "go").touch()
    executing.join(30)
    assert executing.error is None
    assert executing.runner.state.statuses["a"].state is State.UNKNOWN
    executing.runner.close()
    again = track(Runner.resume(executing.runner.folder))
    assert again.state.statuses["a"].state is State.UNKNOWN
    again.resolve_unknown("a", "worked", "the log says so")
    assert again.run("b").state is State.SUCCEEDED


def test_what_the_shims_wrote_is_removed_while_nobody_watches(
    executing: Executing, track: Track, tmp_path: Path
) -> None:
    executing.runner.close()
    executing.join(30)
    shutil.rmtree(executing.runner.folder / "jobs")
    again = track(Runner.resume(executing.runner.folder))
    assert again.state.statuses["a"].state is State.UNKNOWN
    (tmp_path / "go").touch()
    assert (tmp_path / "log").read_text() == "a\n"
