"""The way to a first manifest in the app: real repositories in; facts, questions, preview and the file out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from runbook_tui.catalog.manifest import read_manifest
from runbook_tui.discovery.questions import missing
from runbook_tui.tui.app import RunbookApp
from runbook_tui.tui.dialogs.ask import AskDialog
from runbook_tui.tui.dialogs.choose import ChooseDialog
from runbook_tui.tui.dialogs.confirm import ConfirmDialog
from runbook_tui.tui.dialogs.message import MessageDialog
from runbook_tui.tui.screens.author import AuthorScreen
from runbook_tui.tui.screens.init import FoundList, InitScreen
from runbook_tui.tui.screens.init_base import Inquiry
from runbook_tui.tui.widgets.sheet import Sheet
from runbook_tui.tui.widgets.text_view import TextView
from runbook_tui.tui.widgets.title_bar import TitleBar
from tests.discovery.conftest import commit, git

if TYPE_CHECKING:
    from tests.tui.conftest import Sit, Sitting

PYTHON = "FROM python:3.12-slim\n"
EVIL = "\x1b[31m[b]\u202e"
Open = Callable[..., AbstractAsyncContextManager[tuple["Sitting", InitScreen]]]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Orders with an owner, web that calls it, and a load generator that may be a service."""
    folder = tmp_path / "shop"
    api = "openapi: 3.0.3\ninfo: {title: orders}\npaths: {}\n"
    for name, files in (
        (
            "orders",
            {"Dockerfile": PYTHON, "CODEOWNERS": "# who\n* @shop/team-checkout\n", "openapi.yaml": api},
        ),
        ("web", {"Dockerfile": PYTHON, "settings.ini": "[web]\nx = http://orders/\n"}),
        ("load-generator", {"Dockerfile": PYTHON}),
    ):
        (folder / name).mkdir(parents=True)
        git(folder / name, "init", "--quiet")
        commit(folder / name, files, "begin", "v1.0.0")
        commit(folder / name, {"more.txt": "more"}, "more", "v1.1.0")
    return folder


@pytest.fixture
def opened(sit: Sit, shop: Path) -> Open:
    """Opens the screen on the shop, and waits until everything was looked through."""

    @asynccontextmanager
    async def open_it(
        size: tuple[int, int] = (80, 24), folder: Path = shop, **options: object
    ) -> AsyncIterator[tuple[Sitting, InitScreen]]:
        output = folder / "services.yaml"
        inquiry = Inquiry(folder, output, **options)  # type: ignore[arg-type]
        async with sit(output, size=size, ready=False, mode="init", inquiry=inquiry) as app:
            screen = await app.dialog(InitScreen)
            await app.until(lambda: screen.proposal is not None)
            yield app, screen

    return open_it


def rows(screen: InitScreen) -> list[str]:
    return [option.id for option in screen.query_one(FoundList).options if option.id]


def said(screen: InitScreen) -> str:
    return " ".join(screen.query_one(Sheet).text.split())


def title(screen: InitScreen) -> str:
    return screen.query_one(TitleBar).render().plain


async def go_to(app: Sitting, screen: InitScreen, row: str) -> None:
    screen.query_one(FoundList).select(row)
    await app.until(lambda: screen.selected == row)


async def choose(app: Sitting, choice: str) -> None:
    """Take one of the ways that the dialog on screen offers."""
    await app.dialog(ChooseDialog)
    options = app.app.screen.query_one(OptionList)
    options.highlighted = options.get_option_index(choice)
    await app.press("enter")


async def test_what_was_found_is_grouped_and_says_how_it_is_known(opened: Open) -> None:
    async with opened() as (app, screen):
        assert rows(screen) == [
            "service:load-generator",
            "service:orders",
            "answer:orders.deployed",
            "answer:orders.release",
            "orders.owner",
            "orders.provides.orders-http",
            "service:web",
            "answer:web.owner",
            "answer:web.deployed",
            "answer:web.release",
            "web.consumes.orders-http",
        ]
        assert "2 services" in title(screen)
        assert "5 answers missing" in title(screen)
        await go_to(app, screen, "orders.owner")
        assert "stated: somebody wrote it down for this purpose" in said(screen)
        assert "orders/CODEOWNERS:2" in said(screen)
        assert "▶ 2 * @shop/team-checkout" in said(screen)
        await go_to(app, screen, "web.consumes.orders-http")
        assert "guess: it is likely; look at it" in said(screen)
        await go_to(app, screen, "service:load-generator")
        assert "it is in doubt until you say so" in said(screen)


async def test_the_whole_walk_from_questions_to_the_file(opened: Open, shop: Path) -> None:
    async with opened() as (app, screen):
        await app.press("q")
        await choose(app, "no")  # the load generator
        await app.answer("team-web")
        await choose(app, "v1.0.0")
        await choose(app, "all")  # the same for web
        await choose(app, "main")
        await choose(app, "one")
        await choose(app, "\0own")
        await app.answer("v9")
        await app.until(lambda: "has no commit v9" in app.asked)
        await app.answer("v1.1.0")
        await app.until(lambda: "No question is left" in app.said)
        assert "ready to be written" in title(screen)
        await app.press("w")
        await app.until(lambda: "Wrote" in app.said)
        assert "runbook plan" in app.said
        assert "written" in title(screen)
        services = read_manifest(shop / "services.yaml").manifest.services
        assert {name: (s.owner, s.deployed, s.release) for name, s in services.items()} == {
            "orders": ("team-checkout", "v1.0.0", "main"),
            "web": ("team-web", "v1.0.0", "v1.1.0"),
        }
        assert screen.primary_action() == "plan"
        await app.press("n")
        author = await app.dialog(AuthorScreen)
        await app.until(lambda: author.document is not None)
        assert "deploy-orders" in [step.id for step in author.runbook.steps]
        assert (shop / "release.yaml").exists()


async def test_a_question_left_open_stays_open_in_the_file(opened: Open, shop: Path) -> None:
    async with opened(answers=("*.release=main", "web.owner=ann")) as (app, screen):
        await app.press("q")
        await choose(app, "\0open")
        await choose(app, "\0open")
        await choose(app, "\0open")
        await app.until(lambda: "still open" in app.said)
        await app.press("q", "escape")
        await app.until(lambda: app.app.screen is screen)
        await app.press("ctrl+s")
        await app.until(lambda: "2 answers missing; they stand in it as '#' lines" in app.said)
        await app.press("n")
        assert "answers are missing" in app.said
        assert (shop / "services.yaml").read_text().count("# deployed:  # open") == 2
        assert len(missing(screen.now)) == 2
        await go_to(app, screen, "service:orders")
        await app.press("space", "w")  # what was written here is written over without asking
        await app.until(lambda: "# deployed:  # open" in (shop / "services.yaml").read_text())
        await app.until(lambda: "  orders:\n" not in (shop / "services.yaml").read_text())


async def test_leaving_out_taking_in_and_undoing(opened: Open) -> None:
    async with opened() as (app, screen):
        await app.press("u")
        assert "nothing was changed" in app.said
        await go_to(app, screen, "orders.provides.orders-http")
        await app.press("space")
        await go_to(app, screen, "web.consumes.orders-http")
        assert "It is left out: nobody provides orders-http." in said(screen)
        await app.press("u")
        assert "It goes into the manifest" in said(screen)
        await go_to(app, screen, "service:load-generator")
        await app.press("space")
        assert "answer:load-generator.deployed" in rows(screen)
        assert "3 services" in title(screen)
        await app.press("u")
        assert "answer:load-generator.deployed" not in rows(screen)


async def test_renaming_and_correcting(opened: Open) -> None:
    async with opened() as (app, screen):
        await go_to(app, screen, "service:orders")
        await app.press("r")
        await app.dialog(AskDialog)
        app.app.screen.query_one(Input).value = "web"
        await app.until(
            lambda: "there is another service web" in str(app.app.screen.query_one("#wrong").render())
        )
        await app.answer("ordering")
        await app.until(lambda: screen.now.name("service", "orders") == "ordering")
        await go_to(app, screen, "orders.provides.orders-http")
        await app.press("e")
        await choose(app, "definition")
        await app.answer("../outside")
        assert isinstance(app.app.screen, AskDialog)
        await app.answer("api/v2.yaml")
        await app.press("e")
        await choose(app, "type")
        await choose(app, "asyncapi")
        await go_to(app, screen, "web.consumes.orders-http")
        await app.press("e")
        assert "it only refers to something" in app.said
        await go_to(app, screen, "orders.owner")
        await app.press("enter")
        await app.answer("team-orders")
        await app.press("p")
        await app.until(lambda: screen.query_one(TextView).display)
        text = screen.query_one(TextView).text
        assert "  ordering:" in text
        assert "{api: orders-http, type: asyncapi, definition: api/v2.yaml}" in text
        assert "owner: team-orders" in text
        await app.press("escape")
        assert not screen.has_class("-preview")


async def test_an_owner_that_is_rejected_is_asked_for(opened: Open) -> None:
    async with opened() as (app, screen):
        await go_to(app, screen, "orders.owner")
        await app.press("space")
        assert "6 answers missing" in title(screen)
        await go_to(app, screen, "answer:orders.owner")
        await app.press("e")
        await app.answer("team-orders")
        await choose(app, "all")
        await app.until(lambda: screen.now.answers.get("orders.owner") == "team-orders")
        assert screen.now.answers["web.owner"] == "team-orders"


async def test_a_filter_and_what_was_left_out(opened: Open) -> None:
    async with opened((120, 40)) as (app, screen):
        await app.press("slash")
        screen.query_one("#filter", Input).value = "guess"
        await app.until(
            lambda: rows(screen) == ["service:load-generator", "service:web", "web.consumes.orders-http"]
        )
        await app.press("enter", "i")
        await app.dialog(MessageDialog)
        assert "Nothing was left out" in app.asked
        await app.press("escape")
        await app.until(lambda: app.app.screen is screen)
        await app.press("escape")
        await app.until(lambda: len(rows(screen)) == 11)


async def test_a_manifest_that_is_there_is_written_over_only_when_a_person_says_so(
    opened: Open, shop: Path
) -> None:
    (shop / "services.yaml").write_text("mine\n")
    async with opened(answers=("*.release=main", "*.deployed=v1.0.0", "web.owner=ann")) as (app, screen):
        await app.press("w", "escape")
        await app.until(lambda: app.app.screen is screen)
        await app.press("w")
        await choose(app, "other")
        await app.dialog(AskDialog)
        await app.answer(str(shop / "services.yaml"))
        assert isinstance(app.app.screen, AskDialog)
        await app.answer(str(shop / "found.yaml"))
        await app.until(lambda: "Wrote" in app.said)
        assert (shop / "services.yaml").read_text() == "mine\n"
        assert read_manifest(shop / "found.yaml").manifest.services


async def test_leaving_asks_while_something_is_not_written(opened: Open) -> None:
    async with opened() as (app, screen):
        await go_to(app, screen, "service:web")
        await app.press("space", "escape")
        await app.dialog(ConfirmDialog)
        assert "is lost" in app.asked
        await app.press("escape")
        await app.until(lambda: app.app.screen is screen)


async def test_a_folder_without_repositories_says_why(sit: Sit, tmp_path: Path) -> None:
    inquiry = Inquiry(tmp_path, tmp_path / "services.yaml")
    async with sit(tmp_path / "services.yaml", ready=False, mode="init", inquiry=inquiry) as app:
        screen = await app.dialog(InitScreen)
        await app.until(lambda: "no git repository" in said(screen))
        await app.press("q")
        assert "not looked through yet" in app.said


async def test_foreign_text_is_drawn_and_means_nothing(opened: Open, shop: Path) -> None:
    commit(shop / "orders", {"CODEOWNERS": f"# {EVIL}\n* @shop/te{EVIL}am\n"}, "who")
    async with opened((120, 40)) as (app, screen):
        await go_to(app, screen, "orders.owner")
        for _ in range(2):
            drawn = app.app.export_screenshot()
            assert not any(sign in drawn for sign in "\x1b\u202e")
            await app.press("p")
        assert "[b]" in said(screen)


async def test_from_the_commands_of_a_runbook(sit: Sit, checkout: Path, shop: Path) -> None:
    async with sit(checkout, size=(120, 40)) as app:
        app.app.find_services()
        screen = await app.dialog(InitScreen)
        await app.until(lambda: screen.proposal is not None)
        assert "service:orders" in rows(screen)
        await app.press("escape")
        await app.until(lambda: isinstance(app.app.screen, AuthorScreen))


def test_how_a_proposal_looks(snap_compare: Callable[..., bool], shop: Path) -> None:
    assert _looks(snap_compare, shop, (140, 40), "down", "down", "down", "down")


def test_how_a_proposal_looks_in_a_small_terminal(snap_compare: Callable[..., bool], shop: Path) -> None:
    assert _looks(snap_compare, shop, (80, 24), *["down"] * 10)


def _looks(snap_compare: Callable[..., bool], shop: Path, size: tuple[int, int], *keys: str) -> bool:
    """Compares with a picture that a person has looked at; no path of the machine is on it."""

    async def before(pilot: Pilot[None]) -> None:
        screen = pilot.app.screen
        assert isinstance(screen, InitScreen)
        for _ in range(500):
            if screen.proposal is not None:
                break
            await asyncio.sleep(0.02)
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()

    app = RunbookApp(shop, mode="init", inquiry=Inquiry(shop, shop / "services.yaml"))
    return snap_compare(app, terminal_size=size, run_before=before)
