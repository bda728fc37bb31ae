"""What the parts of the screen that proposes a manifest share: the proposal, its history, the selected thing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runbook_tui.tui.screens.filtering import Filtering

if TYPE_CHECKING:
    from runbook_tui.discovery.model import Candidate, Fact, Store
    from runbook_tui.discovery.proposal import Proposal
    from runbook_tui.discovery.questions import Question


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is looked through, and where the manifest goes."""

    folder: Path
    output: Path
    answers: tuple[str, ...] = ()
    """Given beforehand, as ``--set`` takes them."""
    force: bool = False
    """Write over a manifest that is there."""


class InitBase(Filtering):
    """State of the screen."""

    def __init__(self, inquiry: Inquiry) -> None:
        super().__init__()
        self.inquiry = inquiry
        self.proposal: Proposal | None = None
        self.written = False
        """Whether the manifest has what is on screen."""
        self._past: list[Proposal] = []

    @property
    def now(self) -> Proposal:
        """The proposal as it is.

        Raises:
            AssertionError: it is not there yet; actions are refused until then.
        """
        assert self.proposal is not None
        return self.proposal

    @property
    def selected(self) -> str | None:
        """Id of the selected row."""
        from runbook_tui.tui.widgets.step_list import StepList

        return self.query_one(StepList).selected

    def changed(self, proposal: Proposal) -> None:
        """Take another proposal; the one before can be brought back."""
        if self.proposal is not None:
            self._past.append(self.proposal)
        self.proposal = proposal
        self.written = False
        self.filtered()

    def brought_back(self) -> None:
        """Go back to the proposal before the last change."""
        self.proposal = self._past.pop()
        self.written = False
        self.filtered()

    @property
    def can_undo(self) -> bool:
        """Whether something was changed."""
        return bool(self._past)

    # -- what is selected

    @property
    def candidate(self) -> Candidate | None:
        """The selected service."""
        row = self.selected or ""
        is_service = self.proposal is not None and row.startswith("service:")
        return self.now.candidate(row.removeprefix("service:")) if is_service else None

    @property
    def store(self) -> Store | None:
        """The selected data store."""
        row = self.selected or ""
        is_store = self.proposal is not None and row.startswith("store:")
        return self.now.store(row.removeprefix("store:")) if is_store else None

    @property
    def fact(self) -> Fact | None:
        """The selected fact."""
        row = self.selected
        return (
            next((fact for fact in self.now.found.facts() if fact.id == row), None) if self.proposal else None
        )

    @property
    def question(self) -> Question | None:
        """The question behind the selected row."""
        from runbook_tui.discovery.questions import questions

        row = self.selected or ""
        if self.proposal is None or not row.startswith("answer:"):
            return None
        return next((each for each in questions(self.now) if f"answer:{each.id}" == row), None)

    @property
    def service_here(self) -> str:
        """The service, as found, that the selected row belongs to; empty for a data store."""
        if self.candidate is not None:
            return self.candidate.name
        if self.fact is not None:
            return self.fact.service
        return self.question.id.rpartition(".")[0] if self.question is not None else ""
