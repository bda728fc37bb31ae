"""Every way in which a terminal or a signal can end or stop line mode, in every state that it can be in."""

from __future__ import annotations

import resource
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from runbook_tui.execution.model import State
from runbook_tui.execution.runner import Runner
from runbook_tui.execution.runs import read_run
from runbook_tui.files.problems import RunbookError
from tests.end_to_end.held_terminal import HeldTerminal
from tests.end_to_end.test_signals import slowness

Show = Callable[[str], None]

_UNTIL = "until test -e go; do %s; done; echo ended"
STEPS = {
    "running": f'run: "{_UNTIL % "sleep 0.05"}"',
    "flooding": f'run: "{_UNTIL % "if test -e hush; then sleep 0.05; else seq 1 20000; fi"}"',
    "waiting": "wait: 1h",
    "gate": "approve: Go on?",
    "failed": 'run: "exit 7"',
    "pasting": 'run: "true"',
}
"""The one step of each state."""
STAYS = ("SIGINT", "ctrl+c", "ctrl+z")
ENDS = ("SIGTERM", "SIGHUP", "closed", "SIGQUIT", "SIGKILL")
STATUSES = {"SIGTERM": 143, "SIGHUP": 129, "closed": 129, "SIGQUIT": -3, "SIGKILL": -9}
TELLS = {"SIGTERM", "SIGHUP", "closed"}
COMMANDS = {"running", "flooding"}
LIMIT, BUSY = 1.0, 0.05
MENU = b"Interrupted"


@dataclass
class Figures:
    """What was seen of all cases."""

    seconds: list[float] = field(default_factory=list)
    restored: list[bool] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    recorded: int = 0
    resumed: int = 0


class Case:
    """One line-mode runner in one state, in a folder and on a terminal of its own."""

    def __init__(self, folder: Path, state: str, figures: Figures) -> None:
        self.state, self.figures, self.folder = state, figures, folder
        folder.mkdir(parents=True)
        self.path = folder / "release.yaml"
        step = f"{{id: step, title: Step, kind: deploy, {STEPS[state]}}}"
        self.path.write_text(f"runbook: 1\ntitle: R\nenvironment: staging\nsteps:\n  - {step}\n")
        self.terminal = HeldTerminal(folder)

    @property
    def run(self) -> Path:
        """The folder of the run."""
        return next(self.folder.glob("release.runs/*"))

    def open(self) -> None:
        """Bring it into the state."""
        terminal = self.terminal
        more = ["--instructions"] if self.state == "pasting" else []
        terminal.start("run", "release.yaml", "--plain", *more)
        if self.state in COMMANDS:
            terminal.see(b"[1/1]")
            terminal.until(lambda: self.status() is State.RUNNING, 30)
            if self.state == "flooding":
                terminal.see(b"12345")
        elif self.state == "waiting":
            terminal.see(b"waiting for 1h")
        else:
            terminal.see(b"number: ")
            if self.state == "pasting":
                terminal.press(b"1\n")
                terminal.see(b"single dot")
                terminal.press(b"a line\n")
        self.settle()

    def status(self) -> State:
        """Where the step stands, as the record has it."""
        try:
            return read_run(self.run).state.statuses["step"].state
        except (RunbookError, StopIteration):  # its first checkpoint is being written
            return State.PENDING

    def settle(self, quiet: float = 0.15, most: float = 3.0) -> None:
        """Let what was printed arrive."""
        ends = time.monotonic() + most
        while time.monotonic() < ends:
            before = len(self.terminal.received)
            self.terminal.read(quiet)
            if len(self.terminal.received) == before:
                return

    def happen(self, event: str) -> None:
        """Let something happen, and see what the runner does."""
        if event == "ctrl+z":
            self.stop_and_go_on()
        elif event in STAYS:
            self.ask(event)
        else:
            self.end(event)

    def ask(self, event: str) -> None:
        """The stop menu opens; nothing ends, and it goes on."""
        terminal = self.terminal
        since = len(terminal.received)
        if event == "SIGINT":
            terminal.send(signal.SIGINT)
        else:
            terminal.press(b"\x03")
        self.figures.seconds.append(terminal.see(MENU, b"number: ", since=since))
        self.figures.restored.append(not terminal.left_modes())
        if self.state == "flooding":  # nothing more is printed over the menu
            self.settle()
            since = len(terminal.received)
            terminal.read(0.3)
            assert terminal.received[since:] == b""
        since = len(terminal.received)
        terminal.press(b"1\n")
        if self.state not in {*COMMANDS, "waiting"}:
            terminal.see(b"single dot" if self.state == "pasting" else b"number: ", since=since)
        self.settle()

    def stop_and_go_on(self) -> None:
        """The shell takes the terminal, and gives it back."""
        terminal = self.terminal
        begun = time.monotonic()
        terminal.send(signal.SIGSTOP)  # what SIGTSTP does by default, but for a session without a shell
        terminal.until(lambda: terminal.state() == "T", 30)
        since = len(terminal.received)
        terminal.send(signal.SIGCONT)
        terminal.until(lambda: terminal.state() != "T", 30)
        if self.state in {"gate", "failed"}:
            terminal.see(b"number: ", since=since)  # the question is there again
        self.figures.seconds.append(time.monotonic() - begun)
        self.figures.restored.append(not terminal.left_modes())

    def quiet_enough(self) -> None:
        """After all that it has nothing to do."""
        (self.folder / "hush").touch()
        self.settle(quiet=0.7, most=20)
        self.figures.cpu.append(self.terminal.cpu(1.0))

    def end(self, event: str) -> None:
        """The runner ends."""
        terminal = self.terminal
        begun = time.monotonic()
        if event == "closed":
            terminal.hang_up()
        else:
            terminal.send(signal.Signals[event])
        terminal.until(terminal.ended, 30)
        self.figures.seconds.append(time.monotonic() - begun)
        assert terminal.process.returncode == STATUSES[event], (self.state, event, terminal.received[-900:])
        if event != "closed":
            self.figures.restored.append(not terminal.left_modes())
        self.look_at_the_record(event)

    def look_at_the_record(self, event: str) -> None:
        """It says what ended the sitting, and the run goes on from there."""
        points = read_run(self.run).checkpoints
        if event in TELLS:
            assert points[-1].kind == "interrupted", (self.state, event)
            wanted = {"SIGHUP", "the terminal is gone"} if event == "closed" else {event}
            assert points[-1].values["because"] in wanted
            self.figures.recorded += 1
        with _closing(Runner.resume(self.run)) as runner:
            if self.state in COMMANDS:
                assert runner.state.statuses["step"].state is State.RUNNING, (self.state, event)
                (self.folder / "go").touch()
                assert runner.run("step").state is State.SUCCEEDED, (self.state, event)
                assert runner.state.statuses["step"].attempts == 1
        self.figures.resumed += 1


class _closing:  # noqa: N801  # as contextlib has it
    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def __enter__(self) -> Runner:
        return self._runner

    def __exit__(self, *_: object) -> None:
        self._runner.close()


def sit(root: Path, state: str, events: tuple[str, ...], figures: Figures) -> None:
    """One runner that lives through some events, the last of which ends it."""
    case = Case(root / "-".join([state, *events]), state, figures)
    try:
        case.open()
        for event in events:
            if event not in STAYS and len(events) > 1:
                case.quiet_enough()
            case.happen(event)
    except BaseException as error:
        error.add_note(f"{state}: {', '.join(events)}")
        raise
    finally:
        (case.folder / "go").touch()
        case.terminal.close()


def sittings() -> Iterator[tuple[str, tuple[str, ...]]]:
    """What one runner can live through, each event once in each state."""
    for state in STEPS:
        yield state, (*STAYS, ENDS[0])
        yield from ((state, (event,)) for event in ENDS[1:])


@pytest.mark.timeout(400)
def test_signals_and_closed_terminals_in_every_state_of_line_mode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, show: Show
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("RUNBOOK_OPERATOR", "ann")
    limits = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, limits[1]))  # SIGQUIT leaves no core behind
    figures = Figures()
    try:
        pool = ThreadPoolExecutor(2)
        waiting = [pool.submit(sit, tmp_path, state, events, figures) for state, events in sittings()]
        for each in waiting:
            each.result()
    finally:
        pool.shutdown(cancel_futures=True)
        resource.setrlimit(resource.RLIMIT_CORE, limits)
    within = sum(seconds <= LIMIT for seconds in figures.seconds)
    show(
        f"line mode: cases={len(figures.seconds)} within_1s={within} worst={max(figures.seconds):.2f}s "
        f"restored={sum(figures.restored)}/{len(figures.restored)} recorded={figures.recorded} "
        f"resumed={figures.resumed} cpu_worst={max(figures.cpu):.1%}"
    )
    assert len(figures.seconds) == len(STEPS) * (len(STAYS) + len(ENDS))
    assert all(figures.restored)
    assert max(figures.cpu) < BUSY
    assert max(figures.seconds) <= LIMIT * slowness()
