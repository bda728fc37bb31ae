"""Messages from background work to the screens: workers only post them, handlers change what is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from runbook_tui.authoring.draft import Written
    from runbook_tui.authoring.review import Review
    from runbook_tui.discovery.proposal import Proposal
    from runbook_tui.execution.errors import HeldByAnother
    from runbook_tui.execution.happenings import Stop
    from runbook_tui.files.problems import RunbookError
    from runbook_tui.runbook.document import RunbookDocument
    from runbook_tui.runbook.model import Runbook


class DocumentRead(Message):
    """The runbook file was read."""

    def __init__(self, document: RunbookDocument) -> None:
        super().__init__()
        self.document = document


class NotRead(Message):
    """The runbook cannot be read, or the run cannot be opened."""

    def __init__(self, error: RunbookError) -> None:
        super().__init__()
        self.error = error


class Rendered(Message):
    """The document, or one step of it, was rendered for a tab."""

    def __init__(self, runbook: Runbook, tab: str, step_id: str, text: str) -> None:
        super().__init__()
        self.runbook = runbook
        self.tab = tab
        self.step_id = step_id
        self.text = text


class Planned(Message):
    """A new plan is in the runbook file."""

    def __init__(self, written: Written) -> None:
        super().__init__()
        self.written = written


class Reviewed(Message):
    """The migrations of the release were read."""

    def __init__(self, review: Review) -> None:
        super().__init__()
        self.review = review


class ReviewFailed(Message):
    """The migrations of the release cannot be read."""

    def __init__(self, error: RunbookError) -> None:
        super().__init__()
        self.error = error


class Discovered(Message):
    """A folder was looked through."""

    def __init__(self, proposal: Proposal) -> None:
        super().__init__()
        self.proposal = proposal


class Discovering(Message):
    """What is being looked at now; a newer one says more."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what

    def can_replace(self, message: Message) -> bool:
        """Whether a waiting message can be dropped for this one."""
        return isinstance(message, Discovering)


class DiscoveryFailed(Message):
    """A folder cannot be looked through."""

    def __init__(self, error: RunbookError) -> None:
        super().__init__()
        self.error = error


class PlanFailed(Message):
    """There is no new plan."""

    def __init__(self, error: RunbookError) -> None:
        super().__init__()
        self.error = error


class RunOpened(Message):
    """A run was started or taken up again."""

    def __init__(self, resumed: bool) -> None:
        super().__init__()
        self.resumed = resumed


class OutputWaiting(Message):
    """A command has printed something; several of these are as good as one."""

    def can_replace(self, message: Message) -> bool:
        """Whether a waiting message can be dropped for this one."""
        return isinstance(message, OutputWaiting)


class StepEvent(Message):
    """Something worth saying happened inside a step."""

    def __init__(self, step_id: str, text: str) -> None:
        super().__init__()
        self.step_id = step_id
        self.text = text


class StepEnded(Message):
    """A step is no longer being executed."""

    def __init__(
        self,
        step_id: str,
        error: RunbookError | None = None,
        *,
        again: Callable[[], None] | None = None,
        bug: Exception | None = None,
    ) -> None:
        """
        Args:
            step_id: of the step.
            error: why nothing was done.
            again: does the same once more.
            bug: a defect of the app.
        """
        super().__init__()
        self.again = again
        self.step_id = step_id
        self.error = error
        self.bug = bug


class Held(Message):
    """Somebody else executes the run."""

    def __init__(self, folder: Path, error: HeldByAnother) -> None:
        super().__init__()
        self.folder = folder
        self.error = error


class Watched(Message):
    """The run that is watched went on, or cannot be read: ``problem`` says why."""

    def __init__(self, problem: str) -> None:
        super().__init__()
        self.problem = problem


class StepStarted(Message):
    """A step was begun without a key for it."""

    def __init__(self, step_id: str) -> None:
        super().__init__()
        self.step_id = step_id


class Stopped(Message):
    """Nothing further is begun without a key: where that stopped, or why nothing can be done."""

    def __init__(self, stop: Stop | None, error: RunbookError | None = None) -> None:
        super().__init__()
        self.where = stop
        self.error = error


class Evidence(Message):
    """What the verify of a step says whose outcome is unknown."""

    def __init__(self, step_id: str, text: str) -> None:
        super().__init__()
        self.step_id = step_id
        self.text = text
