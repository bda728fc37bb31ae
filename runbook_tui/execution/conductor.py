"""Executes what is ready, within its needs, several steps at a time; stops where a person has to look.

Steps start in the order of the runbook. Neighbours that do not wait for each other may overlap; none starts beyond the
first step that needs a person, so what happens does not depend on how fast the others are. With a cap of one, one step
runs after the other.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypedDict, TypeVar

from runbook_tui.execution.errors import Drifted, RecordError, RecordFailed
from runbook_tui.execution.happenings import (
    Ended,
    Halt,
    Happening,
    Posted,
    Printed,
    Quiet,
    Started,
    Stop,
    Told,
)
from runbook_tui.execution.model import DONE, NOT_SAFE, State
from runbook_tui.files.problems import RunbookError
from runbook_tui.runbook.graph import prerequisites

if TYPE_CHECKING:
    from runbook_tui.execution.runner import Runner
    from runbook_tui.runbook.model import Step

T = TypeVar("T")

_TICK = 0.5
"""Seconds between two looks at what is silent, and at whether to leave."""
_LEAVING = 0.5
"""Seconds that threads get to notice that nobody watches any more."""
_INTENT = 0.3
"""Seconds that a step gets to write down its intent before the next one starts; keeps the record in order."""
_MOST_WAITING = 32
"""Pieces of output that wait for a listener which is busy, such as a person in a menu."""
_PATIENCE = 1.0
"""Seconds that a command's output waits for room before it is left out."""


class Aids(TypedDict):
    """What every long verb of a runner takes."""

    on_output: Callable[[str], None]
    on_event: Callable[[str], None]
    stop: threading.Event


@dataclass(slots=True)
class _Work:
    """One verb in a thread of its own."""

    step_id: str
    stop: threading.Event = field(default_factory=threading.Event)
    result: object = None
    error: BaseException | None = None
    ended: bool = False
    behind: int = 0
    """Characters of output that were left out."""
    flagged: int = 0
    """How often it was told that the command is silent."""


class Conductor:
    """Executes steps of a run in threads, and tells the caller's thread what happens.

    :meth:`go`, :meth:`do` and the listener belong to one thread; :meth:`post` may be called from any, and from a
    signal handler.
    """

    def __init__(
        self,
        runner: Runner,
        listener: Callable[[Happening], None],
        *,
        cap: int = 1,
        until: str | None = None,
        holds: Callable[[Step], bool] = lambda _: False,
        crosses: Callable[[Step], bool] | None = None,
        leave: threading.Event | None = None,
    ) -> None:
        """
        Args:
            runner: of the run.
            listener: called from the thread that is in :meth:`go` or :meth:`do`. What it raises ends them.
            cap: most steps at a time.
            until: id of a step; neither it nor anything that stands behind it starts.
            holds: says of which steps the caller takes care itself.
            crosses: whether the first step that cannot be rolled back may start; by default an approval that it needs
                has to be given.
            leave: when set, everything is left as it is, and commands go on.
        """
        self._runner = runner
        self._listener = listener
        self._cap = max(1, cap)
        self._until = until
        self._holds = holds
        self._crosses = crosses or self.approved
        self._leave = leave or threading.Event()
        self._queue: SimpleQueue[Happening | _Work | None] = SimpleQueue()
        self._posts: SimpleQueue[object] = SimpleQueue()
        """What is told before any output that waits."""
        self._works: dict[str, _Work] = {}
        self._looked = 0.0
        ids = [step.id for step in runner.runbook.steps]
        self._behind = frozenset(ids[ids.index(until) :] if until is not None else ())

    @property
    def busy(self) -> tuple[str, ...]:
        """Ids of the steps that something is being done with."""
        return tuple(self._works)

    def approved(self, step: Step) -> bool:
        """Whether a step needs an approval, and it was given; one that was skipped was not."""
        statuses = self._runner.state.statuses
        needed = (self._runner.runbook.step(need.step) for need in step.needs)
        return any(need.approve is not None and statuses[need.id].state is State.SUCCEEDED for need in needed)

    def post(self, what: object) -> None:
        """Hand something to the listener, before whatever else waits for it."""
        self._posts.put(what)
        self._queue.put(None)

    def go(self) -> Stop:
        """Execute until nothing more may start by itself, and what runs has ended.

        Raises:
            RecordFailed: the record cannot be written; nothing further was started.
            RunClosed: the run was closed.
        """
        refused: Stop | None = None
        try:
            while True:
                stop = self._start_what_may(refused)
                if not self._works:
                    return stop
                ended = self._wait()
                if ended is not None:
                    refused = refused or self._refused(ended)
                    if ended.error is None:
                        self._listener(Ended(ended.step_id, self._runner.state.statuses[ended.step_id]))
        except BaseException:
            self._abandon()
            raise

    def do(self, step_id: str, verb: Callable[[Aids], T]) -> T:
        """Do one thing with a step, to its end, while the listener hears of it.

        Args:
            step_id: of the step.
            verb: gets what long verbs of a runner take as arguments.

        Raises:
            Exception: whatever the verb raises.
        """
        found: list[T] = []
        work = self._begin(step_id, lambda aids: found.append(verb(aids)))
        try:
            while self._works.get(step_id) is work:
                self._wait()
        except BaseException:
            self._abandon()
            raise
        if work.error is not None:
            raise work.error
        return found[0]

    def _start_what_may(self, refused: Stop | None) -> Stop:
        """Start what may; why nothing further does."""
        while True:
            state = self._runner.state
            if self._leave.is_set():
                for work in self._works.values():
                    work.stop.set()
                return Stop(Halt.LEFT)
            if state.finished is not None:
                return Stop(Halt.DONE)
            if (found := self._found_running()) is not None:
                self._start(found)
                continue
            stop = refused or self._trouble() or self._next()
            if stop.halt is not Halt.DONE or stop.step_id is None or len(self._works) >= self._cap:
                return stop
            self._start(stop.step_id)

    def _found_running(self) -> str | None:
        """A step that runs though no thread watches it: it was found so when the run was taken up."""
        for step_id, status in self._runner.state.statuses.items():
            if status.state is State.RUNNING and step_id not in self._works:
                return step_id
        return None

    def _trouble(self) -> Stop | None:
        """A step whose end somebody has to look at; it keeps others from starting."""
        statuses = self._runner.state.statuses
        for state, halt in ((State.UNKNOWN, Halt.UNKNOWN), (State.FAILED, Halt.FAILED)):
            for step_id, status in statuses.items():
                if status.state is state and step_id not in self._works:
                    first = self._asked_first(step_id) if state is State.FAILED else None
                    return first or Stop(halt, step_id)
        return None

    def _asked_first(self, step_id: str) -> Stop | None:
        """A step before a failed one that a person has to see to: its command was changed, and approvals are void."""
        before = prerequisites(self._runner.runbook.steps, step_id)
        ready = [other for other in self._runner.ready() if other in before]
        halt = self._why_not(self._runner.step(ready[0])) if ready else None
        return Stop(halt, ready[0]) if halt is not None else None

    def _next(self) -> Stop:
        """The next step that may start, as one that is ``DONE`` but for being executed; or why there is none."""
        ready = [step_id for step_id in self._runner.ready() if step_id not in self._works]
        if ready:
            step = self._runner.runbook.step(ready[0])
            halt = self._why_not(step)
            return Stop(halt or Halt.DONE, step.id)
        open_steps = [s for s, status in self._runner.state.statuses.items() if status.state not in DONE]
        return Stop(Halt.STUCK if open_steps else Halt.DONE)

    def _why_not(self, step: Step) -> Halt | None:
        state = self._runner.state
        if step.id in self._behind and state.statuses[self._until or step.id].state not in DONE:
            return Halt.UNTIL
        if self._holds(step):
            return Halt.HELD
        if step.manual or state.instructions or state.statuses[step.id].state is State.WAITING:
            return Halt.PERSON
        if NOT_SAFE in state.statuses[step.id].flags and not state.rehearsal:
            return Halt.REPEAT
        if self._runner.crosses(step.id) and not self._crosses(step):
            return Halt.CROSSING
        return None

    def _start(self, step_id: str) -> None:
        before = self._runner.state.statuses[step_id]
        self._listener(Started(step_id))
        work = self._begin(step_id, lambda aids: self._runner.run(step_id, past_no_return=True, **aids))
        ends = time.monotonic() + (_INTENT if self._cap > 1 else 0.0)
        while not work.ended and self._runner.state.statuses[step_id] is before and time.monotonic() < ends:
            time.sleep(0.001)

    def _begin(self, step_id: str, verb: Callable[[Aids], object]) -> _Work:
        work = _Work(step_id)
        aids = Aids(
            on_output=lambda text: self._print(work, text),
            on_event=lambda text: self._queue.put(Told(step_id, text)),
            stop=work.stop,
        )

        def carry() -> None:
            try:
                work.result = verb(aids)
            except BaseException as error:
                work.error = error
            self._tell_left_out(work)
            work.ended = True
            self._queue.put(work)

        self._works[step_id] = work
        threading.Thread(target=carry, name=f"step {step_id}", daemon=True).start()
        return work

    def _print(self, work: _Work, text: str) -> None:
        """Hand on output; when the listener does not keep up, leave some out, as it is all in the output file."""
        ends = time.monotonic() + (0.0 if work.behind else _PATIENCE)
        while self._queue.qsize() >= _MOST_WAITING:
            if time.monotonic() >= ends or work.stop.is_set():
                work.behind += len(text)
                return
            time.sleep(0.01)
        self._tell_left_out(work)
        self._queue.put(Printed(work.step_id, text))

    def _tell_left_out(self, work: _Work) -> None:
        if work.behind:
            self._queue.put(
                Printed(work.step_id, f"\n[{work.behind} characters are not shown; see its output file]\n")
            )
            work.behind = 0

    def _wait(self) -> _Work | None:
        """Tell of one thing that happened, or look around after a while; the work that ended, if one did."""
        self._look_for_silence()
        try:
            happened = self._queue.get(timeout=_TICK)
        except Empty:
            happened = None
        while not self._posts.empty():
            self._listener(Posted(self._posts.get()))
        if isinstance(happened, _Work):
            self._works.pop(happened.step_id, None)
            return happened
        if happened is not None:
            self._listener(happened)
        return None

    def _refused(self, work: _Work) -> Stop | None:
        """What a step that ended means for the others."""
        if work.error is not None:
            dead = isinstance(work.error, (RecordFailed, RecordError))
            if dead or not isinstance(work.error, RunbookError):
                raise work.error
            halt = Halt.DRIFTED if isinstance(work.error, Drifted) else Halt.REFUSED
            return Stop(halt, work.step_id, str(work.error))
        status = self._runner.state.statuses[work.step_id]
        return Stop(Halt.LEFT) if status.state is State.RUNNING else None

    def _look_for_silence(self) -> None:
        now = time.monotonic()
        if now - self._looked < _TICK:
            return
        self._looked = now
        for work in self._works.values():
            seconds = self._runner.quiet_for(work.step_id)
            if seconds is None:
                continue
            times = int(seconds // self._runner.runbook.step(work.step_id).silent_after)
            if times > work.flagged:
                self._listener(Quiet(work.step_id, seconds))
            work.flagged = times

    def _abandon(self) -> None:
        """Leave everything as it is; commands go on."""
        for work in self._works.values():
            work.stop.set()
        ends = time.monotonic() + _LEAVING
        while any(not work.ended for work in self._works.values()) and time.monotonic() < ends:
            time.sleep(0.005)
        self._works.clear()
