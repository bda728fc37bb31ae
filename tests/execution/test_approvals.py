"""Who may approve, and how that is known."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runbook_tui.execution.errors import NotAllowed
from runbook_tui.execution.model import State
from runbook_tui.execution.record import read_record
from runbook_tui.execution.runner import Runner
from runbook_tui.execution.signing import SignatureRefused, sign
from runbook_tui.files.problems import RunbookError

if TYPE_CHECKING:
    from tests.execution.conftest import StartRun

GATE = """
- {id: gate, title: Gate, kind: gate, approve: Go?}
- {id: work, title: Work, kind: deploy, run: 'true', needs: [{step: gate, because: x}]}
"""
SIGNED = "approval: {signers: allowed_signers}\n"
needs_keys = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")


@pytest.mark.parametrize("head", ["", "change: {type: normal}\n", "change: {type: emergency}\n"])
def test_who_executes_does_not_approve(start: StartRun, head: str) -> None:
    runner = start(GATE, head)
    with pytest.raises(NotAllowed, match="approved by somebody other than ann"):
        runner.approve("gate")
    with pytest.raises(NotAllowed, match="approved by somebody other than ann"):
        runner.approve("gate", by=" ann ", note="myself")
    assert runner.state.statuses["gate"].state is State.WAITING
    assert runner.approve("gate", by="bea", note="in the channel").state is State.SUCCEEDED


@pytest.mark.parametrize("head", ["change: {type: standard}\n", "approval: {separate: false}\n"])
def test_where_no_second_person_is_needed(start: StartRun, head: str) -> None:
    runner = start(GATE, head)
    assert runner.approve("gate").state is State.SUCCEEDED
    assert read_record(runner.folder).checkpoints[-1].values["how"] == "operator"


def test_breaking_the_glass_needs_a_reason_and_is_kept(start: StartRun) -> None:
    runner = start(GATE)
    assert runner.approve("gate", break_glass="payments are down, nobody answers").state is State.SUCCEEDED
    assert runner.state.broken_glass == ("payments are down, nobody answers",)
    said = read_record(runner.folder).checkpoints[-1].values
    assert (said["how"], said["by"]) == ("break-glass", "ann")


def test_two_people_have_to_approve(start: StartRun, track: object) -> None:
    runner = start(GATE.replace("approve: Go?", "approve: Go?, approvals: 2"))
    status = runner.approve("gate", by="bea", note="by phone")
    assert (status.state, status.approved_by) == (State.WAITING, ("bea",))
    with pytest.raises(NotAllowed, match="bea approved gate already; 2 different people"):
        runner.approve("gate", by="bea", note="by phone")
    with pytest.raises(NotAllowed, match="somebody other than ann"):
        runner.approve("gate")
    assert runner.ready() == ("gate",)
    status = runner.approve("gate", by="carl", note="in the room")
    assert (status.state, status.approved_by) == (State.SUCCEEDED, ("bea", "carl"))


def test_what_the_record_says_about_the_change(start: StartRun) -> None:
    runner = start(
        GATE, "change: {type: emergency, ticket: CHG-7, purpose: stop the leak, requester: dora}\n"
    )
    first = read_record(runner.folder).checkpoints[0].values
    assert first["change"] == {
        "type": "emergency",
        "ticket": "CHG-7",
        "purpose": "stop the leak",
        "requester": "dora",
    }


def key_of(folder: Path, name: str) -> Path:
    path = folder / f"key-{name}"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path


def signature(runner: Runner, by: str, key: Path, text: str | None = None) -> Path:
    path = key.with_suffix(".sig")
    said = runner.approval_statement("gate", by) if text is None else text
    path.write_text(sign(key, said.encode()))
    return path


@needs_keys
def test_a_signed_approval(start: StartRun, tmp_path: Path) -> None:
    bea, carl = key_of(tmp_path, "bea"), key_of(tmp_path, "carl")
    (tmp_path / "allowed_signers").write_text(f"bea {bea.with_suffix('.pub').read_text()}")
    runner = start(GATE, SIGNED)
    statement = runner.approval_statement("gate", "bea")
    assert f"run: {runner.state.run_id}\n" in statement and f"runbook: {runner.state.digest}\n" in statement
    with pytest.raises(NotAllowed, match="needs a signed approval"):
        runner.approve("gate", by="bea", note="by phone")
    with pytest.raises(SignatureRefused):
        runner.approve("gate", by="bea", signature=signature(runner, "bea", carl))
    with pytest.raises(SignatureRefused):
        runner.approve("gate", by="bea", signature=signature(runner, "carl", bea))
    other = statement.replace(runner.state.digest, "0" * 64)
    with pytest.raises(SignatureRefused):
        runner.approve("gate", by="bea", signature=signature(runner, "bea", bea, other))
    with pytest.raises(RunbookError, match="missing: there is no such file"):
        runner.approve("gate", by="bea", signature=tmp_path / "missing")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RunbookError, match="pipe: this is not a regular file"):
        runner.approve("gate", by="bea", signature=tmp_path / "pipe")
    assert runner.state.statuses["gate"].state is State.WAITING
    assert runner.approve("gate", by="bea", signature=signature(runner, "bea", bea)).state is State.SUCCEEDED
    said = read_record(runner.folder).checkpoints[-1].values
    assert (said["how"], said["principal"], said["statement"]) == ("signed", "bea", statement)
    assert str(said["fingerprint"]).startswith("SHA256:")


@needs_keys
def test_a_signature_of_who_executes_is_none(start: StartRun, tmp_path: Path) -> None:
    ann = key_of(tmp_path, "ann")
    (tmp_path / "allowed_signers").write_text(f"ann {ann.with_suffix('.pub').read_text()}")
    runner = start(GATE, SIGNED)
    with pytest.raises(NotAllowed, match="somebody other than ann"):
        runner.approve("gate", signature=signature(runner, "ann", ann))


def test_a_signature_that_nothing_can_check(start: StartRun, tmp_path: Path) -> None:
    (tmp_path / "sig").write_text("x")
    with pytest.raises(NotAllowed, match="names no allowed_signers"):
        start(GATE).approve("gate", by="bea", signature=tmp_path / "sig")


def test_a_rehearsal_decides_nothing(start: StartRun) -> None:
    runner = start(GATE, rehearsal=True)
    assert runner.approve("gate").message == "rehearsed: would ask to approve: Go?"


@pytest.mark.parametrize("name", ["ANN", "Ann", " ann", "\uff41nn"])
def test_another_way_to_write_a_name_is_no_other_person(start: StartRun, name: str) -> None:
    runner = start(GATE)
    with pytest.raises(NotAllowed, match="somebody other than"):
        runner.approve("gate", by=name, note="by phone")


def test_one_person_does_not_count_twice(start: StartRun) -> None:
    runner = start(GATE.replace("approve: Go?", "approve: Go?, approvals: 2"))
    runner.approve("gate", by="bea", note="by phone")
    with pytest.raises(NotAllowed, match="approved gate already"):
        runner.approve("gate", by="BEA", note="by phone")
