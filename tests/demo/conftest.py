"""One example for all tests of this room: building it takes a few seconds."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runbook_tui.demo import processes
from runbook_tui.demo.build import build
from runbook_tui.demo.model import Demo
from runbook_tui.demo.reset import reset

Tool = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    built = build(tmp_path_factory.mktemp("example") / "a shop")
    yield built
    processes.stop(built.folder)


@pytest.fixture
def stopped(demo: Demo) -> Demo:
    """The example as it was built; no service runs."""
    reset(demo.folder)
    return demo


@pytest.fixture
def fresh(stopped: Demo) -> Demo:
    """The example as it was built, running."""
    processes.start(stopped.folder)
    return stopped


@pytest.fixture
def tool(demo: Demo) -> Tool:
    """Call one of bin/ as the commands of a runbook do: in the repository of a service."""

    def call(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        folder = demo.folder / "repositories" / "users"
        return subprocess.run(
            [f"../../bin/{name}", *arguments], cwd=folder, capture_output=True, text=True, check=False
        )

    return call


@pytest.fixture
def git(demo: Demo) -> Callable[..., str]:
    """What git prints in the repository of a service."""

    def call(service: str, *arguments: str, folder: Path | None = None) -> str:
        repository = (folder or demo.folder) / "repositories" / service
        return subprocess.run(
            ["git", *arguments], cwd=repository, capture_output=True, text=True, check=True
        ).stdout.strip()

    return call
