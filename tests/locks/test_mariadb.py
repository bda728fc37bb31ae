"""What is printed for MySQL is no better than what MariaDB does, where one is installed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from runbook_tui.migrations.judging.safety import BLOCKS_WRITES, TABLE_REWRITE
from tests.locks.claims import judged
from tests.locks.mariadb import MariaDB, started

pytestmark = [
    pytest.mark.xdist_group("mariadb"),
    pytest.mark.skipif(
        not shutil.which("mariadbd"), reason="mariadbd is not installed (apt: mariadb-server)"
    ),
]

BASE = """
CREATE TABLE customers (id bigint PRIMARY KEY, name varchar(100));
CREATE TABLE orders (
    id bigint PRIMARY KEY, state varchar(20) NOT NULL, note varchar(50), amount decimal(10, 2) NOT NULL DEFAULT 0,
    customer_id bigint NOT NULL, feeling enum('ok', 'bad'), code int, KEY by_state (state),
    CONSTRAINT c CHECK (amount >= 0)
);
CREATE TABLE plain (id bigint NOT NULL, code int);
CREATE TABLE bills (id bigint PRIMARY KEY, order_id bigint,
    CONSTRAINT bills_order FOREIGN KEY (order_id) REFERENCES orders (id));
CREATE TABLE parted (id bigint NOT NULL, day int NOT NULL) PARTITION BY RANGE (day)
    (PARTITION p1 VALUES LESS THAN (10), PARTITION p2 VALUES LESS THAN (20));
CREATE VIEW open_orders AS SELECT id, state FROM orders;
CREATE TRIGGER stamped BEFORE UPDATE ON plain FOR EACH ROW SET NEW.code = 1;
INSERT INTO customers VALUES (1, 'a');
INSERT INTO orders VALUES (1, 'new', 'n', 1, 1, 'ok', 1);
INSERT INTO plain VALUES (1, 1);
INSERT INTO bills VALUES (1, 1);
INSERT INTO parted VALUES (1, 1), (2, 11);
CREATE USER IF NOT EXISTS app
"""
TABLES = ("customers", "orders", "plain", "bills", "parted", "open_orders")
ORDERS = "ALTER TABLE orders"
BEST = ("instant", "in place", "rebuilt", "in place, writes wait", "copied")
"""From the cheapest to the dearest."""
WORDS = {
    "no table lock": "",
    "instant": "",
    "row locks until it commits": "",
    "metadata lock, instant": "instant",
    "in place, reads and writes go on": "in place",
    "in place, the table is rebuilt while reads and writes go on": "rebuilt",
    "in place, writes wait": "in place, writes wait",
    "the table is copied, writes wait": "copied",
    "the table is copied to check it, writes wait": "copied",
}
"""What each lock of the table says; nothing for those that wait for nobody who reads."""

# fmt: off
CASES = (
    ("create-table", "CREATE TABLE refunds (id int)"),
    ("drop-table", "DROP TABLE plain"),
    ("rename-table", "RENAME TABLE plain TO simple"),
    ("rewrite-table", f"{ORDERS} ENGINE=InnoDB"),
    ("rewrite-table", f"{ORDERS} FORCE"),
    ("table-setting", f"{ORDERS} COMMENT = 'x'"),
    ("table-setting", f"{ORDERS} AUTO_INCREMENT = 100"),
    ("table-setting", f"{ORDERS} DEFAULT CHARACTER SET utf8mb4"),
    ("add-column-nullable", f"{ORDERS} ADD COLUMN currency varchar(3)"),
    ("add-column-nullable", f"{ORDERS} ADD COLUMN currency varchar(3) AFTER id"),
    ("add-column-nullable", f"{ORDERS} ADD COLUMN twice int GENERATED ALWAYS AS (amount * 2) VIRTUAL"),
    ("add-column-defaulted", f"{ORDERS} ADD COLUMN paid boolean NOT NULL DEFAULT false"),
    ("add-column-defaulted", f"{ORDERS} ADD COLUMN at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP"),
    ("add-column-rewrite", f"{ORDERS} ADD COLUMN k varchar(40) DEFAULT (uuid())"),
    ("add-column-rewrite", "ALTER TABLE plain ADD COLUMN nr int AUTO_INCREMENT UNIQUE"),
    ("add-column-rewrite", f"{ORDERS} ADD COLUMN twice int GENERATED ALWAYS AS (amount * 2) STORED"),
    ("add-column-required", f"{ORDERS} ADD COLUMN currency varchar(3) NOT NULL"),
    ("drop-column", f"{ORDERS} DROP COLUMN note"),
    ("rename-column", f"{ORDERS} RENAME COLUMN note TO remark"),
    ("rename-column", f"{ORDERS} CHANGE note remark varchar(50)"),
    ("widen-type", f"{ORDERS} MODIFY note varchar(60)"),
    ("widen-type-rewrite", f"{ORDERS} MODIFY note varchar(80)"),
    ("widen-type-rewrite", f"{ORDERS} MODIFY note text"),
    ("widen-type-rewrite", f"{ORDERS} MODIFY amount decimal(12, 2) NOT NULL DEFAULT 0"),
    ("change-type", f"{ORDERS} MODIFY code bigint"),
    ("change-type", f"{ORDERS} MODIFY note varchar(10)"),
    ("change-type", f"{ORDERS} CONVERT TO CHARACTER SET latin1"),
    ("set-default", f"{ORDERS} ALTER COLUMN state SET DEFAULT 'new'"),
    ("change-default", f"{ORDERS} ALTER COLUMN amount SET DEFAULT 1"),
    ("drop-default", f"{ORDERS} ALTER COLUMN amount DROP DEFAULT"),
    ("drop-not-null", f"{ORDERS} MODIFY state varchar(20)"),
    ("set-not-null", f"{ORDERS} MODIFY note varchar(50) NOT NULL"),
    ("add-check", f"{ORDERS} ADD CONSTRAINT positive CHECK (amount > 0)"),
    ("add-foreign-key", f"{ORDERS} ADD CONSTRAINT f FOREIGN KEY (customer_id) REFERENCES customers (id)"),
    ("add-foreign-key", f"{ORDERS} ADD COLUMN buyer bigint REFERENCES customers (id)"),
    ("add-unique", f"{ORDERS} ADD UNIQUE (code)"),
    ("add-unique", f"{ORDERS} ADD COLUMN slug varchar(10) UNIQUE"),
    ("add-primary-key", "ALTER TABLE plain ADD PRIMARY KEY (id)"),
    ("drop-constraint", "ALTER TABLE bills DROP FOREIGN KEY bills_order"),
    ("drop-constraint", f"{ORDERS} DROP CONSTRAINT c"),
    ("drop-primary-key", "ALTER TABLE customers DROP PRIMARY KEY"),
    ("create-index", "CREATE INDEX i ON orders (code)"),
    ("create-index", f"{ORDERS} ADD INDEX i (code)"),
    ("create-index", "CREATE FULLTEXT INDEX i ON orders (note)"),
    ("create-index", f"{ORDERS} ADD FULLTEXT INDEX i (note)"),
    ("create-unique-index", "CREATE UNIQUE INDEX i ON orders (code)"),
    ("drop-index", f"{ORDERS} DROP INDEX by_state"),
    ("drop-index", "DROP INDEX by_state ON orders"),
    ("rename-index", f"{ORDERS} RENAME INDEX by_state TO i"),
    ("insert-rows", "INSERT INTO customers (id) VALUES (2)"),
    ("update-rows", "UPDATE orders SET note = state"),
    ("delete-rows", "DELETE FROM bills WHERE id = 1"),
    ("copy-rows", "INSERT INTO plain SELECT id, code FROM orders"),
    ("truncate", "TRUNCATE TABLE plain"),
    ("add-enum-value", f"{ORDERS} MODIFY feeling enum('ok', 'bad', 'fine')"),
    ("add-enum-value-inside", f"{ORDERS} MODIFY feeling enum('ok', 'fine', 'bad')"),
    ("remove-enum-value", f"{ORDERS} MODIFY feeling enum('ok')"),
    ("create-function", "CREATE FUNCTION f() RETURNS int RETURN 1"),
    ("create-trigger", "CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW SET NEW.note = 'x'"),
    ("drop-trigger", "DROP TRIGGER stamped"),
    ("create-view", "CREATE VIEW v AS SELECT * FROM orders"),
    ("reshape-view", "CREATE OR REPLACE VIEW open_orders AS SELECT id FROM orders"),
    ("drop-view", "DROP VIEW open_orders"),
    ("drop-partition", "ALTER TABLE parted DROP PARTITION p1"),
    ("drop-partition", "ALTER TABLE parted TRUNCATE PARTITION p1"),
    ("state-only", f"{ORDERS} MODIFY note varchar(50) COMMENT 'x'"),
    ("grant", "GRANT SELECT ON orders TO app"),
    ("setting", "SET SESSION lock_wait_timeout = 1"),
    ("query", "SELECT count(*) FROM orders"),
)
# fmt: on


@pytest.fixture(scope="module")
def mariadb() -> Iterator[MariaDB]:
    with started() as server:
        yield server


@pytest.mark.parametrize(("kind", "sql"), CASES, ids=[sql for _, sql in CASES])
def test_a_lock_is_no_better_than_what_the_server_does(mariadb: MariaDB, kind: str, sql: str) -> None:
    migration = judged(BASE, sql, "mysql")
    assert kind in [operation.kind for operation in migration.operations]
    told = [WORDS[operation.lock] for operation in migration.operations]
    waits = mariadb.waits_for_readers(BASE, sql, TABLES)
    assert any(told) == waits
    way = mariadb.way(BASE, sql)
    if way and kind != "drop-index":  # in place by name, but only its entry goes: MySQL's manual
        assert max(BEST.index(one or BEST[0]) for one in told) >= BEST.index(way)
    rules = {finding.rule for finding in migration.findings}
    if way in ("in place, writes wait", "copied"):
        assert rules & {BLOCKS_WRITES, TABLE_REWRITE}
