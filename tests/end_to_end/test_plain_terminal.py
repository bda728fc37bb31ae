"""Line mode in a real terminal: every question is a list of numbers or a line, and every verb does what it says."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runbook_tui.execution.framing import Checkpoint
from runbook_tui.execution.model import State
from runbook_tui.execution.runner import Runner
from runbook_tui.execution.runs import read_run
from tests.end_to_end.terminal import Terminal

Begin = Callable[..., "Sitting"]

FAILS = """
- {id: first, title: First, kind: deploy, run: "echo first >> log", rollback: {run: "echo undone >> log"}}
- id: bad
  title: Bad
  kind: deploy
  run: "test -e mended"
  needs: [{step: first, because: it is first}]
- {id: last, title: Last, kind: deploy, run: "echo last >> log", needs: [{step: bad, because: so}]}
"""
GATE = """
- {id: go, title: Go, kind: gate, approve: "May we?"}
- {id: drop, title: Drop, kind: migrate, run: "touch dropped", needs: [{step: go, because: it is asked}]}
"""
HEAD = "runbook: 1\ntitle: Release\nenvironment: staging\n"


class Sitting:
    """Somebody at a terminal."""

    def __init__(self, runbook_command: str, folder: Path, *options: str, editor: str = "") -> None:
        self.folder = folder
        environment = {"RUNBOOK_OPERATOR": "ann", "NO_COLOR": "1", "SHELL": "/bin/sh", "EDITOR": editor}
        environment |= {"XDG_STATE_HOME": str(folder / "state"), "VISUAL": "", "PS1": "shell> ", "ENV": ""}
        command = [runbook_command, "run", "release.yaml", "--plain", *options]
        self.terminal = Terminal(command, cwd=folder, env=environment, rows=120)
        self._seen = 0

    @property
    def run(self) -> Path:
        return next(self.folder.glob("release.runs/*"))

    @property
    def points(self) -> tuple[Checkpoint, ...]:
        return read_run(self.run).checkpoints

    def state(self, step_id: str) -> State:
        return read_run(self.run).state.statuses[step_id].state

    def new(self) -> str:
        """What was printed since something was typed last."""
        return self.terminal.text[self._seen :]

    def see(self, *words: str) -> str:
        """Wait for words that were not there when something was typed last."""
        self.terminal.wait_for(lambda _: all(word in self.new() for word in words))
        return self.new()

    def choose(self, choice: str) -> None:
        """Type the number of a choice."""
        shown = self.see(f". {choice}", "number:")
        found = re.findall(rf"^ +(\d+)\. {re.escape(choice)} *$", shown, re.MULTILINE)
        self.type(found[-1])

    def answer(self, question: str, text: str) -> None:
        """Type a line after a question."""
        self.see(question)
        self.type(text)

    def type(self, text: str) -> None:
        self.terminal.settle(0.15)
        self._seen = len(self.terminal.text.rstrip())
        self.terminal.press(f"{text}\r")

    def ended(self) -> int:
        return self.terminal.wait_for_exit()


@pytest.fixture
def begin(tmp_path: Path, runbook_command: str) -> Iterator[Begin]:
    """Begins to execute a runbook with these steps in a terminal, or goes on with its run."""
    sittings: list[Sitting] = []

    def start(steps: str = "", *options: str, head: str = "", editor: str = "") -> Sitting:
        if steps:
            lines = "\n".join(f"  {line}" for line in steps.strip("\n").splitlines())
            (tmp_path / "release.yaml").write_text(f"{HEAD}{head}steps:\n{lines}\n")
        sittings.append(Sitting(runbook_command, tmp_path, *options, editor=editor))
        return sittings[-1]

    yield start
    for sitting in sittings:
        sitting.terminal.__exit__()


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_retry_after_it_was_mended_in_a_shell(begin: Begin, tmp_path: Path) -> None:
    sitting = begin(FAILS)
    sitting.choose("shell")
    sitting.answer("shell> ", "echo $RUNBOOK_STEP in $PWD; touch mended; exit")
    assert f"bad in {tmp_path}" in sitting.see("back from the shell")
    sitting.choose("retry")
    assert sitting.ended() == 0
    notes = [str(point.values["text"]) for point in sitting.points if point.kind == "note"]
    assert len(notes) == 1
    assert "a shell" in notes[0]
    assert (tmp_path / "log").read_text() == "first\nlast\n"


def test_edit_and_retry_with_an_editor_and_with_a_typed_line(begin: Begin) -> None:
    sitting = begin(FAILS, editor="sed -i s/mended/release.yaml/")
    sitting.choose("edit and retry")
    sitting.answer("why the command is another one: ", "the file has another name")
    assert sitting.ended() == 0
    edited = [point.values for point in sitting.points if point.kind == "step-edited"]
    assert [(values["command"], values["reason"]) for values in edited] == [
        ("test -e release.yaml", "the file has another name")
    ]


def test_a_typed_command_and_one_that_was_not_changed(begin: Begin) -> None:
    sitting = begin(FAILS)
    sitting.choose("edit and retry")
    sitting.answer("$ ", "test -e mended")
    sitting.see("the command was not changed")
    sitting.choose("edit and retry")
    sitting.answer("$ ", "true")
    sitting.answer("another one: ", "it is fine")
    assert sitting.ended() == 0


def test_a_skip_tells_first_what_waits_for_it(begin: Begin) -> None:
    sitting = begin(FAILS)
    sitting.choose("skip")
    assert "these steps wait for it: last" in sitting.see("reason: ")
    sitting.type("not today")
    assert sitting.ended() == 0
    assert sitting.state("bad") is State.SKIPPED


def test_note_mark_as_done_and_what_is_not_possible(begin: Begin) -> None:
    sitting = begin(FAILS)
    sitting.see("number:")
    sitting.type("0")
    sitting.answer("a number from 1 to 11 is needed", "999999999999999999999999")
    sitting.answer("a number from 1 to 11 is needed", "²")
    sitting.see("a number from 1 to 11 is needed")
    sitting._seen = 0
    sitting.choose("note")
    sitting.answer("note: ", "the disk was full")
    sitting.choose("mark as done")
    sitting.answer("reason: ", "done by hand")
    assert sitting.ended() == 0
    assert [p.values["text"] for p in sitting.points if p.kind == "note"] == ["the disk was full"]


def test_rewind_tells_what_is_reset_and_asks_before_a_step_is_done_twice(
    begin: Begin, tmp_path: Path
) -> None:
    sitting = begin(FAILS)
    sitting.choose("rewind")
    sitting.choose("go back to first")
    assert "reset first (not safe to repeat)" in sitting.see("reset bad", "number:")
    sitting.choose("go back to first")
    sitting.answer("reason: ", "the first one was wrong")
    sitting.choose("execute it again")
    sitting.see("[2/3] bad", "it was done before")
    sitting.choose("execute it again")
    sitting.choose("edit and retry")
    sitting.see("$ ")
    sitting.type("test -e mended")
    sitting.see("not changed")
    sitting.choose("pause")
    assert sitting.ended() == 1
    assert (tmp_path / "log").read_text() == "first\nfirst\n"
    assert [point.kind for point in sitting.points].count("rewound") == 1


def test_roll_back(begin: Begin, tmp_path: Path) -> None:
    sitting = begin(FAILS)
    sitting.choose("roll back")
    assert "undo first" in sitting.see("number:")
    sitting.choose("undo these steps in this order")
    sitting.answer("how it was undone: ", "nothing was there")  # bad has no rollback of its own
    assert sitting.ended() == 1
    assert read_run(sitting.run).state.finished == "rolled_back"
    assert (tmp_path / "log").read_text() == "first\nundone\n"


def test_hand_over_and_who_goes_on_is_told(begin: Begin, tmp_path: Path) -> None:
    sitting = begin(FAILS)
    sitting.choose("hand over")
    sitting.answer("who goes on: ", "priya")
    sitting.answer("what they have to know: ", "the file is missing")
    assert sitting.ended() == 0
    (tmp_path / "mended").touch()
    stranger = begin()
    assert "was handed over to priya; go on as priya" in stranger.see("with a reason")
    assert stranger.ended() == 1
    again = begin("", "--operator", "priya")
    assert "ann handed it over to priya" in again.see("number:")
    again.choose("abort")
    again.choose("abort the run")
    again.answer("reason: ", "an incident")
    assert again.ended() == 1
    state = read_run(again.run).state
    assert (state.finished, state.finished_reason) == ("aborted", "an incident")


def test_who_executes_does_not_approve(begin: Begin) -> None:
    sitting = begin(GATE)
    sitting.choose("approve")
    assert "somebody other than ann" in sitting.see("number:")
    sitting.choose("somebody else approved, and told me")
    sitting.answer("who approved it: ", "ann")
    sitting.answer("how you know: ", "myself")
    assert "somebody other than ann, who executes the run" in sitting.see("number:")
    sitting.choose("approve")
    sitting.choose("somebody else approved, and told me")
    sitting.answer("who approved it: ", "maria")
    sitting.answer("how you know: ", "in the channel")
    assert sitting.ended() == 0
    (approved,) = [point.values for point in sitting.points if point.kind == "step-approved"]
    assert (approved["by"], approved["how"], approved["note"]) == ("maria", "told", "in the channel")


def test_a_changed_command_is_approved_again(begin: Begin, tmp_path: Path) -> None:
    sitting = begin(GATE.replace("touch dropped", "exit 3"), head="approval: {separate: false}\n")
    sitting.choose("approve")
    sitting.choose("edit and retry")
    sitting.answer("$ ", "touch dropped")
    sitting.answer("another one: ", "the old one was wrong")
    assert "go is asked again first" in sitting.see("[1/2] go", "number:")
    sitting.choose("approve")
    sitting.choose("retry")
    assert sitting.ended() == 0
    assert (tmp_path / "dropped").exists()


def test_the_point_of_no_return_takes_the_name_of_the_environment(begin: Begin, tmp_path: Path) -> None:
    steps = '- {id: drop, title: D, kind: migrate, run: "touch dropped", reversible: false}'
    sitting = begin(steps)
    assert "POINT OF NO RETURN" in sitting.see("type staging to go on")
    sitting.type("yes")
    assert sitting.ended() == 3
    assert not (tmp_path / "dropped").exists()
    again = begin()
    again.answer("type staging to go on", "staging")
    assert again.ended() == 0
    assert (tmp_path / "dropped").exists()


def test_a_gate_is_passed_under_broken_glass(begin: Begin) -> None:
    sitting = begin(GATE)
    sitting.choose("approve")
    sitting.choose("approve without a second person (break glass)")
    sitting.answer("why it cannot wait: ", "production is down, nobody answers")
    assert sitting.ended() == 0
    assert read_run(sitting.run).state.broken_glass == ("production is down, nobody answers",)


def test_a_signed_approval(begin: Begin, tmp_path: Path, runbook_command: str) -> None:
    key = _key(tmp_path, "maria")
    public = key.with_suffix(".pub").read_text()
    (tmp_path / "signers").write_text(f"maria {public}")
    sitting = begin(GATE, head="approval: {signers: signers}\n")
    sitting.choose("approve")
    sitting.choose("somebody else approved, and signed it")
    sitting.answer("who approved it: ", "maria")
    assert "runbook approve" in sitting.see("file of the signature: ")
    command = [runbook_command, "approve", str(sitting.run), "go", "--as", "maria", "--key", str(key)]
    subprocess.run([*command, "-o", str(tmp_path / "maria.sig")], check=True, capture_output=True)
    sitting.type(str(tmp_path / "maria.sig"))
    assert sitting.ended() == 0
    (approved,) = [point.values for point in sitting.points if point.kind == "step-approved"]
    assert (approved["by"], approved["how"], approved["principal"]) == ("maria", "signed", "maria")


def test_a_signature_of_somebody_else_is_refused(begin: Begin, tmp_path: Path, runbook_command: str) -> None:
    good, other = _key(tmp_path, "maria"), _key(tmp_path, "tom")
    (tmp_path / "signers").write_text(f"maria {good.with_suffix('.pub').read_text()}")
    sitting = begin(GATE, head="approval: {signers: signers}\n")
    sitting.choose("approve")
    sitting.choose("somebody else approved, and signed it")
    sitting.answer("who approved it: ", "maria")
    sitting.see("file of the signature: ")
    command = [runbook_command, "approve", str(sitting.run), "go", "--as", "maria", "--key", str(other)]
    done = subprocess.run(command, check=True, capture_output=True)
    (tmp_path / "maria.sig").write_bytes(done.stdout)
    sitting.type(str(tmp_path / "maria.sig"))
    sitting.see("1. approve", "number:")
    assert sitting.state("go") is State.WAITING


def _key(folder: Path, name: str) -> Path:
    from runbook_tui.execution.signing import available

    if not available():
        pytest.skip("there is no ssh-keygen")
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)]
    subprocess.run(command, check=True, capture_output=True)
    return folder / name


def test_the_verify_of_an_unknown_step_is_shown_before_the_question(begin: Begin, tmp_path: Path) -> None:
    step = """
    - id: fill
      title: Fill
      kind: backfill
      run: "echo filling; touch begun; sleep 60"
      verify: {run: "echo 3 of 4", expect: "4 of 4", timeout: 1s}
    """
    path = tmp_path / "release.yaml"
    path.write_text(HEAD + "steps:\n" + step)
    _lose_a_command(path, "fill")
    sitting = begin()
    shown = sitting.see("number:")
    assert "nobody can know how it ended" in shown
    assert "| 3 of 4" in shown
    assert "it does not hold" in shown
    assert "not marked as safe to repeat" in shown
    sitting.choose("it worked")
    sitting.answer("reason: ", "counted the rows")
    assert sitting.ended() == 0
    kinds = [point.kind for point in sitting.points]
    assert kinds.index("checked") < kinds.index("unknown-resolved")


def _lose_a_command(path: Path, step_id: str) -> None:
    """Execute a step, and kill its shim and its command as a machine that goes down does."""
    import os
    import threading
    import time

    runner = Runner.start(path)
    leave = threading.Event()
    thread = threading.Thread(target=lambda: runner.run(step_id, stop=leave))
    thread.start()
    while not (path.parent / "begun").exists():
        time.sleep(0.01)
    started = next(runner.folder.glob("jobs/*/started")).read_text()
    shim = int(next(line[5:] for line in started.splitlines() if line.startswith("pid: ")))
    children = [int(p.name) for p in Path("/proc").glob("[0-9]*") if _session(p) == shim]
    leave.set()
    thread.join()
    for pid in (shim, *children):
        os.kill(pid, signal.SIGKILL)
    runner.close()


def _session(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[3])
    except (OSError, ValueError, IndexError):
        return 0


def test_in_instruction_mode_nothing_is_executed_and_what_was_seen_is_kept(
    begin: Begin, tmp_path: Path
) -> None:
    sitting = begin(FAILS, "--instructions")
    assert "Run this, and paste what it prints:" in sitting.see("number:")
    sitting.choose("done")
    sitting.answer("single dot", "rows: 42\rall well\r.\r3")  # the rest of a paste is no answer
    for _ in range(2):
        sitting.choose("done")
        sitting.answer("single dot", ".")
    assert sitting.ended() == 0
    assert not (tmp_path / "log").exists()
    first = read_run(sitting.run).state.statuses["first"]
    assert first.output is not None
    assert (sitting.run / first.output).read_text() == "rows: 42\nall well\n"


LONG = """
- {id: long, title: Long, kind: deploy, run: "trap 'echo stopped; exit 1' TERM; touch begun; sleep 60 & wait"}
- {id: next, title: Next, kind: deploy, run: "touch next"}
"""


def test_the_stop_menu_stops_a_command_and_rolls_back(begin: Begin) -> None:
    sitting = begin(LONG)
    sitting.terminal.wait_for(lambda _: (sitting.folder / "begun").exists())
    sitting.terminal.press("ctrl+c")
    sitting.choose("stop the command, then roll back")
    sitting.choose("undo these steps in this order")
    sitting.answer("how it was undone: ", "nothing was left")
    assert sitting.ended() == 1
    assert read_run(sitting.run).state.finished == "rolled_back"


def test_leaving_by_the_stop_menu_leaves_the_command_running(begin: Begin) -> None:
    sitting = begin('- {id: long, title: Long, kind: deploy, run: "until test -e go; do sleep 0.05; done"}')
    sitting.see("$ until")
    sitting.terminal.wait_for(lambda _: sitting.state("long") is State.RUNNING)
    sitting.terminal.press("ctrl+c")
    sitting.choose("leave; the command goes on")
    assert sitting.ended() == 130
    (sitting.folder / "go").touch()
    again = begin()
    assert again.ended() == 0
    assert read_run(again.run).state.statuses["long"].attempts == 1


def test_ctrl_c_at_a_question_opens_the_menu_and_leaves_on_the_second(begin: Begin) -> None:
    sitting = begin(GATE)
    sitting.see("number:")
    sitting.terminal.press("ctrl+c")
    sitting.choose("go on")
    sitting.see("number:")
    sitting.terminal.press("ctrl+c")
    sitting.see("leave", "number:")
    sitting.terminal.press("ctrl+c")
    assert sitting.ended() == 130


def test_a_second_operator_is_told_who_and_takes_over(begin: Begin) -> None:
    first = begin('- {id: long, title: Long, kind: deploy, run: "until test -e go; do sleep 0.05; done"}')
    first.see("$ until")
    first.terminal.wait_for(lambda _: first.state("long") is State.RUNNING)
    second = begin()
    told = second.see("take it over:")
    assert second.ended() == 75
    assert "ann executes this run" in told
    assert "runbook record watch" in told
    third = begin("", "--take-over", "ann went home")
    assert first.ended() == 143
    assert "ann took this run over: ann went home" in first.new()
    (first.folder / "go").touch()
    assert third.ended() == 0
    kinds = [point.kind for point in third.points]
    assert "taken-over" in kinds


def test_drift_is_accepted_with_a_reason(begin: Begin, tmp_path: Path) -> None:
    sitting = begin(GATE)
    sitting.choose("pause")
    assert sitting.ended() == 0
    path = tmp_path / "release.yaml"
    path.write_text(path.read_text() + "# edited\n")
    again = begin("", "--break-glass", "a test")
    again.see("edited since the run began")
    again.choose("accept it")
    again.answer("reason: ", "a comment")
    assert again.ended() == 0
    assert len(read_run(again.run).state.accepted_drift) == 1
