"""Every widget that shows a text, with every escape sequence in every markup: what reaches the terminal is text.

A widget class that is new in the app has to be entered in ``SHOWN`` or ``WITHOUT_TEXT``, or the last test fails.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.content import Content
from textual.driver import Driver
from textual.filter import LineFilter
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import (
    Button,
    Checkbox,
    Input,
    OptionList,
    RadioButton,
    RadioSet,
    Select,
    Static,
    TabbedContent,
    TabPane,
    TextArea,
)
from textual.widgets.option_list import Option

import runbook_tui.tui
from runbook_tui.tui.actions import Action
from runbook_tui.tui.app import RunbookApp
from runbook_tui.tui.content import lines
from runbook_tui.tui.guard import ControlGuard
from runbook_tui.tui.widgets.action_bar import ActionBar
from runbook_tui.tui.widgets.output_pane import OutputPane
from runbook_tui.tui.widgets.preview import Preview
from runbook_tui.tui.widgets.progress import RunProgress
from runbook_tui.tui.widgets.row import StepRow
from runbook_tui.tui.widgets.sheet import Command, Field, Heading, Paragraph, Sheet
from runbook_tui.tui.widgets.text_view import TextView
from runbook_tui.tui.widgets.tick import Tick
from runbook_tui.tui.widgets.title_bar import TitleBar
from tests.hostile.texts import MARKUP, TERMINAL

OWN = re.compile(
    r"\x1b\[[0-9;]*m|\x1b\[\d+;\d+H|\x1b\[\?(?:2026|25)[hl]|\x1b\[\d* q|\x1b\]22;[a-z-]+\x07|\r?\n"
)
"""What Textual itself writes: colours, places, frames, the cursor, the shape of the pointer."""
UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


class Recording(Driver):
    """A terminal that keeps all that is written to it."""

    written: list[str]

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        self.written = []

    def write(self, data: str) -> None:
        data.encode()  # as a real terminal would
        self.written.append(data)

    def start_application_mode(self) -> None:
        size = Size(*(self._size or (80, 24)))
        asyncio.run_coroutine_threadsafe(
            self._app._post_message(events.Resize(size, size)), loop=asyncio.get_running_loop()
        )

    def disable_input(self) -> None:
        pass

    def stop_application_mode(self) -> None:
        pass


def _options(text: str) -> Widget:
    row = StepRow(Content(text), Content(text), ())
    return OptionList(Option(Content(text)), Option(row), markup=False)


def _area(text: str) -> Widget:
    area = TextArea(text)
    area.border_title, area.border_subtitle = Content(text), Content(text)
    return area


def _input(text: str) -> Widget:
    field = Input(text, placeholder=text)
    field.border_title = Content(text)
    return field


def _view(text: str) -> Widget:
    view = TextView("markdown")
    view.call_after_refresh(view.show, text)
    return view


def _pane(text: str) -> Widget:
    pane = OutputPane()
    pane.call_after_refresh(pane.show_step, "step", text)
    pane.border_title = Content(text)
    return pane


def _preview(text: str) -> Widget:
    preview = Preview()
    shown = f"# {text}\n\n- {text}\n\n`{text}`\n\n|a|\n|-|\n|{text}|\n\n```\n{text}\n```\n"
    preview.call_after_refresh(preview.show, shown)
    return preview


def _title(text: str) -> Widget:
    bar = TitleBar()
    bar.styles.dock = "none"
    bar.show(Content(text), [Content(text)], [Content(text)])
    return bar


def _bar(text: str) -> Widget:
    bar = ActionBar()
    bar.styles.dock = "none"
    bar.show([Action("x", "x", text, text)], {"x": text})
    return bar


def _progress(text: str) -> Widget:
    bar = RunProgress()
    bar.show((), None, Content(text))
    return bar


class _Tabs(Widget):
    """Tabs whose names are foreign."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.shown = text

    def compose(self) -> ComposeResult:
        with TabbedContent():
            yield TabPane(Content(self.shown), Static(Content(self.shown), markup=False))


def _sheet(text: str) -> Widget:
    shown = Content(text)
    return Sheet([Heading(text, text), Field(text, shown), Paragraph(shown), Command(shown, label=text)])


def _tip(text: str) -> Widget:
    widget = Static(Content(text), markup=False)
    widget.tooltip = Content(text)
    return widget


SHOWN: dict[type[Widget], Callable[[str], Widget]] = {
    Static: _tip,
    Button: lambda text: Button(Content(text), compact=True),
    Input: _input,
    TextArea: _area,
    OptionList: _options,
    Select: lambda text: Select([(Content(text), 1)], value=1),
    Checkbox: lambda text: Checkbox(Content(text)),
    RadioButton: lambda text: RadioButton(Content(text)),
    RadioSet: lambda text: RadioSet(RadioButton(Content(text))),
    TabbedContent: _Tabs,
    Sheet: _sheet,
    TextView: _view,
    OutputPane: _pane,
    Preview: _preview,
    TitleBar: _title,
    ActionBar: _bar,
    RunProgress: _progress,
    Tick: lambda text: Tick(Content(text)),
}
"""Each widget that shows a text, given a hostile one past all that makes it safe where it comes in."""

COSTLY = frozenset({Preview, TabbedContent, Select, RadioSet, RadioButton, Checkbox, Tick})

WITHOUT_TEXT = {
    "Container", "Horizontal", "Vertical", "VerticalScroll", "ScrollView", "Widget", "Screen", "ModalScreen",  # layout
    "TabPane",  # shown by TabbedContent
    "Markdown",  # shown by Preview
    "StepList", "FoundList", "MigrationList",  # lists of rows, as OptionList
    "StepTabs",  # tabs over Sheet, TextView and Preview; its titles are the app's own
}  # fmt: skip
"""Classes that only arrange others, or are shown as part of one in ``SHOWN``."""


class Gallery(App[None]):
    """The widgets one under the other, behind the app's guard."""

    CSS = "Screen > * { height: 4; width: 100%; } Preview { height: auto; }"

    def __init__(self, make: Callable[[str], Widget], texts: Sequence[str], *, guarded: bool = True) -> None:
        super().__init__(driver_class=Recording)
        self._guards = [ControlGuard()] if guarded else []
        self._make, self._texts = make, texts

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), *self._guards]

    def compose(self) -> ComposeResult:
        yield from map(self._make, self._texts)


async def written_by(make: Callable[[str], Widget], texts: list[str], *, guarded: bool = True) -> str:
    """All that reached the terminal while widgets showed these texts."""
    app = Gallery(make, texts, guarded=guarded)
    width = 100 if len(texts) > 1 else 1000
    async with app.run_test(headless=False, size=(width, 4 * len(texts) + 40), tooltips=True) as pilot:
        await pilot.pause()
        app.notify(texts[0], title=texts[0], markup=False)
        await pilot.hover(offset=(4, 1))
        await pilot.pause()
        driver = app._driver
        assert isinstance(driver, Recording)
        return "".join(driver.written)


def combined(escape: str) -> list[str]:
    """An escape sequence before, behind and inside of every markup."""
    return [f"{markup}{escape}{markup[: len(markup) // 2]}{escape}" for markup in MARKUP]


@pytest.mark.parametrize("kind", SHOWN, ids=lambda kind: kind.__name__)
async def test_every_widget_writes_text_and_nothing_else(kind: type[Widget]) -> None:
    leaked: dict[str, str] = {}
    seen = ""
    for escape in TERMINAL:
        texts = combined(escape)
        # Some are made of many widgets: they show all markups in one text, on a wide terminal.
        written = await written_by(SHOWN[kind], [" ".join(texts)] if kind in COSTLY else texts)
        rest = OWN.sub("", written)
        seen += rest
        found = UNSAFE.search(rest)
        if found:
            leaked[ascii(escape)] = ascii(rest[max(0, found.start() - 30) : found.end() + 30])
    assert leaked == {}
    # Something was drawn, and the markup in it was drawn as it is.
    assert "deploy ok" in seen and "[" in seen


async def test_without_the_guard_the_terminal_would_obey() -> None:
    """The sweep above can fail: this is what Textual lets through by itself."""
    written = await written_by(SHOWN[Static], combined(TERMINAL[0]), guarded=False)
    assert UNSAFE.search(OWN.sub("", written))


def test_the_guard_of_the_app_sees_every_line_last(tmp_path: Path) -> None:
    assert isinstance(RunbookApp(tmp_path / "release.yaml").get_line_filters()[-1], ControlGuard)


def widget_classes() -> Iterator[type[Widget]]:
    """Every widget class that a module of the app makes or imports."""
    for module in pkgutil.walk_packages(runbook_tui.tui.__path__, "runbook_tui.tui."):
        for value in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(value) and issubclass(value, Widget):
                yield value


def test_every_widget_of_the_app_is_in_the_list() -> None:
    known = {kind.__name__ for kind in SHOWN} | WITHOUT_TEXT
    found = {kind.__name__ for kind in widget_classes() if not issubclass(kind, Screen)}
    assert sorted(found - known) == [], (
        "enter it in SHOWN, or say in WITHOUT_TEXT why it shows no text of its own"
    )


def test_what_comes_in_is_safe_before_any_widget_sees_it() -> None:
    for escape in TERMINAL:
        for text in combined(escape):
            assert UNSAFE.search(lines(text).plain.replace("\n", "").replace("\t", "")) is None
