"""The values of secrets: found when a step begins, given to its commands as environment variables, kept nowhere.

A value is in no argument of a process, script, record or error text; what a command prints is masked on its way into
the output file (:mod:`runbook_tui.text.masking`).
"""

from __future__ import annotations

import os
import select
import signal
import stat
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from runbook_tui.execution import clock
from runbook_tui.files.problems import RunbookError
from runbook_tui.text.masking import SHORTEST

if TYPE_CHECKING:
    from runbook_tui.runbook.policy import SecretSource

LONGEST = 64 * 1024
"""Bytes of the longest secret; Linux gives a process no variable of more than 128 KiB."""
_CHUNK = 4096
_MOST = LONGEST + 2
"""Bytes that are read at most: a line break may follow."""
PATIENCE = 30.0
"""Seconds that a command has to print a secret."""


class SecretMissing(RunbookError):
    """A secret has no value that can be used. The text names it and says what to do, and never has a value."""

    exit_status = 1


def resolve(
    sources: Mapping[str, SecretSource],
    base: Path,
    environment: Mapping[str, str],
    *,
    names: Iterable[str] | None = None,
) -> dict[str, str]:
    """Find the values of secrets.

    Args:
        sources: where each is found.
        base: the folder of the runbook file; files are relative to it, and commands run in it.
        environment: where variables are looked up, and what commands get.
        names: which ones are needed; all of them when left out.

    Returns:
        The values by name, without a line break at their end.

    Raises:
        SecretMissing: one is not there, empty, too short to be masked, too long, or no text.
    """
    return {name: _value(name, sources, base, environment) for name in (sources if names is None else names)}


def _value(name: str, sources: Mapping[str, SecretSource], base: Path, environment: Mapping[str, str]) -> str:
    source = sources.get(name)
    if source is None:
        raise SecretMissing(
            f"the runbook does not say where the secret {name} is found; add it under secrets:"
        )
    if source.env is not None:
        if source.env not in environment:
            raise SecretMissing(
                f"the secret {name} is read from the environment variable {source.env}, which is not set; "
                f"set it and start the program again"
            )
        return _usable(name, f"the environment variable {source.env}", environment[source.env])
    if source.file is not None:
        path = base / Path(source.file).expanduser()
        return _usable(name, str(path), _decoded(name, str(path), _read(name, path)))
    command = source.run or ""
    return _usable(
        name, "its command", _decoded(name, "its command", _printed(name, command, base, environment))
    )


def _usable(name: str, where: str, value: str) -> str:
    value = value.rstrip("\r\n")
    size = len(value.encode("utf-8", "surrogateescape"))
    if not size:
        raise SecretMissing(f"the secret {name} is empty; put its value into {where}")
    if size < SHORTEST:
        raise SecretMissing(
            f"the secret {name} has fewer than {SHORTEST} bytes and cannot be masked in what commands print; "
            f"use a longer one, or a variable if it is no secret"
        )
    if size > LONGEST:
        raise SecretMissing(
            f"the secret {name} has {size:,} bytes; a variable can have {LONGEST:,}: give its commands a file"
        )
    if "\0" in value:
        raise SecretMissing(
            f"the secret {name} contains a NUL, which no variable can; give its commands a file"
        )
    return value


def _decoded(name: str, where: str, data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        pass
    # Outside of the handler: the first error quotes the bytes.
    raise SecretMissing(f"the secret {name} in {where} is no text in UTF-8; give its commands a file")


def _read(name: str, path: Path) -> bytes:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise SecretMissing(f"the secret {name} is read from {path}, which is no plain file")
            with os.fdopen(os.dup(fd), "rb") as file:
                return file.read(_MOST + 1)
        finally:
            os.close(fd)
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise SecretMissing(
            f"the secret {name} cannot be read from {path}: {reason}; make the file, readable by you alone"
        ) from None


def _printed(name: str, command: str, base: Path, environment: Mapping[str, str]) -> bytes:
    """What a command prints. Its errors are not repeated: they can contain anything."""
    try:
        process = subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=base,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it contains a NUL"
        raise SecretMissing(
            f"the command that prints the secret {name} cannot be started: {reason}"
        ) from None
    assert process.stdout is not None
    with process:
        data = _until(process.stdout.fileno(), clock.since_boot() + round(PATIENCE * 1e6))
        late = data is None
        try:
            if data is not None and len(data) <= _MOST:
                process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            late = True
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
    if late or data is None:
        raise SecretMissing(
            f"the command that prints the secret {name} did not end within {PATIENCE:.0f} seconds; "
            f"run it by hand to see why: {command}"
        )
    if process.returncode and len(data) <= _MOST:
        raise SecretMissing(
            f"the command that prints the secret {name} ended with status {process.returncode}; "
            f"run it by hand to see why: {command}"
        )
    return data


def _until(fd: int, ends: int) -> bytes | None:
    """All that is printed, or a little more than is allowed; None when the time is up first."""
    poller = select.poll()
    poller.register(fd, select.POLLIN)
    data = b""
    while len(data) <= _MOST:
        left = ends - clock.since_boot()
        if left <= 0:
            return None
        if poller.poll(min(left / 1000, 200)):
            piece = os.read(fd, _CHUNK)
            if not piece:
                break
            data += piece
    return data
