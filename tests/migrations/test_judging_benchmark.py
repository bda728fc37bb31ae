"""The tables of the benchmark of phases, for any tool."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import phases

LABELS = """path\tlabel\ttrust\tflags\tmust_catch
files/a/1_add.up.sql\texpand\thigh\t-\tno
files/a/2_drop.up.sql\texpand|contract\thigh\t-\tno
files/a/3_drop.up.sql\texpand\thigh\t-\tno
files/a/4_code.up.sql\tmigrate\thigh\t-\tno
files/a/5_pre_deploy_x.up.sql\tcontract\thigh\t-\tyes
files/a/6_none.up.sql\tcontract\tnone\tempty\tno
"""
FILES = {
    "1_add": "CREATE TABLE t (a int, b int)",
    "2_drop": "ALTER TABLE t DROP COLUMN a",
    "3_drop": "ALTER TABLE t DROP COLUMN b",
    "4_code": "CALL repair()",
    "5_pre_deploy_x": "DROP TABLE t",
    "6_none": "-- nothing",
}


@pytest.fixture
def corpus(tmp_path: Path) -> tuple[str, str]:
    for name, text in FILES.items():
        path = tmp_path / "root" / "a" / f"{name}.up.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    labels = tmp_path / "labels.tsv"
    labels.write_text(LABELS, encoding="utf-8")
    return str(labels), str(tmp_path / "root")


def test_rows_are_counted_and_the_wrong_ones_told(
    corpus: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert phases.main(corpus) == 0
    declared, _, read = capsys.readouterr().out.partition("as read")
    assert "scored 6; right 3/5" in declared
    assert "must_catch 1, called safe: 1" in declared
    assert "called safe: a/5_pre_deploy_x.up.sql" in declared
    assert "right 4/5" in read
    assert "asked or unread 1/6" in read
    assert "must_catch 1, called safe: 0" in read
    assert "wrong: a/3_drop.up.sql\n    label expand, judged contract: 1: drop column t.b" in read


def test_what_is_missing_is_listed(
    corpus: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "root" / "a" / "1_add.up.sql").unlink()
    assert phases.main([*corpus, "--undeclared", "--alone"]) == 2
    assert "missing: files/a/1_add.up.sql" in capsys.readouterr().err
    assert phases.main([corpus[0], str(tmp_path / "elsewhere")]) == 2
