"""A step in a form, checked while one types."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.types import CSSPathType
from textual.widget import Widget
from textual.widgets import Button, Input, Select, Static, TextArea

from runbook_tui.runbook.model import Kind, Risk, StepPhase
from runbook_tui.text.names import slug
from runbook_tui.tui.content import line
from runbook_tui.tui.dialogs.base import button
from runbook_tui.tui.forms import step_form
from runbook_tui.tui.forms.new_step import free_id
from runbook_tui.tui.widgets.tick import Tick

if TYPE_CHECKING:
    from runbook_tui.runbook.model import Runbook, Step

W = TypeVar("W", bound=Widget)

_TEXT_LABELS = {
    "run": "Command (bash)",
    "http": "Request: METHOD URL, then the body",
    "sql": "Query",
    "confirm": "What a person does",
    "wait": "How long (90s, 5m)",
    "approve": "What a person decides",
    "none": "Nothing is executed",
}


class EditStepDialog(ModalScreen[dict[str, object] | None]):
    """Answers the fields that changed, None for one that goes away; None altogether when it was cancelled."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialog.tcss", "edit_step.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "leave", "Cancel"), ("ctrl+s", "keep", "Keep")]

    def __init__(self, step: Step, runbook: Runbook, *, new: bool = False) -> None:
        """
        Args:
            step: what to edit.
            runbook: where it is, or will be put.
            new: whether it is not in the runbook yet; its id can then be chosen.
        """
        super().__init__(classes="wide")
        self._step = step
        self._new = new
        self._taken = {other.id for other in runbook.steps if new or other.id != step.id}
        self._initial = step_form.values_of(step)
        self._id_by_hand = False

    # -- drawing

    def compose(self) -> ComposeResult:
        """The form."""
        with Vertical(id="dialog"):
            with VerticalScroll(id="form", can_focus=False):
                yield from self._what()
                yield from self._action()
                yield from self._check()
                yield from self._undo()
                yield self._area("description", "Description")
            with Horizontal(id="dialog-buttons"):
                yield button("Keep", "^s", name="keep")
                yield button("Cancel", "esc", name="cancel")
                yield Static("", id="form-state", markup=False)

    def _what(self) -> Iterable[Widget]:
        yield self._input("title", "Title")
        if self._new:
            yield self._input("id", "Id")
        yield Horizontal(
            self._select("kind", "Kind", [kind.value for kind in Kind]),
            self._select("phase", "Phase", [phase.value for phase in StepPhase]),
            self._select("risk", "Risk", [risk.value for risk in Risk]),
        )
        yield Horizontal(
            self._input("service", "Service"), self._input("owner", "Owner"), self._input("pager", "Pager")
        )
        yield Horizontal(
            self._input("estimate", "Estimate", "2m"),
            self._input("timeout", "Timeout", "10m"),
            self._tick("repeatable", "Safe to run again"),
        )

    def _action(self) -> Iterable[Widget]:
        yield Static("What is done", classes="form-heading", markup=False)
        yield Horizontal(
            self._select("action", "Action", list(step_form.STEP_ACTIONS)),
            self._input("directory", "Directory"),
            self._input("database", "Database"),
            self._input("expect", "Output contains"),
        )
        yield self._area("text", "Command")

    def _check(self) -> Iterable[Widget]:
        yield Static("How it is verified", classes="form-heading", markup=False)
        yield Horizontal(
            self._select("verify.action", "Verify", list(step_form.VERIFY_ACTIONS)),
            self._input("verify.database", "Database"),
            self._input("verify.expect", "Output contains"),
        )
        yield self._area("verify.text", "Verify")

    def _undo(self) -> Iterable[Widget]:
        yield Static("How it is undone", classes="form-heading", markup=False)
        yield Horizontal(
            self._select("rollback.action", "Rollback", list(step_form.ROLLBACK_ACTIONS)),
            self._tick("reversible", "Can be undone"),
            self._input("irreversible_because", "Not possible because"),
        )
        yield self._area("rollback.text", "Rollback")

    def _input(self, name: str, label: str, placeholder: str = "") -> Input:
        return _labelled(Input(str(self._initial[name]), placeholder=placeholder, name=name), label)

    def _select(self, name: str, label: str, choices: list[str]) -> Select[str]:
        options = [(choice, choice) for choice in choices]
        return _labelled(Select(options, value=str(self._initial[name]), allow_blank=False, name=name), label)

    def _area(self, name: str, label: str) -> TextArea:
        area = TextArea(str(self._initial[name]), name=name, tab_behavior="focus", show_line_numbers=False)
        return _labelled(area, label)

    def _tick(self, name: str, label: str) -> Tick:
        return Tick(Content(label), bool(self._initial[name]), name=name)

    def on_mount(self) -> None:
        """Name the step, focus its title."""
        words = "New step" if self._new else f"Edit · {self._step.title}"
        self.query_one("#dialog").border_title = line(words)
        self._judge()
        self.query_one(Input).focus()

    # -- reading

    @property
    def values(self) -> step_form.Values:
        """What stands in the form."""
        values = dict(self._initial)
        for widget in self.query("Input, Select, TextArea, Tick"):
            if widget.name in values:
                values[widget.name] = _value(widget)
        return values

    @on(Input.Changed)
    @on(Select.Changed)
    @on(TextArea.Changed)
    @on(Tick.Changed)
    def _changed(self) -> None:
        self.call_later(self._judge)

    @on(Input.Changed)
    def _derive_id(self, event: Input.Changed) -> None:
        if not self._new or event.input.name not in {"id", "title"}:
            return
        field = self._field("id")
        assert isinstance(field, Input)
        if event.input is field:
            self._id_by_hand = self._id_by_hand or (field.has_focus and bool(event.value))
        elif not self._id_by_hand and event.value != self._step.title:
            field.value = free_id(slug(event.value), self._taken)

    def _field(self, name: str) -> Widget:
        return next(w for w in self.query("Input, Select, TextArea, Tick") if w.name == name)

    def _judge(self) -> None:
        """Show what is wrong where it is wrong."""
        values = self.values
        wrong = step_form.problems(values, self._step, self._taken)
        for widget in self.query("Input, Select, TextArea"):
            reason = wrong.get(widget.name or "", "")
            widget.set_class(bool(reason), "-wrong")
            widget.border_subtitle = line(reason) if reason else ""
        self._fit(values)
        changed = bool(step_form.changes(values, self._step)) or self._new
        self.query_one("#keep", Button).disabled = bool(wrong) or not changed
        state = self.query_one("#form-state", Static)
        state.update(_state(len(wrong), changed))
        state.set_class(bool(wrong), "wrong")

    def _fit(self, values: step_form.Values) -> None:
        """Show only the fields that the chosen actions have."""
        action = str(values["action"])
        self._field("directory").display = action == "run"
        self._field("database").display = action == "sql"
        self._field("expect").display = action in {"run", "http", "sql"}
        self._field("text").border_title = _TEXT_LABELS[action]
        self._field("text").display = action != step_form.NONE
        for prefix in ("verify", "rollback"):
            chosen = str(values[f"{prefix}.action"])
            area = self._field(f"{prefix}.text")
            area.display = chosen != step_form.NONE
            area.border_title = _TEXT_LABELS[chosen]
        self._field("verify.database").display = values["verify.action"] == "sql"
        self._field("verify.expect").display = values["verify.action"] in {"run", "http", "sql"}
        self._field("irreversible_because").display = not values["reversible"]

    # -- answering

    @on(Button.Pressed, "#keep")
    def action_keep(self) -> None:
        """Answer the changes, when nothing is wrong."""
        values = self.values
        wrong = step_form.problems(values, self._step, self._taken)
        if wrong:
            self._field(next(iter(wrong))).focus()
            return
        found = step_form.changes(values, self._step)
        self.dismiss(found if found or self._new else None)

    @on(Button.Pressed, "#cancel")
    @work(group="dialog")
    async def action_leave(self) -> None:
        """Answer nothing; what was typed is only thrown away when that is meant."""
        if step_form.changes(self.values, self._step):
            from runbook_tui.tui.dialogs.confirm import ConfirmDialog

            sure = await self.app.push_screen_wait(
                ConfirmDialog(Content("Throw the changes away?"), [], verb="Throw away", safe="Go on editing")
            )
            if not sure:
                return
        self.dismiss(None)


def _labelled(widget: W, label: str) -> W:
    widget.border_title = label
    return widget


def _value(widget: Widget) -> str | bool:
    if isinstance(widget, Tick):
        return widget.value
    if isinstance(widget, TextArea):
        return widget.text
    assert isinstance(widget, Input | Select)
    return str(widget.value)


def _state(wrong: int, changed: bool) -> str:
    if wrong:
        return "1 field needs attention" if wrong == 1 else f"{wrong} fields need attention"
    return "changed, not kept yet" if changed else "nothing changed"
