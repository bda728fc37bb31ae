"""Which terminals an app has taken, so that one that was killed can be told of: it could not put its terminal back.

A file in the state folder of the user for each app on a terminal; an app that ends in good order removes its own.
"""

from __future__ import annotations

import json
import os
import termios
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from runbook_tui.execution import clock, processes
from runbook_tui.execution.head import state_folder
from runbook_tui.execution.processes import Process

_LONGEST = 4096
_MOST = 100


@dataclass(frozen=True, slots=True)
class Mark:
    """One terminal that an app has taken."""

    path: Path
    """Of the file that says so."""
    terminal: str
    """Its device."""
    input_flags: int
    """As :mod:`termios` gives them, before the app changed them."""
    local_flags: int

    def remove(self) -> None:
        """Say that the terminal was put back."""
        with suppress(OSError):
            self.path.unlink()

    def put_back(self) -> None:
        """Let a terminal take lines and show what is typed again, as it was before the app that was killed."""
        with suppress(termios.error, OSError):
            attributes = termios.tcgetattr(0)
            attributes[0], attributes[3] = self.input_flags, self.local_flags
            termios.tcsetattr(0, termios.TCSANOW, attributes)


def mark_terminal() -> Mark | None:
    """Say that this process takes its terminal; None when there is none, or that cannot be written down."""
    me = processes.myself()
    try:
        terminal = os.ttyname(0)
        attributes = termios.tcgetattr(0)
        folder = _folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mark = Mark(folder / f"{me.pid}-{me.start}.json", terminal, attributes[0], attributes[3])
        told = {
            "pid": me.pid,
            "start": me.start,
            "boot": me.boot,
            "terminal": terminal,
            "input": mark.input_flags,
            "local": mark.local_flags,
        }
        mark.path.write_text(json.dumps(told), encoding="utf-8")
    except (OSError, RuntimeError, termios.error):
        return None
    return mark


def marks_left() -> list[Mark]:
    """Terminals of this boot that were not put back, each told once."""
    left = []
    with suppress(OSError, RuntimeError):
        for path in sorted(_folder().glob("*.json"))[:_MOST]:
            mark, process = _read(path)
            if process is not None and processes.alive(process):
                continue
            with suppress(OSError):
                path.unlink()
            if mark is not None and process is not None and process.boot == clock.boot_id():
                left.append(mark)
    return left


def _read(path: Path) -> tuple[Mark | None, Process | None]:
    try:
        with path.open("rb") as file:
            told = json.loads(file.read(_LONGEST))
        process = Process(int(told["pid"]), int(told["start"]), str(told["boot"]))
        return Mark(path, str(told["terminal"]), int(told["input"]), int(told["local"])), process
    except (OSError, ValueError, TypeError, KeyError):
        return None, None


def _folder() -> Path:
    return state_folder() / "terminals"
