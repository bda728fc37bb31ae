"""Taking a run up again after the process that executed it was gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runbook_tui.execution import clock
from runbook_tui.execution.errors import CorruptRecord, HeldByAnother, NotAllowed
from runbook_tui.execution.model import Phase, State
from runbook_tui.execution.people import Resolution
from runbook_tui.execution.record import RecordWriter, read_record
from runbook_tui.execution.runner import Runner
from runbook_tui.execution.runs import read_run

if TYPE_CHECKING:
    from tests.execution.conftest import Track, WaitFor, WriteRunbook


Abandon = Callable[..., Path]

WAIT = "while [ ! -e go ]; do sleep 0.01; done"


@pytest.fixture
def abandon(write_runbook: WriteRunbook, wait_for: WaitFor) -> Abandon:
    """Executes verbs in another process that is killed when a condition holds; returns the folder of its run."""

    def execute(steps: str, verbs: str, until: Callable[[], bool]) -> Path:
        path = write_runbook(steps)
        program = f"""
            import time
            from pathlib import Path
            from runbook_tui.execution.runner import Runner
            runner = Runner.start(Path({str(path)!r}))
            {verbs}
            time.sleep(60)
        """
        process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)])
        try:
            wait_for(until)
        finally:
            process.kill()
            process.wait()
        (folder,) = Runner.unfinished(path)
        return folder

    return execute


def points(folder: Path, kind: str) -> list[dict[str, object]]:
    return [dict(point.values) for point in read_record(folder).checkpoints if point.kind == kind]


def test_a_command_that_ended_meanwhile(
    abandon: Abandon, track: Track, tmp_path: Path, wait_for: WaitFor
) -> None:
    steps = (
        f"- {{id: a, title: A, kind: deploy, run: 'echo out; touch begun; {WAIT}; echo end >> log; exit 6'}}"
    )
    folder = abandon(steps, "runner.run('a')", (tmp_path / "begun").exists)
    assert read_run(folder).state.statuses["a"].state is State.RUNNING
    (tmp_path / "go").touch()
    wait_for((folder / "jobs" / "a-1" / "result").exists)
    runner = track(Runner.resume(folder, operator="bob"))
    status = runner.state.statuses["a"]
    assert (status.state, status.exit_code, status.attempts) == (State.FAILED, 6, 1)
    assert status.tail == ("out",)
    assert (runner.state.operator, runner.state.resumed) == ("bob", 1)
    assert points(folder, "step-finished")[0]["observed"] == "on-resume"
    assert (tmp_path / "log").read_text() == "end\n"


def test_a_command_that_still_runs(abandon: Abandon, track: Track, tmp_path: Path) -> None:
    steps = f"- {{id: a, title: A, kind: deploy, run: 'echo begun; touch begun; {WAIT}; echo end | tee log'}}"
    folder = abandon(steps, "runner.run('a')", (tmp_path / "begun").exists)
    runner = track(Runner.resume(folder))
    assert runner.state.statuses["a"].state is State.RUNNING
    assert (runner.current(), runner.ready()) == ("a", ())
    threading.Timer(0.1, (tmp_path / "go").touch).start()
    shown: list[str] = []
    assert runner.run("a", on_output=shown.append).state is State.SUCCEEDED
    assert "".join(shown) == "begun\nend\n"
    assert (tmp_path / "log").read_text() == "end\n"
    assert runner.state.statuses["a"].attempts == 1


def test_a_command_that_still_runs_can_be_stopped(abandon: Abandon, track: Track, tmp_path: Path) -> None:
    steps = "- {id: a, title: A, kind: deploy, run: touch begun; sleep 60}"
    folder = abandon(steps, "runner.run('a')", (tmp_path / "begun").exists)
    runner = track(Runner.resume(folder))
    runner.stop_command("a")
    status = runner.run("a")
    assert (status.state, status.message) == (State.FAILED, "stopped by the operator")


def lose(abandon: Abandon, tmp_path: Path, more: str = "") -> Path:
    """A run whose shim was killed together with its command."""
    steps = f"- {{id: a, title: A, kind: deploy, run: 'echo x >> log; touch begun; sleep 60'{more}}}"
    folder = abandon(steps, "runner.run('a')", (tmp_path / "begun").exists)
    started = dict(
        line.split(": ") for line in (folder / "jobs" / "a-1" / "started").read_text().splitlines()
    )
    os.killpg(int(started["pid"]), signal.SIGKILL)
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(folder).encode() in entry.read_bytes():
                os.kill(int(entry.parent.name), signal.SIGKILL)
        except OSError:
            continue
    return folder


def test_a_command_of_which_nobody_knows(abandon: Abandon, track: Track, tmp_path: Path) -> None:
    folder = lose(abandon, tmp_path)
    runner = track(Runner.resume(folder))
    status = runner.state.statuses["a"]
    assert status.state is State.UNKNOWN
    assert "nobody can know how it ended" in status.message
    assert runner.current() == "a"
    with pytest.raises(NotAllowed, match="say whether it worked before it is run again"):
        runner.run("a")
    for verb in (runner.skip, runner.mark_done, runner.fail):
        with pytest.raises(NotAllowed, match="unknown"):
            verb("a", "no idea")
    with pytest.raises(NotAllowed, match="say whether it worked"):
        runner.rollback("a", confirmed=True, note="x")
    with pytest.raises(NotAllowed, match="needs a reason"):
        runner.resolve_unknown("a", "again", "")


@pytest.fixture
def unknown(write_runbook: WriteRunbook) -> Callable[[str], Path]:
    """A run with a step that was begun before a reboot; the argument is added to the step."""

    def make(more: str = "") -> Path:
        runner = Runner.start(write_runbook(f"- {{id: a, title: A, kind: deploy, run: touch ran{more}}}"))
        runner.close()
        writer = RecordWriter.open(runner.folder, {"operator": "ann"})
        writer.append("step-started", {"step": "a", "attempt": 1, "by": "ann"})
        writer.close()
        job = runner.folder / "jobs" / "a-1"
        job.mkdir()
        (job / "started").write_text("pid: 1\nstart: 0\nboot: another\n")
        return runner.folder

    return make


@pytest.mark.parametrize(
    ("verdict", "state"),
    [("worked", State.SUCCEEDED), ("again", State.PENDING), ("failed", State.FAILED)],
)
def test_a_person_says_how_it_ended(
    unknown: Callable[[str], Path], track: Track, verdict: Resolution, state: State
) -> None:
    runner = track(Runner.resume(unknown("")))
    assert runner.state.statuses["a"].state is State.UNKNOWN
    status = runner.resolve_unknown("a", verdict, "looked at the host")
    assert (status.state, status.message, status.by) == (state, "looked at the host", "ann")
    with pytest.raises(NotAllowed, match="cannot be resolved"):
        runner.resolve_unknown("a", "worked", "twice")


def test_the_verify_is_evidence_for_what_is_unknown(
    unknown: Callable[[str], Path], track: Track, tmp_path: Path
) -> None:
    folder = unknown(", verify: {run: test -e there}")
    runner = track(Runner.resume(folder))
    assert not runner.check("a").holds
    (tmp_path / "there").touch()
    assert runner.check("a").holds
    assert runner.state.statuses["a"].state is State.UNKNOWN
    assert [point["told"] for point in points(folder, "checked")] == [
        "the verify does not hold: exit status 1",
        "the verify holds",
    ]


def test_a_repeatable_step_needs_no_reason_to_be_run_again(
    unknown: Callable[[str], Path], track: Track
) -> None:
    runner = track(Runner.resume(unknown(", repeatable: true")))
    assert runner.resolve_unknown("a", "again", "").state is State.PENDING


def test_a_repeatable_step_is_run_again_with_one_verb(abandon: Abandon, track: Track, tmp_path: Path) -> None:
    folder = lose(abandon, tmp_path, ", repeatable: true, timeout: 300ms")
    runner = track(Runner.resume(folder))
    assert runner.run("a").attempts == 2
    assert (tmp_path / "log").read_text() == "x\nx\n"


def test_after_a_reboot_a_step_is_unknown(
    abandon: Abandon, track: Track, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = f"- {{id: a, title: A, kind: deploy, run: 'touch begun; {WAIT}'}}"
    folder = abandon(steps, "runner.run('a')", (tmp_path / "begun").exists)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "boot_id", lambda: "after the reboot")
        runner = track(Runner.resume(folder))
        assert runner.state.statuses["a"].state is State.UNKNOWN
    (tmp_path / "go").touch()


def test_a_step_that_was_about_to_start(write_runbook: WriteRunbook, track: Track, tmp_path: Path) -> None:
    runner = Runner.start(write_runbook("- {id: a, title: A, kind: deploy, run: touch ran}"))
    runner.close()
    writer = RecordWriter.open(runner.folder, {"operator": "ann"})
    writer.append("step-started", {"step": "a", "attempt": 1, "by": "ann"})
    writer.close()
    again = track(Runner.resume(runner.folder))
    status = again.state.statuses["a"]
    assert (status.state, status.message) == (State.PENDING, "it was about to start and never did")
    assert not (tmp_path / "ran").exists()
    assert again.run("a").attempts == 2


def test_an_interrupted_verify_goes_on_without_the_action(
    abandon: Abandon, track: Track, tmp_path: Path
) -> None:
    steps = """
    - id: a
      title: A
      kind: deploy
      run: echo action >> log
      verify: {run: touch trying; test -e go, every: 20ms, timeout: 20s}
    """
    folder = abandon(steps, "runner.run('a')", (tmp_path / "trying").exists)
    runner = track(Runner.resume(folder))
    status = runner.state.statuses["a"]
    assert (status.state, status.phase) == (State.RUNNING, Phase.VERIFY)
    (tmp_path / "go").touch()
    assert runner.run("a").state is State.SUCCEEDED
    assert (tmp_path / "log").read_text() == "action\n"
    assert len(points(folder, "step-started")) == 1


def test_an_interrupted_wait_goes_on(abandon: Abandon, track: Track, tmp_path: Path) -> None:
    steps = "- {id: a, title: A, kind: note, wait: 1200ms}"
    began = time.monotonic()
    records = tmp_path.glob
    folder = abandon(
        steps,
        "runner.run('a')",
        lambda: any("step-started" in path.read_text() for path in records("release.runs/*/record.yaml")),
    )
    runner = track(Runner.resume(folder))
    assert runner.state.statuses["a"].state is State.RUNNING
    status = runner.run("a")
    assert status.state is State.SUCCEEDED
    assert time.monotonic() - began >= 1.2
    assert status.seconds is not None
    assert 1.2 <= status.seconds < 10


class Slow(BaseHTTPRequestHandler):
    asked = threading.Event()
    answer = threading.Event()

    def do_GET(self) -> None:
        self.asked.set()
        self.answer.wait(10)
        try:
            self.send_response(200)
            self.end_headers()
        except OSError:
            pass

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(("method", "state"), [("GET", State.PENDING), ("POST", State.UNKNOWN)])
def test_an_interrupted_request(abandon: Abandon, track: Track, method: str, state: State) -> None:
    Slow.asked.clear()
    Slow.answer.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    try:
        steps = f"- {{id: a, title: A, kind: deploy, http: {{url: '{url}', method: {method}}}}}"
        folder = abandon(steps, "runner.run('a')", Slow.asked.is_set)
        Slow.answer.set()
        runner = track(Runner.resume(folder))
        assert runner.state.statuses["a"].state is state
        if method == "GET":
            assert runner.run("a").state is State.SUCCEEDED
    finally:
        Slow.answer.set()
        server.shutdown()
        server.server_close()


def test_people_are_asked_again(write_runbook: WriteRunbook, track: Track) -> None:
    path = write_runbook(
        "- {id: a, title: A, kind: gate, approve: Now?}\n- {id: b, title: B, kind: note, confirm: x}"
    )
    runner = Runner.start(path)
    runner.approve("a", by="bea", note="by phone")
    runner.close()
    again = track(Runner.resume(runner.folder))
    assert again.state.statuses["a"].state is State.SUCCEEDED, "what was decided stays decided"
    assert again.state.statuses["b"].state is State.WAITING
    assert again.confirm("b").state is State.SUCCEEDED


def test_a_rollback_is_found_running(abandon: Abandon, track: Track, tmp_path: Path) -> None:
    undo = f"echo undo >> log; touch begun; {WAIT}"
    steps = f"- {{id: a, title: A, kind: deploy, run: 'true', rollback: {{run: '{undo}'}}}}"
    folder = abandon(steps, "runner.run('a'); runner.rollback('a')", (tmp_path / "begun").exists)
    runner = track(Runner.resume(folder))
    status = runner.state.statuses["a"]
    assert (status.state, status.phase) == (State.RUNNING, Phase.ROLLBACK)
    (tmp_path / "go").touch()
    assert runner.rollback("a").state is State.ROLLED_BACK
    assert (tmp_path / "log").read_text() == "undo\n"


def test_a_rollback_that_is_found_running_ends_through_run_as_well(
    abandon: Abandon, track: Track, tmp_path: Path
) -> None:
    steps = f"- {{id: a, title: A, kind: deploy, run: 'true', rollback: {{run: 'touch begun; {WAIT}'}}}}"
    folder = abandon(steps, "runner.run('a'); runner.rollback('a')", (tmp_path / "begun").exists)
    runner = track(Runner.resume(folder))
    (tmp_path / "go").touch()
    assert runner.run("a").state is State.ROLLED_BACK


def test_a_rollback_of_which_nobody_knows(write_runbook: WriteRunbook, track: Track) -> None:
    steps = "- {id: a, title: A, kind: deploy, run: 'true', rollback: {run: 'true'}}"
    runner = Runner.start(write_runbook(steps))
    runner.run("a")
    runner.close()
    writer = RecordWriter.open(runner.folder, {"operator": "ann"})
    writer.append("rollback-started", {"step": "a", "attempt": 1, "by": "ann"})
    writer.close()
    job = runner.folder / "jobs" / "a+rollback-1"
    job.mkdir()
    (job / "started").write_text("pid: 1\nstart: 0\nboot: another\n")
    again = track(Runner.resume(runner.folder))
    assert again.state.statuses["a"].state is State.UNKNOWN
    assert again.resolve_unknown("a", "again", "not undone yet").state is State.SUCCEEDED
    assert again.rollback("a").state is State.ROLLED_BACK


def test_a_command_that_ends_between_two_looks_is_not_run_again(
    abandon: Abandon, track: Track, tmp_path: Path, wait_for: WaitFor
) -> None:
    steps = f"- {{id: a, title: A, kind: deploy, run: 'echo x >> log; touch begun; {WAIT}; exit 6'}}"
    folder = abandon(steps, "runner.run('a')", (tmp_path / "begun").exists)
    runner = track(Runner.resume(folder))
    assert runner.state.statuses["a"].state is State.RUNNING
    (tmp_path / "go").touch()
    wait_for((folder / "jobs" / "a-1" / "result").exists)
    status = runner.run("a")
    assert (status.state, status.exit_code, status.attempts) == (State.FAILED, 6, 1)
    assert (tmp_path / "log").read_text() == "x\n"


def test_only_one_operator(write_runbook: WriteRunbook, track: Track) -> None:
    runner = track(Runner.start(write_runbook("- {id: a, title: A, kind: note}")))
    with pytest.raises(HeldByAnother, match="ann executes this run"):
        Runner.resume(runner.folder, operator="bob")
    assert read_run(runner.folder).state.operator == "ann", "bob may look on"
    runner.close()
    assert track(Runner.resume(runner.folder, operator="bob")).operator == "bob"


def test_a_finished_run_is_not_taken_up(write_runbook: WriteRunbook) -> None:
    runner = Runner.start(write_runbook("- {id: a, title: A, kind: note}"))
    runner.finish("aborted", "x")
    runner.close()
    for _ in range(2):
        with pytest.raises(NotAllowed, match=r"finished \(aborted\)"):
            Runner.resume(runner.folder)
    assert read_run(runner.folder).state.resumed == 0


def test_a_changed_frozen_runbook_is_refused(write_runbook: WriteRunbook) -> None:
    runner = Runner.start(write_runbook("- {id: a, title: A, kind: note}"))
    runner.close()
    frozen = runner.folder / "runbook.yaml"
    frozen.write_text(frozen.read_text().replace("note", "deploy"))
    for _ in range(2):
        with pytest.raises(CorruptRecord, match=r"runbook\.yaml"):
            Runner.resume(runner.folder)
    with pytest.raises(CorruptRecord):
        read_run(runner.folder)


def test_closing_while_a_command_runs_leaves_it_running(
    write_runbook: WriteRunbook, track: Track, tmp_path: Path, wait_for: WaitFor
) -> None:
    path = write_runbook(f"- {{id: a, title: A, kind: deploy, run: 'touch begun; {WAIT}; echo end >> log'}}")
    runner = Runner.start(path)
    thread = threading.Thread(target=runner.run, args=("a",))
    thread.start()
    wait_for((tmp_path / "begun").exists)
    runner.close()
    thread.join(10)
    assert not thread.is_alive()
    (tmp_path / "go").touch()
    again = track(Runner.resume(runner.folder))
    if again.state.statuses["a"].state is State.RUNNING:
        assert again.run("a").state is State.SUCCEEDED
    assert again.state.statuses["a"].state is State.SUCCEEDED
    assert (tmp_path / "log").read_text() == "end\n"
