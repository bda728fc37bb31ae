"""The figures about known pairs that people read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.benchmarks.contracts_avro import main

PAIRS = [
    {"writer": "int", "reader": "long", "compatible": True},
    {"writer": "long", "reader": "int", "compatible": False},
    {"writer": "string", "reader": "int", "compatible": True},
]


def test_pairs_are_counted_and_those_that_are_wrong_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pairs.json").write_text(json.dumps(PAIRS), encoding="utf-8")
    assert main([str(tmp_path / "pairs.json")]) == 0
    told = capsys.readouterr().out
    assert "right 2/3" in told
    assert "wrong: split for" in told
    assert "changes schema.avsc from string to int" in told


@pytest.mark.parametrize("text", ["{", "[1]", "[{}]", "7"])
def test_other_files_are_refused(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pairs.json").write_text(text, encoding="utf-8")
    assert main([str(tmp_path / "pairs.json")]) == 2
    assert "cannot be read as a list of pairs" in capsys.readouterr().err
