"""The pending migrations of a release in the app: real repositories in, rows, source and reasons out."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from runbook_tui.authoring.migration_paths import Inquiry
from runbook_tui.authoring.migration_sections import sections
from runbook_tui.authoring.review import review_of
from runbook_tui.tui.app import RunbookApp
from runbook_tui.tui.dialogs.message import MessageDialog
from runbook_tui.tui.screens.author import AuthorScreen
from runbook_tui.tui.screens.migrations import MigrationList, MigrationsScreen
from runbook_tui.tui.widgets.sheet import Sheet
from runbook_tui.tui.widgets.text_view import TextView

if TYPE_CHECKING:
    from tests.tui.conftest import Sit, Sitting

MANIFEST = """\
version: 1
system: shop
datastores: {shop-db: {engine: postgres}}
services:
  shop:
    owner: team-shop
    repository: .
    deployed: v1
    release: v2
    datastores: [{name: shop-db, access: owner}]
    migrations: {path: db, datastore: shop-db, tool: golang-migrate}
"""
FIRST = "CREATE TABLE orders (id bigint PRIMARY KEY, note text);\n"
SECOND = "ALTER TABLE orders ADD COLUMN total bigint;\n"
LONG = (
    "-- why\n" * 60 + "CREATE INDEX orders_total ON orders (total);\nALTER TABLE orders DROP COLUMN note;\n"
)


@pytest.fixture
def planned(tmp_path: Path) -> Path:
    """A runbook of a release with two pending migrations, one of them 62 lines long, and one edited one."""
    (tmp_path / "db").mkdir()

    def version(tag: str, **files: str) -> None:
        for name, text in files.items():
            (tmp_path / "db" / f"{name[1:]}.up.sql").write_text(text)
        git = [
            "git",
            "-c",
            "user.name=Ann",
            "-c",
            "user.email=ann@shop.example",
            "-c",
            "commit.gpgsign=false",
        ]
        for command in (["init", "--quiet"], ["add", "db"], ["commit", "--quiet", "-m", tag], ["tag", tag]):
            subprocess.run([*git, *command], cwd=tmp_path, check=True, capture_output=True)

    version("v1", _1_orders=FIRST)
    version("v2", _1_orders=FIRST.replace("text", "varchar(9)"), _2_total=SECOND, _3_indexes=LONG)
    (tmp_path / "services.yaml").write_text(MANIFEST)
    path = tmp_path / "release.yaml"
    step = "  - {id: look, title: Look, kind: preflight, phase: prepare, confirm: Look.}"
    head = "runbook: 1\ntitle: Release\nenvironment: staging\nmanifest: services.yaml\nsteps:\n"
    path.write_text(f"{head}{step}\n")
    return path


async def opened(app: Sitting) -> MigrationsScreen:
    await app.press("m")
    screen = await app.dialog(MigrationsScreen)
    await app.until(lambda: screen.review is not None)
    return screen


def rows(screen: MigrationsScreen) -> list[str]:
    assert screen.review is not None
    shown = [option.id for option in screen.query_one(MigrationList).options if option.id]
    return [screen.review.migrations[int(row)].migration.key for row in shown]


def said(screen: MigrationsScreen) -> str:
    return " ".join(screen.query_one(Sheet).text.split())


async def test_the_table_the_source_and_the_reason_of_the_worst_finding(sit: Sit, planned: Path) -> None:
    async with sit(planned, size=(140, 40)) as app:
        screen = await opened(app)
        assert rows(screen) == ["shop/2", "shop/3"]
        assert "expand" in said(screen)
        assert "add nullable column orders.total" in said(screen)
        assert screen.query_one(TextView).text == SECOND
        await app.press("down")
        source = screen.query_one(TextView)
        await app.until(lambda: source.scroll_offset.y > 0)
        assert source.text == LONG
        assert "blocks-writes" in said(screen)
        assert "CREATE INDEX CONCURRENTLY" in said(screen)
        line = LONG.split("\n")[source.marked.start]
        assert line.startswith(("CREATE INDEX", "ALTER TABLE"))
        seen = source.region.height + source.scroll_offset.y
        assert source.scroll_offset.y <= source.marked.start < seen


async def test_going_through_the_findings_of_a_migration(sit: Sit, planned: Path) -> None:
    async with sit(planned, size=(140, 40)) as app:
        screen = await opened(app)
        await app.press("down")
        one = screen.selected
        assert one is not None
        visited = set()
        for _ in one.findings:
            visited.add(screen.query_one(Sheet).text.partition("▶ ")[2].split("\n")[0])
            await app.press("n")
        assert len(visited) == len({(f.level, f.line, f.rule) for f in one.findings}) > 2
        before = screen.query_one(Sheet).text
        await app.press("N", "n")
        assert screen.query_one(Sheet).text == before


async def test_a_filter_and_what_is_said_about_the_folder(sit: Sit, planned: Path) -> None:
    async with sit(planned, size=(140, 40)) as app:
        screen = await opened(app)
        await app.press("slash")
        screen.query_one("#filter", Input).value = "drop-column index"
        await app.until(lambda: rows(screen) == [])
        screen.query_one("#filter", Input).value = "blocks-writes"
        await app.until(lambda: rows(screen) == ["shop/3"])
        await app.press("enter", "i")
        await app.dialog(MessageDialog)
        assert "1 is applied, and its file was edited since" in app.asked
        await app.press("escape")
        await app.until(lambda: app.app.screen is screen)
        await app.press("escape")
        assert rows(screen) == ["shop/2", "shop/3"]
        await app.press("escape")
        await app.until(lambda: isinstance(app.app.screen, AuthorScreen))


async def test_a_small_terminal_shows_the_source_or_what_is_said(sit: Sit, planned: Path) -> None:
    async with sit(planned) as app:
        screen = await opened(app)
        source, reason = screen.query_one(TextView), screen.query_one("#said")
        assert (source.display, reason.display) == (False, True)
        await app.press("v")
        assert (source.display, reason.display) == (True, False)


async def test_the_table_alone_without_a_runbook(tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    for name in ("1_a.up.sql", "2_b.up.sql"):
        (tmp_path / "db" / name).write_text("CREATE TABLE t (id int);")
    found = sections(Inquiry([str(tmp_path)]), print)
    app = RunbookApp(Path(), mode="migrations", review=lambda: review_of(found))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = app.screen
        assert isinstance(screen, MigrationsScreen)
        while screen.review is None:
            await pilot.pause(0.02)
        assert rows(screen) == ["/1", "/2"]
        assert screen.query_one(TextView).text == "CREATE TABLE t (id int);"
        await pilot.press("escape")
    assert app.return_code == 0


async def test_migrations_that_cannot_be_read_say_why(sit: Sit, planned: Path) -> None:
    manifest = planned.with_name("services.yaml")
    manifest.write_text(MANIFEST.replace("release: v2", "release: v9"))
    async with sit(planned, size=(140, 40)) as app:
        await app.press("m")
        screen = await app.dialog(MigrationsScreen)
        await app.until(lambda: "v9" in said(screen))
        assert "services.yaml:9:14:" in said(screen).replace(" ", "")
        await app.press("n")
        assert "not read yet" in app.said


async def test_a_runbook_without_a_manifest_has_no_migrations_to_show(sit: Sit, planned: Path) -> None:
    planned.write_text(planned.read_text().replace("manifest: services.yaml\n", ""))
    async with sit(planned) as app:
        await app.press("m")
        assert isinstance(app.app.screen, AuthorScreen)
        assert "names no manifest" in app.said
