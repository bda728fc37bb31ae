from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing

import pytest

from runbook_tui.demo.model import Demo

Tool = Callable[..., "subprocess.CompletedProcess[str]"]


def _rows(demo: Demo, datastore: str, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(demo.folder / "databases" / f"{datastore}.db")) as connection:
        return connection.execute(query).fetchall()


def _schema(demo: Demo, datastore: str) -> list[tuple[object, ...]]:
    return _rows(demo, datastore, "SELECT type, name, sql FROM sqlite_master ORDER BY name")


@pytest.mark.parametrize(
    ("service", "release", "step"),
    [
        ("users", "v1.9.0", ("000004", "000005")),
        ("notifications", "v1.8.0", ("20260921133000", "20261110101500")),
        ("catalog", "v1.9.0", ("20260824103000", "20261109092000")),
        ("orders", "v1.13.0", ("0005", "0006")),
    ],
    ids=["golang-migrate", "dbmate", "dbmate-table", "alembic"],
)
def test_up_and_down_again(
    stopped: Demo, tool: Tool, service: str, release: str, step: tuple[str, str]
) -> None:
    previous, revision = step
    datastore = f"{service}-db"
    before = _schema(stopped, datastore)
    up = tool("migrate", service, release, revision)
    assert up.returncode == 0, up.stderr
    assert f"{datastore}: {previous} -> {revision}" in up.stdout
    assert tool("database", "revision", datastore).stdout == f"{datastore} is at {revision}\n"
    assert _schema(stopped, datastore) != before
    down = tool("migrate", service, release, previous, "--down")
    assert down.returncode == 0, down.stderr
    assert tool("database", "revision", datastore).stdout == f"{datastore} is at {previous}\n"
    assert _schema(stopped, datastore) == before


def test_a_contract_migration_too_early_breaks_the_version_that_runs(fresh: Demo, tool: Tool) -> None:
    assert tool("verify", "auth", "v1.6.0").returncode == 0
    assert tool("migrate", "users", "v1.9.0", "000006").returncode == 0
    for service, version in (("auth", "v1.6.0"), ("users", "v1.8.0")):
        broken = tool("verify", service, version)
        assert broken.returncode == 1
        assert "users.username" in broken.stderr


def test_code_before_its_expand_migration_is_not_healthy(fresh: Demo, tool: Tool) -> None:
    assert tool("deploy", "users", "v1.9.0").returncode == 0
    assert "users.locale" in tool("verify", "users", "v1.9.0").stderr
    assert tool("migrate", "users", "v1.9.0", "000005").returncode == 0
    assert tool("verify", "users", "v1.9.0").returncode == 0


def test_a_consumer_before_its_provider_does_not_work(fresh: Demo, tool: Tool) -> None:
    assert tool("deploy", "gateway", "v1.12.0").returncode == 0
    page = "/pages/products/1"
    assert "availability" in tool("verify", "gateway", "v1.12.0", page).stderr
    assert tool("migrate", "catalog", "v1.9.0", "20261109092000").returncode == 0
    assert tool("deploy", "catalog", "v1.9.0").returncode == 0
    assert tool("verify", "gateway", "v1.12.0", page).returncode == 0


def test_backfills_fill_everything(stopped: Demo, tool: Tool) -> None:
    empty = "SELECT count(*) FROM {} WHERE {} IS NULL"
    for service, release, revision, table, column in (
        ("billing", "v1.11.0", "0006", "invoices", "currency"),
        ("orders", "v1.13.0", "0007", "orders", "total_cents"),
    ):
        done = tool("migrate", service, release, revision)
        assert done.returncode == 0, done.stderr
        assert _rows(stopped, f"{service}-db", empty.format(table, column)) == [(0,)]
    assert _rows(stopped, "billing-db", "SELECT DISTINCT currency FROM invoices WHERE country = 'CH'") == [
        ("CHF",)
    ]
    off = "SELECT count(*) FROM orders WHERE abs(total * 100 - total_cents) > 0.5001"
    assert _rows(stopped, "orders-db", off) == [(0,)]


def test_migrations_come_from_the_commit_and_not_from_the_work_tree(stopped: Demo, tool: Tool) -> None:
    dirty = stopped.folder / "repositories" / "users" / "migrations" / "000005_add_locale.up.sql"
    good = dirty.read_text("utf-8")
    dirty.write_text("DROP TABLE users;\n", "utf-8")
    try:
        assert tool("migrate", "users", "v1.9.0", "000005").returncode == 0
    finally:
        dirty.write_text(good, "utf-8")
    assert _rows(stopped, "users-db", "SELECT count(locale), count(*) FROM users") == [(0, 600)]


def test_a_failed_migration_leaves_the_database_dirty_and_is_refused_then(stopped: Demo, tool: Tool) -> None:
    with closing(sqlite3.connect(stopped.folder / "databases" / "users-db.db")) as connection:
        connection.execute("ALTER TABLE users ADD COLUMN locale TEXT")
    failed = tool("migrate", "users", "v1.9.0", "000005")
    assert (failed.returncode, "duplicate column name: locale" in failed.stderr) == (1, True)
    assert _rows(stopped, "users-db", "SELECT version, dirty FROM schema_migrations") == [(5, 1)]
    assert "version 5 is dirty" in tool("migrate", "users", "v1.9.0", "000005").stderr


def test_databases_are_checked_and_backed_up(stopped: Demo, tool: Tool) -> None:
    assert tool("database", "check", "billing-db").stdout.startswith("billing-db: ok")
    saved = tool("database", "backup", "billing-db")
    assert saved.returncode == 0
    (copy,) = (stopped.folder / "backups").iterdir()
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM invoices").fetchone() == (12400,)
    assert "there is no database nothing" in tool("database", "check", "nothing").stderr
