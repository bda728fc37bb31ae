"""The figures about known pairs that people read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.benchmarks.contracts_json_schema import main

TEXT, NUMBER, WHOLE = {"type": "string"}, {"type": "number"}, {"type": "integer"}


def test_folders_and_lists_of_pairs_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "cases" / "wider"
    folder.mkdir(parents=True)
    expected = {"serializer": False, "deserializer": True}
    for name, value in (("old", WHOLE), ("new", NUMBER), ("expect", expected)):
        (folder / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
    pairs = [
        {"description": "narrower", "original_schema": NUMBER, "update_schema": WHOLE, "compatible": False},
        {"description": "odd", "original_schema": NUMBER, "update_schema": TEXT, "compatible": True},
        {"description": "mild", "original_schema": NUMBER, "update_schema": WHOLE, "compatible": True,
         "compatible_lenient": False},
    ]  # fmt: skip
    listed = tmp_path / "list.json"
    listed.write_text(json.dumps(pairs).replace("]", ",]"), encoding="utf-8")
    assert main([str(tmp_path / "cases"), str(listed)]) == 0
    told = capsys.readouterr().out
    assert "cases: agree 1/1" in told
    assert "list.json: agree 2/3" in told
    assert "split, expected new reads old: True, old reads new: None: odd" in told


@pytest.mark.parametrize("text", ["{", "[1]", "[{}]", "7"])
def test_other_files_are_refused(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pairs.json").write_text(text, encoding="utf-8")
    assert main([str(tmp_path / "pairs.json")]) == 2
    assert "cannot be read as pairs of schemas" in capsys.readouterr().err
