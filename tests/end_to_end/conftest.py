"""One built example for all end-to-end tests of a worker, put back to its start before each."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runbook_tui.authoring.draft import Request, draft, write
from runbook_tui.demo import processes
from runbook_tui.demo.build import build
from runbook_tui.demo.description import examples_folder
from runbook_tui.demo.model import Demo
from runbook_tui.demo.reset import reset


@pytest.fixture(scope="session")
def runbook_command() -> str:
    """The installed command ``runbook`` of this environment."""
    return str(Path(sys.executable).with_name("runbook"))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The example, built once."""
    demo = build(tmp_path_factory.mktemp("demo") / "shop")
    yield demo
    processes.stop(demo.folder)


@pytest.fixture
def demo(built: Demo) -> Iterator[Demo]:
    """The example at its start: deployed versions, migrated databases, nothing planned."""
    forget(built)
    reset(built.folder)
    processes.start(built.folder)
    yield built
    processes.stop(built.folder)


def forget(demo: Demo) -> None:
    """Remove the runbook, its records and its documents, and what was answered since the example was built."""
    shutil.copy(examples_folder() / "shop" / "services.answers.yaml", demo.folder)
    for path in demo.runbook.parent.glob(f"{demo.runbook.stem}.*"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    for path in demo.runbook.parent.glob(f".{demo.runbook.stem}.*"):
        path.unlink()


@pytest.fixture
def planned(demo: Demo) -> Demo:
    """The example at its start, with its release planned."""
    write(draft(Request(demo.manifest), demo.runbook), demo.runbook)
    return demo
