"""A disk that becomes full while a step runs: how that ended is recorded, here or where the record is rescued to."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runbook_tui.execution.errors import RecordFailed
from runbook_tui.execution.framing import scan
from runbook_tui.execution.model import State
from runbook_tui.execution.record import read_record
from runbook_tui.execution.runner import Runner

RUNBOOK = """
runbook: 1
title: Release
environment: staging
steps:
  - id: fill
    title: Fill
    kind: deploy
    run: |
      echo begun
      cat /dev/zero > ballast || true
      cat /dev/zero > ballast2 || true
      exit 7
  - {id: after, title: After, kind: deploy, run: touch after-ran, needs: [{step: fill, because: order}]}
  - {id: other, title: Other, kind: deploy, run: touch other-ran}
"""
FILE_SYSTEMS = {"ext4": 16, "xfs": 320, "btrfs": 128}
"""Smallest size in MiB that can be made."""

Disk = Callable[[str], Path]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Mounts a small file system of a kind."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = False

    def mount(kind: str) -> Path:
        nonlocal mounted
        if kind == "tmpfs":
            argv = ["mount", "-t", "tmpfs", "-o", "size=512k,mode=700", "tmpfs", str(place)]
        else:
            if shutil.which(f"mkfs.{kind}") is None:
                pytest.skip(f"mkfs.{kind} is not installed")
            image = tmp_path / "image"
            with image.open("wb") as file:
                file.truncate(FILE_SYSTEMS[kind] * 1024 * 1024)
            subprocess.run([f"mkfs.{kind}", "-q", str(image)], check=True, capture_output=True)
            argv = ["mount", "-o", "loop", str(image), str(place)]
        try:
            subprocess.run(argv, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            pytest.skip(f"a small {kind} cannot be mounted here; that takes root and a loop device")
        mounted = True
        return place

    yield mount
    if mounted:
        subprocess.run(["umount", str(place)], check=True)


def outcome_on(place: Path) -> str:
    """Run a step that fills the disk; where its outcome was recorded."""
    path = place / "release.yaml"
    path.write_text(RUNBOOK)
    runner = Runner.start(path)
    try:
        status = runner.run("fill")
    except RecordFailed as error:
        assert error.spilled is not None
        points = scan(error.spilled.read_bytes()).checkpoints
        where = "rescued"
        with pytest.raises(RecordFailed):
            runner.run("other")
        assert not (place / "other-ran").exists(), "nothing else starts"
    else:
        assert (status.state, status.exit_code) == (State.FAILED, 7)
        points = read_record(runner.folder).checkpoints
        where = "in place"
    finally:
        runner.close()
    (finished,) = [point for point in points if point.kind == "step-finished"]
    assert (finished.values["outcome"], finished.values["exit"]) == ("failed", 7)
    assert not (place / "after-ran").exists()
    return where


def test_a_small_disk_in_memory(disk: Disk, show: Callable[[str], None]) -> None:
    show(f"tmpfs outcome={outcome_on(disk('tmpfs'))}")


@pytest.mark.soak
@pytest.mark.parametrize("kind", FILE_SYSTEMS)
def test_other_file_systems(disk: Disk, kind: str, show: Callable[[str], None]) -> None:
    show(f"{kind} outcome={outcome_on(disk(kind))}")
