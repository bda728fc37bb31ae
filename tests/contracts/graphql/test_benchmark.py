"""The table of labelled pairs that people read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.benchmarks.contracts_graphql import main

PAIRS = [
    {"old": "type Query { a: Int }", "new": "type Query { b: Int }", "breaking": True, "why": "renamed"},
    {"old": "type Query { a: Int }", "new": "type Query { a: Int, b: Int }", "breaking": False},
    {"old": "enum E { A }", "new": "enum E { A B }", "level": "dangerous"},
    {"old": "type Query { a: Int }", "new": "type Query { a: Int! }", "breaking": True, "why": "wrong label"},
]


def test_pairs_are_counted_and_those_that_disagree_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cases.json").write_text(json.dumps(PAIRS), encoding="utf-8")
    assert main([str(tmp_path / "cases.json")]) == 0
    told = capsys.readouterr().out
    assert "breaking: 1 of 2 met" in told
    assert "dangerous: 1 of 1 met" in told
    assert "safe: 1 of 1 met" in told
    assert "4: wrong label\n  breaking, judged provider-first\n    field-became-non-null" in told


@pytest.mark.parametrize("text", ["{", "[1]", "[{}]", '[{"old": "", "new": "", "level": "odd"}]'])
def test_other_files_are_refused(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "cases.json").write_text(text, encoding="utf-8")
    assert main([str(tmp_path / "cases.json")]) == 2
    assert "cannot be read as a list of labelled pairs" in capsys.readouterr().err
