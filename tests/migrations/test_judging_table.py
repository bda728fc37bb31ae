"""The safety table of operations, row by row and engine by engine: what it is called, its moment, its way back.

A row stands for one kind of change. Where an engine has no such statement, the row has none for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.judging.recipes import recipe
from runbook_tui.migrations.model import Phase, Reversal
from tests.migrations.judged import ASK, C, E, Judge, M, X

YES, LOSS, NO, UNKNOWN = Reversal.YES, Reversal.LOSS, Reversal.NO, Reversal.UNKNOWN

COMMON = """
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (
    id bigint PRIMARY KEY, state varchar(20) NOT NULL DEFAULT 'new', note varchar(50), price decimal(10, 2),
    customer_id bigint, {own}
    CONSTRAINT positive CHECK (price > 0)
);
CREATE INDEX by_note ON orders (note);
CREATE VIEW notes AS SELECT id, note FROM orders;
"""
BEFORE = {
    "postgres": COMMON.format(own="mood mood, at timestamp,")
    + "CREATE TYPE mood AS ENUM ('sad', 'glad');"
    + "CREATE TRIGGER keeps BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION keep();",
    "mysql": COMMON.format(own="mood ENUM('sad', 'glad'),")
    + "CREATE TRIGGER keeps BEFORE INSERT ON orders FOR EACH ROW SET NEW.note = 'x';",
    "sqlite": COMMON.format(own="") + "CREATE TRIGGER keeps BEFORE INSERT ON orders BEGIN SELECT 1; END;",
}
ENGINES = tuple(BEFORE)


@dataclass(frozen=True)
class Row:
    """One change in the words of up to three engines."""

    kind: str
    phase: Phase
    reversal: Reversal
    sql: str = ""
    """The same for every engine that has none of its own."""
    postgres: str = ""
    mysql: str = ""
    sqlite: str = ""
    only: tuple[str, ...] = ENGINES

    def statements(self) -> Iterator[tuple[str, str]]:
        for engine in self.only:
            own: str = getattr(self, engine) or self.sql
            if own:
                yield engine, own


PG, MY, LITE = ("postgres",), ("mysql",), ("sqlite",)
NOT_LITE, NOT_MY = ("postgres", "mysql"), ("postgres", "sqlite")
ALTER = "ALTER TABLE orders"
KEY = "FOREIGN KEY (customer_id) REFERENCES customers (id)"

# fmt: off
TABLE = {
    1: [Row("create-table", E, LOSS, "CREATE TABLE refunds (id int, order_id bigint REFERENCES orders (id))")],
    2: [Row("add-column-nullable", E, LOSS, f"{ALTER} ADD COLUMN currency varchar(3)")],
    3: [
        Row("add-column-defaulted", E, LOSS, f"{ALTER} ADD COLUMN paid boolean NOT NULL DEFAULT false"),
        Row("add-column-defaulted", E, LOSS, f"{ALTER} ADD COLUMN at2 timestamp DEFAULT now()", only=NOT_LITE),
    ],
    4: [
        Row("add-column-rewrite", E, LOSS, postgres=f"{ALTER} ADD COLUMN key uuid DEFAULT gen_random_uuid()"),
        Row("add-column-rewrite", E, LOSS, postgres=f"{ALTER} ADD COLUMN nr bigserial"),
        Row("add-column-rewrite", E, LOSS, postgres=f"{ALTER} ADD COLUMN nr int GENERATED ALWAYS AS IDENTITY"),
        Row("add-column-rewrite", E, LOSS, f"{ALTER} ADD COLUMN twice int GENERATED ALWAYS AS (price * 2) STORED"),
        Row("add-column-rewrite", E, LOSS, sqlite=f"{ALTER} ADD COLUMN made text DEFAULT CURRENT_TIMESTAMP"),
    ],
    5: [Row("add-column-required", X, LOSS, f"{ALTER} ADD COLUMN currency varchar(3) NOT NULL")],
    6: [Row("drop-column", C, NO, f"{ALTER} DROP COLUMN note")],
    7: [
        Row("rename-column", X, YES, f"{ALTER} RENAME COLUMN note TO remark"),
        Row("rename-column", X, YES, mysql=f"{ALTER} CHANGE note remark varchar(50)"),
    ],
    8: [
        Row("rename-table", X, YES, f"{ALTER} RENAME TO sales"),
        Row("rename-table", X, YES, mysql="RENAME TABLE orders TO sales"),
    ],
    9: [
        Row("widen-type", E, LOSS, f"{ALTER} ALTER COLUMN note TYPE text", only=PG),
        Row("widen-type", E, LOSS, f"{ALTER} ALTER COLUMN price TYPE decimal(12, 2)", only=PG),
        Row("widen-type", E, LOSS, mysql=f"{ALTER} MODIFY note varchar(60)"),
        Row("widen-type-rewrite", E, LOSS, mysql=f"{ALTER} MODIFY note varchar(300)"),
        # only under a session in UTC: that is not for a file to know
        Row("change-type", X, NO, f"{ALTER} ALTER COLUMN at TYPE timestamptz", only=PG),
    ],
    10: [
        Row("change-type", X, NO, f"{ALTER} ALTER COLUMN note TYPE varchar(10)", only=PG),
        Row("change-type", X, NO, f"{ALTER} ALTER COLUMN note TYPE int USING length(note)", only=PG),
        Row("change-type", X, NO, mysql=f"{ALTER} MODIFY note varchar(10)"),
        Row("change-type", X, NO, mysql=f"{ALTER} MODIFY customer_id int"),
    ],
    11: [
        Row("set-default", E, YES, f"{ALTER} ALTER COLUMN note SET DEFAULT 'x'", only=NOT_LITE),
        Row("change-default", C, YES, f"{ALTER} ALTER COLUMN state SET DEFAULT 'x'", only=NOT_LITE),
    ],
    12: [Row("drop-default", C, YES, f"{ALTER} ALTER COLUMN state DROP DEFAULT", only=NOT_LITE)],
    13: [
        Row("drop-not-null", E, LOSS, f"{ALTER} ALTER COLUMN state DROP NOT NULL", only=PG),
        Row("drop-not-null", E, LOSS, mysql=f"{ALTER} MODIFY state varchar(20) NULL DEFAULT 'new'"),
    ],
    14: [
        Row("set-not-null", C, YES, f"{ALTER} ALTER COLUMN note SET NOT NULL", only=PG),
        Row("set-not-null", C, YES, mysql=f"{ALTER} MODIFY note varchar(50) NOT NULL"),
    ],
    15: [
        Row("add-check", C, YES, f"{ALTER} ADD CONSTRAINT c CHECK (price < 9)", only=NOT_LITE),
        Row("add-check-not-valid", C, YES, f"{ALTER} ADD CONSTRAINT c CHECK (price < 9) NOT VALID", only=PG),
        Row("validate-constraint", C, YES, f"{ALTER} VALIDATE CONSTRAINT positive", only=PG),
    ],
    16: [
        Row("add-foreign-key", C, YES, f"{ALTER} ADD {KEY}", only=NOT_LITE),
        Row("add-foreign-key-not-valid", C, YES, f"{ALTER} ADD CONSTRAINT f {KEY} NOT VALID", only=PG),
    ],
    17: [
        Row("add-unique", C, YES, f"{ALTER} ADD CONSTRAINT u UNIQUE (note)", only=NOT_LITE),
        Row("add-unique-using-index", E, YES, f"{ALTER} ADD CONSTRAINT u UNIQUE USING INDEX by_note", only=PG),
        Row("create-unique-index", C, YES, "CREATE UNIQUE INDEX u ON orders (note)"),
    ],
    18: [Row("create-index", E, YES, "CREATE INDEX i ON orders (price)")],
    19: [
        Row("create-index-concurrently", E, YES, "CREATE INDEX CONCURRENTLY i ON orders (price)", only=PG),
        Row("create-unique-index-concurrently", C, YES, "CREATE UNIQUE INDEX CONCURRENTLY i ON orders (id)", only=PG),
    ],
    20: [
        Row("drop-index", C, YES, "DROP INDEX by_note", mysql="DROP INDEX by_note ON orders"),
        Row("drop-index-concurrently", C, YES, "DROP INDEX CONCURRENTLY by_note", only=PG),
    ],
    21: [
        Row("drop-constraint", E, LOSS, f"{ALTER} DROP CONSTRAINT positive", only=NOT_LITE),
        Row("drop-constraint", E, LOSS, mysql=f"{ALTER} DROP FOREIGN KEY f"),
        Row("drop-constraint", E, LOSS, mysql=f"{ALTER} DROP CHECK positive"),
    ],
    22: [Row("drop-table", C, NO, "DROP TABLE orders")],
    23: [
        Row("truncate", C, NO, "TRUNCATE TABLE orders", only=NOT_LITE),
        Row("delete-rows", C, NO, "DELETE FROM orders WHERE price = 0"),
    ],
    24: [
        Row("update-rows", M, UNKNOWN, "UPDATE orders SET note = 'x'"),
        Row("update-rows", M, LOSS, "UPDATE orders SET note = 'x' WHERE note IS NULL"),
        Row("copy-rows", M, UNKNOWN, "INSERT INTO customers (id) SELECT customer_id FROM orders"),
    ],
    25: [
        Row("insert-rows", E, YES, "INSERT INTO customers (id) VALUES (1)"),
        Row("insert-rows", E, YES, "INSERT INTO customers (id) VALUES (1) ON CONFLICT DO NOTHING", only=NOT_MY),
        Row("insert-rows", E, YES, mysql="INSERT IGNORE INTO customers (id) VALUES (1)"),
    ],
    26: [
        Row("add-enum-value", E, NO, "ALTER TYPE mood ADD VALUE 'bored'", only=PG),
        Row("add-enum-value", E, NO, mysql=f"{ALTER} MODIFY mood ENUM('sad', 'glad', 'bored')"),
        Row("add-enum-value-inside", E, NO, mysql=f"{ALTER} MODIFY mood ENUM('sad', 'bored', 'glad')"),
    ],
    27: [Row("rename-enum-value", X, YES, "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'", only=PG)],
    28: [
        Row("remove-enum-value", X, NO, mysql=f"{ALTER} MODIFY mood ENUM('sad')"),
        Row("change-type", X, NO, f"{ALTER} ALTER COLUMN mood TYPE other USING mood::text::other", only=PG),
    ],
    29: [
        Row("create-trigger", E, YES,
            postgres="CREATE TRIGGER k BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION keep()",
            mysql="CREATE TRIGGER k BEFORE INSERT ON orders FOR EACH ROW SET NEW.note = 'x'",
            sqlite="CREATE TRIGGER k BEFORE INSERT ON orders BEGIN UPDATE orders SET note = 'x'; END"),
        Row("create-function", E, YES, "CREATE FUNCTION f() RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql", only=PG),
    ],
    30: [
        Row("drop-trigger", C, YES, "DROP TRIGGER keeps", postgres="DROP TRIGGER keeps ON orders"),
        Row("drop-function", C, YES, "DROP FUNCTION keep", only=NOT_LITE),
    ],
    31: [
        Row("create-view", E, YES, "CREATE VIEW names AS SELECT name FROM customers"),
        Row("replace-view", E, YES, "CREATE OR REPLACE VIEW notes AS SELECT id, note, price FROM orders", only=PG),
        Row("reshape-view", ASK, YES, "CREATE OR REPLACE VIEW notes AS SELECT id, note, price FROM orders", only=MY),
    ],
    32: [
        Row("drop-view", C, YES, "DROP VIEW notes"),
        Row("reshape-view", ASK, YES, "DROP VIEW notes; CREATE VIEW notes AS SELECT id FROM orders"),
    ],
    33: [
        Row("grant", E, YES, "GRANT SELECT ON orders TO reader", only=NOT_LITE),
        Row("revoke", C, YES, "REVOKE SELECT ON orders FROM reader", only=NOT_LITE),
    ],
    34: [
        Row("create-object", E, YES, 'CREATE EXTENSION IF NOT EXISTS "uuid-ossp"', only=PG),
        Row("create-object", E, YES, "CREATE SCHEMA archive", only=NOT_LITE),
        Row("create-object", E, YES, "CREATE SEQUENCE numbers", only=PG),
    ],
    35: [
        Row("attach-partition", E, YES, f"{ALTER} ATTACH PARTITION part FOR VALUES IN (1)", only=PG),
        Row("detach-partition", C, YES, f"{ALTER} DETACH PARTITION part", only=PG),
        Row("detach-partition-concurrently", C, YES, f"{ALTER} DETACH PARTITION part CONCURRENTLY", only=PG),
    ],
    36: [
        Row("opaque", ASK, UNKNOWN, "CALL repair()", only=NOT_LITE),
    ],
}
# fmt: on

CASES = [
    pytest.param(engine, sql, row, id=f"{number} {engine} {row.kind}")
    for number, rows in TABLE.items()
    for row in rows
    for engine, sql in row.statements()
]


@pytest.mark.parametrize(("engine", "text", "row"), CASES)
def test_a_row_of_the_table(sql: Judge, engine: str, text: str, row: Row) -> None:
    migration = sql(text, engine=engine, before=BEFORE[engine])
    found = [o for o in migration.operations if o.kind != "state-only"]
    first = found[0]
    assert (first.kind, first.phase, first.reversal) == (row.kind, row.phase, row.reversal)
    assert len(found) == 1
    assert (migration.phase, migration.reversal) == (row.phase, row.reversal)
    if row.phase is X:
        assert migration.split
        assert recipe(row.kind, Engine(engine))


def test_every_row_is_here() -> None:
    assert sorted(TABLE) == list(range(1, 37))
