"""What the tests of a record share: its folder, what is written and synced, and calls that fail."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from runbook_tui.execution import folder as folders

ANN: dict[str, str | int] = {"operator": "ann"}
Calls = list[tuple[str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "release.runs" / "one"
    path.mkdir(parents=True, mode=0o700)
    return path


@pytest.fixture
def directory(folder: Path) -> Iterator[int]:
    fd = folders.open_folder(folder)
    yield fd
    os.close(fd)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """What is written, synced and cut from now on, with the name of the file."""
    made: Calls = []

    def follow(name: str) -> None:
        real: Any = getattr(os, name)

        def call(fd: int, *given: object) -> object:
            made.append((name, Path(f"/proc/self/fd/{fd}").readlink().name))
            return real(fd, *given)

        monkeypatch.setattr(os, name, call)

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("this system does not list open files")
    for name in ("write", "pwrite", "fsync", "ftruncate"):
        follow(name)
    return made


def fail(monkeypatch: pytest.MonkeyPatch, name: str, number: int = errno.EIO) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, name, refused)


def open_files() -> set[str]:
    return {path.name for path in Path("/proc/self/fd").iterdir()}


@pytest.fixture
def kept_open() -> Iterator[None]:
    """Nothing is left open when the test is over."""
    files = Path("/proc/self/fd")
    if not files.is_dir():
        pytest.skip("this system does not list open files")
    before = {path.name for path in files.iterdir()}
    yield
    assert {path.name for path in files.iterdir()} == before


def failing(number: int = errno.EIO, words: str | None = None) -> Callable[..., None]:
    def call(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number)) if words is None else OSError(words)

    return call
