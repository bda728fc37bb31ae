"""What steps print and say while they are executed, and what is known when they end."""

from __future__ import annotations

from textual import on

from runbook_tui.execution.model import DONE, State
from runbook_tui.tui.content import line
from runbook_tui.tui.messages import Evidence, OutputWaiting, StepEnded, StepEvent
from runbook_tui.tui.screens.base import Severity
from runbook_tui.tui.screens.run_opening import OpeningRun
from runbook_tui.tui.widgets.output_pane import OutputPane

_FRAME = 1 / 60
"""Output is drawn at most this often, in seconds."""


class RunOutput(OpeningRun):
    """Takes what the threads that follow steps have to say."""

    _draining = False

    @on(OutputWaiting)
    def _output_waits(self) -> None:
        if not self._draining:
            self._draining = True
            self.set_timer(_FRAME, self._drain)

    def _drain(self) -> None:
        self._draining = False
        pane = self.query_one(OutputPane)
        for step_id, text in self.output.take().items():
            pane.append(step_id, text)

    def show_output(self) -> None:
        """Show the output of the step on the card: what came, else what its file has."""
        pane, step_id = self.query_one(OutputPane), self.shown
        if step_id is None or self.seen is None:
            return
        self._output_of = step_id
        self._drain()
        text = self.output.text(step_id)
        status = self.seen.state.statuses.get(step_id)
        if not text and status is not None:
            from runbook_tui.tui.past_output import read_output

            text = read_output(self.seen.folder, status)
        pane.show_step(step_id, text)
        pane.border_subtitle = line(status.output).plain if status and status.output else ""

    @on(StepEvent)
    def _said(self, event: StepEvent) -> None:
        self.output.add(event.step_id, f"── {line(event.text).plain}\n")
        self._output_waits()

    @on(Evidence)
    def _has_evidence(self, event: Evidence) -> None:
        self.executing.discard(event.step_id)
        self.show(select=event.step_id)
        self.ask_what_happened(event.text)

    @on(StepEnded)
    def _ended(self, event: StepEnded) -> None:
        from runbook_tui.execution.errors import Drifted, RecordFailed

        self.executing.discard(event.step_id)
        if event.bug is not None:
            raise event.bug
        if self.leaving.is_set():
            return
        if isinstance(event.error, RecordFailed):
            self.record_failed(event.error)
            return
        if isinstance(event.error, Drifted) and event.again is not None:
            self.show()
            self.drifted(event.error.drifts, event.again)
            return
        if event.error is not None:
            self.say(str(event.error), "warning")
        status = self.run_now.state.statuses[event.step_id]
        if self.rolling_back:
            self.after_undoing(event.step_id)
            return
        follow = self.shown == event.step_id and status.state in DONE
        self.show(select=self.run_now.current() if follow else None)
        if self.shown != event.step_id and not follow:
            self._tell_end_elsewhere(event.step_id)
        elif status.state is State.UNKNOWN:
            self.do_resolve()

    def look_for_silence(self) -> None:
        """Find commands that print nothing for longer than their steps expect; they are pointed out, not ended."""
        runner = self.runner
        self.silent.clear()
        for step_id in self.executing if runner is not None else ():
            assert runner is not None
            quiet = runner.quiet_for(step_id)
            if quiet is not None and quiet >= runner.runbook.step(step_id).silent_after:
                self.silent[step_id] = quiet

    def _tell_end_elsewhere(self, step_id: str) -> None:
        """A step ended that is not on the card."""
        from runbook_tui.tui.status import look

        view = self.view()
        state = view.state_of(step_id)
        severity: Severity = "information" if state in DONE else "warning"
        self.say(f"{view.title(step_id)}: {look(state).word}", severity)
