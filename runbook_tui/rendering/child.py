"""Somebody's template, rendered in a process of its own: little time, little memory, nothing of the user's environment.

What goes in is JSON, so that no template ever holds an object of the program; what comes back is text or problems.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runbook_tui.files.problems import Place, Problem
from runbook_tui.rendering.bounds import MEMORY, SECONDS
from runbook_tui.rendering.template import TemplateError
from runbook_tui.rendering.worker import TOO_MUCH_MEMORY

PATIENCE = 60.0
"""Seconds of the clock, starting Python included: a busy machine, or a file system that does not answer."""
_ENDED = {-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGVTALRM}


def render_in_child(
    template: Path, names: Mapping[str, Any], *, seconds: float = SECONDS, memory: int = MEMORY
) -> str:
    """The text of a template. May be called from any thread.

    Args:
        template: a Jinja file.
        names: what it may use: plain data that JSON can hold.
        seconds: of processor time for rendering.
        memory: bytes for rendering, beside those of the process.

    Raises:
        TemplateError: it cannot be read, does not fit, or takes too much.
    """
    asked = {"template": str(template), "names": names, "seconds": seconds, "memory": memory}
    status, answer, complaint = _exchange(json.dumps(asked).encode())
    if status in _ENDED:
        raise _refused(template, f"rendering takes more than {seconds:g} seconds of processor time")
    if status == TOO_MUCH_MEMORY or (status and complaint.rstrip().endswith(b"MemoryError")):
        raise _refused(template, f"rendering takes more than {memory // 1024 // 1024} MiB of memory")
    if status is None:
        raise _refused(template, f"rendering did not end within {PATIENCE:g} seconds")
    if status:
        raise RuntimeError(f"the rendering process ended with {status}: {complaint.decode(errors='replace')}")
    found = json.loads(answer)
    if "text" in found:
        return str(found["text"])
    raise TemplateError([Problem(Place(**each.pop("place")), **each) for each in found["problems"]])


def _exchange(asked: bytes) -> tuple[int | None, bytes, bytes]:
    """Exit status (None: it was given up), standard output and standard error of a worker."""
    with tempfile.TemporaryFile() as question:  # a worker that does not read cannot make us wait
        question.write(asked)
        question.seek(0)
        worker = subprocess.Popen(
            [sys.executable, "-P", "-s", "-B", "-m", "runbook_tui.rendering.worker"],
            stdin=question,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(),
        )
        with worker:
            try:
                answer, complaint = worker.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                return None, b"", b""
            finally:
                worker.kill()
    return worker.returncode, answer, complaint


def _environment() -> dict[str, str]:
    """Where Python finds the program, and nothing else: no token, no proxy, no ``PYTHON...`` of the user."""
    return {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "LANG": "C.UTF-8"}


def _refused(template: Path, what: str) -> TemplateError:
    return TemplateError([Problem(Place(str(template)), what, "", "does a loop never end?")])
