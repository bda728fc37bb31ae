"""``runbook run --plain``: what is done without a person, and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from runbook_tui.cli.main import main

RUNBOOK = """\
runbook: 1
title: Drop a column
steps:
  - id: gate-point-of-no-return
    title: Point of no return
    kind: gate
    approve: |-
      Go on?

      - the column is dropped
  - id: contract-billing-0044
    title: Drop the column
    kind: migrate
    run: touch dropped
    reversible: false
    needs: [{step: gate-point-of-no-return, because: somebody approves what is done for good}]
"""


def decided(folder: Path, decision: str) -> list[str]:
    """A runbook and the decision about its gate; the arguments of the command."""
    runbook, decisions = folder / "drop.yaml", folder / "decisions.yaml"
    runbook.write_text(RUNBOOK, encoding="utf-8")
    step = f"{{decision: {decision}, by: ann, because: no time}}"
    decisions.write_text(f"decisions: 1\nsteps:\n  gate-point-of-no-return: {step}\n", encoding="utf-8")
    return ["run", str(runbook), "--plain", "--decisions", str(decisions)]


def test_the_point_of_no_return_is_crossed_when_it_was_approved(tmp_path: Path) -> None:
    assert main(decided(tmp_path, "approve")) == 0
    assert (tmp_path / "dropped").exists()


def test_a_skipped_approval_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(decided(tmp_path, "skip")) == 3
    assert "nobody approved the point of no return" in capsys.readouterr().out
    assert not (tmp_path / "dropped").exists()


def test_what_a_rehearsal_tells_stands_under_its_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*decided(tmp_path, "approve"), "--rehearse"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told.count("      - the column is dropped") == 2
    assert "- the column is dropped" not in told
