"""One sweep for all families, and its figures on the screen."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hostile.sweep import Sweep

Show = Callable[[str], None]


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sweep]:
    """The folder and the figures that the families of one file share."""
    made = Sweep(tmp_path_factory.mktemp("hostile") / "root")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(made.root / "state"))
        patch.setenv("RUNBOOK_OPERATOR", "ann")
        patch.setenv("HOSTILE_MARKERS", str(made.markers))
        patch.delenv("GIT_DIR", raising=False)
        yield made


@pytest.fixture
def show(capsys: pytest.CaptureFixture[str]) -> Show:
    """Prints the figures of a sweep whatever the output of tests is caught by."""

    def tell(figures: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n    {figures} ")
            sys.stdout.flush()

    return tell


@pytest.fixture
def folder(sweep: Sweep, request: pytest.FixtureRequest) -> Path:
    """A folder of the test's own to work in."""
    path: Path = sweep.work / str(request.node.name).partition("[")[0][:60]
    path.mkdir(exist_ok=True)
    return path
