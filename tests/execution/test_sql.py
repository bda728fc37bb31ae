"""Queries of SQLite files that may only read."""

from __future__ import annotations

import os
import resource
import sqlite3
import time
from pathlib import Path

import pytest

from runbook_tui.execution.sql import MAX_ROWS, MAX_TEXT, QueryFailed, query

ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "a b?#.db"
    connection = sqlite3.connect(path)
    connection.executescript("create table t(a, b); insert into t values (1, null), ('x|y', x'00ff');")
    connection.close()
    return path


def ask(path: Path, text: str, timeout: float = 5, interrupted: bool = False) -> str:
    return query(path, text, timeout=timeout, interrupted=lambda: interrupted)


def test_rows_are_lines(database: Path) -> None:
    assert ask(database, "select * from t") == "1 | NULL\nx|y | x'00ff'"


def test_no_rows_are_no_text(database: Path) -> None:
    assert ask(database, "select * from t where a = 7") == ""


@pytest.mark.parametrize(
    "text",
    [
        "insert into t values (1, 2)",
        "delete from t",
        "drop table t",
        "create table u(a)",
        "attach database 'other.db' as other",
        "vacuum into 'copy.db'",
        "pragma user_version = 7",
        "pragma journal_mode = wal",
    ],
)
def test_nothing_is_ever_written(database: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(database.parent)
    before = database.read_bytes()
    files = set(database.parent.iterdir())
    try:
        ask(database, text)
    except QueryFailed as error:
        assert database.name in str(error)
    else:
        assert text.startswith("pragma")
    assert database.read_bytes() == before
    assert set(database.parent.iterdir()) == files


def test_settings_can_be_asked_for(database: Path) -> None:
    assert ask(database, "pragma user_version") == "0"


@pytest.mark.parametrize("text", ["select", "select * from missing", "select 1; select 2", "", "\0"])
def test_a_wrong_statement_is_named(database: Path, text: str) -> None:
    try:
        assert ask(database, text) == ""
    except QueryFailed as error:
        assert database.name in str(error)
    else:
        assert not text.strip()


def test_a_file_that_is_missing_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(QueryFailed, match="no such database"):
        ask(tmp_path / "none.db", "select 1")
    assert not (tmp_path / "none.db").exists()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("this is text, and long enough to be taken for a header" * 20)
    with pytest.raises(QueryFailed, match="not a database"):
        ask(tmp_path / "text.db", "select 1 from sqlite_master")


def test_a_query_has_a_deadline(database: Path) -> None:
    began = time.monotonic()
    with pytest.raises(QueryFailed, match=r"within 0\.2 s"):
        ask(database, ENDLESS, timeout=0.2)
    assert time.monotonic() - began < 2


def test_a_query_can_be_given_up(database: Path) -> None:
    with pytest.raises(QueryFailed, match="interrupted"):
        ask(database, ENDLESS, interrupted=True)


def test_many_rows_are_cut(database: Path) -> None:
    text = "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n limit 5000"
    lines = ask(database, text).splitlines()
    assert (len(lines), lines[-1]) == (MAX_ROWS + 1, f"[more than {MAX_ROWS} rows]")


def test_a_locked_database_is_waited_for_and_not_for_ever(database: Path) -> None:
    writer = sqlite3.connect(database, isolation_level=None)
    writer.execute("begin exclusive")
    with pytest.raises(QueryFailed, match="locked"):
        ask(database, "select * from t", timeout=0.2)
    writer.execute("rollback")
    writer.close()
    assert ask(database, "select count(*) from t") == "2"


@pytest.mark.parametrize(
    "text",
    [
        "select length(zeroblob(900000000))",
        "select length(printf('%900000000d', 1))",
        "select hex(zeroblob(16000000))",
    ],
)
def test_a_huge_value_takes_no_memory(database: Path, text: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        assert ask(database, text) == "NULL"
    except QueryFailed as error:
        assert "too big" in str(error)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_many_large_rows_are_cut(database: Path) -> None:
    many = (
        "with recursive n(i) as (select 1 union all select i + 1 from n) select hex(zeroblob(400000)) from n"
    )
    assert len(ask(database, many)) == MAX_TEXT


@pytest.mark.parametrize(
    "text", ["select load_extension('x')", "select '\ud800'", "select \0", "select readfile('x')"]
)
def test_what_no_query_can_hold_is_told(database: Path, text: str) -> None:
    with pytest.raises(QueryFailed, match="db: "):
        ask(database, text)


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xe9.db"))
    sqlite3.connect(os.fsencode(path)).close()
    path.touch()
    assert ask(path, "select 1") == "1"
