"""One operator's place at a run in line mode: what was asked for, who is asked, what is printed."""

from __future__ import annotations

import os
import signal
import sys
import termios
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from runbook_tui.cli import prompts
from runbook_tui.cli.output import interactive, say
from runbook_tui.cli.plain_lines import Lines
from runbook_tui.cli.plain_signals import EndedBySignal, Interrupt, Signals
from runbook_tui.cli.prompts import INDENT, InputEnded
from runbook_tui.execution.conductor import Aids, Conductor
from runbook_tui.execution.happenings import Happening, Posted

if TYPE_CHECKING:
    from runbook_tui.cli.decisions import Decision
    from runbook_tui.execution.runner import Runner
    from runbook_tui.runbook.model import Step

T = TypeVar("T")

DONE, FAILED, PERSON_NEEDED, INTERRUPTED = 0, 1, 3, 130


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an operator asked for on the command line of a run."""

    rehearsal: bool = False
    instructions: bool = False
    """Nothing is executed; people do what the steps say and paste what they saw."""
    new: bool = False
    decisions: Path | None = None
    until: str | None = None
    operator: str | None = None
    jobs: int | None = None
    """Most steps at a time; None for what the runbook says."""
    break_glass: str = ""
    """Why a rule about approvals is overridden."""
    take_over: str = ""
    """Why the run is taken from whoever holds it."""
    accept_drift: str = ""
    """Why what moved since the run began is accepted."""


class Left(Exception):
    """The operator leaves; the exit status says how."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(status)


@dataclass(slots=True)
class Desk:
    """What every part of a sitting needs."""

    runner: Runner
    wishes: Wishes
    decisions: dict[str, Decision]
    signals: Signals
    after: str = ""
    """What follows when what runs has ended: ``roll back`` or ``abort``, chosen in the stop menu."""
    on_interrupt: Callable[[], None] = lambda: None
    """Opens the stop menu; returns when the operator goes on."""
    asks: bool = field(default_factory=interactive)
    """Whether there is somebody to ask."""
    lines: Lines = field(init=False)
    conductor: Conductor = field(init=False)

    def __post_init__(self) -> None:
        jobs = self.wishes.jobs or self.runner.runbook.parallel
        self.lines = Lines(self.runner, several=jobs > 1)
        self.conductor = Conductor(
            self.runner,
            self.hear,
            cap=jobs,
            until=self.wishes.until,
            holds=self._held,
            crosses=(lambda _: False) if self.asks else None,
        )

    def hear(self, happening: Happening) -> None:
        """Print what happened; see to signals."""
        if not isinstance(happening, Posted):
            self.lines.hear(happening)
        elif isinstance(happening.what, EndedBySignal):
            raise happening.what
        elif isinstance(happening.what, Interrupt):
            if not self.asks:
                raise KeyboardInterrupt
            self.lines.pause()
            self.on_interrupt()

    def do(self, step_id: str, verb: Callable[[Aids], T]) -> T:
        """Do one thing with a step that may take long; ctrl+c is heard meanwhile."""
        return self.conductor.do(step_id, verb)

    def decision(self, step: Step) -> Decision | None:
        """What somebody decided about a step beforehand."""
        return self.decisions.get(step.id)

    def choose(self, choices: Sequence[str]) -> str:
        """One of numbered choices."""
        return self.ask(lambda: prompts.choose(choices), f"{INDENT}number: ")

    def reason(self, prompt: str = "reason: ") -> str:
        """A line that is not empty."""
        return self.ask(lambda: prompts.reason(prompt), f"{INDENT}{prompt}")

    def line(self, prompt: str) -> str:
        """A line that may be empty."""
        return self.ask(lambda: prompts.ask(f"{INDENT}{prompt}"), f"{INDENT}{prompt}")

    def pasted(self, prompt: str) -> str:
        """Several lines."""
        return self.ask(lambda: prompts.paste(prompt, _MOST_PASTED))

    def ask(self, question: Callable[[], T], prompt: str = "", *, menu: bool = True) -> T:
        """Ask; ctrl+c opens the stop menu, and after that it is asked again.

        Args:
            question: reads what is typed.
            prompt: shown again when the program is continued after ctrl+z.
            menu: whether ctrl+c opens the menu; without it, it is raised.

        Raises:
            EndedBySignal: a signal ends the sitting, or the terminal is gone.
            KeyboardInterrupt: the input ended, or ctrl+c without a menu.
        """
        self.lines.pause()
        while True:
            forget_typed()
            try:
                with self.signals.prompt(prompt):
                    return question()
            except InputEnded:
                if terminal_gone():
                    raise EndedBySignal(signal.SIGHUP) from None
                raise
            except KeyboardInterrupt:
                say()
                if not menu:
                    raise
            self.on_interrupt()

    def refused(self, text: str) -> None:
        """Say why something is not possible."""
        say(f"{INDENT}{text}", "yellow")

    def _held(self, step: Step) -> bool:
        """A command that somebody decided to skip is not executed."""
        decision = self.decision(step)
        return decision is not None and decision.decision == "skip"


_MOST_PASTED = 1_000_000


def forget_typed() -> None:
    """Drop what was typed before the question was shown, such as the rest of a paste: it is no answer to it."""
    with suppress(OSError, ValueError, termios.error):
        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


def terminal_gone() -> bool:
    """Whether standard input was a terminal that is not there any more: a closed window, a dropped connection."""
    try:
        os.ttyname(sys.stdin.fileno())
    except (OSError, ValueError):
        return True
    return False
