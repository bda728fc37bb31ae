"""``runbook approve``: the statement of a second person, and their signature over it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from runbook_tui.cli.main import main
from runbook_tui.execution.runs import read_run
from runbook_tui.execution.signing import available

RUNBOOK = """\
runbook: 1
title: Release
environment: staging
approval: {signers: signers}
steps:
  - {id: go, title: Go, kind: gate, approve: "May we?", approvers: [maria, priya]}
  - {id: drop, title: Drop, kind: migrate, run: "touch dropped", needs: [{step: go, because: it is asked}]}
"""


@pytest.fixture
def waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run of ann's that waits at its gate; its folder."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("RUNBOOK_OPERATOR", "ann")
    (tmp_path / "release.yaml").write_text(RUNBOOK)
    (tmp_path / "signers").write_text("")
    assert main(["run", str(tmp_path / "release.yaml"), "--plain"]) == 3
    (folder,) = tmp_path.glob("release.runs/*")
    return folder


def key_of(folder: Path, name: str) -> Path:
    """A new SSH key of somebody who may sign."""
    if not available():
        pytest.skip("there is no ssh-keygen")
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)]
    subprocess.run(command, check=True, capture_output=True)
    with (folder / "signers").open("a") as signers:
        signers.write(f"{name} {(folder / name).with_suffix('.pub').read_text()}")
    return folder / name


def test_the_statement_says_what_is_approved_where_and_by_whom(
    waiting: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (waiting / "record.yaml").read_bytes()
    capsys.readouterr()
    assert main(["approve", str(waiting), "go", "--as", "maria"]) == 0
    told = capsys.readouterr()
    state = read_run(waiting).state
    assert f"run: {state.run_id}\n" in told.out
    assert f"runbook: {state.digest}\n" in told.out
    assert told.out.endswith("approver: maria\n")
    assert "May we?" in told.err
    assert "ssh-keygen -Y sign -n runbook" in told.err
    assert (waiting / "record.yaml").read_bytes() == before


def test_a_signature_made_with_a_key_lets_an_unattended_run_go_on(
    waiting: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    top = waiting.parent.parent
    key = key_of(top, "maria")
    signature = top / "maria.sig"
    assert (
        main(["approve", str(waiting), "go", "--as", "maria", "--key", str(key), "-o", str(signature)]) == 0
    )
    assert "Give the signature to ann" in capsys.readouterr().err
    decided = "{decision: approve, by: maria, because: signed, signature: maria.sig}"
    (top / "decisions.yaml").write_text(f"decisions: 1\nsteps:\n  go: {decided}\n")
    options = ["--plain", "--decisions", str(top / "decisions.yaml")]
    assert main(["run", str(top / "release.yaml"), *options]) == 0
    points = [point.values for point in read_run(waiting).checkpoints if point.kind == "step-approved"]
    assert [(values["how"], values["principal"]) for values in points] == [("signed", "maria")]
    assert (top / "dropped").exists()


def test_the_printed_command_signs_as_well(waiting: Path, capsys: pytest.CaptureFixture[str]) -> None:
    top = waiting.parent.parent
    key = key_of(top, "maria")
    capsys.readouterr()
    assert main(["approve", str(waiting), "go", "--as", "maria"]) == 0
    statement = capsys.readouterr().out
    command = ["ssh-keygen", "-Y", "sign", "-n", "runbook", "-f", str(key)]
    done = subprocess.run(command, input=statement, capture_output=True, text=True, check=True)
    (top / "by-hand.sig").write_text(done.stdout)
    decided = "{decision: approve, by: maria, because: signed, signature: by-hand.sig}"
    (top / "decisions.yaml").write_text(f"decisions: 1\nsteps:\n  go: {decided}\n")
    options = ["--plain", "--decisions", str(top / "decisions.yaml")]
    assert main(["run", str(top / "release.yaml"), *options]) == 0


@pytest.mark.parametrize("wrong", ["no-such-file.sig", "release.yaml", "signers"])
def test_what_is_no_signature_is_refused_and_nothing_runs(
    wrong: str, waiting: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    top = waiting.parent.parent
    key_of(top, "maria")
    decided = f"{{decision: approve, by: maria, because: signed, signature: {wrong}}}"
    (top / "decisions.yaml").write_text(f"decisions: 1\nsteps:\n  go: {decided}\n")
    options = ["--plain", "--decisions", str(top / "decisions.yaml")]
    assert main(["run", str(top / "release.yaml"), *options]) == 3
    assert "signature" in capsys.readouterr().out
    assert not (top / "dropped").exists()


def test_a_signature_is_needed_where_keys_are_named(
    waiting: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    top = waiting.parent.parent
    decided = "{decision: approve, by: maria, because: she said so}"
    (top / "decisions.yaml").write_text(f"decisions: 1\nsteps:\n  go: {decided}\n")
    options = ["--plain", "--decisions", str(top / "decisions.yaml")]
    assert main(["run", str(top / "release.yaml"), *options]) == 3
    assert "go needs a signed approval" in capsys.readouterr().out


def test_who_executes_cannot_sign(waiting: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["approve", str(waiting), "go", "--as", "ann"]) == 1
    assert "ann executes this run" in capsys.readouterr().err


def test_who_is_no_approver_is_told_so(waiting: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["approve", str(waiting), "go", "--as", "tom"]) == 0
    assert "go names maria, priya to approve it, and not tom" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("step", "status", "said"),
    [
        ("drop", 1, "drop is no decision, so there is nothing to approve; these are: go"),
        ("dorp", 2, "there is no step 'dorp' in the runbook"),
    ],
)
def test_steps_that_cannot_be_approved(
    step: str, status: int, said: str, waiting: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["approve", str(waiting), step, "--as", "maria"]) == status
    assert said in capsys.readouterr().err


def test_a_folder_without_a_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["approve", str(tmp_path), "go", "--as", "maria"]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_key_that_is_not_there(waiting: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = str(waiting / "no-key")
    assert main(["approve", str(waiting), "go", "--as", "maria", "--key", missing]) == 2
    assert "there is no key" in capsys.readouterr().err


def test_a_decided_step_has_nothing_to_approve(waiting: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = waiting.parent.parent / "release.yaml"
    assert main(["run", str(path), "--plain", "--break-glass", "it burns"]) == 0
    assert main(["approve", str(waiting), "go", "--as", "maria"]) == 1
    assert "the run is finished" in capsys.readouterr().err
