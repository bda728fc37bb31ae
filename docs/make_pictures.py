"""Make the pictures of the documentation: build the example, drive the app over it with keys, keep what it shows.

``make pictures`` runs this. Times, ports and process ids differ from one run to the next, so look at the pictures
before they are kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import re
import signal
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from textual.pilot import Pilot
from textual.widgets import Static

from runbook_tui.authoring.draft import Request, draft, replan, write
from runbook_tui.cli.plain import run_plain
from runbook_tui.cli.plain_desk import Wishes
from runbook_tui.demo import build, processes
from runbook_tui.execution.commands import Job, survivors
from runbook_tui.tui.app import RunbookApp
from runbook_tui.tui.dialogs.edit_step import EditStepDialog
from runbook_tui.tui.screens.author import AuthorScreen
from runbook_tui.tui.screens.migrations import MigrationsScreen
from runbook_tui.tui.screens.run import RunScreen
from runbook_tui.tui.widgets.output_pane import OutputPane

PICTURES = Path(__file__).parent / "pictures"
RUNBOOK = Path("release.yaml")
DEPLOY, BACKFILL = "deploy-billing", "backfill-billing-0006"
OPERATOR = "sam"
LARGEST = 150_000
"""Bytes of a picture; more is a slow page."""
_PATIENCE = 60.0
_FONT = re.compile(r"@font-face\s*\{[^}]*\}\s*")


S = TypeVar("S")


def main() -> None:
    """Build the example in a temporary folder, make every picture, and leave nothing running."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "shop"
        os.environ.pop("NO_COLOR", None)
        os.environ["XDG_STATE_HOME"] = str(Path(temporary) / "state")
        build.build(folder)
        try:
            with contextlib.chdir(folder):  # so that no picture has a path of this machine
                write(draft(Request(Path("services.yaml")), RUNBOOK), RUNBOOK)
                asyncio.run(_author())
                _release_until_backfill()
                asyncio.run(_run())
        finally:
            processes.stop(folder)


def _release_until_backfill() -> None:
    with contextlib.redirect_stdout(io.StringIO()) as told:
        wishes = Wishes(decisions=Path("decisions.yaml"), until=BACKFILL, operator=OPERATOR)
        status = run_plain(RUNBOOK, wishes)
    if status:
        raise SystemExit(f"the example did not get as far as {BACKFILL}:\n{told.getvalue()}")


async def _author() -> None:
    """Why a deploy stands where it stands, and the form that changes it."""
    async with _sitting(RunbookApp(RUNBOOK, operator=OPERATOR, replan=replan)) as pilot:
        screen = _screen(pilot, AuthorScreen)
        await _until(lambda: screen.document is not None)
        steps = screen.step_titles()
        await pilot.press(*["down"] * [step_id for step_id, _ in steps].index(DEPLOY), "2")
        await _keep(pilot, "author")
        await pilot.press("e")
        await _until(lambda: isinstance(pilot.app.screen, EditStepDialog))
        await _keep(pilot, "edit")
        await pilot.press("escape", "m")
        await _until(lambda: isinstance(pilot.app.screen, MigrationsScreen))
        migrations = _screen(pilot, MigrationsScreen)
        await _until(lambda: migrations.review is not None)
        await pilot.press(*["down"] * 2)
        await _keep(pilot, "migrations")


async def _run() -> None:
    """A run that was taken up again, while a backfill runs."""
    async with _sitting(RunbookApp(RUNBOOK, mode="run", operator=OPERATOR)) as pilot:
        screen = _screen(pilot, RunScreen)
        await _until(lambda: screen.runner is not None)
        await pilot.press("escape")  # takes the banner away, which names the folder
        headline, output = screen.query_one("#headline", Static), screen.query_one(OutputPane)
        with _stopped_at_first_output(Job(screen.run_now.folder, f"{BACKFILL}-1")):
            await pilot.press("r")
            await _until(lambda: "running" in str(headline.content) and any(output.lines))
            await _keep(pilot, "run")
        await _until(lambda: screen.executing is None)


@contextlib.contextmanager
def _stopped_at_first_output(job: Job) -> Iterator[None]:
    """Let a command stand still once it printed something: it would be over before the picture of it is taken.

    A thread waits for that, because the app may be busy for longer than the command takes.
    """
    stopped: list[int] = []

    def stop() -> None:
        ends = time.monotonic() + _PATIENCE
        while not (job.log.exists() and job.log.stat().st_size) and time.monotonic() < ends:
            time.sleep(0.005)
        stopped.extend(survivors(job))
        _send(signal.SIGSTOP, stopped)

    thread = threading.Thread(target=stop, daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join()
        _send(signal.SIGCONT, stopped)


def _send(number: int, processes: Iterable[int]) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, number)


@contextlib.asynccontextmanager
async def _sitting(app: RunbookApp) -> AsyncIterator[Pilot[None]]:
    app.animation_level = "none"
    async with app.run_test(size=(140, 42)) as pilot:
        yield pilot


def _screen(pilot: Pilot[None], kind: type[S]) -> S:
    return next(screen for screen in pilot.app.screen_stack if isinstance(screen, kind))


async def _until(condition: Callable[[], object]) -> None:
    """Wait for a condition while the app goes on."""
    async with asyncio.timeout(_PATIENCE):
        while not condition():
            await asyncio.sleep(0.02)


async def _keep(pilot: Pilot[None], name: str) -> None:
    """Save what the app shows. The font is left to the reader's machine, so that nothing is fetched."""
    await pilot.pause()
    picture = _FONT.sub("", pilot.app.export_screenshot(title="runbook", simplify=True))
    for long, short in ((r"terminal-\d+", "t"), ("&#160;", "\N{NO-BREAK SPACE}")):  # two thirds of the bytes
        picture = re.sub(long, short, picture)
    size = len(picture.encode())
    here = [path for path in (str(Path.cwd()), sys.prefix, str(Path.home())) if path in picture]
    if here or "url(" in picture.replace("url(#", "") or size > LARGEST:
        raise SystemExit(f"{name}.svg fetches something, names {here or 'nothing'} here, or has {size} bytes")
    (PICTURES / f"{name}.svg").write_text(picture, "utf-8")


if __name__ == "__main__":
    main()
