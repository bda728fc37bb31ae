"""One sweep for all families, and its figures on the screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hostile.sweep import Sweep

Show = Callable[[str], None]


def pytest_configure(config: pytest.Config) -> None:
    """All families go to one worker, for their figures to be together; without workers the mark means nothing."""
    config.addinivalue_line("markers", "xdist_group(name): tests that one worker runs")


@pytest.fixture(scope="session")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    """The folder and the figures that all families share."""
    return Sweep(tmp_path_factory.mktemp("hostile") / "root")


@pytest.fixture
def sweep(swept: Sweep, monkeypatch: pytest.MonkeyPatch) -> Sweep:
    """The same, with an operator and a state folder of the tests' own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(swept.root / "state"))
    monkeypatch.setenv("RUNBOOK_OPERATOR", "ann")
    monkeypatch.setenv("HOSTILE_MARKERS", str(swept.markers))
    return swept


@pytest.fixture
def folder(sweep: Sweep, request: pytest.FixtureRequest) -> Path:
    """A folder of the test's own to work in."""
    path: Path = sweep.work / str(request.node.name).partition("[")[0][:60]
    path.mkdir(exist_ok=True)
    return path
