"""Texts from git, from files and from commands, on their way to terminals and documents."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.hostile.planned import commands, execute, manifest, runbook
from tests.hostile.sweep import Sweep, commit, git, repository
from tests.hostile.texts import DOCUMENT, MARKUP, REFS, TERMINAL

pytestmark = pytest.mark.xdist_group("hostile")


def test_escapes_in_git_in_output_and_on_the_command_line(sweep: Sweep, folder: Path) -> None:
    shop = repository(folder / "shop")
    for text in TERMINAL:
        commit(
            shop,
            f"Fix {text} it",
            {"app.py": text},
            f"--author=A{text.translate(str.maketrans('', '', '<>'))} <e>",
        )
    (folder / "services.yaml").write_text(manifest({"orders": {"commands": {"deploy": "true"}}}))
    octal = ["".join(f"\\{byte:03o}" for byte in f"{text} done\n".encode()) for text in TERMINAL]
    for text, bytes_ in zip(TERMINAL, octal, strict=True):
        with sweep.input("terminal", text):
            sweep.runbook("plan", "services.yaml", "--target", f"orders={text}", folder=folder)
            sweep.runbook("check", f"{text.replace(chr(0), '')}.yaml", folder=folder)
            assert execute(sweep, folder, [f"printf '{bytes_}'"], "output")[0] == 0
    sweep.runbook("plan", "services.yaml", "--json", folder=folder)
    assert sweep.runbook("plan", "services.yaml", "-o", "release.yaml", folder=folder)[0] == 0
    for arguments in (
        ("explain", "release.yaml", "deploy-orders"),
        ("check", "release.yaml"),
        ("export", "release.yaml"),
        ("run", "--plain", "--rehearse", "release.yaml"),
        ("init", "shop", "--json"),
        ("record", "show", str(sorted((folder / "output.runs").iterdir())[0])),
    ):
        status, told = sweep.runbook(*arguments, folder=folder)
        assert status in {0, 1, 2, 3}, told
    sweep.require_clean()


def test_markup_is_text_on_the_command_line(sweep: Sweep, folder: Path) -> None:
    """In the app see ``tests/tui/test_hostile_text.py``."""
    steps = [{"title": text, "description": text, "run": "true", "directory": "."} for text in MARKUP]
    (folder / "release.yaml").write_text(runbook(*steps))
    for number, text in enumerate(MARKUP):
        with sweep.input("markup", text):
            assert text in sweep.runbook("explain", "release.yaml", f"step-{number}", folder=folder)[1]
    status, told = sweep.runbook("run", "--plain", "release.yaml", folder=folder)
    assert status == 0
    assert [text for text in MARKUP if text not in told] == []
    sweep.require_clean()


def test_refs_are_names_and_nothing_else(sweep: Sweep, folder: Path) -> None:
    shop = repository(folder / "shop")
    put = {"commands": {"deploy": "printf '%s\\0' {{ version }} >> versions"}}
    arrived: list[str] = []
    for number, written in enumerate(REFS):
        ref = written.replace("@M@", str(sweep.markers / "ref")).replace("@F@", str(sweep.forbidden))
        legal = _is_legal(shop, ref)
        if legal:
            git(shop, "update-ref", f"refs/tags/{ref}", "HEAD")
        with sweep.input("refs", ref):
            (folder / "services.yaml").write_text(manifest({"orders": {**put, "release": ref}}))
            planned = f"release-{number}.yaml"
            status, told = sweep.runbook("plan", "services.yaml", "-o", planned, folder=folder)
            assert status == (0 if legal else 2), told
            sweep.runbook("plan", "services.yaml", "--target", f"orders={ref}", folder=folder)
            sweep.runbook("plan", "services.yaml", "--base", f"orders={ref}", folder=folder)
            sweep.runbook("migrations", "shop", "--since", ref, folder=folder)
            if legal:
                (word,) = [word for word in commands(folder / planned) if ">> versions" in word]
                assert execute(sweep, folder, [word], f"run-{number}")[0] == 0
                arrived.append(ref)
        if legal:
            git(shop, "update-ref", "-d", f"refs/tags/{ref}")
    assert (folder / "versions").read_text().split("\0")[:-1] == arrived
    assert len(arrived) >= 7
    sweep.require_clean()


def _is_legal(shop: Path, ref: str) -> bool:
    try:
        git(shop, "check-ref-format", f"refs/tags/{ref}")
    except Exception:
        return False
    return True


PLACES: dict[str, Callable[[str], dict[str, object]]] = {
    "title": lambda text: {"title": text},
    "description": lambda text: {"description": f"before\n{text}\nafter"},
    "owner in tables": lambda text: {"owner": text, "pager": text},
    "command": lambda text: {"run": f"echo {text}"},
    "reason": lambda text: {"needs": [{"step": "begin", "because": text, "source": text}]},
}
PARSER = MarkdownIt("gfm-like")
HTML = (
    "<!doctype html><meta charset=utf-8><title>{{ runbook.title }}</title>"
    "{% for step in steps %}<h2 id='{{ step.id }}' title=\"{{ step.title }}\">{{ step.title }}</h2>"
    "<p>{{ step.description }}<td>{{ step.owner }}<pre>{{ step.run }}</pre>"
    "{% for need in step.needs %}<li>{{ need.because }}{% endfor %}{% endfor %}"
)
CSV = (
    "{% for step in steps %}{{ step.title | csv }},{{ (step.description or '') | csv }},{{ (step.owner or '') | csv }},"
    "{{ (step.run or '') | csv }},{% for need in step.needs %}{{ need.because | csv }}{% endfor %}{{ '\n' }}"
    "{% endfor %}"
)


def document(text: str, place: str) -> str:
    """A runbook with a text in one place."""
    line = " ".join(text.split()) if place in {"title", "owner in tables", "reason"} else text
    step = {"title": "Do", "run": "true", "directory": ".", "needs": [{"step": "begin", "because": "so"}]}
    begin = {"id": "begin", "title": "Begin", "run": "true", "directory": "."}
    return runbook(begin, {**step, **PLACES[place](line)}, title="Release")


def shape(markdown: str) -> list[str]:
    """Every token's type, tag and attributes, without what belongs to the text itself."""

    def walk(tokens: list[Token]) -> list[str]:
        found: list[str] = []
        for token in tokens:
            if token.type not in {"text", "softbreak", "code_inline"}:
                attributes = {name: value for name, value in token.attrs.items() if name != "href"}
                found.append(f"{token.type} {token.tag} {attributes}")
            found += walk(token.children or [])
        return found

    return walk(PARSER.parse(markdown))


class Tags(HTMLParser):
    """The tags of a page, with the names of their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(f"{tag} {[name for name, _ in attrs]}")

    def handle_endtag(self, tag: str) -> None:
        self.found.append(f"/{tag}")


def exported(sweep: Sweep, folder: Path, text: str, place: str, *options: str) -> str:
    (folder / "release.yaml").write_text(document(text, place))
    status, told = sweep.runbook("export", "release.yaml", "-o", "out", *options, folder=folder)
    assert status == 0, told
    return (folder / "out").read_text()


@pytest.mark.parametrize("place", PLACES)
def test_documents_keep_their_shape_whatever_the_text(sweep: Sweep, folder: Path, place: str) -> None:
    harmless = {"description": "x\nx"}.get(place, "x")
    wanted = shape(exported(sweep, folder, harmless, place))
    wrong: list[str] = []
    for text in DOCUMENT:
        with sweep.input("documents", f"{place}: {text}"):
            found = exported(sweep, folder, text, place)
            assert "{{ 7" in found or "{{ 7" not in text
            if place != "description":  # which has as many paragraphs and list items as its text has lines
                wrong += [] if shape(found) == wanted else [text]
            dangerous = [
                line for line in shape(found) if line.startswith(("html", "image", "link_open a {'title"))
            ]
            wrong += [text] if dangerous else []
    assert wrong == []
    sweep.require_clean()


def test_pages_and_spreadsheets_keep_their_shape(sweep: Sweep, folder: Path) -> None:
    """All texts in all places with templates of somebody's own, in one document each."""
    (folder / "page.html.j2").write_text(HTML)
    (folder / "sheet.csv.j2").write_text(CSV)
    for place, put in PLACES.items():
        steps = json.loads(document("x", place))["steps"]
        lines = [" ".join(text.split()) for text in DOCUMENT]

        pages: list[list[str]] = []
        for texts in (lines, ["x"] * len(lines)):
            more = [{**steps[1], "id": f"s{number}", **put(text)} for number, text in enumerate(texts)]
            (folder / "release.yaml").write_text(runbook(steps[0], *more))
            for template, output in (("page.html.j2", "page.html"), ("sheet.csv.j2", "sheet.csv")):
                arguments = ("export", "release.yaml", "--template", template, "-o", output)
                assert sweep.runbook(*arguments, folder=folder)[0] == 0
            pages.append(Tags((folder / "page.html").read_text()).found)
            rows = list(csv.reader(StringIO((folder / "sheet.csv").read_text())))
            assert {len(row) for row in rows} == {5}
            assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))]
        assert pages[0] == pages[1]
    sweep.require_clean()
