"""Several steps at a time: within their needs, in order, with an end that does not depend on who is fast."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypedDict, Unpack

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runbook_tui.execution.conductor import Conductor
from runbook_tui.execution.errors import RecordFailed
from runbook_tui.execution.happenings import Ended, Halt, Happening, Posted, Printed, Quiet, Started, Told
from runbook_tui.execution.model import State
from runbook_tui.execution.record import read_record
from runbook_tui.execution.runner import Runner
from runbook_tui.runbook.model import Step
from tests.execution.conftest import StartRun, Track, WaitFor

THREE = """
- {id: a, title: A, kind: deploy, run: "echo a"}
- {id: b, title: B, kind: deploy, run: "echo b"}
- {id: c, title: C, kind: deploy, run: "echo c"}
"""
NEED = "needs: [{step: %s, because: it is first}]"


class Heard(list[Happening]):
    """What a listener was told."""

    def started(self) -> list[str]:
        return [happening.step_id for happening in self if isinstance(happening, Started)]

    def ended(self) -> dict[str, State]:
        return {h.step_id: h.status.state for h in self if isinstance(h, Ended)}

    def printed(self, step_id: str) -> str:
        return "".join(h.text for h in self if isinstance(h, Printed) and h.step_id == step_id)


class Wishes(TypedDict, total=False):
    """What a conductor may be asked for."""

    cap: int
    until: str
    holds: Callable[[Step], bool]
    crosses: Callable[[Step], bool]
    leave: threading.Event


def conduct(runner: Runner, **wishes: Unpack[Wishes]) -> tuple[Halt, str | None, Heard]:
    """Where a conductor stopped, and what it told."""
    heard = Heard()
    stop = Conductor(runner, heard.append, **wishes).go()
    return stop.halt, stop.step_id, heard


def events(runner: Runner) -> list[tuple[str, str]]:
    """Beginnings and ends of steps, in the order of the record."""
    kinds = {"step-started", "step-finished"}
    points = read_record(runner.folder).checkpoints
    return [(str(point.values["step"]), point.kind[5:]) for point in points if point.kind in kinds]


def most_at_a_time(found: list[tuple[str, str]]) -> int:
    """How many steps ran at the same moment at most, as the record has it."""
    running, most = 0, 0
    for _, what in found:
        running += 1 if what == "started" else -1
        most = max(most, running)
    return most


def test_with_a_cap_of_one_one_step_runs_after_the_other(start: StartRun) -> None:
    runner = start(THREE)
    halt, _, heard = conduct(runner)
    assert halt is Halt.DONE
    assert events(runner) == [(step, what) for step in "abc" for what in ("started", "finished")]
    assert heard.started() == ["a", "b", "c"]
    assert heard.printed("b") == "b\n"


def test_steps_that_do_not_wait_for_each_other_run_at_the_same_time(start: StartRun) -> None:
    """Each waits for the other two, so that one after the other they would never end."""
    meet = "touch %s.here; until test -e a.here -a -e b.here -a -e c.here; do sleep 0.02; done"
    steps = [f'- {{id: {s}, title: T, kind: deploy, timeout: 20s, run: "{meet % s}"}}' for s in "abc"]
    runner = start("\n".join(steps))
    halt, _, heard = conduct(runner, cap=3)
    assert halt is Halt.DONE
    assert set(heard.ended().values()) == {State.SUCCEEDED}
    assert [step for step, what in events(runner) if what == "started"] == ["a", "b", "c"]


def test_never_more_than_the_cap_run_at_a_time(start: StartRun) -> None:
    steps = [f'- {{id: s{n}, title: T, kind: deploy, run: "sleep 0.1"}}' for n in range(6)]
    runner = start("\n".join(steps))
    assert conduct(runner, cap=2)[0] is Halt.DONE
    found = events(runner)
    assert most_at_a_time(found) == 2
    assert [step for step, what in found if what == "started"] == [f"s{n}" for n in range(6)]


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_the_needs_and_the_cap_every_step_runs_once_after_what_it_needs(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    count = data.draw(st.integers(1, 8))
    needs = {n: data.draw(st.sets(st.integers(0, n - 1)) if n else st.just(set())) for n in range(count)}
    cap = data.draw(st.integers(1, 4))
    lines = []
    for n in range(count):
        wanted = ", ".join(f"{{step: s{other}, because: so}}" for other in sorted(needs[n]))
        lines.append(f"  - {{id: s{n}, title: T, kind: deploy, wait: 0s, needs: [{wanted}]}}")
    path = tmp_path_factory.mktemp("dag") / "release.yaml"
    path.write_text("runbook: 1\ntitle: R\nsteps:\n" + "\n".join(lines) + "\n")
    runner = Runner.start(path)
    try:
        assert conduct(runner, cap=cap)[0] is Halt.DONE
        found = events(runner)
        assert sorted(found) == sorted((f"s{n}", w) for n in range(count) for w in ("started", "finished"))
        assert most_at_a_time(found) <= cap
        for n, before in needs.items():
            started = found.index((f"s{n}", "started"))
            assert all(found.index((f"s{other}", "finished")) < started for other in before)
    finally:
        runner.close()


def test_at_a_failure_nothing_further_starts_and_what_runs_comes_to_its_end(start: StartRun) -> None:
    runner = start(
        """
        - {id: long, title: L, kind: deploy, run: "until test -e failed; do sleep 0.02; done; sleep 0.3; echo end"}
        - {id: bad, title: B, kind: deploy, run: "touch failed; exit 4"}
        - {id: next, title: N, kind: deploy, run: "true"}
        """
    )
    halt, step, heard = conduct(runner, cap=2)
    assert (halt, step) == (Halt.FAILED, "bad")
    assert heard.ended() == {"bad": State.FAILED, "long": State.SUCCEEDED}
    assert runner.state.statuses["next"].state is State.PENDING
    assert conduct(runner, cap=2)[2] == []  # it stays so until somebody says what is to be done


def test_it_stops_before_a_step_and_does_not_pass_it(start: StartRun) -> None:
    runner = start(THREE)
    halt, step, heard = conduct(runner, cap=3, until="b")
    assert (halt, step) == (Halt.UNTIL, "b")
    assert heard.started() == ["a"]
    assert conduct(runner, cap=3)[2].started() == ["b", "c"]


def test_nothing_starts_behind_a_step_that_a_person_does(start: StartRun) -> None:
    runner = start(
        """
        - {id: a, title: A, kind: deploy, run: "true"}
        - {id: look, title: L, kind: verify, confirm: "Is it there?"}
        - {id: c, title: C, kind: deploy, run: "true"}
        """
    )
    halt, step, heard = conduct(runner, cap=3)
    assert (halt, step) == (Halt.PERSON, "look")
    assert heard.started() == ["a"]
    runner.confirm("look")
    assert conduct(runner, cap=3)[0] is Halt.DONE


CROSSING = f"""
- {{id: gate, title: G, kind: gate, approve: "Go on?"}}
- {{id: drop, title: D, kind: migrate, run: "touch dropped", reversible: false, {NEED % "gate"}}}
"""


def test_the_point_of_no_return_needs_an_approval(start: StartRun, tmp_path: Path) -> None:
    runner = start(CROSSING, "approval: {separate: false}\n")
    runner.skip("gate", "nobody is here")
    halt, step, _ = conduct(runner)
    assert (halt, step) == (Halt.CROSSING, "drop")
    assert not (tmp_path / "dropped").exists()


def test_an_approved_point_of_no_return_is_passed_unless_the_caller_wants_to_ask(
    start: StartRun, tmp_path: Path
) -> None:
    runner = start(CROSSING, "approval: {separate: false}\n")
    runner.approve("gate")
    assert conduct(runner, crosses=lambda _: False)[0] is Halt.CROSSING
    assert not (tmp_path / "dropped").exists()
    assert conduct(runner)[0] is Halt.DONE
    assert (tmp_path / "dropped").exists()


def test_steps_that_the_caller_sees_to_are_left_to_them(start: StartRun) -> None:
    runner = start(THREE)
    halt, step, heard = conduct(runner, cap=3, holds=lambda step: step.id == "b")
    assert (halt, step) == (Halt.HELD, "b")
    assert heard.started() == ["a"]


def test_it_stops_at_drift(start: StartRun, tmp_path: Path) -> None:
    runner = start(THREE)
    path = tmp_path / "release.yaml"
    path.write_text(path.read_text() + "# edited\n")
    heard = Heard()
    stop = Conductor(runner, heard.append).go()
    assert (stop.halt, stop.step_id) == (Halt.DRIFTED, "a")
    assert "edited since the run began" in stop.text
    runner.accept_drift("a comment")
    assert conduct(runner)[0] is Halt.DONE


def test_a_step_that_was_done_before_is_not_done_again_unasked(start: StartRun) -> None:
    runner = start(THREE)
    conduct(runner)
    runner.rewind("b", "once more")
    halt, step, _ = conduct(runner)
    assert (halt, step) == (Halt.REPEAT, "b")
    assert runner.run("b", repeat=True).state is State.SUCCEEDED
    assert conduct(runner)[0] is Halt.DONE


def test_an_approval_that_became_void_is_asked_for_before_the_failed_step(start: StartRun) -> None:
    steps = CROSSING.replace("touch dropped", "exit 3")
    runner = start(steps, "approval: {separate: false}\n")
    runner.approve("gate")
    assert conduct(runner)[:2] == (Halt.FAILED, "drop")
    runner.edit("drop", "touch dropped", "the old one was wrong")
    assert conduct(runner)[:2] == (Halt.PERSON, "gate")
    runner.approve("gate")
    assert conduct(runner)[:2] == (Halt.FAILED, "drop")
    assert runner.run("drop", past_no_return=True).state is State.SUCCEEDED


def test_a_secret_that_has_no_value_stops_it_in_words(start: StartRun) -> None:
    secret = '- {id: a, title: A, kind: deploy, run: "true", secrets: [TOKEN]}'
    runner = start(secret, "secrets: {TOKEN: {env: RUNBOOK_TEST_NOT_SET}}\n")
    stop = Conductor(runner, Heard().append).go()
    assert (stop.halt, stop.step_id) == (Halt.REFUSED, "a")
    assert "TOKEN" in stop.text


def test_leaving_leaves_commands_running(start: StartRun, track: Track, tmp_path: Path) -> None:
    wait = 'run: "until test -e go; do sleep 0.02; done; echo end"'
    runner = start(
        "\n".join(f"- {{id: {s}, title: T, kind: deploy, {wait}}}" for s in "ab")
        + f"\n- {{id: c, title: C, kind: deploy, run: 'true', {NEED % 'a'}}}"
    )
    leave = threading.Event()
    threading.Timer(0.6, leave.set).start()
    halt, _, heard = conduct(runner, cap=2, leave=leave)
    assert halt is Halt.LEFT
    assert heard.started() == ["a", "b"]
    runner.close()
    (tmp_path / "go").touch()
    again = track(Runner.resume(runner.folder))
    halt, _, heard = conduct(again)  # a cap of one: what is found running is watched all the same
    assert halt is Halt.DONE
    assert {s: status.state for s, status in again.state.statuses.items()} == dict.fromkeys(
        "abc", State.SUCCEEDED
    )
    assert [step for step, what in events(again) if what == "started"] == ["a", "b", "c"]


def test_a_record_that_cannot_be_written_ends_it_at_once(start: StartRun) -> None:
    runner = start(
        """
        - {id: a, title: A, kind: deploy, run: "echo x >> release.runs/*/record.yaml"}
        - {id: long, title: L, kind: deploy, run: "sleep 5"}
        - {id: c, title: C, kind: deploy, run: "touch c"}
        """
    )
    began = time.monotonic()
    with pytest.raises(RecordFailed):
        conduct(runner, cap=2)
    assert time.monotonic() - began < 4.5  # it does not wait for the other one
    assert not (runner.folder.parent.parent / "c").exists()


def test_what_is_posted_reaches_the_listener_and_what_it_raises_ends_the_watching(start: StartRun) -> None:
    class Enough(Exception):
        pass

    heard: list[object] = []

    def listen(happening: Happening) -> None:
        if isinstance(happening, Posted):
            heard.append(happening.what)
            raise Enough

    runner = start('- {id: a, title: A, kind: deploy, run: "sleep 4"}')
    conductor = Conductor(runner, listen)
    before = signal.signal(signal.SIGUSR1, lambda *_: conductor.post("signal"))
    threading.Timer(0.4, lambda: os.kill(os.getpid(), signal.SIGUSR1)).start()
    began = time.monotonic()
    try:
        with pytest.raises(Enough):
            conductor.go()
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert heard == ["signal"]
    assert time.monotonic() - began < 3
    assert runner.state.statuses["a"].state is State.RUNNING


def test_a_silent_command_is_pointed_out_and_goes_on(start: StartRun) -> None:
    step = '- {id: a, title: A, kind: deploy, silent_after: 1s, run: "echo begin; sleep 2.6; echo end"}'
    runner = start(step)
    _, _, heard = conduct(runner)
    quiet = [happening for happening in heard if isinstance(happening, Quiet)]
    assert 1 <= len(quiet) <= 3
    assert 1 <= quiet[0].seconds < 3
    assert heard.printed("a") == "begin\nend\n"
    assert heard.ended() == {"a": State.SUCCEEDED}


def test_a_listener_that_is_busy_keeps_no_outcome_from_the_record(start: StartRun, wait_for: WaitFor) -> None:
    """Somebody sits in a menu while a command floods: it ends, and is recorded as ended."""
    runner = start('- {id: a, title: A, kind: deploy, run: "{ yes 0123456789 || true; } | head -c 40000000"}')
    heard = Heard()

    def listen(happening: Happening) -> None:
        heard.append(happening)
        if isinstance(happening, Printed) and len(heard.printed("a")) < 200_000:
            wait_for(lambda: runner.state.statuses["a"].state is State.SUCCEEDED)

    assert Conductor(runner, listen).go().halt is Halt.DONE
    assert len(heard.printed("a")) < 20_000_000


def test_a_step_is_tried_again_as_often_as_the_runbook_says(start: StartRun) -> None:
    retry = "repeatable: true, retry: {times: 3, delay: 100ms}"
    runner = start(
        f'- {{id: a, title: A, kind: deploy, {retry}, run: "echo x >> tries; test $(wc -l < tries) = 3"}}'
    )
    halt, _, heard = conduct(runner)
    assert halt is Halt.DONE
    assert [h.text for h in heard if isinstance(h, Told)] == [
        "attempt 2 of 3 in 100ms: exit status 1",
        "attempt 3 of 3 in 100ms: exit status 1",
    ]


def test_one_verb_is_done_while_the_listener_hears_of_it(start: StartRun) -> None:
    check = 'verify: {run: "echo seen", expect: seen}'
    runner = start(f'- {{id: a, title: A, kind: verify, confirm: "Look", {check}}}')
    heard = Heard()
    conductor = Conductor(runner, heard.append)
    status = conductor.do("a", lambda aids: runner.confirm("a", **aids))
    assert status.state is State.SUCCEEDED
    assert conductor.busy == ()
