"""Showing, verifying and repairing records."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from runbook_tui.cli.main import main
from runbook_tui.cli.record_watch import watch
from runbook_tui.execution.record import read_record
from runbook_tui.execution.runner import Runner

RUNBOOK = """\
runbook: 1
title: Nightly
steps:
  - {id: hello, title: Say hello, kind: deploy, run: echo hello}
  - {id: fail, title: Fail, kind: deploy, run: exit 3, needs: [{step: hello, because: hello comes first}]}
"""


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The folder of a run whose second step failed."""
    path = tmp_path / "nightly.yaml"
    path.write_text(RUNBOOK)
    assert main(["run", str(path), "--plain"]) == 1
    capsys.readouterr()
    (folder,) = Runner.unfinished(path)
    return folder


def damage(folder: Path) -> None:
    record = folder / "record.yaml"
    head, _, tail = record.read_bytes().rpartition(b"exit status 3")
    record.write_bytes(head + b"exit status 0" + tail)


def test_show_tells_what_was_done(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record", "show", str(run)]) == 0
    shown = capsys.readouterr().out
    assert "succeeded  hello" in shown
    assert "failed     fail" in shown


def test_a_damaged_end_is_told_refused_and_repaired(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record", "verify", str(run)]) == 0
    damage(run)
    assert main(["record", "verify", str(run)]) == 1
    assert main(["record", "show", str(run)]) == 1
    assert "This is not all" in capsys.readouterr().err
    runbook = run.parent.with_suffix(".yaml")
    assert main(["run", str(runbook), "--plain"]) == 2
    assert "runbook record repair" in capsys.readouterr().err
    assert main(["record", "repair", str(run)]) == 0
    assert main(["record", "verify", str(run)]) == 0
    assert main(["run", str(runbook), "--plain"]) == 1


def test_a_missing_end_needs_a_reason(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = run / "record.yaml"
    whole = record.read_bytes()
    record.write_bytes(whole[: whole[:-1].rindex(b"\n...\n") + len(b"\n...\n")])
    assert main(["record", "repair", str(run)]) == 2
    assert "--accept-shorter" in capsys.readouterr().err
    assert main(["record", "repair", str(run), "--accept-shorter", "the disk was restored"]) == 0


VERIFY = ("verify",)
KEYGEN = shutil.which("ssh-keygen")
needs_keys = pytest.mark.skipif(KEYGEN is None, reason="ssh-keygen is not installed")


def new_key(folder: Path, name: str) -> Path:
    path = folder / name
    subprocess.run(
        [str(KEYGEN), "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(path)], check=True, timeout=60
    )
    return path


@needs_keys
def test_a_record_is_signed_and_the_signature_is_verified(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = new_key(tmp_path, "ann")
    signers = tmp_path / "signers"
    signers.write_text(f"ann {key.with_suffix('.pub').read_text()}")
    assert main([*VERIFY, str(run), "--signers", str(signers)]) == 2, "nobody signed it"
    assert main(["record", "sign", str(run), "--key", str(key), "--as", "ann"]) == 0
    told = capsys.readouterr()
    head = told.out.splitlines()[-1]
    assert "ann signed checkpoint" in told.err
    assert main([*VERIFY, str(run), "--signers", str(signers), "--head", head]) == 0
    shown = capsys.readouterr().out
    assert "holds  signature  ann signed checkpoint" in shown
    assert "holds  anchor" in shown
    assert main([*VERIFY, str(run), "--head", "0" * 64]) == 1
    capsys.readouterr()
    signers.write_text(f"ann {new_key(tmp_path, 'bob').with_suffix('.pub').read_text()}")
    assert main([*VERIFY, str(run / "record.yaml"), "--signers", str(signers), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["judgement"] == "broken"


def test_all_checkpoints_are_exported_also_of_a_damaged_record(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["record", "export", str(run)]) == 0
    whole = json.loads(capsys.readouterr().out)
    assert whole["state"] == "clean"
    assert [point["seq"] for point in whole["checkpoints"]] == list(range(len(whole["checkpoints"])))
    assert whole["checkpoints"][0]["values"]["title"] == "Nightly"
    damage(run)
    assert main(["record", "export", str(run)]) == 1
    rest = json.loads(capsys.readouterr().out)
    assert rest["checkpoints"] == whole["checkpoints"][: len(rest["checkpoints"])]
    assert rest["state"] == "damaged"


def finish(run: Path) -> None:
    runner = Runner.resume(run)
    runner.finish("aborted", "not tonight")
    runner.close()


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_finished_run_is_watched_to_its_end(
    run: Path, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    finish(run)
    capsys.readouterr()
    assert main(["record", "watch", str(run), *options]) == 0
    lines = capsys.readouterr().out.splitlines()
    points = read_record(run).checkpoints
    assert len(lines) == len(points)
    if options:
        assert [json.loads(line)["kind"] for line in lines] == [point.kind for point in points]
    else:
        assert "run-finished" in lines[-1]
        assert "step hello" in "\n".join(lines)


def test_a_run_is_watched_while_it_goes_on(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    statuses: list[int] = []
    watcher = threading.Thread(target=lambda: statuses.append(watch(run, False, interval=0.01)))
    watcher.start()
    finish(run)
    watcher.join(20)
    assert statuses == [0]
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines] == [point.kind for point in read_record(run).checkpoints]


def test_a_record_that_is_damaged_while_it_is_watched(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damage(run)
    assert main(["record", "watch", str(run)]) == 1
    assert "changed or damaged" in capsys.readouterr().err


def test_two_runs_are_compared(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    finish(run)
    runbook = run.parent.with_suffix(".yaml")
    assert main(["run", str(runbook), "--plain"]) == 1
    (other,) = Runner.unfinished(runbook)
    runner = Runner.resume(other)
    runner.skip("fail", "it does not matter")
    runner.close()
    capsys.readouterr()
    assert main(["record", "compare", str(run), str(other)]) == 0
    shown = capsys.readouterr().out
    assert "≠  fail" in shown
    assert "≠  hello" not in shown
    assert "second: it does not matter" in shown
    assert main(["record", "compare", str(run), str(other), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["same_runbook"] is True
    assert [(step["id"], step["differs"]) for step in found["steps"]] == [("hello", False), ("fail", True)]


def test_a_secret_is_taken_out_of_an_output(
    run: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    output = run / "output" / "hello-1.log"
    assert "hello" in output.read_text()
    command = ["record", "redact", str(run), "--output", "output/hello-1.log", "--env", "TOKEN"]
    assert main([*command, "--reason", "it was a secret"]) == 2
    monkeypatch.setenv("TOKEN", "hello")
    assert main([*command, "--reason", " "]) == 1
    assert main([*command, "--reason", "it was a secret"]) == 0
    assert "hello" not in output.read_text()
    last = read_record(run).checkpoints[-1]
    assert (last.kind, last.values["reason"]) == ("redacted", "it was a secret")
    assert main(["record", "verify", str(run)]) == 0, "the record says what the file is now"
    assert main([*command, "--reason", "once more"]) == 1, "there is nothing left to take out"
