"""Run mode: where you are, what the step will do, what it prints, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from runbook_tui.execution.model import DONE, State
from runbook_tui.tui.actions import RUN, Action, bindings
from runbook_tui.tui.content import QUIET, line, lines
from runbook_tui.tui.messages import RunOpened
from runbook_tui.tui.screens.run_output import RunOutput
from runbook_tui.tui.status import look
from runbook_tui.tui.times import planned, spent
from runbook_tui.tui.widgets.action_bar import ActionBar
from runbook_tui.tui.widgets.output_pane import OutputPane
from runbook_tui.tui.widgets.progress import RunProgress
from runbook_tui.tui.widgets.sheet import Sheet
from runbook_tui.tui.widgets.step_list import StepList
from runbook_tui.tui.widgets.title_bar import TitleBar, badge

if TYPE_CHECKING:
    from runbook_tui.execution.model import RunState
    from runbook_tui.tui.run_view import RunView

_ALWAYS = frozenset({"help", "palette", "quit", "stop", "suspend"})
"""Actions that need no run."""


class RunScreen(RunOutput):
    """Executes one runbook, or goes on where it stopped."""

    ACTIONS: ClassVar[tuple[Action, ...]] = RUN
    BINDINGS: ClassVar[list[BindingType]] = bindings(RUN)
    CSS_PATH = "run.tcss"

    def __init__(
        self, path: Path, *, rehearsal: bool, instructions: bool, operator: str | None, new: bool
    ) -> None:
        super().__init__(path, rehearsal=rehearsal, instructions=instructions, operator=operator, new=new)
        self._shown: str | None = None
        self._listed: tuple[RunState | None, frozenset[str | None]] = (None, frozenset())
        """What the rows of the list were made from."""

    @property
    def shown(self) -> str | None:
        """Id of the step on the card."""
        return self._shown

    def compose(self) -> ComposeResult:
        """The frame; it is filled when the run is open."""
        yield TitleBar()
        yield Static(id="banner", markup=False)
        with Horizontal(id="panes"):
            yield StepList()
            with Vertical(id="right"):
                with Vertical(id="card"):
                    yield Static(id="headline", markup=False)
                    with VerticalScroll(id="card-body"):
                        yield Sheet()
                yield OutputPane()
        yield Static(id="next", markup=False)
        yield RunProgress()
        yield ActionBar()

    def on_mount(self) -> None:
        """Show that the run is being opened, then open it once the frame is on screen."""
        step_list = self.query_one(StepList)
        step_list.border_title, step_list.border_subtitle = "Steps", "╭ ╰ in any order"
        self.query_one(OutputPane).border_title = "Output"
        self.query_one("#banner").display = False
        self.query_one(TitleBar).show(
            line(self.path.name), facts=[Content.styled("opening the run …", QUIET)]
        )
        self.query_one(StepList).focus()
        self.set_interval(1.0, self._tick)
        self.call_after_refresh(self.open_run)

    def on_unmount(self) -> None:
        """Let go of a running command, and of the record."""
        self.leaving.set()
        self.halt.set()
        if self.runner is not None:
            self.runner.close()

    @on(RunOpened)
    def _opened(self, event: RunOpened) -> None:
        self.show(select=self.run_now.current())
        if event.resumed:
            self.banner(self.resumed_words())
        self.warn_beforehand()
        self.watch_again()

    def banner(self, text: str, style: str = "") -> None:
        """Say something above the panes until something else is said; empty takes it away."""
        banner = self.query_one("#banner", Static)
        banner.display = bool(text)
        banner.update(line(text, style))

    # -- showing

    def view(self) -> RunView:
        """This moment of the run."""
        from runbook_tui.tui.run_view import RunView

        runner = self.seen
        assert runner is not None
        return RunView(
            runbook=runner.runbook,
            state=runner.state,
            ready=runner.ready(),
            current=runner.current(),
            shown=self._shown,
            plan=runner.rollback_plan(),
            executing=frozenset(self.executing),
            rolling_back=self.rolling_back,
            silent=dict(self.silent),
            going_on=self.going_on,
            stopped_because=self._why_stopped(),
            watching=self.watched is not None,
        )

    def show(self, *, select: str | None = None) -> None:
        """Draw everything again."""
        if select is not None and select != self._shown:
            self._shown = select
            self.show_output()
        view = self.view()
        self._show_list(view)
        self._show_title(view)
        self._show_card(view)
        self._show_progress(view)
        self.refresh_actions()
        state = view.state
        if self.runner and not state.finished and all(s.state in DONE for s in state.statuses.values()):
            self.call_later(self._finish)

    def _why_stopped(self) -> str:
        """Why nothing can be done any more."""
        if self.record_error is not None:
            return "the record cannot be written"
        return "you are watching: T takes the run over" if self.watched is not None else ""

    def _show_list(self, view: RunView) -> None:
        """The rows of the list; they are only made again after something happened."""
        from runbook_tui.tui.step_items import run_items

        step_list = self.query_one(StepList)
        marked = frozenset({view.here} | view.executing if view.here else view.executing)
        if self._listed[0] is view.state and self._listed[1] == marked:
            step_list.select(self._shown)
            return
        self._listed = (view.state, marked)
        items = run_items(view.runbook.steps, view.state.statuses, ready=view.ready, here=marked)
        step_list.show(items, self._shown)

    def _finish(self) -> None:
        """Close the record of a run that has nothing left to do."""
        if self.run_now.state.finished is None and self.try_now(lambda: self.run_now.finish("succeeded")):
            self._shown = None
            self.banner("")
            self.show()

    def _show_title(self, view: RunView) -> None:
        from runbook_tui.tui.run_blocks import times_of

        state = view.state
        times = times_of(state, self.runbook_app.now())
        badges = [badge(line(state.environment), "$success" if state.rehearsal else "$warning")]
        if state.rehearsal:
            badges.append(badge(Content("rehearsal"), "$success"))
        if state.instructions:
            badges.append(badge(Content("by hand"), "$primary"))
        if self.watched is not None:
            badges.append(badge(Content("watching"), "$primary"))
        total = planned(sum(step.estimate or 0 for step in view.runbook.steps) or None)
        facts = [Content.styled(f"operator {line(state.operator).plain}", QUIET)]
        if len(view.executing) > 1:
            facts.insert(0, Content.styled(f"{len(view.executing)} steps running", "bold $primary"))
        facts.append(Content.styled(f"{spent(times.waited)} waiting for people", QUIET))
        if total:
            facts.append(Content.styled(f"{total} planned", QUIET))
        facts.append(Content(f"{spent(times.elapsed)} elapsed"))
        self.query_one(TitleBar).show(line(view.runbook.title, "bold"), badges, facts)

    def _show_card(self, view: RunView) -> None:
        from runbook_tui.tui.run_blocks import card, headline, next_line, summary, summary_headline

        box, sheet = self.query_one("#card"), self.query_one(Sheet)
        finished = view.state.finished is not None and self._shown is None
        if finished:
            assert self.seen is not None
            self.query_one("#headline", Static).update(summary_headline(view.state))
            sheet.show(summary(view, self.seen.folder, self.runbook_app.now()))
        else:
            self.query_one("#headline", Static).update(headline(view, self.runbook_app.now()))
            sheet.show(card(view))
        seen = look(view.status.state, ready=view.can_start).word
        box.set_classes("finished" if finished else f"state-{seen}")
        box.border_title = _card_title(view, finished)
        step = view.step
        has_output = (
            bool(step and step.action in {"run", "http", "sql", "wait"}) or self._shown in self.executing
        )
        self.query_one(OutputPane).display = has_output and not finished
        self.query_one("#next", Static).update(next_line(view))

    def _show_progress(self, view: RunView) -> None:
        from runbook_tui.runbook.graph import point_of_no_return
        from runbook_tui.tui.run_blocks import rollback_line

        steps, statuses = view.runbook.steps, view.state.statuses
        states = [statuses[step.id].state for step in steps]
        point = point_of_no_return(steps)
        index = next((i for i, step in enumerate(steps) if step.id == point), None)
        done = f"{view.state.count(*DONE)} of {len(steps)} done"
        words = Content("  ·  ").join([Content(done), rollback_line(view)])
        self.query_one(RunProgress).show(states, index, words)

    def _tick(self) -> None:
        if self.seen is None:
            return
        self.look_for_silence()
        view = self.view()
        self._show_title(view)
        if self.executing or (self.watched and view.state.count(State.RUNNING)):
            self.show()

    # -- selecting

    @on(StepList.Selected)
    def _selected(self, event: StepList.Selected) -> None:
        if self.seen is not None and event.step_id != self._shown:
            self.show(select=event.step_id)

    @on(StepList.Opened)
    def _open_card(self) -> None:
        self.query_one("#card-body").focus()

    def go_to(self, step_id: str) -> None:
        """Put a step on the card."""
        self.show(select=step_id)

    def step_titles(self) -> Sequence[tuple[str, str]]:
        """Id and title of every step, for the palette."""
        return [(step.id, step.title) for step in self.seen.runbook.steps] if self.seen else []

    # -- actions that only look

    def why_not(self, action_id: str) -> str:
        """Why an action is not possible now."""
        if self.seen is None:
            return "" if action_id in _ALWAYS else "the run is not open yet"
        return self.view().why_not(action_id)

    def refusals(self) -> dict[str, str]:
        """Why actions are not possible now: all of them at one moment."""
        if self.seen is None:
            return super().refusals()
        view = self.view()
        return {action.id: reason for action in RUN if (reason := view.why_not(action.id))}

    def primary_action(self) -> str:
        """The verb that this moment asks for."""
        return self.view().primary() if self.seen is not None else ""

    def do_current(self) -> None:
        """Leave what is transient: the large output, a rollback that was not begun with, another step."""
        if self.maximized is not None:
            self.minimize()
        elif self.rolling_back and not self.executing:
            self.rolling_back = False
            self.say("The rollback stops here; what was undone stays undone.")
            self.show(select=self.run_now.current())
        elif self.seen is not None:
            if self.watched is None:
                self.banner("")
            self.query_one(StepList).focus()
            if self.seen.state.finished is not None:
                self._shown = None
            self.show(select=self.view().here)

    def do_zoom(self) -> None:
        """Give the output the whole screen, or take it back."""
        if self.maximized is not None:
            self.minimize()
        else:
            self.maximize(self.query_one(OutputPane))

    def do_copy(self) -> None:
        """Copy what the step executes."""
        step = self.view().step
        if step is not None:
            text = step.run or (step.http and step.http.url) or (step.sql and step.sql.query) or step.title
            self.app.copy_to_clipboard(text)
            self.say(f"Copied: {lines(text).plain[:60]}")


def _card_title(view: RunView, finished: bool) -> Content:
    """What the card is about."""
    if finished:
        return Content("Finished")
    here = "Now" if view.shown == view.here else "Another step · esc goes back to the current one"
    if view.step is None or view.step.reversible:
        return Content(here)
    return Content.assemble(here, (" · point of no return", "bold $error"))
