"""A shell and an editor in the middle of a run: another program has the terminal, and gives it back."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from runbook_tui.cli.output import say
from runbook_tui.cli.prompts import INDENT
from runbook_tui.runbook.duration import format_duration

if TYPE_CHECKING:
    from runbook_tui.cli.plain_desk import Desk
    from runbook_tui.runbook.model import Step

_LARGEST_COMMAND = 100_000


def open_shell(desk: Desk, step: Step) -> None:
    """Open the operator's shell where the step runs, with its variables, and write down that this was done."""
    directory = desk.runner.directory(step.id)
    program = os.environ.get("SHELL") or "/bin/sh"
    if not directory.is_dir():
        desk.refused(f"the directory {directory} does not exist; the shell is opened beside the runbook")
        directory = desk.runner.folder.parent.parent
    say(
        f"{INDENT}{program} in {directory}; what is done there is not recorded, but that it was opened", "dim"
    )
    say(f"{INDENT}leave it with exit")
    began = time.monotonic()
    ended = _run(desk, [program], directory, desk.runner.environment_of(step.id))
    spent = format_duration(max(1, round(time.monotonic() - began)))
    desk.runner.note(f"a shell ({program}) was open in {directory} for {spent}; {ended}", step.id)
    say(f"{INDENT}back from the shell", "dim")


def edited_command(desk: Desk, step: Step, command: str) -> str | None:
    """The command as the operator changed it, in an editor or as a typed line; None when it is the same or empty."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if editor:
        changed = _edit(desk, editor, command, desk.runner.directory(step.id))
    else:
        say(f"{INDENT}$EDITOR is not set; type the whole command on one line")
        changed = desk.line("$ ")
    if changed is None:
        return None
    changed = changed.strip("\n")
    if not changed.strip() or changed == command.strip("\n"):
        desk.refused("the command was not changed")
        return None
    for line in changed.splitlines():
        say(f"{INDENT}$ {line}")
    return changed


def _edit(desk: Desk, editor: str, command: str, directory: Path) -> str | None:
    with tempfile.TemporaryDirectory(prefix="runbook-") as folder:
        path = Path(folder) / "command.sh"
        path.touch(0o600)
        path.write_text(command if command.endswith("\n") else command + "\n", encoding="utf-8")
        try:
            words = shlex.split(editor)
        except ValueError:
            words = [editor]
        where = directory if directory.is_dir() else Path(folder)
        ended = _run(desk, [*words, str(path)], where, os.environ)
        if ended != _WELL:
            desk.refused(f"the editor: {ended}; nothing was changed")
            return None
        with path.open("rb") as file:
            data = file.read(_LARGEST_COMMAND + 1)
        if len(data) > _LARGEST_COMMAND:
            desk.refused(f"a command of more than {_LARGEST_COMMAND} bytes; nothing was changed")
            return None
        try:
            return data.decode()
        except UnicodeDecodeError:
            desk.refused("the edited file is not UTF-8; nothing was changed")
            return None


_WELL = "it ended with status 0"


def _run(desk: Desk, words: Sequence[str], directory: Path, environment: Mapping[str, str]) -> str:
    """Give the terminal to a program until it ends; how it ended, in words."""
    desk.lines.pause()
    sys.stdout.flush()
    try:
        child = subprocess.Popen(list(words), cwd=directory, env=dict(environment))
    except (OSError, ValueError) as error:
        return f"it cannot be started: {getattr(error, 'strerror', None) or error}"
    with child:
        try:
            with desk.signals.foreign():
                status = child.wait()
        except BaseException:
            child.send_signal(signal.SIGHUP)  # the terminal is going away from under it
            child.returncode = -signal.SIGHUP  # and nobody waits for it
            raise
        finally:
            _take_terminal_back()
    return f"it ended with status {status}" if status >= 0 else f"it was ended by signal {-status}"


def _take_terminal_back() -> None:
    """Be the foreground again; a shell that was killed does not see to that."""
    before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    try:
        with suppress(OSError, ValueError):
            os.tcsetpgrp(sys.stdin.fileno(), os.getpgrp())
    finally:
        signal.signal(signal.SIGTTOU, before)
