"""Whatever the documentation names is there: files, headings, commands, options, rooms."""

from __future__ import annotations

import importlib
import re
import tomllib
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from runbook_tui.cli import main as program
from runbook_tui.cli.main import COMMANDS

HELP = {"-h", "--help"}
_COMMAND = re.compile(r"\brunbook (?P<name>[a-z]+)(?P<rest>[^\n`]*)")
_ALONE = re.compile(r"^(--[a-z][a-z-]*)")
"""An option that a sentence names without its command."""
_OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")


def test_every_relative_link_leads_somewhere(pages: dict[str, str], root: Path) -> None:
    broken = [
        f"{page}: {target}"
        for page, text in pages.items()
        for target in _targets(text)
        if not re.match(r"[a-z]+:", target) and not _leads_somewhere(root / page, target)
    ]
    assert broken == []


def test_the_readme_leads_to_every_page(pages: dict[str, str]) -> None:
    linked = {target.partition("#")[0] for target in _targets(pages["README.md"])}
    assert {page for page in pages if page.startswith("docs/")} <= linked


def test_the_page_on_commands_lists_every_command_and_no_other(pages: dict[str, str]) -> None:
    rows = re.findall(r"^\| (.*?) \|", pages["docs/commands.md"], re.MULTILINE)
    listed = {name for row in rows for name in re.findall(r"`runbook ([a-z]+)", row)}
    assert listed == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_on_commands_lists_every_option_and_no_other(name: str, pages: dict[str, str]) -> None:
    assert _documented(pages["docs/commands.md"]).get(name, set()) == _options(name) - HELP


def test_the_page_on_commands_has_every_exit_status(pages: dict[str, str]) -> None:
    told = re.findall(r"^    (\d+) ", program.__doc__ or "", re.MULTILINE)
    rows = re.findall(r"^\| ([\d, ]+) \|", pages["docs/commands.md"], re.MULTILINE)
    assert len(told) > 5
    assert set(told) <= {status for row in rows for status in row.split(", ")}


def test_every_option_that_is_named_exists(pages: dict[str, str]) -> None:
    known = {name: _options(name) for name in COMMANDS}
    named = [(page, name, option) for page, text in pages.items() for name, option in _named(text)]
    assert len(named) > 10
    assert [(page, name, option) for page, name, option in named if option not in known[name]] == []
    alone = {option for text in pages.values() for code in _code(text) for option in _ALONE.findall(code)}
    assert len(alone) > 10
    assert alone <= set().union(*known.values())


def test_the_page_on_rooms_has_the_floors_of_the_linter(pages: dict[str, str], root: Path) -> None:
    settings = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    floors = [{room.strip().removeprefix("runbook_tui.") for room in layer.split("|")} for layer in layers]
    text = pages["docs/architecture.md"]
    rows = re.findall(r"^\| \d+ \| (.*) \|$", text, re.MULTILINE)
    assert [set(re.findall(r"`(\w+)`", row)) for row in rows] == floors
    described = set(re.findall(r"^\| `(\w+)/` \|", text, re.MULTILINE))
    assert described == set().union(*floors)


def test_pictures_are_whole_and_small(root: Path) -> None:
    for picture in (root / "docs" / "pictures").iterdir():
        text = picture.read_text("utf-8")
        assert text.startswith("<svg")
        assert "@font-face" not in text
        assert not re.search(r"url\((?!#)", text)
        assert not re.search(r'"/(?:home|root|tmp|Users|work)\b|[\s>]/(?:home|root|tmp|Users|work)/', text)
        assert len(text.encode()) < 150_000


def _tokens(text: str) -> Iterator[Token]:
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        yield token
        yield from token.children or ()


def _targets(text: str) -> list[str]:
    """Where the links and pictures of a page lead."""
    found = (token.attrGet("href") or token.attrGet("src") for token in _tokens(text))
    return [str(target) for target in found if target]


def _leads_somewhere(page: Path, target: str) -> bool:
    path, _, heading = unquote(target).partition("#")
    file = page.parent / path if path else page
    if not file.exists():
        return False
    return not heading or heading in _headings(file.read_text("utf-8"))


def _headings(text: str) -> set[str]:
    """The names by which GitHub links the headings of a page."""
    tokens = list(MarkdownIt("commonmark").enable("table").parse(text))
    titles = [after.content for token, after in pairwise(tokens) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def _code(text: str) -> Iterator[str]:
    """Inline code, and the lines of code blocks."""
    for token in _tokens(text):
        if token.type == "code_inline":
            yield token.content
        elif token.type in {"code_block", "fence"}:
            yield from token.content.splitlines()


def _named(text: str) -> Iterator[tuple[str, str]]:
    """Every option that stands behind a command in code."""
    for code in _code(text):
        for match in _COMMAND.finditer(code):
            if match["name"] in COMMANDS:
                words = match["rest"].split("#")[0]
                yield from ((match["name"], option) for option in _OPTION.findall(words))


def _documented(text: str) -> dict[str, set[str]]:
    """The options by command, of the table in which an empty first cell repeats the one above."""
    found: dict[str, set[str]] = {}
    name = ""
    for row in re.findall(r"^\| (`\w+`)? ?\| (`-.*?) \|", text, re.MULTILINE):
        name = row[0].strip("`") or name
        found.setdefault(name, set()).update(_OPTION.findall(row[1]))
    return found


def _options(name: str) -> set[str]:
    parser = ArgumentParser()
    importlib.import_module(f"runbook_tui.cli.{name}").add_arguments(parser)
    return _of_parser(parser)


def _of_parser(parser: ArgumentParser) -> set[str]:
    """Also those of the actions of a command, such as ``record sign``."""
    found = {option for action in parser._actions for option in action.option_strings}
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            found.update(*(_of_parser(choice) for choice in action.choices.values()))
    return found
