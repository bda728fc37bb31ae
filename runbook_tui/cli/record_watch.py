"""Following a run that somebody else executes: one line an event."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from runbook_tui.cli.output import narrate
from runbook_tui.text.terminal import plain

if TYPE_CHECKING:
    from runbook_tui.execution.framing import Checkpoint

_TOLD = (
    "step",
    "attempt",
    "outcome",
    "exit",
    "by",
    "to",
    "environment",
    "reason",
    "note",
    "text",
    "message",
    "result",
)
_LONGEST = 300


def watch(folder: Path, as_json: bool, *, interval: float | None = None) -> int:
    """Print what is recorded and what comes, until the run is finished, or somebody presses ctrl+c.

    Returns:
        0, or 1 when the record was damaged while it was watched.

    Raises:
        RecordError: there is no record.
    """
    from runbook_tui.execution.follow import INTERVAL, Follower
    from runbook_tui.execution.framing import Whole

    follower = Follower(folder)
    shown = 0
    _tell_holder(folder)
    with suppress(KeyboardInterrupt):
        while True:
            view = follower.poll()
            if view is not None:
                for point in view.checkpoints[shown:]:
                    print(_as_json(point) if as_json else line(point), flush=True)
                shown = max(shown, len(view.checkpoints))
                if view.whole in {Whole.CORRUPT, Whole.DAMAGED}:
                    narrate(f"the record was changed or damaged: {view.why}")
                    return 1
                if any(point.kind == "run-finished" for point in view.checkpoints):
                    return 0
            time.sleep(INTERVAL if interval is None else interval)
    return 0


def line(point: Checkpoint) -> str:
    """One event for people: when, what, and what matters of it."""
    told = [f"{key} {point.values[key]}" for key in _TOLD if point.values.get(key) not in {None, ""}]
    text = f"{point.at[11:19]}  {point.kind:<18} {'  '.join(told)}".rstrip()
    text = plain(text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _as_json(point: Checkpoint) -> str:
    return json.dumps({"seq": point.seq, "at": point.at, "kind": point.kind, **point.values})


def _tell_holder(folder: Path) -> None:
    from runbook_tui.execution.lock import holder_told

    told = holder_told(folder)
    if told:
        narrate(told)
