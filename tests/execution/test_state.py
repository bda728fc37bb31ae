"""The state is a fold: any prefix of any history is a legal state, and the same history gives the same one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runbook_tui.execution.framing import Checkpoint, Value
from runbook_tui.execution.model import DONE, RunState, State
from runbook_tui.execution.rollback import rollback_plan
from runbook_tui.execution.state import Folding, fold
from runbook_tui.runbook.model import Check, Kind, Need, Rollback, Runbook, Step

IDS = ("a", "b", "c", "d")
RUNBOOK = Runbook(
    runbook=1,
    title="T",
    steps=(
        Step(
            id="a", title="A", kind=Kind.MIGRATE, run="x", verify=Check(run="y"), rollback=Rollback(run="z")
        ),
        Step(id="b", title="B", kind=Kind.GATE, approve="?", needs=(Need(step="a", because="x"),)),
        Step(
            id="c",
            title="C",
            kind=Kind.DEPLOY,
            run="x",
            reversible=False,
            verify=Check(confirm="?"),
            needs=(Need(step="b", because="x"), Need(step="a", because="y")),
        ),
        Step(id="d", title="D", kind=Kind.NOTE, needs=(Need(step="c", because="x"),)),
    ),
)
KINDS = [
    "run-started",
    "resumed",
    "note",
    "step-started",
    "step-interrupted",
    "action-finished",
    "step-finished",
    "step-confirmed",
    "step-approved",
    "step-declined",
    "step-rehearsed",
    "step-skipped",
    "marked-done",
    "marked-failed",
    "unknown-resolved",
    "checked",
    "rollback-started",
    "rollback-interrupted",
    "rollback-action-finished",
    "rollback-finished",
    "stop-requested",
    "recovered",
    "from-the-future",
]
VALUES: dict[str, st.SearchStrategy[Value]] = {
    "step": st.sampled_from([*IDS, "nowhere", 7]),
    "attempt": st.integers(0, 5),
    "outcome": st.sampled_from(["succeeded", "failed", "unknown", "nonsense", None]),
    "verdict": st.sampled_from(["worked", "again", "failed", "nonsense"]),
    "milliseconds": st.one_of(st.integers(0, 10**6), st.text(max_size=2)),
    "tail": st.one_of(st.lists(st.text(max_size=3), max_size=2), st.integers()),
    "by": st.sampled_from(["ann", "bob"]),
    "reason": st.text(max_size=3),
    "message": st.text(max_size=3),
    "waited_ms": st.integers(0, 10**6),
}
HISTORIES = st.lists(
    st.tuples(st.sampled_from(KINDS), st.fixed_dictionaries({}, optional=VALUES)), max_size=30
)


def checkpoints(history: list[tuple[str, dict[str, Value]]]) -> list[Checkpoint]:
    return [
        Checkpoint(seq, "", "2026-11-22T19:12:01.123Z", "boot", seq, kind, values)
        for seq, (kind, values) in enumerate(history)
    ]


def assert_legal(state: RunState) -> None:
    assert list(state.statuses) == list(IDS)
    for step in RUNBOOK.steps:
        status = state.statuses[step.id]
        needs = [state.statuses[need.step].state for need in step.needs]
        stopped = any(s in {State.FAILED, State.UNKNOWN, State.ROLLED_BACK, State.BLOCKED} for s in needs)
        ready = all(s in DONE for s in needs)
        if status.state is State.BLOCKED:
            assert stopped
            assert status.message
        if status.state is State.PENDING:
            assert not stopped
            assert not (ready and step.manual)
        if status.state is State.WAITING:
            assert step.manual or step.verify is not None or step.rollback is not None
        if status.state in {State.SUCCEEDED, State.SKIPPED, State.ROLLED_BACK}:
            assert status.phase == ""
        assert status.attempts >= 0
        assert status.seconds is None or status.seconds >= 0
    plan = rollback_plan(RUNBOOK, state)
    touched = (State.SUCCEEDED, State.FAILED, State.UNKNOWN, State.RUNNING, State.WAITING)
    assert all(state.statuses[step].state in touched for step in plan.steps)
    assert "c" not in plan.steps


@given(HISTORIES)
def test_every_prefix_of_every_history_is_legal(history: list[tuple[str, dict[str, Value]]]) -> None:
    folding = Folding(RUNBOOK)
    assert_legal(folding.state())
    for point in checkpoints(history):
        folding.add(point)
        assert_legal(folding.state())


@given(HISTORIES)
def test_a_fold_can_be_continued(history: list[tuple[str, dict[str, Value]]]) -> None:
    points = checkpoints(history)
    folding = Folding(RUNBOOK)
    for end, point in enumerate(points, 1):
        folding.add(point)
        assert folding.state() == fold(points[:end], RUNBOOK)


@given(HISTORIES, st.data())
def test_what_is_not_known_changes_nothing(
    history: list[tuple[str, dict[str, Value]]], data: st.DataObject
) -> None:
    points = checkpoints(history)
    place = data.draw(st.integers(0, len(points)))
    strange = Checkpoint(place, "", "", "", 0, "from-the-future", {"step": "a", "outcome": "succeeded"})
    assert fold([*points[:place], strange, *points[place:]], RUNBOOK) == fold(points, RUNBOOK)


def state_after(*history: tuple[str, dict[str, Value]]) -> RunState:
    return fold(checkpoints([("run-started", {"run": "r", "environment": "e"}), *history]), RUNBOOK)


def test_blocked_goes_all_the_way_down() -> None:
    state = state_after(("step-started", {"step": "a", "attempt": 1}), ("step-finished", {"step": "a"}))
    assert [status.state for status in state.statuses.values()] == [State.UNKNOWN] + [State.BLOCKED] * 3
    assert state.statuses["d"].message == "needs c, which is blocked"


def test_a_need_that_does_not_exist_blocks() -> None:
    step = Step(id="x", title="X", kind=Kind.NOTE, needs=(Need(step="gone", because="?"),))
    state = fold([], Runbook(runbook=1, title="T", steps=(step,)))
    assert state.statuses["x"].state is State.BLOCKED
    assert "does not exist" in state.statuses["x"].message


def test_needs_in_a_circle_end() -> None:
    steps = tuple(
        Step(id=one, title="T", kind=Kind.NOTE, needs=(Need(step=other, because="?"),))
        for one, other in (("x", "y"), ("y", "x"))
    )
    state = fold([], Runbook(runbook=1, title="T", steps=steps))
    assert {status.state for status in state.statuses.values()} == {State.PENDING}


def test_nobody_is_waited_for_in_a_finished_run() -> None:
    done: list[tuple[str, dict[str, Value]]] = [("step-skipped", {"step": "a"})]
    assert state_after(*done).statuses["b"].state is State.WAITING
    ended = state_after(*done, ("run-finished", {"outcome": "aborted", "reason": "late"}))
    assert ended.statuses["b"].state is State.PENDING
    assert (ended.finished, ended.finished_reason) == ("aborted", "late")


def test_times_of_action_and_verify_add_up() -> None:
    status = state_after(
        ("step-started", {"step": "a", "attempt": 1}),
        ("action-finished", {"step": "a", "outcome": "succeeded", "milliseconds": 1500, "exit": 0}),
        ("step-finished", {"step": "a", "outcome": "succeeded", "milliseconds": 250}),
    ).statuses["a"]
    assert (status.state, status.seconds, status.exit_code) == (State.SUCCEEDED, 1.75, 0)
