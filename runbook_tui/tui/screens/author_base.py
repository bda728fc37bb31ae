"""What the parts of the author screen share: the document, the selected step, and what to do after an edit."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING

from runbook_tui.tui.screens.base import ActionScreen

if TYPE_CHECKING:
    from runbook_tui.runbook.document import RunbookDocument
    from runbook_tui.runbook.model import Runbook, Step


class AuthorBase(ActionScreen):
    """State of the author screen."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.document: RunbookDocument | None = None

    @property
    def runbook(self) -> Runbook:
        """The runbook as it is edited.

        Raises:
            AssertionError: it is not read yet; actions are refused until then.
        """
        assert self.document is not None
        return self.document.runbook

    @property
    @abstractmethod
    def selected(self) -> str | None:
        """Id of the selected step."""

    @property
    def step(self) -> Step | None:
        """The selected step."""
        if self.document is None or self.selected is None:
            return None
        return next((step for step in self.runbook.steps if step.id == self.selected), None)

    @abstractmethod
    def read(self) -> None:
        """Read the file, in the background."""

    @abstractmethod
    def edited(self, *, select: str | None = None) -> None:
        """Draw everything again after an edit; ``select`` is the step to select then."""

    def ids(self) -> list[str]:
        """Ids of all steps, in order."""
        return [step.id for step in self.runbook.steps]
