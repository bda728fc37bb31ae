"""What SQLite accepts, and for how long it locks the database, is what is printed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from runbook_tui.migrations.judging.safety import CANNOT, FREE, RECREATE, TABLE
from runbook_tui.migrations.model import Phase
from tests.locks.claims import judged

TABLES = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, state varchar(20) NOT NULL, note varchar(50),
    amount decimal(10, 2) NOT NULL DEFAULT 0, customer_id INTEGER NOT NULL, code INTEGER,
    CONSTRAINT c CHECK (amount >= 0));
CREATE TABLE plain (id INTEGER NOT NULL, code INTEGER);
CREATE INDEX by_state ON orders (state);
CREATE VIEW open_orders AS SELECT id, state FROM orders;
CREATE TRIGGER stamped AFTER UPDATE ON plain BEGIN SELECT 1; END;
"""
FILL = """
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
INSERT INTO orders SELECT i, 'new', 'note', i, i, i FROM n;
INSERT INTO plain SELECT id, id FROM orders;
"""
# fmt: off
CASES = (
    ("create-table", "CREATE TABLE refunds (id INTEGER PRIMARY KEY)"),
    ("create-table", "CREATE TABLE refunds (id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders (id))"),
    ("drop-table", "DROP TABLE plain"),
    ("rename-table", "ALTER TABLE plain RENAME TO simple"),
    ("maintenance", "VACUUM"),
    ("add-column-nullable", "ALTER TABLE orders ADD COLUMN currency varchar(3)"),
    ("add-column-defaulted", "ALTER TABLE orders ADD COLUMN paid boolean NOT NULL DEFAULT false"),
    ("add-column-rewrite", "ALTER TABLE orders ADD COLUMN at text DEFAULT CURRENT_TIMESTAMP"),
    ("add-column-rewrite", "ALTER TABLE orders ADD COLUMN key text NOT NULL DEFAULT (hex(randomblob(8)))"),
    ("add-column-rewrite", "ALTER TABLE orders ADD COLUMN twice int GENERATED ALWAYS AS (amount * 2) STORED"),
    ("add-column-nullable", "ALTER TABLE orders ADD COLUMN twice int GENERATED ALWAYS AS (amount * 2) VIRTUAL"),
    ("add-column-required", "ALTER TABLE orders ADD COLUMN currency varchar(3) NOT NULL"),
    ("drop-column", "ALTER TABLE orders DROP COLUMN note"),
    ("rename-column", "ALTER TABLE orders RENAME COLUMN note TO remark"),
    ("widen-type-rewrite", "ALTER TABLE orders ALTER COLUMN note TYPE varchar(80)"),
    ("change-type", "ALTER TABLE orders ALTER COLUMN note TYPE integer"),
    ("set-default", "ALTER TABLE orders ALTER COLUMN note SET DEFAULT 'x'"),
    ("change-default", "ALTER TABLE orders ALTER COLUMN amount SET DEFAULT 1"),
    ("drop-default", "ALTER TABLE orders ALTER COLUMN amount DROP DEFAULT"),
    ("drop-not-null", "ALTER TABLE orders ALTER COLUMN state DROP NOT NULL"),
    ("set-not-null", "ALTER TABLE orders ALTER COLUMN note SET NOT NULL"),
    ("add-check", "ALTER TABLE orders ADD CONSTRAINT positive CHECK (amount > 0)"),
    ("add-check", "ALTER TABLE orders ADD COLUMN size int CHECK (size > 0)"),
    ("add-check-not-valid", "ALTER TABLE orders ADD CONSTRAINT positive CHECK (amount > 0) NOT VALID"),
    ("add-foreign-key", "ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (customer_id) REFERENCES customers"),
    ("add-foreign-key", "ALTER TABLE orders ADD COLUMN buyer int REFERENCES customers"),
    ("add-foreign-key-not-valid", "ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers NOT VALID"),
    ("validate-constraint", "ALTER TABLE orders VALIDATE CONSTRAINT c"),
    ("add-unique", "ALTER TABLE orders ADD UNIQUE (code)"),
    ("add-unique", "ALTER TABLE orders ADD COLUMN slug text UNIQUE"),
    ("add-unique-using-index", "ALTER TABLE orders ADD CONSTRAINT u UNIQUE USING INDEX by_state"),
    ("add-primary-key", "ALTER TABLE plain ADD PRIMARY KEY (id)"),
    ("add-primary-key-using-index", "ALTER TABLE plain ADD CONSTRAINT p PRIMARY KEY USING INDEX i"),
    ("add-exclusion", "ALTER TABLE orders ADD CONSTRAINT e EXCLUDE USING gist (code WITH =)"),
    ("drop-constraint", "ALTER TABLE orders DROP CONSTRAINT c"),
    ("rename-constraint", "ALTER TABLE orders RENAME CONSTRAINT c TO d"),
    ("create-index", "CREATE INDEX i ON orders (code)"),
    ("create-unique-index", "CREATE UNIQUE INDEX i ON orders (code)"),
    ("drop-index", "DROP INDEX by_state"),
    ("insert-rows", "INSERT INTO customers (id) VALUES (1)"),
    ("copy-rows", "INSERT INTO plain (id) SELECT id FROM orders"),
    ("update-rows", "UPDATE orders SET note = state"),
    ("delete-rows", "DELETE FROM orders WHERE note IS NOT NULL"),
    ("create-trigger", "CREATE TRIGGER t AFTER INSERT ON orders BEGIN SELECT 1; END"),
    ("drop-trigger", "DROP TRIGGER stamped"),
    ("create-view", "CREATE VIEW v AS SELECT * FROM orders"),
    ("drop-view", "DROP VIEW open_orders"),
    ("setting", "PRAGMA cache_size = 100"),
    ("query", "SELECT count(*) FROM orders"),
    ("maintenance", "ANALYZE orders"),
)
# fmt: on
NO_FORM = TABLE.keys() - {kind for kind, _ in CASES}
"""Rows of other engines, of readers of other languages, or idioms of several statements: see the last test."""


def _run(database: Path, sql: str, rows: int) -> tuple[int, bool]:
    """How many steps of SQLite's machine ``sql`` takes with so many rows, and whether writers wait until it commits."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    database.unlink(missing_ok=True)
    with closing(sqlite3.connect(database, isolation_level=None)) as migrating:
        migrating.executescript(TABLES + FILL.format(rows=rows))
        if sql != "VACUUM":
            migrating.execute("BEGIN")
        migrating.set_progress_handler(count, 1)
        migrating.execute(sql).fetchall()
        with closing(sqlite3.connect(database, isolation_level=None, timeout=0)) as writing:
            try:
                writing.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return steps, True
    return steps, False


@pytest.mark.parametrize(("kind", "sql"), CASES, ids=[sql for _, sql in CASES])
def test_a_lock_is_what_sqlite_takes(tmp_path: Path, kind: str, sql: str) -> None:
    migration = judged(TABLES, sql, "sqlite")
    assert kind in [operation.kind for operation in migration.operations]
    locks = {operation.lock for operation in migration.operations}
    rules = {finding.rule for finding in migration.findings}
    if locks & {CANNOT.text, RECREATE.text}:
        assert rules & {CANNOT.hazard, RECREATE.hazard}
        with pytest.raises(sqlite3.OperationalError):
            _run(tmp_path / "shop.db", sql, 10)
        return
    (few, locked), (many, _) = (_run(tmp_path / "shop.db", sql, rows) for rows in (10, 1000))
    assert locked == (locks != {FREE.text}) or sql == "VACUUM"  # which is over by then
    grows = any(" while " in lock or "until it commits" in lock for lock in locks)
    assert (many > 10 * few) == grows or kind == "insert-rows"  # one row of them


@pytest.mark.parametrize("sql", ["REINDEX by_state", "ATTACH 'other.db' AS other", "DETACH other"])
def test_what_is_not_understood_has_no_lock_that_is_known(sql: str) -> None:
    migration = judged(TABLES, sql, "sqlite")
    assert migration.phase is Phase.ASK
    assert [operation.lock for operation in migration.operations] == ["not known"]


def test_rows_without_a_statement_promise_no_more_than_the_others() -> None:
    promised = {TABLE[kind].sqlite.text for kind, _ in CASES} | {"not known"}
    assert {TABLE[kind].sqlite.text for kind in NO_FORM} <= promised
