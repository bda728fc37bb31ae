"""Decisions made before an unattended run: they fit the runbook, or nothing begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from runbook_tui.cli.main import main

RUNBOOK = """\
runbook: 1
title: Release
steps:
  - {id: go, title: Go, kind: gate, approve: "May we?"}
  - id: deploy
    title: Deploy
    kind: deploy
    run: echo deployed >> done.log
    verify: {confirm: "Does it answer?"}
    needs: [{step: go, because: it is decided first}]
  - id: clean
    title: Clean up
    kind: deploy
    run: echo cleaned >> done.log
    needs: [{step: deploy, because: it is in use}]
"""
GO = "  go: {decision: approve, by: ann, because: rehearsed}\n"


@pytest.fixture
def runbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "release.yaml"
    path.write_text(RUNBOOK)
    return path


def run(runbook: Path, decisions: str, *more: str) -> int:
    """The exit status of a run with these decisions."""
    file = runbook.with_name("decisions.yaml")
    file.write_text(f"decisions: 1\nsteps:\n{decisions}")
    return main(["run", str(runbook), "--plain", "--decisions", str(file), *more])


def done(runbook: Path) -> str:
    """What the commands of the runbook left behind."""
    log = runbook.with_name("done.log")
    return log.read_text() if log.exists() else ""


def test_decisions_that_fit_nothing_are_told_at_once_and_nothing_begins(
    runbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    decisions = (
        "  depoly: {decision: approve, by: ann, because: x}\n"
        "  go: {decision: retry, by: ann, because: x}\n"
        "  clean: {decision: confirm, by: ann, because: x}\n"
    )
    assert run(runbook, decisions) == 2
    file = runbook.with_name("decisions.yaml")
    assert capsys.readouterr().err.splitlines() == [
        f"{file}:3:3: there is no step 'depoly' in the runbook; expected the id of a step; did you mean 'deploy'?",
        f"{file}:4:3: step 'go' is done by a person, so there is nothing to retry; expected approve, confirm, decline "
        "or skip; change the decision",
        f"{file}:5:3: step 'clean' is executed without asking anybody; expected retry or skip; change the decision, "
        "or remove it",
    ]
    assert sorted(path.name for path in runbook.parent.iterdir()) == ["decisions.yaml", "release.yaml"]


def test_a_step_to_stop_at_that_is_not_there_is_told_with_the_decisions(
    runbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(runbook, GO.replace("go", "goo"), "--until", "depoly") == 2
    told = capsys.readouterr().err.splitlines()
    assert told[0] == (
        "--until depoly: there is no step 'depoly' in the runbook; expected the id of a step; did you mean 'deploy'?"
    )
    assert len(told) == 2
    assert sorted(path.name for path in runbook.parent.iterdir()) == ["decisions.yaml", "release.yaml"]


def test_what_a_command_did_is_seen_by_a_person(runbook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(runbook, GO) == 3
    assert "a person has to see whether deploy worked" in capsys.readouterr().out
    assert run(runbook, GO + "  deploy: {decision: confirm, by: ann, because: it answers}\n") == 0
    told = capsys.readouterr().out
    assert "Does it answer?" in told
    assert "confirm (ann: it answers)" in told
    assert done(runbook) == "deployed\ncleaned\n"


def test_what_a_command_did_is_declined(runbook: Path) -> None:
    assert run(runbook, GO + "  deploy: {decision: decline, by: ann, because: it is slow}\n") == 1
    assert done(runbook) == "deployed\n"


def test_a_command_that_is_to_be_skipped_is_not_executed(runbook: Path) -> None:
    decisions = GO + "  deploy: {decision: confirm, by: ann, because: x}\n"
    assert run(runbook, decisions + "  clean: {decision: skip, by: ann, because: nothing to clean}\n") == 0
    assert done(runbook) == "deployed\n"


def test_decisions_for_an_unfinished_run_are_about_what_it_froze(runbook: Path) -> None:
    assert (
        run(runbook, "  go: {decision: decline, by: ann, because: an incident}\n", "--until", "deploy") == 1
    )
    runbook.write_text(RUNBOOK.replace("id: clean", "id: tidy"))
    assert run(runbook, GO + "  tidy: {decision: skip, by: ann, because: x}\n") == 2
