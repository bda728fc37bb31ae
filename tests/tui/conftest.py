"""What the tests of the app share: runbooks on disk, a clock that stands still, and one opened app to sit at."""

from __future__ import annotations

import asyncio
import os
import pty
import select
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, TextArea

from runbook_tui.runbook.model import Runbook
from runbook_tui.tui.app import RunbookApp
from runbook_tui.tui.screens.author import AuthorScreen
from runbook_tui.tui.screens.run import RunScreen
from runbook_tui.tui.widgets.sheet import Sheet

DATA = Path(__file__).parent / "data"
PATIENCE = 20.0
"""Seconds after which a condition is given up; the machine may be busy."""
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
PROGRAM = (
    "import sys; from pathlib import Path; from runbook_tui.cli.app import open_app; "
    "sys.exit(open_app(Path(sys.argv[1]), mode=sys.argv[2]))"
)

D = TypeVar("D", bound=Screen[Any])
WriteRunbook = Callable[..., Path]


class Sitting:
    """One person at one app."""

    def __init__(self, app: RunbookApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def author(self) -> AuthorScreen:
        return next(screen for screen in self.app.screen_stack if isinstance(screen, AuthorScreen))

    @property
    def run(self) -> RunScreen:
        return next(screen for screen in self.app.screen_stack if isinstance(screen, RunScreen))

    @property
    def runbook(self) -> Runbook:
        """The runbook in author mode."""
        assert self.author.document is not None
        return self.author.document.runbook

    @property
    def ids(self) -> list[str]:
        return [step.id for step in self.runbook.steps]

    def state(self, step_id: str) -> str:
        """The state of a step in run mode, as the record has it."""
        return self.run.run_now.state.statuses[step_id].state.value

    @property
    def said(self) -> str:
        """All notices, the last one at the end."""
        return "\n".join(notice.message for notice in self.app._notifications)

    @property
    def asked(self) -> str:
        """What the dialog on screen says, on one line."""
        return " ".join(" ".join(sheet.text for sheet in self.app.screen.query(Sheet)).split())

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition while the app goes on."""
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        while not condition():
            assert loop.time() < end, f"it did not come true; said: {self.said}; asked: {self.asked}"
            await asyncio.sleep(0.01)
        await self.pilot.pause()

    async def dialog(self, kind: type[D]) -> D:
        """Wait for a dialog of this kind."""
        await self.until(lambda: isinstance(self.app.screen, kind))
        assert isinstance(self.app.screen, kind)
        return self.app.screen

    async def answer(self, text: str) -> None:
        """Type into the field of the dialog on screen, and take it."""
        await self.until(lambda: self.app.screen.query("#answer"))
        self.app.screen.query_one("#answer", Input).value = text
        self.app.screen.query_one("#answer").focus()
        await self.press("enter")


class Terminal:
    """The app on a terminal of its own."""

    def __init__(self, path: Path, mode: str) -> None:
        self.master, slave = pty.openpty()
        environment = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        command = [sys.executable, "-c", PROGRAM, str(path), mode]
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=ROOT,
            env=environment,
            start_new_session=True,
        )
        os.close(slave)
        self.received = b""

    def read(self, wanted: bytes) -> None:
        """Read until these bytes came."""
        end = time.monotonic() + PATIENCE
        while wanted not in self.received:
            assert time.monotonic() < end, self.received[-500:]
            if not select.select([self.master], [], [], 0.1)[0]:
                continue
            try:
                self.received += os.read(self.master, 65536)
            except OSError:
                break

    def ended(self) -> int:
        """The exit status; what the app still says is read meanwhile."""
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < end
            if select.select([self.master], [], [], 0.05)[0]:
                try:
                    self.received += os.read(self.master, 65536)
                except OSError:
                    continue
        return self.process.returncode

    def hang_up(self) -> None:
        """Close the window; whoever writes to it gets an error from then on."""
        os.close(self.master)
        self.master = -1

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.master >= 0:
            os.close(self.master)


Sit = Callable[..., AbstractAsyncContextManager[Sitting]]
OnTerminal = Callable[[Path, str], Terminal]


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the developer's own terminal, editor or state leaks into a test, and no cursor blinks."""
    for name in ("NO_COLOR", "TEXTUAL_THEME", "VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("RUNBOOK_OPERATOR", "ann")
    monkeypatch.setattr(Input, "cursor_blink", False)
    monkeypatch.setattr(TextArea, "cursor_blink", False)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A release of three services with an open question."""
    return Path(shutil.copy(DATA / "checkout.yaml", tmp_path / "checkout.yaml"))


@pytest.fixture
def answered(checkout: Path) -> Path:
    """The same release without the question, so that it can be executed."""
    text = checkout.read_text()
    start, end = text.index("questions:"), text.index("steps:")
    checkout.write_text(text[:start] + text[end:])
    return checkout


@pytest.fixture
def write_runbook(tmp_path: Path) -> WriteRunbook:
    """Writes a runbook with these steps (a YAML list) and returns its path."""

    def write(steps: str) -> Path:
        path = tmp_path / "release.yaml"
        body = textwrap.indent(textwrap.dedent(steps).strip("\n"), "  ")
        path.write_text(f"runbook: 1\ntitle: Release\nenvironment: staging\nsteps:\n{body}\n")
        return path

    return write


@pytest.fixture
def sit() -> Sit:
    """Opens an app and waits until there is something on screen to work with."""

    @asynccontextmanager
    async def opened(
        path: Path, *, size: tuple[int, int] = (80, 24), ready: bool = True, **options: object
    ) -> AsyncIterator[Sitting]:
        app = RunbookApp(path, now=lambda: NOW, **options)  # type: ignore[arg-type]
        async with app.run_test(size=size, notifications=True) as pilot:
            sitting = Sitting(app, pilot)
            if ready and app.start_mode == "run":
                await sitting.until(lambda: sitting.run.runner is not None)
            elif ready:
                await sitting.until(lambda: sitting.author.document is not None)
            yield sitting

    return opened


@pytest.fixture
def on_terminal() -> Iterator[OnTerminal]:
    """Starts the app on a terminal of its own; ends it after the test."""
    terminals: list[Terminal] = []

    def start(path: Path, mode: str) -> Terminal:
        terminals.append(Terminal(path, mode))
        return terminals[-1]

    yield start
    for terminal in terminals:
        terminal.close()
