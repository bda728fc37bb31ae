"""Opening the app from a command."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from runbook_tui.files.problems import RunbookError


class NoTerminal(RunbookError):
    """The app was asked for where there is no terminal to draw on."""


def open_app(
    runbook: Path,
    *,
    mode: Literal["author", "run"],
    rehearsal: bool = False,
    operator: str | None = None,
    new: bool = False,
) -> int:
    """Open the app on a runbook file.

    Raises:
        NoTerminal: standard input or output is no terminal, or TERM is dumb.
        ProblemsError: the file is not a valid runbook.
    """
    from runbook_tui.cli.output import interactive

    if not interactive():
        raise NoTerminal(
            "the app needs a terminal; use --plain to run, and plan, explain, check, export to author"
        )
    from runbook_tui.runbook.document import RunbookDocument

    RunbookDocument.read(runbook)  # errors are told before the screen is taken
    from runbook_tui.authoring.draft import replan
    from runbook_tui.cli.main import drop_output
    from runbook_tui.tui.app import RunbookApp

    app = RunbookApp(runbook, mode=mode, rehearsal=rehearsal, operator=operator, new=new, replan=replan)
    app.run()
    drop_output()  # the terminal may be gone; the status tells so, not an error about the output
    return app.return_code or 0
