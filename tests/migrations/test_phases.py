"""The phase of a whole file, and what a reviewer is told about it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.judging.recipes import RECIPES, recipe
from runbook_tui.migrations.judging.safety import TABLE
from runbook_tui.migrations.model import Level, PendingMigrations, Phase
from tests.migrations.judged import ASK, NONE, C, E, Judge, M, X

ADD = "ALTER TABLE orders ADD COLUMN c int;"
DROP = "ALTER TABLE orders DROP COLUMN note;"
FILL = "UPDATE orders SET note = 'x';"
INDEX = "CREATE INDEX i ON orders (note);"
OPAQUE = "CALL repair();"
RENAME = "ALTER TABLE orders RENAME COLUMN note TO remark;"
FORBID = "ALTER TABLE orders ALTER COLUMN note SET NOT NULL;"


@pytest.mark.parametrize(
    ("text", "phase"),
    [
        ("", NONE),
        ("-- only a comment", NONE),
        (ADD + INDEX, E),
        (DROP + FORBID, C),
        (FILL + FILL, M),
        # two moments
        (ADD + DROP, X),
        (DROP + ADD, X),
        (ADD + FILL, X),
        (ADD + FILL + FORBID, X),
        (ADD + DROP + OPAQUE, X),
        # a backfill may wait for the contract phase, an index for anything
        (FILL + FORBID, C),
        (INDEX + DROP, C),
        (INDEX + FILL, M),
        (INDEX + DROP + FILL, C),
        # the most dangerous decides
        (ADD + RENAME, X),
        (OPAQUE + RENAME, X),
        (ADD + OPAQUE, ASK),
        (DROP + OPAQUE, ASK),
        (FILL + OPAQUE, ASK),
        # what clears the way belongs to what is dropped
        ("ALTER TABLE orders DROP CONSTRAINT f;" + DROP, C),
        ("ALTER TABLE orders DROP CONSTRAINT f; DROP TABLE orders", C),
        ("ALTER TABLE customers DROP CONSTRAINT f;" + DROP, X),
        ("ALTER TABLE orders ALTER COLUMN note DROP NOT NULL;" + DROP, C),
        ("ALTER TABLE orders ALTER COLUMN state DROP NOT NULL;" + DROP, X),
        ("ALTER TABLE orders ALTER note SET DEFAULT 'x', ALTER note SET NOT NULL", C),
        ("ALTER TABLE orders ADD CHECK (note > '') NOT VALID; " + FORBID, C),
    ],
)
def test_the_phase_of_a_file(sql: Judge, text: str, phase: Phase) -> None:
    assert sql(text).phase is phase


def test_known_columns_of_a_constraint_decide_whether_it_clears_the_way(sql: Judge) -> None:
    before = (
        "CREATE TABLE t (a int, b int, CONSTRAINT on_a UNIQUE (a), CONSTRAINT on_b UNIQUE (b), "
        "CONSTRAINT both UNIQUE (a, b))"
    )
    found = {
        name: sql(f"ALTER TABLE t DROP CONSTRAINT {name}; ALTER TABLE t DROP COLUMN a", before=before).phase
        for name in ("on_a", "both", "on_b")
    }
    assert found == {"on_a": C, "both": C, "on_b": X}


def test_mixed_phases_say_where_to_split(sql: Judge) -> None:
    text = (
        "ALTER TABLE orders ADD COLUMN c int;\nALTER TABLE orders DROP COLUMN note;\n\nDELETE FROM orders;\n"
    )
    (finding,) = [finding for finding in sql(text).findings if finding.rule == "mixed-phases"]
    assert (finding.level, finding.line) == (Level.ERROR, 2)
    assert "orders.c" in finding.message
    assert "orders.note" in finding.message
    assert "line 2, 4" in finding.recipe


# fmt: off
HAZARDS = [
    ("postgres", INDEX, "blocks-writes", Level.WARNING),
    ("mysql", INDEX, "", None),
    ("sqlite", INDEX, "", None),
    ("postgres", "CREATE INDEX CONCURRENTLY i ON orders (note)", "", None),
    ("postgres", "ALTER TABLE orders ADD FOREIGN KEY (id) REFERENCES customers", "blocks-writes", Level.WARNING),
    ("postgres", "ALTER TABLE orders ADD FOREIGN KEY (id) REFERENCES customers NOT VALID", "", None),
    ("mysql", "ALTER TABLE orders ADD FOREIGN KEY (id) REFERENCES customers (id)", "blocks-writes", Level.WARNING),
    ("postgres", "ALTER TABLE orders ADD COLUMN k uuid DEFAULT gen_random_uuid()", "table-rewrite", Level.WARNING),
    ("sqlite", "ALTER TABLE orders ADD COLUMN k TEXT DEFAULT CURRENT_TIMESTAMP", "refused-by-engine", Level.ERROR),
    ("sqlite", "ALTER TABLE orders ADD COLUMN k TEXT UNIQUE", "refused-by-engine", Level.ERROR),
    ("sqlite", "ALTER TABLE orders ADD COLUMN k TEXT REFERENCES customers (id)", "", None),
    ("mysql", "ALTER TABLE orders MODIFY note VARCHAR(300)", "table-rewrite", Level.WARNING),
    ("postgres", "ALTER TABLE orders ALTER note TYPE varchar(300)", "", None),
    ("postgres", FORBID, "table-scan", Level.WARNING),
    ("mysql", FORBID, "", None),
    ("postgres", "VACUUM FULL orders", "table-rewrite", Level.WARNING),
    ("postgres", RENAME, "rename", Level.ERROR),
    ("postgres", "ALTER TABLE orders ADD COLUMN c int NOT NULL", "not-null-without-default", Level.ERROR),
    ("postgres", "ALTER TABLE orders ALTER id TYPE int", "type-change", Level.ERROR),
    ("postgres", "ALTER TABLE orders DROP COLUMN state", "drop-required-column", Level.WARNING),
    ("postgres", "ALTER TABLE orders DROP COLUMN amount", "irreversible", Level.NOTE),
    ("postgres", FILL, "unbatched-backfill", Level.WARNING),
    ("postgres", OPAQUE, "opaque", Level.WARNING),
    ("postgres", "UPDATE orders SET note =", "unreadable", Level.WARNING),
    ("mysql", ADD + INDEX, "ddl-autocommit", Level.WARNING),
    ("mysql", "ALTER TABLE orders ADD COLUMN c int,\n ADD INDEX i (note)", "", None),
    ("postgres", ADD + INDEX, "long-transaction", Level.WARNING),
    ("postgres", FILL + FORBID, "backfill-in-contract", Level.WARNING),
    ("postgres", "ALTER TYPE mood ADD VALUE 'x'", "readers-first", Level.WARNING),
    ("postgres", "ALTER TABLE orders ALTER state DROP NOT NULL", "readers-first", Level.WARNING),
    ("postgres", "ALTER TYPE mood ADD VALUE 'x'; INSERT INTO orders (state) VALUES ('x')",
     "enum-value-in-transaction", Level.WARNING),
    ("postgres", "ALTER TABLE orders ADD CONSTRAINT c CHECK (id > 0) NOT VALID; "
     "ALTER TABLE orders VALIDATE CONSTRAINT c", "validate-in-same-transaction", Level.WARNING),
    ("postgres", "ALTER TABLE orders DROP CONSTRAINT f;" + DROP, "assumed-part-of-drop", Level.NOTE),
    ("postgres", DROP + ADD, "mixed-phases", Level.ERROR),
    ("postgres", "CREATE TABLE r (id int); CREATE INDEX i ON r (id); ALTER TABLE r ALTER id SET NOT NULL", "", None),
]
# fmt: on


@pytest.mark.parametrize(
    ("engine", "text", "rule", "level"), HAZARDS, ids=[f"{c[0]}-{c[1][:70]}" for c in HAZARDS]
)
def test_hazards(sql: Judge, engine: str, text: str, rule: str, level: Level | None) -> None:
    findings = [finding for finding in sql(text, engine=engine).findings if finding.rule != "no-lock-timeout"]
    if not rule:
        assert [f for f in findings if f.rule != "irreversible"] == []
        return
    (finding,) = [finding for finding in findings if finding.rule == rule]
    assert finding.level is level
    assert finding.path == "db/2_next.up.sql"
    assert finding.line >= 1
    assert finding.message


@pytest.mark.parametrize(
    ("engine", "text", "warned"),
    [
        ("postgres", ADD, True),
        ("mysql", ADD, True),
        ("sqlite", ADD, False),
        ("postgres", f"SET lock_timeout = '1s'; {ADD}", False),
        ("postgres", f"SELECT set_config('lock_timeout', '1s', true); {ADD}", False),
        ("mysql", f"SET SESSION lock_wait_timeout = 1; {ADD}", False),
        ("postgres", f"{ADD} SET lock_timeout = '1s'", True),
        ("postgres", "CREATE TABLE r (id int)", False),
        ("postgres", "CREATE TABLE r (id int); ALTER TABLE r ADD COLUMN c int", False),
        ("postgres", FILL, False),
        ("mysql", "CREATE TABLE r (id int)", False),
    ],
)
def test_a_lock_timeout_is_asked_for(sql: Judge, engine: str, text: str, *, warned: bool) -> None:
    assert any(finding.rule == "no-lock-timeout" for finding in sql(text, engine=engine).findings) is warned


@pytest.mark.parametrize(("value", "warned"), [("fresh", True), ("stale", False)])
def test_a_new_enum_value_is_warned_of_where_the_file_uses_it(
    sql: Judge, value: str, *, warned: bool
) -> None:
    text = f"ALTER TYPE mood ADD VALUE 'fresh'; INSERT INTO orders (state) VALUES ('{value}');"
    assert any(item.rule == "enum-value-in-transaction" for item in sql(text).findings) is warned


def test_every_recipe_belongs_to_a_row_of_the_table() -> None:
    assert set(RECIPES) <= set(TABLE)


@pytest.mark.parametrize("engine", [Engine.MYSQL, Engine.SQLITE])
def test_a_recipe_takes_no_statement_that_only_postgresql_has(engine: Engine) -> None:
    hazardous = [kind for kind, row in TABLE.items() if row.lock(engine).hazard]
    assert [kind for kind in hazardous if re.search("CONCURRENTLY|VALID", recipe(kind, engine))] == []


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("CREATE TABLE r (id int); CREATE TABLE s (id int); CREATE INDEX i ON s (id);", "note"),
        ("CREATE TABLE r (id int); ALTER TABLE orders ADD COLUMN note text;", "warning"),
        ("UPDATE orders SET a = 1; UPDATE orders SET b = 1;", "warning"),
    ],
)
def test_new_tables_that_are_half_made_are_only_noted(sql: Judge, text: str, level: str) -> None:
    (found,) = [item for item in sql(text, engine="mysql").findings if item.rule == "ddl-autocommit"]
    assert found.level == level


def test_every_breaking_row_has_a_recipe() -> None:
    assert {kind for kind, row in TABLE.items() if row.phase is X} <= set(RECIPES)


@pytest.mark.parametrize(
    ("text", "reversal"),
    [
        ("ALTER TABLE orders ADD COLUMN c int, DROP COLUMN c", "loss"),
        ("ALTER TABLE orders ADD COLUMN c int, ALTER COLUMN c TYPE text", "loss"),
        ("ALTER TABLE orders ALTER COLUMN id TYPE int", "no"),
    ],
)
def test_what_is_done_to_a_new_column_can_be_undone(sql: Judge, text: str, reversal: str) -> None:
    assert sql(text).reversal.value == reversal


def test_a_table_with_a_foreign_key_locks_the_other_table(sql: Judge) -> None:
    inline = sql("CREATE TABLE r (id int REFERENCES orders (id))").operations[0]
    apart = sql("CREATE TABLE r (id int, FOREIGN KEY (id) REFERENCES orders (id))").operations[0]
    alone = sql("CREATE TABLE r (id int)").operations[0]
    assert inline.lock == apart.lock == "ShareRowExclusive on the tables that it refers to, instant"
    assert alone.lock == "no table lock"


VIEWS = """CREATE TABLE t (a int, b varchar(9), c int, d int);
CREATE VIEW of_a AS SELECT a FROM t WHERE c > 0;
CREATE VIEW all_of_u AS SELECT u.a FROM u JOIN t ON t.d = u.id;
"""


@pytest.mark.parametrize(
    ("engine", "text", "refused"),
    [
        ("postgres", "ALTER TABLE t DROP COLUMN a", "of_a"),
        ("postgres", "ALTER TABLE public.t DROP COLUMN C", "of_a"),
        ("postgres", "ALTER TABLE t DROP COLUMN d", "all_of_u"),
        ("postgres", "ALTER TABLE t DROP COLUMN b", ""),
        ("postgres", "ALTER TABLE t ALTER COLUMN a TYPE bigint", "of_a"),
        ("postgres", "ALTER TABLE t DROP COLUMN a CASCADE", ""),
        ("postgres", "DROP VIEW of_a; ALTER TABLE t DROP COLUMN a", ""),
        ("postgres", "CREATE VIEW w AS SELECT * FROM t; ALTER TABLE t DROP COLUMN b", "w"),
        (
            "postgres",
            "CREATE VIEW w AS SELECT * FROM t; ALTER TABLE t ADD e int; ALTER TABLE t DROP COLUMN e",
            "",
        ),
        ("postgres", "CREATE OR REPLACE VIEW of_a AS SELECT d AS a FROM t; ALTER TABLE t DROP COLUMN c", ""),
        ("postgres", "ALTER TABLE t RENAME a TO z; ALTER TABLE t DROP COLUMN z", ""),
        ("sqlite", "ALTER TABLE t DROP COLUMN a", "of_a"),
        ("mysql", "ALTER TABLE t DROP COLUMN a", ""),
    ],
)
def test_a_view_keeps_its_columns(sql: Judge, engine: str, text: str, refused: str) -> None:
    found = [
        f.message for f in sql(text, engine=engine, before=VIEWS).findings if f.rule == "refused-by-engine"
    ]
    assert bool(found) == bool(refused)
    assert all(refused in message for message in found)


def test_cascade_takes_views_along(sql: Judge) -> None:
    (finding,) = [
        found
        for found in sql("ALTER TABLE t DROP COLUMN a CASCADE", before=VIEWS).findings
        if found.rule == "cascade"
    ]
    assert "of_a" in finding.message


@pytest.mark.parametrize(
    ("engine", "text", "phase"),
    [
        # the engine's own tables
        ("postgres", "UPDATE pg_enum SET enumlabel = 'x'", ASK),
        ("postgres", "INSERT INTO pg_catalog.pg_enum VALUES (1)", ASK),
        ("sqlite", "PRAGMA writable_schema = 1; UPDATE sqlite_master SET sql = 'x'", ASK),
        ("mysql", "UPDATE mysql.user SET host = 'x'", ASK),
        ("postgres", "UPDATE pg_shop.orders SET a = 1", M),
        # a temporary table stands for itself, and only until it is gone
        ("postgres", "CREATE TEMP TABLE scratch (a int); DROP TABLE scratch", NONE),
        ("postgres", "CREATE TEMP TABLE orders (a int); DROP TABLE orders; DROP TABLE orders", C),
        # MySQL runs such comments
        ("mysql", "/*!40101 DROP TABLE orders */;", C),
        ("mysql", "/*M! DROP TABLE orders */", C),
        ("mysql", "/*!40101 SET NAMES utf8 */; /* DROP TABLE orders */", NONE),
        ("postgres", "/*!40101 DROP TABLE orders */", NONE),
        ("postgres", "COPY orders FROM PROGRAM 'cat'", ASK),
        ("postgres", "COPY orders FROM STDIN", E),
        ("postgres", "ALTER TABLE orders ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY", C),
        ("postgres", "ALTER TABLE orders ALTER COLUMN id SET GENERATED ALWAYS", C),
        ("postgres", "ALTER TABLE orders ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY", E),
        ("postgres", 'ALTER TABLE orders ALTER COLUMN note TYPE varchar(80) COLLATE "C"', ASK),
        ("postgres", "ALTER TABLE orders DROP CONSTRAINT orders_pkey", C),
        ("postgres", "ALTER TABLE orders DROP CONSTRAINT orders_check", E),
    ],
)
def test_what_looks_harmless_and_is_not(sql: Judge, engine: str, text: str, phase: Phase) -> None:
    assert sql(text, engine=engine).phase is phase


def test_a_temporary_table_ends_with_its_file(pend: Callable[..., PendingMigrations]) -> None:
    files = {
        "db/1_a.up.sql": "CREATE TEMP TABLE report (a int)",
        "db/2_b.up.sql": "CREATE TABLE report (a int)",
        "db/3_c.up.sql": "DROP TABLE report",
    }
    found = pend({name: files[name] for name in list(files)[:2]}, files, tool="golang-migrate").pending
    assert [migration.phase for migration in found] == [C]
    assert found[0].dropped == ("report",)


@pytest.mark.parametrize(
    ("first", "then", "phase"),
    [
        # the name is known to running code, whatever stands behind it now
        (
            "CREATE TABLE b (id int, x int); ALTER TABLE a RENAME TO old; ALTER TABLE b RENAME TO a;",
            "ALTER TABLE a DROP COLUMN x",
            C,
        ),
        ("DROP TABLE a; CREATE TABLE a (id int, x int)", "ALTER TABLE a DROP COLUMN x", C),
        ("ALTER TABLE a DROP COLUMN x; ALTER TABLE a ADD COLUMN x text", "ALTER TABLE a RENAME x TO y", X),
        ("ALTER TABLE a RENAME x TO y; ALTER TABLE a ADD COLUMN x int", "ALTER TABLE a DROP COLUMN x", C),
        # nobody knows these
        ("CREATE TABLE b (id int, x int); DROP TABLE b; CREATE TABLE b (x int)", "DROP TABLE b", NONE),
        ("CREATE TABLE b (id int, x int); ALTER TABLE b RENAME TO c", "ALTER TABLE c DROP COLUMN x", NONE),
        ("ALTER TABLE a ADD COLUMN z int", "ALTER TABLE a DROP COLUMN z", NONE),
        (
            "ALTER TABLE a ADD COLUMN z int; ALTER TABLE a DROP COLUMN z; ALTER TABLE a ADD z int",
            "ALTER TABLE a DROP COLUMN z",
            NONE,
        ),
    ],
)
def test_a_name_that_was_taken_over_is_not_new(
    pend: Callable[..., PendingMigrations], first: str, then: str, phase: Phase
) -> None:
    base = {"db/1_a.up.sql": "CREATE TABLE a (id int, x int)"}
    target = {**base, "db/2_b.up.sql": first, "db/3_c.up.sql": then}
    assert pend(base, target, tool="golang-migrate").pending[1].phase is phase
