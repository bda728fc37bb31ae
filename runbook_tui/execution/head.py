"""The newest checkpoint of each run, remembered outside the run's folder.

A chain of checksums cannot tell that whole checkpoints at its end are missing; this file can, on the same
machine. Keyed by the run's id, so that a folder can be moved.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from runbook_tui.files.problems import RunbookError

_RUN_ID = re.compile(r"[0-9a-z][0-9a-z-]{0,63}")


@dataclass(frozen=True, slots=True)
class Head:
    """Number and checksum of the last checkpoint that was acknowledged."""

    seq: int
    sum: str


def state_folder() -> Path:
    """Where this program keeps what belongs to this machine and user: ``$XDG_STATE_HOME/runbook-tui``."""
    given = os.environ.get("XDG_STATE_HOME", "")
    base = Path(given) if given.startswith("/") else Path.home() / ".local" / "state"
    return base / "runbook-tui"


def write_head(run_id: str, head: Head) -> None:
    """Remember the newest checkpoint. It is no part of the promise: a failure is passed over."""
    from runbook_tui.files.atomic import write_atomic

    path = _path(run_id)
    if path is None:
        return
    with suppress(OSError, RunbookError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomic(path, json.dumps({"seq": head.seq, "sum": head.sum}) + "\n", mode=0o600)


def read_head(run_id: str) -> Head | None:
    """What is remembered of a run; None when nothing is, or nothing that makes sense."""
    path = _path(run_id)
    try:
        data = json.loads(path.read_bytes()) if path is not None else None
    except (OSError, ValueError):
        return None
    if isinstance(data, dict) and isinstance(data.get("seq"), int) and isinstance(data.get("sum"), str):
        return Head(data["seq"], data["sum"])
    return None


def _path(run_id: str) -> Path | None:
    if not _RUN_ID.fullmatch(run_id):
        return None  # the id comes from a file
    try:
        return state_folder() / "heads" / f"{run_id}.json"
    except RuntimeError:  # no home folder
        return None
