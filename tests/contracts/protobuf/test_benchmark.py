"""The figures that people read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.benchmarks.contracts_buf import main
from tests.contracts.protobuf.protos import message


def test_pairs_are_judged_by_verdict_and_annotations(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for version, fields in (("previous", "int32 a = 1;"), ("current", "")):
        (tmp_path / version / "gone" / "sub").mkdir(parents=True)
        (tmp_path / version / "gone" / "sub" / "x.proto").write_text(message(fields), encoding="utf-8")
    expected = {
        "gone": {
            "breaking": True,
            "annotations": [
                {"file": "x.proto", "line": 2, "rule": "FIELD_NO_DELETE"},
                {"file": "x.proto", "line": 3, "rule": "FIELD_NO_DELETE"},
            ],
        }
    }
    (tmp_path / "expected.json").write_text(json.dumps(expected), encoding="utf-8")
    assert main([str(tmp_path), "--missing"]) == 0
    told = capsys.readouterr().out
    assert "missing 1: x.proto:3 field-no-delete" in told
    assert "verdicts right: 1/1" in told
    assert "rule: 1/2" in told


@pytest.mark.parametrize("text", ["{", "[1]", '{"a": 1}'])
def test_other_folders_are_refused(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "expected.json").write_text(text, encoding="utf-8")
    assert main([str(tmp_path)]) == 2
    assert "cannot be read as pairs" in capsys.readouterr().err
