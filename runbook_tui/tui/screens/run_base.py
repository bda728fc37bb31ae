"""What the parts of the run screen share: the runner, what is on the card, and what is being executed."""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from runbook_tui.files.problems import RunbookError
from runbook_tui.tui.content import lines
from runbook_tui.tui.messages import OutputWaiting, StepEnded, StepEvent
from runbook_tui.tui.screens.base import ActionScreen
from runbook_tui.tui.widgets.output_pane import OutputStore
from runbook_tui.tui.widgets.sheet import Paragraph

if TYPE_CHECKING:
    from runbook_tui.execution.errors import RecordFailed
    from runbook_tui.execution.runner import Runner
    from runbook_tui.tui.run_view import RunView
    from runbook_tui.tui.watched_run import SeenRun, WatchedRun


class RunBase(ActionScreen):
    """State of the run screen."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.runner: Runner | None = None
        self.watched: WatchedRun | None = None
        """The run of somebody else, while it is looked at."""
        self.executing: set[str] = set()
        """Ids of the steps that something is being done with; several may be."""
        self.rolling_back = False
        self.going_on = False
        """Whether steps are begun without a key for each."""
        self.halt = threading.Event()
        """Set to begin no further ones."""
        self.record_error: RecordFailed | None = None
        """Why the record cannot be written any more; nothing is done after that."""
        self.silent: dict[str, float] = {}
        """Seconds for which commands have printed nothing, where that is longer than expected; by step."""
        self.output = OutputStore()
        self.leaving = threading.Event()
        """Set when the app ends: the thread that follows a command lets go of it, the command goes on."""

    @property
    @abstractmethod
    def shown(self) -> str | None:
        """Id of the step on the card."""

    @abstractmethod
    def banner(self, text: str, style: str = "") -> None:
        """Say something above the panes until something else is said; empty takes it away."""

    @abstractmethod
    def view(self) -> RunView:
        """This moment of the run."""

    @abstractmethod
    def show(self, *, select: str | None = None) -> None:
        """Draw everything again; ``select`` is the step to put on the card."""

    @property
    def seen(self) -> SeenRun | None:
        """The run on screen, whoever executes it."""
        return self.runner or self.watched

    @property
    def run_now(self) -> Runner:
        """The runner; actions are refused until there is one."""
        assert self.runner is not None
        return self.runner

    def try_now(self, verb: Callable[[], object]) -> bool:
        """Use a verb of the runner that does not take long; False when it was refused."""
        from runbook_tui.execution.errors import RecordFailed

        try:
            verb()
        except RecordFailed as error:
            self.record_failed(error)
            return False
        except RunbookError as error:
            self.say(str(error), "warning")
            self.show()
            return False
        self.show(select=self._next_after())
        return True

    def _next_after(self) -> str | None:
        """The step to go to once the one on the card is done: the current one."""
        from runbook_tui.execution.model import DONE

        runner, shown = self.run_now, self.view().shown
        status = runner.state.statuses.get(shown or "")
        return runner.current() if status is not None and status.state in DONE else shown

    def record_failed(self, error: RecordFailed) -> None:
        """Tell where the checkpoints are now, and do nothing any more."""
        self.record_error = error
        self.show()
        self.tell("The record cannot be written", [Paragraph(lines(str(error)))], danger=True)

    def execute(self, step_id: str, verb: Callable[..., object], **more: object) -> None:
        """Let the runner do something that may take its time; the screen shows it as being executed.

        Args:
            step_id: of the step that it is about.
            verb: of the runner; called with the id, and with whom to tell what happens.
            more: further arguments of the verb.
        """
        do = partial(
            verb,
            step_id,
            on_output=self._on_output_of(step_id),
            on_event=self._on_event_of(step_id),
            stop=self.leaving,
            **more,
        )
        self.executing.add(step_id)
        self.output.clear(step_id)
        self._execute_in_background(step_id, do, partial(self.execute, step_id, verb, **more))
        self.show(select=step_id)

    @work(thread=True, exit_on_error=False, group="step", description="execute a step")
    def _execute_in_background(
        self, step_id: str, do: Callable[[], object], again: Callable[[], None]
    ) -> None:
        try:
            do()
        except RunbookError as error:
            self.post_message(StepEnded(step_id, error, again=again))
        except Exception as error:  # a bug: shown with its traceback by the thread of the app
            self.post_message(StepEnded(step_id, bug=error))
        else:
            self.post_message(StepEnded(step_id))

    def _on_output_of(self, step_id: str) -> Callable[[str], None]:
        """Takes a command's output in the thread that receives it."""

        def take(text: str) -> None:
            if self.output.add(step_id, text):
                self.post_message(OutputWaiting())

        return take

    def _on_event_of(self, step_id: str) -> Callable[[str], None]:
        """Takes what the runner says about a step in the thread that executes it."""

        def take(text: str) -> None:
            self.post_message(StepEvent(step_id, text))

        return take
