"""Power cuts: what was acknowledged is there when the power comes back. Root only."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.conftest import Show

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]


def figures(memory: Path, way: str, kind: str, times: int, *more: str) -> str:
    """Cut the power in a mount namespace of its own; skips where that is not possible."""
    for program in ("unshare", "mount", f"mkfs.{kind}", "mkfs.xfs"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    if os.getuid() != 0:
        pytest.skip("only root can mount a file system of its own")
    alone = ["unshare", "-m", "--propagation", "private"]
    command = [
        *alone,
        sys.executable,
        "-m",
        "tests.faults.power_cut",
        way,
        kind,
        str(times),
        str(memory),
        *more,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=3000)
    if "mount:" in done.stderr:
        pytest.skip(f"file systems cannot be mounted here: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def lost(told: str) -> int:
    found = re.search(r"acked=(\d+) lost=(\d+)", told)
    assert found is not None
    assert int(found[1]) > 0
    return int(found[2])


def test_a_file_system_that_goes_down(memory: Path, show: Show) -> None:
    told = figures(memory, "cut", "xfs", 100)
    show(told)
    assert lost(told) == 0


def test_the_harness_sees_what_is_lost_without_fsync(memory: Path, show: Show) -> None:
    told = figures(memory, "cut", "xfs", 10, "nosync")
    show(told)
    assert lost(told) > 0


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs"])
def test_what_a_disk_holds_at_some_moment(memory: Path, show: Show, kind: str) -> None:
    told = figures(memory, "snapshot", kind, 340)
    show(told)
    assert lost(told) == 0
