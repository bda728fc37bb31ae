"""Whatever a runbook or a command says, it is drawn as text: no markup, no terminal control, no crash."""

from __future__ import annotations

import ast
import json
import re
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from runbook_tui.tui.dialogs.ask import AskDialog
from runbook_tui.tui.dialogs.choose import ChooseDialog
from runbook_tui.tui.dialogs.edit_step import EditStepDialog
from runbook_tui.tui.guard import ControlGuard
from runbook_tui.tui.widgets.row import StepRow
from runbook_tui.tui.widgets.step_list import StepList

if TYPE_CHECKING:
    from tests.tui.conftest import OnTerminal, Sit, Sitting

ROOT = Path(__file__).parents[2]
MARKUP = [
    "[/foo] x",
    "release [1.2.3] [/] fixed",
    "[@click=app.quit]deploy ok[/]",
    "[$error]x[/] arr[i] [OK] [ red ]",
    "[link=https://evil.example]y[/link]",
    "[black on black]rm -rf /[/]ok",
    "$accent ${x} {{ 7*7 }} %s",
]
FORBIDDEN = "\u202e\u2066\u200b\u2028\ufeff"
CONTROLS = f"x{FORBIDDEN}31m"
"""Controls that a YAML file may hold: directions and invisible ones."""


TEXTS = (*MARKUP, CONTROLS)


def hostile(texts: Sequence[str], environment: str) -> str:
    """A runbook that says these texts wherever it may; each of them has two steps."""
    word = json.dumps(texts[0])
    head = f"""\
    runbook: 1
    title: {word}
    environment: {json.dumps(environment)}
    summary: {word}
    release:
      {word}: {{base: {word}, target: {word}, version: {word}, changes: [{word}], owner: {word}}}
    remarks:
      - {{rule: {word}, level: warning, text: {word}, remedy: {word}}}
    steps:
    """
    return textwrap.dedent(head) + "".join(_steps(number, text) for number, text in enumerate(texts))


def _steps(number: int, text: str) -> str:
    word = json.dumps(text)
    command = json.dumps(f"echo x # {text}")
    steps = f"""\
      - id: one-{number}
        title: {word}
        kind: migrate
        phase: expand
        service: {word}
        description: {word}
        run: {command}
        expect: {word}
        verify: {{run: {word}, expect: {word}}}
        rollback: {{confirm: {word}}}
        owner: {word}
        pager: {word}
        migration: {{datastore: {word}, tool: {word}, revision: {word}, path: {word},
          operations: [{word}], hazards: [{word}]}}
      - {{id: two-{number}, title: {word}, kind: gate, approve: {word}, approvers: [{word}],
          needs: [{{step: one-{number}, because: {word}, rule: {word}, source: {word}}}]}}
    """
    return textwrap.indent(textwrap.dedent(steps), "  ")


@pytest.fixture
def runbook(tmp_path: Path) -> Path:
    path = tmp_path / "[b] [@click=app.quit]x.yaml"
    path.write_text(hostile(TEXTS, MARKUP[0]))
    return path


async def test_author_mode_draws_it_as_text(sit: Sit, runbook: Path) -> None:
    async with sit(runbook) as app:
        steps = app.author.query_one(StepList)
        for key in "12345":
            await app.press(key)
            for step_id in app.ids[::2]:
                steps.select(step_id)
                await app.pilot.pause()
        for number, text in ((0, MARKUP[0]), (len(MARKUP), CONTROLS)):
            steps.select(f"one-{number}")
            assert app.author.step is not None and app.author.step.title == text
            await app.press("d")
            await app.dialog(ChooseDialog)
            await app.press("escape", "e")
            await app.dialog(EditStepDialog)
            await app.press("escape")
        await app.press("i", "escape", "ctrl+p", "o", "n", "e", "escape")
        rows = [
            option.prompt.line(300).plain for option in steps.options if isinstance(option.prompt, StepRow)
        ]
        assert all(any(text in row for row in rows) for text in MARKUP)
        assert app.app._exit is False


async def rehearse(app: Sitting, step_id: str) -> None:
    app.run.go_to(step_id)
    await app.press("r")
    await app.until(lambda: app.state(step_id) == "succeeded" and not app.run.executing)


async def test_run_mode_draws_it_as_text(sit: Sit, runbook: Path) -> None:
    async with sit(runbook, mode="run", rehearsal=True) as app:
        ids = list(app.run.run_now.state.statuses)
        for step_id in ids[::2]:
            await rehearse(app, step_id)
        app.run.go_to("two-0")
        for key in "sa":
            await app.press(key)
            await app.dialog(AskDialog)
            await app.press("escape")
        await app.press("b", "escape", "question_mark", "escape", "ctrl+c")
        await app.dialog(ChooseDialog)
        assert app.app._exit is False


@pytest.mark.parametrize(
    "text",
    [
        "\x1b]52;c;eA==\x07x",
        "a\x9b31mb",
        "\x1b[2J",
        "x\u202ey",
        "\x1bc",
        "\x1bP+q\x1b\\",
        "a\x00b\x7fc\u2028d",
    ],
)
def test_the_guard_leaves_nothing_that_a_terminal_obeys(text: str) -> None:
    style = Style(bold=True)
    control = Segment("\x1b[1A", None, [])
    drawn = ControlGuard().apply([Segment(text, style), control], Color(0, 0, 0))
    assert not re.search("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", drawn[0].text)
    assert drawn[0].style == style
    plain = [Segment("nothing to do ✓", style)]
    assert ControlGuard().apply(plain, Color(0, 0, 0)) is plain


def test_no_widget_is_given_text_as_markup() -> None:
    """Static and OptionList read a str as markup unless told not to; notices go through one place."""
    for path in (ROOT / "runbook_tui" / "tui").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in {"Static", "OptionList", "notify"}:
                assert "markup" in {keyword.arg for keyword in node.keywords}, f"{path.name}:{node.lineno}"
            assert name not in {"from_markup", "RichLog", "Label"}, f"{path.name}:{node.lineno}"


def test_the_terminal_receives_no_control_of_a_runbook(tmp_path: Path, on_terminal: OnTerminal) -> None:
    path = tmp_path / "release.yaml"
    path.write_text(hostile([CONTROLS + "ready"], "staging"))
    terminal = on_terminal(path, "author")
    terminal.read(b"ready")
    text = terminal.received.decode(errors="replace")
    assert [ascii(character) for character in text if character in FORBIDDEN] == []
