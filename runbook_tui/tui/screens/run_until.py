"""Going on without a key for each step, up to where a person is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work
from textual.content import Content

from runbook_tui.files.problems import RunbookError
from runbook_tui.text.terminal import plain
from runbook_tui.tui.content import QUIET
from runbook_tui.tui.dialogs.answers import Choice
from runbook_tui.tui.messages import OutputWaiting, StepEnded, StepEvent, StepStarted, Stopped
from runbook_tui.tui.screens.run_changes import ChangeActions
from runbook_tui.tui.widgets.sheet import Block, Gap, Paragraph

if TYPE_CHECKING:
    from runbook_tui.execution.happenings import Happening, Stop

_FAR = "far"

_WORDS = {
    "done": "Every step is done.",
    "until": "Stopped before {title}, as you asked.",
    "person": "{title} needs you.",
    "crossing": "Stopped before {title}, which cannot be rolled back: r runs it.",
    "repeat": "Stopped before {title}, which was done before and is not marked as safe to repeat.",
    "failed": "Stopped: {title} failed.",
    "unknown": "Stopped: nobody can know how {title} ended.",
    "stuck": "Stopped: steps are left, and none of them can start.",
    "left": "Stopped. What runs goes on.",
}


class RunUntil(ChangeActions):
    """The verb that executes many steps."""

    @work(group="dialog")
    async def do_until(self) -> None:
        """Ask how far, and go."""
        from runbook_tui.execution.model import DONE

        view = self.view()
        open_steps = [s for s in view.runbook.steps if view.state_of(s.id) not in DONE]
        cap = view.runbook.parallel
        body: list[Block] = [
            Paragraph(Content("It stops at a person, a failure and the point of no return in any case.")),
            Paragraph(
                Content.styled(f"At most {cap} at a time." if cap > 1 else "One after the other.", QUIET)
            ),
            Gap(),
        ]
        first = Choice(_FAR, "As far as it goes", "until a person is needed")
        before = [Choice(f"step:{s.id}", f"Before: {plain(s.title)}") for s in open_steps]
        choice = await self.choose("Run until …", body, [first, *before])
        if choice is not None and not self.view().why_not("until"):
            self.go_on(None if choice == _FAR else choice.removeprefix("step:"))

    def go_on(self, until: str | None) -> None:
        """Execute what is ready by itself; the screen goes along."""
        self.going_on = True
        self.halt.clear()
        self._go_on_in_background(until)
        self.show()

    @work(thread=True, exit_on_error=False, group="step", description="execute steps")
    def _go_on_in_background(self, until: str | None) -> None:
        from runbook_tui.execution.conductor import Conductor

        try:
            runner = self.run_now
            conductor = Conductor(
                runner, self._happened, cap=runner.runbook.parallel, until=until, leave=self.halt
            )
            stop = conductor.go()
        except RunbookError as error:
            self.post_message(Stopped(None, error))
        except Exception as error:  # a bug: shown with its traceback by the thread of the app
            self.post_message(StepEnded("", bug=error))
        else:
            self.post_message(Stopped(stop))

    def _happened(self, happening: Happening) -> None:
        """Hand on what the conductor tells, from its thread."""
        from runbook_tui.execution.happenings import Ended, Printed, Started, Told

        if isinstance(happening, Printed):
            if self.output.add(happening.step_id, happening.text):
                self.post_message(OutputWaiting())
        elif isinstance(happening, Started):
            self.output.clear(happening.step_id)
            self.post_message(StepStarted(happening.step_id))
        elif isinstance(happening, Told):
            self.post_message(StepEvent(happening.step_id, happening.text))
        elif isinstance(happening, Ended):
            self.post_message(StepEnded(happening.step_id))

    @on(StepStarted)
    def _started(self, event: StepStarted) -> None:
        self.executing.add(event.step_id)
        self.show(select=event.step_id)

    @on(Stopped)
    def _stopped(self, event: Stopped) -> None:
        from runbook_tui.execution.errors import RecordFailed

        self.going_on = False
        self.executing.clear()
        if self.leaving.is_set():
            return
        if isinstance(event.error, RecordFailed):
            self.record_failed(event.error)
        elif event.error is not None:
            self.show()
            self.say(str(event.error), "error")
        elif event.where is not None:
            self._tell_where(event.where)

    def _tell_where(self, stop: Stop) -> None:
        self.show(select=stop.step_id or self.run_now.current())
        title = self.view().title(stop.step_id or "")
        words = _WORDS.get(stop.halt.value, stop.text or "Stopped.")
        calm = {"done", "until", "person", "left"}
        self.say(words.replace("{title}", title), "information" if stop.halt.value in calm else "warning")
        if stop.halt.value == "drifted":
            self.do_drift()
        elif stop.halt.value == "unknown":
            self.do_resolve()
        elif stop.halt.value == "left":
            self.watch_again()
