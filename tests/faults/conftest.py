"""Records to break, and figures that are shown."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runbook_tui.execution.record import RecordWriter

Show = Callable[[str], None]


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state folder and an operator of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("RUNBOOK_OPERATOR", "ann")


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in memory where there is one: for sweeps whose faults are injected, so that no disk matters."""
    shared = Path("/dev/shm")
    if not os.access(shared, os.W_OK):
        yield tmp_path
        return
    path = Path(tempfile.mkdtemp(dir=shared))
    monkeypatch.setenv("XDG_STATE_HOME", str(path / "state"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a run without a record."""
    path = tmp_path / "run"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def writer(folder: Path) -> Iterator[RecordWriter]:
    """A record of four checkpoints, open."""
    made = RecordWriter.create(folder, {"run": "run-1"}, {"operator": "ann"})
    for number in range(1, 4):
        made.append("note", {"number": number})
    yield made
    made.close()
