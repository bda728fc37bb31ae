"""A rehearsal runs nothing, reaches nobody and stays a rehearsal."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runbook_tui.execution import commands
from runbook_tui.execution.errors import NotAllowed
from runbook_tui.execution.model import State
from runbook_tui.execution.record import read_record
from runbook_tui.execution.runner import Runner
from runbook_tui.execution.runs import read_run

if TYPE_CHECKING:
    from tests.execution.conftest import StartRun


STEPS = """
- {id: go, title: Go, kind: gate, approve: Really?, approvers: [bea]}
- {id: run, title: Run, kind: deploy, run: touch ran, verify: {run: touch verified}, rollback: {run: touch undone}}
- {id: ask, title: Ask, kind: verify, http: "http://ann:pw@127.0.0.1:1/", needs: [{step: run, because: order}]}
- {id: sql, title: Sql, kind: verify, sql: {database: none.db, query: select 1}}
- {id: look, title: Look, kind: verify, confirm: All green?}
- {id: rest, title: Rest, kind: note, wait: 1h}
- {id: drop, title: Drop, kind: migrate, run: touch dropped, reversible: false}
"""


@pytest.fixture
def nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a rehearsal did something")

    monkeypatch.setattr(commands, "start", forbidden)
    monkeypatch.setattr(socket.socket, "connect", forbidden)


@pytest.mark.usefixtures("nothing_happens")
def test_every_step_says_what_it_would_do(start: StartRun, tmp_path: Path) -> None:
    runner = start(STEPS, rehearsal=True)
    assert runner.folder.name.endswith("-staging-rehearsal")
    with pytest.raises(NotAllowed, match="needs run"):
        runner.run("ask")
    runner.approve("go")
    runner.confirm("look")
    for step in ("run", "ask", "sql", "rest", "drop"):
        assert runner.run(step).state is State.SUCCEEDED
    messages = {name: status.message for name, status in runner.state.statuses.items()}
    assert messages == {
        "go": "rehearsed: would ask to approve: Really?",
        "run": "rehearsed: would run touch ran",
        "ask": "rehearsed: would request GET http://***@127.0.0.1:1/",
        "sql": "rehearsed: would query none.db: select 1",
        "look": "rehearsed: would ask to confirm: All green?",
        "rest": "rehearsed: would wait 1h",
        "drop": "rehearsed: would run touch dropped",
    }
    runner.finish("succeeded")
    assert not {path.name for path in tmp_path.iterdir()} & {"ran", "verified", "dropped", "undone"}
    assert list((runner.folder / "output").iterdir()) == []


@pytest.mark.usefixtures("nothing_happens")
def test_a_rollback_can_be_rehearsed(start: StartRun) -> None:
    runner = start(STEPS, rehearsal=True)
    runner.run("run")
    assert runner.rollback_plan().steps == ("run",)
    assert runner.rollback("run").state is State.ROLLED_BACK


@pytest.mark.usefixtures("nothing_happens")
def test_people_need_not_decide_in_a_rehearsal(start: StartRun) -> None:
    runner = start(STEPS, rehearsal=True)
    assert runner.run("go").state is State.SUCCEEDED
    kinds = {point.kind for point in read_record(runner.folder).checkpoints}
    assert kinds == {"run-started", "step-rehearsed"}, "nothing looks like an approval"


@pytest.mark.usefixtures("nothing_happens")
def test_a_rehearsal_stays_one(start: StartRun) -> None:
    runner = start(STEPS, rehearsal=True)
    runner.run("run")
    runner.close()
    again = Runner.resume(runner.folder)
    assert again.state.rehearsal
    assert again.run("ask").message.startswith("rehearsed")
    again.close()
    assert Runner.unfinished(runner.folder.parent.parent / "release.yaml", rehearsal=False) == []
    assert read_run(runner.folder).state.rehearsal
