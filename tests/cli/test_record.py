"""Showing, verifying and repairing records."""

from __future__ import annotations

from pathlib import Path

import pytest

from runbook_tui.cli.main import main
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
