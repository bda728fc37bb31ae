"""Opening the app from a command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from runbook_tui.files.problems import RunbookError

if TYPE_CHECKING:
    from runbook_tui.tui.app import RunbookApp


class NoTerminal(RunbookError):
    """The app was asked for where there is no terminal to draw on."""


def open_app(
    runbook: Path,
    *,
    mode: Literal["author", "run"],
    rehearsal: bool = False,
    instructions: bool = False,
    operator: str | None = None,
    new: bool = False,
) -> int:
    """Open the app on a runbook file.

    Raises:
        NoTerminal: standard input or output is no terminal, or TERM is dumb.
        ProblemsError: the file is not a valid runbook.
    """

    def make() -> RunbookApp:
        from runbook_tui.authoring.draft import replan
        from runbook_tui.execution.history import past_durations
        from runbook_tui.runbook.document import RunbookDocument
        from runbook_tui.tui.app import RunbookApp

        RunbookDocument.read(runbook)  # errors are told before the screen is taken
        return RunbookApp(
            runbook,
            mode=mode,
            rehearsal=rehearsal,
            instructions=instructions,
            operator=operator,
            new=new,
            replan=lambda path: replan(path, past_durations(path)),
        )

    return start_app(make, instead="use --plain to run, and plan, explain, check, export to author")


def start_app(make: Callable[[], RunbookApp], *, instead: str) -> int:
    """Run the app that ``make`` gives; it is not called without a terminal. ``instead`` says what to do then.

    Raises:
        NoTerminal: standard input or output is no terminal, or TERM is dumb.
    """
    from runbook_tui.cli.main import drop_output
    from runbook_tui.cli.output import interactive

    if not interactive():
        raise NoTerminal(f"the app needs a terminal; {instead}")
    app = make()
    app.run()
    drop_output()  # the terminal may be gone; the status tells so, not an error about the output
    return app.return_code or 0
