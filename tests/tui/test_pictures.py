"""How the app looks, compared with pictures that a person has looked at. ``--snapshot-update`` takes new ones."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from textual.pilot import Pilot

from runbook_tui.authoring.review import Review, Reviewed
from runbook_tui.catalog.model import MigrationSource
from runbook_tui.migrations.read import read_migrations
from runbook_tui.tui.app import RunbookApp
from runbook_tui.tui.dialogs.edit_step import EditStepDialog
from runbook_tui.tui.screens.author import AuthorScreen
from runbook_tui.tui.screens.migrations import MigrationsScreen
from runbook_tui.tui.screens.run import RunScreen

Compare = Callable[..., bool]
Before = Callable[[Pilot[None]], Awaitable[None]]
WIDE, NARROW = (140, 45), (80, 24)


def opened(path: Path, mode: str) -> RunbookApp:
    """The app with a clock that stands before everything that can happen, so that no time is on the picture."""
    return RunbookApp(path, mode=mode, now=lambda: datetime(2026, 1, 1, tzinfo=UTC))  # type: ignore[arg-type]


def pressing(*keys: str) -> Before:
    """Waits until there is something to see, then presses keys."""

    async def before(pilot: Pilot[None]) -> None:
        for _ in range(500):
            screen = pilot.app.screen
            ready = isinstance(screen, AuthorScreen) and screen.document is not None
            if ready or (isinstance(screen, RunScreen) and screen.runner is not None):
                break
            await asyncio.sleep(0.02)
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()

    return before


def test_author_mode(snap_compare: Compare, checkout: Path) -> None:
    keys = pressing("down", "down", "down", "down", "down", "down")
    assert snap_compare(opened(checkout, "author"), terminal_size=WIDE, run_before=keys)


def test_author_mode_in_a_small_terminal(snap_compare: Compare, checkout: Path) -> None:
    keys = pressing("down", "down", "down", "down")
    assert snap_compare(opened(checkout, "author"), terminal_size=NARROW, run_before=keys)


def test_why_a_step_is_here(snap_compare: Compare, checkout: Path) -> None:
    keys = pressing("down", "down", "down", "down", "down", "down", "2")
    assert snap_compare(opened(checkout, "author"), terminal_size=WIDE, run_before=keys)


def test_the_form_of_a_step(snap_compare: Compare, checkout: Path) -> None:
    async def edit(pilot: Pilot[None]) -> None:
        await pressing()(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, AuthorScreen)
        await pilot.app.push_screen(EditStepDialog(screen.runbook.step("deploy-billing"), screen.runbook))

    assert snap_compare(opened(checkout, "author"), terminal_size=WIDE, run_before=edit)


FILES = {
    "db/7_currency.up.sql": b"-- old rows keep NULL\nALTER TABLE invoices ADD COLUMN currency text;\n",
    "db/8_index.up.sql": b"CREATE INDEX invoices_currency ON invoices (currency);\n",
    "db/9_number.up.sql": b"ALTER TABLE invoices DROP COLUMN number;\n",
}


def test_the_pending_migrations(snap_compare: Compare, checkout: Path) -> None:
    source = MigrationSource(path="db", datastore="billing-db")
    found = read_migrations(source, FILES, service="billing", engine="postgres")
    reviewed = [Reviewed(one, one.findings, FILES[one.path].decode()) for one in found]

    async def look(pilot: Pilot[None]) -> None:
        await pressing()(pilot)
        await pilot.app.push_screen(MigrationsScreen(lambda: Review(tuple(reviewed), ())))
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("down")
        await pilot.pause()

    assert snap_compare(opened(checkout, "author"), terminal_size=WIDE, run_before=look)


def test_run_mode(snap_compare: Compare, answered: Path) -> None:
    keys = pressing("j", "j")
    assert snap_compare(opened(answered, "run"), terminal_size=WIDE, run_before=keys)


def test_run_mode_in_a_small_terminal(snap_compare: Compare, answered: Path) -> None:
    assert snap_compare(opened(answered, "run"), terminal_size=NARROW, run_before=pressing())


def test_the_keys_of_run_mode(snap_compare: Compare, answered: Path) -> None:
    keys = pressing("question_mark")
    assert snap_compare(opened(answered, "run"), terminal_size=WIDE, run_before=keys)
