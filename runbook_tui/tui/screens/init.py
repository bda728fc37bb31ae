"""The way to a first manifest: what was found and how it is known, questions, a preview, writing."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input

from runbook_tui.files.problems import RunbookError
from runbook_tui.tui.actions import INIT, Action, bindings
from runbook_tui.tui.content import QUIET, count, line, lines
from runbook_tui.tui.init_blocks import (
    candidate_sheet,
    fact_sheet,
    manifest_lines,
    question_sheet,
    service_lines,
    store_sheet,
    told_blocks,
)
from runbook_tui.tui.init_items import found_items
from runbook_tui.tui.messages import Discovered, Discovering, DiscoveryFailed
from runbook_tui.tui.screens.init_base import Inquiry
from runbook_tui.tui.screens.init_files import InitFiles
from runbook_tui.tui.widgets.action_bar import ActionBar
from runbook_tui.tui.widgets.sheet import Block, Paragraph, Sheet
from runbook_tui.tui.widgets.step_list import StepList
from runbook_tui.tui.widgets.text_view import TextView
from runbook_tui.tui.widgets.title_bar import TitleBar

_ALWAYS = frozenset({"help", "palette", "quit", "back"})


class FoundList(StepList):
    """What was found; a row is a service, a fact, an open answer or a data store."""

    HELP = "What was found. Arrow keys or j and k move, space takes in or leaves out, e corrects, q asks."


class InitScreen(InitFiles):
    """Proposes a manifest; writes only when it is told to."""

    ACTIONS: ClassVar[tuple[Action, ...]] = INIT
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(INIT)]
    CSS_PATH = "init.tcss"

    def __init__(self, inquiry: Inquiry) -> None:
        """
        Args:
            inquiry: what to look through, and where the manifest goes.
        """
        super().__init__(inquiry)
        self._excerpts: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        """The frame; it is filled when everything was looked through."""
        yield TitleBar()
        with Vertical(id="panes"):
            yield Input(placeholder="words that a fact contains", id="filter", compact=True)
            with Container(id="both"):
                yield FoundList()
                with Vertical(id="side"):
                    with VerticalScroll(id="known"):
                        yield Sheet()
                    yield TextView("yaml")
        yield ActionBar()

    def on_mount(self) -> None:
        """Show that it is being looked at, and look."""
        self.query_one("#filter", Input).display = False
        self.query_one(FoundList).border_title = "Found"
        self.query_one("#known").border_title = "How it is known"
        self.query_one(TextView).border_title = "Manifest"
        self._title([Content.styled("looking …", QUIET)])
        self.query_one(FoundList).focus()
        self._look()

    def _title(self, facts: list[Content]) -> None:
        folder = self.inquiry.folder.resolve().name or str(self.inquiry.folder)
        self.query_one(TitleBar).show(line(f"Services in {folder}"), facts=facts)

    # -- looking

    @work(thread=True, exclusive=True, group="read", description="look through the repositories")
    def _look(self) -> None:
        from runbook_tui.discovery.discover import discover
        from runbook_tui.discovery.proposal import Proposal
        from runbook_tui.discovery.questions import set_answer
        from runbook_tui.discovery.writing import require_refs

        try:
            found = discover(self.inquiry.folder, self._tell)
            proposal = Proposal(found)
            for answer in self.inquiry.answers:
                proposal = set_answer(proposal, answer)
            require_refs(proposal, self.inquiry.folder)
        except RunbookError as error:
            self.post_message(DiscoveryFailed(error))
        else:
            self.post_message(Discovered(proposal))

    def _tell(self, what: str) -> None:
        self.post_message(Discovering(what))

    @on(Discovering)
    def _looking(self, event: Discovering) -> None:
        if self.proposal is None:
            self._title([line(f"looking at {event.what} …", QUIET)])

    @on(Discovered)
    def _discovered(self, event: Discovered) -> None:
        self.proposal = event.proposal
        self.filtered()

    @on(DiscoveryFailed)
    def _failed(self, event: DiscoveryFailed) -> None:
        self._title([Content.styled("nothing to look at", "$error")])
        self.query_one("#known").border_title = "Why not"
        self.query_one(Sheet).show([Paragraph(lines(str(event.error), "$error"))])
        self.refresh_actions()

    # -- showing

    def filtered(self) -> None:
        """Draw everything again."""
        if self.proposal is None:
            return
        from runbook_tui.discovery.questions import missing

        self.query_one(FoundList).show(found_items(self.now, self.words))
        services = sum(1 for _ in self.now.services())
        left = len(missing(self.now))
        facts = [Content.styled(count(services, "service"), QUIET)]
        if left:
            facts.append(Content.styled(f"{count(left, 'answer')} missing", "bold $warning"))
        else:
            facts.append(Content.styled("written" if self.written else "ready to be written", "$success"))
        self._title(facts)
        self._draw_side()

    @on(StepList.Selected)
    def _draw_side(self) -> None:
        if self.proposal is None:
            return
        if self.has_class("-preview"):
            self._draw_preview()
        else:
            self.query_one(Sheet).show(self._sheet())
            self.query_one("#known", VerticalScroll).scroll_home(animate=False)
        self.refresh_actions()

    @on(StepList.Opened)
    def _opened(self) -> None:
        self.action_perform("edit")

    def _draw_preview(self) -> None:
        from runbook_tui.discovery.manifest_text import manifest_text
        from runbook_tui.discovery.writing import relocation

        view = self.query_one(TextView)
        view.border_subtitle = line(self.inquiry.output).plain
        text = manifest_text(self.now, relocation(self.inquiry.folder, self.inquiry.output))
        marked = service_lines(text, self.now.name("service", self.service_here))
        view.show(text, marked=marked, coloured=manifest_lines(text))

    def _sheet(self) -> list[Block]:
        if self.candidate is not None:
            return candidate_sheet(self.now, self.candidate, self._excerpt(self.candidate.source))
        if self.store is not None:
            return store_sheet(self.now, self.store, self._excerpt(self.store.source))
        if self.question is not None:
            return question_sheet(self.now, self.question)
        if self.fact is not None:
            return fact_sheet(self.now, self.fact, self._excerpt(self.fact.source))
        return []

    def _excerpt(self, source: str) -> str:
        """The lines around a place, as they lie on the disk; read once."""
        from runbook_tui.discovery.excerpt import excerpt

        if source not in self._excerpts:
            self._excerpts[source] = excerpt(self.inquiry.folder, source)
        return self._excerpts[source]

    # -- actions

    def why_not(self, action_id: str) -> str:
        """Why an action is not possible now."""
        if action_id in _ALWAYS:
            return ""
        if self.proposal is None:
            return "the repositories are not looked through yet"
        if action_id == "undo":
            return "" if self.can_undo else "nothing was changed"
        if action_id == "questions":
            from runbook_tui.discovery.questions import open_questions

            return "" if open_questions(self.now) else "no question is open"
        if action_id == "write":
            return "" if any(True for _ in self.now.services()) else "there is no service to write"
        if action_id == "plan":
            return self.why_no_plan()
        return self._why_not_here(action_id)

    def _why_not_here(self, action_id: str) -> str:
        """Why an action on the selected row is not possible."""
        if action_id not in {"toggle", "edit", "rename"}:
            return ""
        if self.selected is None:
            return "nothing is selected"
        if action_id == "rename" and self.renamed_thing() is None:
            return "it has no name of its own; rename what it refers to"
        refers = (
            self.fact is not None and self.fact.kind in ("consumes", "depends_on") and self.question is None
        )
        if action_id == "edit" and refers:
            return "it only refers to something; rename that, or leave this out"
        return ""

    def primary_action(self) -> str:
        """Questions while there are any, then writing, then planning."""
        return next((each for each in ("questions", "write", "plan") if not self._is_past(each)), "")

    def _is_past(self, action_id: str) -> bool:
        return bool(self.why_not(action_id)) or (action_id == "write" and self.written)

    def do_preview(self) -> None:
        """Show the manifest, or how the selected fact is known."""
        self.toggle_class("-preview")
        self._draw_side()
        (self.query_one(TextView) if self._covers_list() else self.query_one(FoundList)).focus()

    def _covers_list(self) -> bool:
        return self.has_class("-preview") and self.has_class("-narrow")

    def do_left_out(self) -> None:
        """Show what was left out, and what a person should know."""
        self.tell("Left out, and to know", told_blocks(self.now))

    def do_back(self) -> None:
        """From the preview to the list, then the filter away, then leave."""
        if self.has_class("-preview"):
            self.do_preview()
        elif not self.clear_filter():
            self.leave(whole=False)

    def on_descendant_focus(self) -> None:
        """Keys depend on what has the focus."""
        self.refresh_actions()
