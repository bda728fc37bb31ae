"""Real full, read-only and protected file systems, where a test may mount some."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.conftest import Show

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("way", "programs"),
    [
        ("full", ("mkfs.ext4", "mkfs.xfs", "mkfs.btrfs")),
        ("read-only", ()),
        ("protected", ("mkfs.ext4", "chattr")),
    ],
)
def test_a_disk(memory: Path, show: Show, way: str, programs: tuple[str, ...]) -> None:
    for program in ("unshare", "mount", *programs):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    if os.getuid() != 0:
        pytest.skip("only root can mount a file system of its own")
    command = ["unshare", "-m", "--propagation", "private", sys.executable, "-m", "tests.faults.disks", way]
    done = subprocess.run(
        [*command, str(memory)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=100
    )
    if "mount:" in done.stderr or "unshare:" in done.stderr:
        pytest.skip(f"file systems cannot be mounted here: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    show(done.stdout.strip())
