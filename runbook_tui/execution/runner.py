"""Executing a runbook: the one object that the app and the command line use."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from runbook_tui.execution import commands, people
from runbook_tui.execution.actions import Watch
from runbook_tui.execution.attempts import crosses, run_step
from runbook_tui.execution.begin import begin_run
from runbook_tui.execution.course import course_of
from runbook_tui.execution.course_verbs import CourseVerbs
from runbook_tui.execution.errors import NotAllowed
from runbook_tui.execution.finish import Outcome, finish_run
from runbook_tui.execution.model import DONE, Phase, RollbackPlan, RunState, State, StepStatus
from runbook_tui.execution.operators import operator_name
from runbook_tui.execution.people import Checked, Resolution
from runbook_tui.execution.resume import take_up_run
from runbook_tui.execution.rollback import roll_back, rollback_plan
from runbook_tui.execution.runs import unfinished_runs
from runbook_tui.runbook.model import Runbook

_SHOWN_FIRST = (State.RUNNING, State.UNKNOWN, State.FAILED)


def _ignore(_: str) -> None:
    """Nobody looks on."""


class Runner(CourseVerbs):
    """One operator at one run. Made by :meth:`start` or :meth:`resume`; ends with :meth:`close`.

    :meth:`run`, :meth:`rollback`, :meth:`check` and a :meth:`confirm` of a step with a verify take as long as what they
    do; they may be called from a worker thread while other verbs come from another one. Every verb raises
    :class:`~runbook_tui.execution.errors.NotAllowed`, which says why, when it is not possible now, and
    :class:`~runbook_tui.execution.errors.RecordFailed` when the record cannot be written: then nothing more can be
    started, and commands that run go on under their shims.

    ``on_output`` gets clean text of a command, ``on_event`` one sentence. When ``stop`` is set, the verb returns and
    leaves the step running; :meth:`stop_command` is what ends a command.
    """

    @classmethod
    def start(
        cls,
        runbook_path: Path,
        *,
        rehearsal: bool = False,
        instructions: bool = False,
        operator: str | None = None,
        environment: str | None = None,
    ) -> Runner:
        """Begin a run of a runbook, in a folder of its own beside it.

        Args:
            runbook_path: the file; a copy of it is what runs, whatever happens to it later.
            rehearsal: nothing runs and no network is reached.
            instructions: nothing runs either: people do what each step says, and paste what they saw.
            operator: ``RUNBOOK_OPERATOR`` or the login name when left out.
            environment: instead of the one in the runbook.

        Raises:
            ProblemsError: the runbook has problems.
            RunbookError: questions in it are open, or it has errors; a rehearsal is possible all the same.
            RecordError, RecordFailed: the record cannot be made.
        """
        name = operator_name(operator)
        return cls(begin_run(runbook_path, name, environment, rehearsal=rehearsal, instructions=instructions))

    @classmethod
    def resume(
        cls,
        folder: Path,
        *,
        operator: str | None = None,
        repair: bool = False,
        accept_shorter: str = "",
        take_over: str = "",
    ) -> Runner:
        """Go on with a run. Steps that were running are watched again, or their result is found, or they are unknown.

        Args:
            folder: of the run.
            operator: as in :meth:`start`.
            repair: set a damaged last checkpoint aside.
            accept_shorter: the reason to go on though checkpoints are missing at the end.
            take_over: the reason to ask the process that executes it now to leave; what it runs goes on.

        Raises:
            HeldByAnother: somebody executes it.
            CorruptRecord: the record or its runbook was changed.
            RecordError: it cannot be opened.
            NotAllowed: it is finished.
        """
        name = operator_name(operator)
        return cls(
            take_up_run(folder, name, repair=repair, accept_shorter=accept_shorter, take_over=take_over)
        )

    @staticmethod
    def unfinished(runbook_path: Path, *, rehearsal: bool | None = None) -> list[Path]:
        """Folders of the runs of a runbook that can go on, the newest first.

        Args:
            runbook_path: of the runbook.
            rehearsal: only rehearsals, or only others.
        """
        return unfinished_runs(runbook_path, rehearsal=rehearsal)

    @property
    def runbook(self) -> Runbook:
        """The frozen runbook."""
        return self._session.runbook

    @property
    def folder(self) -> Path:
        """Of the run."""
        return self._session.folder

    @property
    def operator(self) -> str:
        """Who executes."""
        return self._session.operator

    @property
    def state(self) -> RunState:
        """The state now; a new value after every change."""
        return self._session.state

    def ready(self) -> tuple[str, ...]:
        """Ids of the steps that may start or wait for a person, in the order of the runbook."""
        state = self.state
        if state.finished is not None:
            return ()
        return tuple(step.id for step in self.runbook.steps if self._ready(step.id, state))

    def current(self) -> str | None:
        """The step to show: what runs, else what needs the operator, else the first that may start."""
        state = self.state
        if state.finished is not None:
            return None
        for wanted in _SHOWN_FIRST:
            for step_id, status in state.statuses.items():
                if status.state is wanted and (
                    wanted is not State.FAILED or self._needs_done(step_id, state)
                ):
                    return step_id
        return next(iter(self.ready()), None)

    def crosses(self, step_id: str) -> bool:
        """Whether this step would be the first that cannot be rolled back."""
        return crosses(self._session, self._session.step(step_id))

    def run(
        self,
        step_id: str,
        *,
        on_output: Callable[[str], None] = _ignore,
        on_event: Callable[[str], None] = _ignore,
        stop: threading.Event | None = None,
        past_no_return: bool = False,
        repeat: bool = False,
    ) -> StepStatus:
        """Run a step, run it again after it failed, or go on with one that was found running; to its end.

        Args:
            step_id: of a step whose needs are done. One that needs a person is confirmed or approved instead.
            on_output: gets what it prints.
            on_event: gets what happens.
            stop: when set, the step is left running and its status is returned.
            past_no_return: the operator knows that this is the first step that cannot be rolled back.
            repeat: the operator knows that it was done before and is not marked as safe to repeat.
        """
        watch = self._watch(step_id, on_output, on_event, stop)
        return run_step(self._session, step_id, watch, past_no_return=past_no_return, repeat=repeat)

    def confirm(
        self,
        step_id: str,
        *,
        note: str = "",
        result: str = "",
        on_output: Callable[[str], None] = _ignore,
        on_event: Callable[[str], None] = _ignore,
        stop: threading.Event | None = None,
    ) -> StepStatus:
        """A person did what a step says, or saw that it worked; a verify that needs nobody runs then, to its end.

        Args:
            step_id: of a step that waits for that.
            note: anything to remember.
            result: what the person saw printed, kept as the output of the step.
            on_output: gets what a verify prints.
            on_event: gets what happens.
            stop: when set, the verify is left to the next sitting.
        """
        watch = self._watch(step_id, on_output, on_event, stop)
        return people.confirm(self._session, step_id, note, watch, result=result)

    def approve(
        self,
        step_id: str,
        *,
        by: str | None = None,
        note: str = "",
        signature: Path | None = None,
        break_glass: str = "",
        on_output: Callable[[str], None] = _ignore,
        on_event: Callable[[str], None] = _ignore,
        stop: threading.Event | None = None,
    ) -> StepStatus:
        """A person decided that the run goes on. With ``approvals: 2`` it waits on for the second one.

        Args:
            step_id: of a step that waits for a decision.
            by: who approves, when that is not the operator.
            note: where and how they said so.
            signature: file with their signature over :meth:`approval_statement`.
            break_glass: the reason to go on without an approval that the rules accept.
            on_output: gets what a verify prints.
            on_event: gets what happens.
            stop: when set, the verify is left to the next sitting.
        """
        watch = self._watch(step_id, on_output, on_event, stop)
        return people.approve(
            self._session, step_id, note, watch, by=by, signature=signature, break_glass=break_glass
        )

    def decline(self, step_id: str, reason: str) -> StepStatus:
        """A person did not approve, or what they were to confirm is not so: the step failed."""
        return people.decline(self._session, step_id, reason)

    def skip(self, step_id: str, reason: str) -> StepStatus:
        """Leave a step out; see :meth:`skip_consequences` first."""
        return people.skip(self._session, step_id, reason)

    def skip_consequences(self, step_id: str) -> tuple[str, ...]:
        """Ids of the steps that wait for this one, directly or not, and are not done."""
        return people.skip_consequences(self._session, step_id)

    def mark_done(self, step_id: str, reason: str) -> StepStatus:
        """Say that a step was done in another way."""
        return people.mark_done(self._session, step_id, reason)

    def fail(self, step_id: str, reason: str) -> StepStatus:
        """Say that a step failed, whatever it looks like."""
        return people.fail(self._session, step_id, reason)

    def note(self, text: str, step_id: str | None = None) -> None:
        """Write something down."""
        people.note(self._session, text, step_id)

    def check(
        self,
        step_id: str,
        *,
        on_output: Callable[[str], None] = _ignore,
        on_event: Callable[[str], None] = _ignore,
        stop: threading.Event | None = None,
    ) -> Checked:
        """Try the verify of a step once, as evidence for a decision; the state stays as it is."""
        return people.check(self._session, step_id, self._watch(step_id, on_output, on_event, stop))

    def resolve_unknown(self, step_id: str, verdict: Resolution, reason: str) -> StepStatus:
        """Say how a step ended of which nobody can know it."""
        return people.resolve_unknown(self._session, step_id, verdict, reason)

    def rollback_plan(self) -> RollbackPlan:
        """What to undo, in which order, and where that ends."""
        return rollback_plan(self.runbook, self.state)

    def rollback(
        self,
        step_id: str,
        *,
        on_output: Callable[[str], None] = _ignore,
        on_event: Callable[[str], None] = _ignore,
        stop: threading.Event | None = None,
        confirmed: bool = False,
        note: str = "",
    ) -> StepStatus:
        """Undo a step, to its end.

        Args:
            step_id: one of the plan that nothing else of it needs.
            on_output: gets what the command prints.
            on_event: gets what happens.
            stop: when set, the rollback is left running.
            confirmed: a person undid it; needed for steps that the plan has as ``by_hand``.
            note: how; needed when it was undone in another way than the runbook says.
        """
        watch = self._watch(step_id, on_output, on_event, stop)
        return roll_back(self._session, step_id, watch, confirmed=confirmed, note=note)

    def stop_command(self, step_id: str) -> None:
        """End what a step does: TERM to the whole tree of its command, KILL after ten seconds.

        Returns at once; the step fails when it has ended. A wait or a verification ends as well.
        """
        session = self._session
        with session.lock:
            step = session.step(step_id)
            status = session.status(step_id)
            event = session.active.get(step_id)
            if event is None and status.state is not State.RUNNING:
                raise NotAllowed(f"nothing of {step_id} is running")
            session.told("stop-requested", step)
            if event is not None:
                event.set()
            elif status.phase in {Phase.ACTION, Phase.ROLLBACK}:
                commands.stop(course_of(session, step, status).assignment.job)

    def finish(self, outcome: Outcome, reason: str = "") -> None:
        """End the run; nothing can be done in it any more.

        Args:
            outcome: ``succeeded`` when every step is done, ``rolled_back`` when all that can be is undone, ``aborted``.
            reason: needed for ``aborted``.
        """
        finish_run(self._session, outcome, reason)

    def close(self) -> None:
        """Leave the run to others; commands go on under their shims. May be called twice."""
        self._session.close()

    def _ready(self, step_id: str, state: RunState) -> bool:
        status = state.statuses[step_id]
        if status.state is State.WAITING:
            return True
        return status.state is State.PENDING and self._needs_done(step_id, state)

    def _needs_done(self, step_id: str, state: RunState) -> bool:
        needs = self._session.steps[step_id].needs
        return all(need.step in state.statuses and state.statuses[need.step].state in DONE for need in needs)

    def _watch(
        self,
        step_id: str,
        on_output: Callable[[str], None],
        on_event: Callable[[str], None],
        stop: threading.Event | None,
    ) -> Watch:
        session = self._session
        return Watch(
            on_output,
            on_event,
            leave=lambda: session.leaving.is_set() or (stop is not None and stop.is_set()),
            cancelled=lambda: session.cancelled(step_id),
        )
