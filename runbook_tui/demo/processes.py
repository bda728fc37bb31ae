"""The running services of a built example.

They are started and stopped by the example's own ``tools/services.py``, which knows each process by its pid and
start time: nothing else is ever ended.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from runbook_tui.demo.model import require
from runbook_tui.files.problems import RunbookError

BARE_PYTHON = (sys.executable, "-B", "-E", "-s", "-S")
"""The standard library alone; nothing is written beside the sources."""


def start(folder: Path) -> list[str]:
    """Start every service that does not run, at the version that was deployed last.

    Returns:
        The names of those that were started; each of them answers by then.

    Raises:
        RunbookError: the folder has no example in it, or a service does not start.
    """
    return _names(folder, "start")


def stop(folder: Path) -> list[str]:
    """Stop every service that runs.

    Returns:
        The names of those that were stopped; none of their processes is left.

    Raises:
        RunbookError: the folder has no example in it.
    """
    return _names(folder, "stop")


def status(folder: Path) -> dict[str, str | None]:
    """The version that each service answers; None for one that does not answer.

    Raises:
        RunbookError: the folder has no example in it.
    """
    require(folder)
    answered = json.loads(run_tool(folder, "services", "status"))
    return {str(name): None if version is None else str(version) for name, version in answered.items()}


def run_tool(folder: Path, tool: str, *arguments: str) -> str:
    """What one of the example's tools prints.

    Raises:
        RunbookError: it failed; the text is what it says.
    """
    command = [*BARE_PYTHON, str(folder.resolve() / "tools" / f"{tool}.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise RunbookError(f"{tool} {' '.join(arguments)} failed: {done.stderr.strip()}")
    return done.stdout


def _names(folder: Path, action: str) -> list[str]:
    require(folder)
    return [str(name) for name in json.loads(run_tool(folder, "services", action))]
