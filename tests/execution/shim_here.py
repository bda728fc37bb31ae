"""The shim in the process of a test: fixtures that clean up behind it, and calls that fail."""

# ruff: noqa: ANN401, PTH208, - much here stands in for functions of os
from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from runbook_tui.execution import shim, shim_gap, shim_pipe, shim_tree
from runbook_tui.text import masking

MEBIBYTE = 1024 * 1024
Shim = Callable[..., dict[str, str]]
FAILED = OSError(5, "Input/output error")


def has_children() -> bool:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The shim takes every child of its process for one of its command, and leaves descriptors to its end."""
    if has_children():
        pytest.skip("this process has children of an earlier test")
    monkeypatch.chdir(tmp_path)
    for name, module in {"shim_gap": shim_gap, "shim_pipe": shim_pipe, "shim_tree": shim_tree}.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(sys.modules, "masking", masking)
    before = {int(name) for name in os.listdir("/proc/self/fd")}
    yield tmp_path
    while has_children():
        for name in os.listdir("/proc"):
            with suppress(OSError, ValueError):
                if Path(f"/proc/{int(name)}/stat").read_text().rpartition(")")[2].split()[1] == str(
                    os.getpid()
                ):
                    os.kill(int(name), signal.SIGKILL)
        with suppress(ChildProcessError):
            os.wait()
    ctypes.CDLL(None).prctl(36, 0, 0, 0, 0)
    for name in os.listdir("/proc/self/fd"):
        if int(name) not in before:
            with suppress(OSError):  # the one that listed them
                os.close(int(name))


@pytest.fixture
def run(here: Path) -> Shim:
    """Runs a script under the shim, and gives the lines of its result."""

    def start(script: str, timeout_ms: int = 20_000, grace_ms: int = 2000, **given: Any) -> dict[str, str]:
        (here / "job.sh").write_text(script)
        directory = given.pop("directory", str(here))
        shim.main(str(here / "job"), str(here / "log"), directory, timeout_ms, grace_ms, **given)
        lines = (here / "job" / "result").read_text().splitlines()
        parts = [line.partition(":") for line in lines]
        return {name: value.removeprefix(" ") for name, _, value in parts}

    return start


def failing(monkeypatch: pytest.MonkeyPatch, name: str, when: Callable[..., bool]) -> None:
    real = getattr(os, name)

    def call(*given: Any, **more: Any) -> Any:
        if when(*given):
            raise FAILED
        return real(*given, **more)

    monkeypatch.setattr(os, name, call)
