"""A person's own editor, in the terminal that the app lends it for a while."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from runbook_tui.files.problems import RunbookError

if TYPE_CHECKING:
    from textual.app import App


class NoEditor(RunbookError):
    """No editor is named, or the one that is cannot be started."""


def edit_text(app: App[None], text: str, path: Path) -> str | None:
    """Let a person change a text in $VISUAL or $EDITOR.

    The editor gets a copy beside nothing else, so that a half-written file is never taken for the runbook.

    Args:
        app: gives the terminal away while the editor runs.
        text: what to start with.
        path: gives the copy its name, by which editors choose colours.

    Returns:
        The new text; None when the editor ended with an error.

    Raises:
        NoEditor: there is none.
        SuspendNotSupported: the terminal cannot be given away.
    """
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    try:
        command = shlex.split(named)
    except ValueError as error:
        raise NoEditor(f"The editor {named} cannot be started: its quotes do not match.") from error
    if not command:
        raise NoEditor("Neither VISUAL nor EDITOR names an editor.")
    with TemporaryDirectory(prefix="runbook-") as folder:
        copy = Path(folder) / path.name
        copy.write_text(text, encoding="utf-8")
        try:
            with app.suspend():
                ended = subprocess.run([*command, str(copy)], check=False)
        except OSError as error:
            raise NoEditor(f"The editor {command[0]} cannot be started: {error.strerror}.") from error
        return copy.read_text(encoding="utf-8", errors="replace") if ended.returncode == 0 else None
