"""SQL that is made to look harmless is never called safe, and what is harmless is not made to look dangerous."""

from __future__ import annotations

import pytest

from runbook_tui.migrations.model import Level, Migration, Phase
from tests.migrations.conftest import BASE
from tests.migrations.judged import Judge

SAFE = (Phase.EXPAND, Phase.NONE, Phase.BACKFILL)


def is_safe(migration: Migration) -> bool:
    """Whether a person is told that it may run before the deploy, or at any time, and nothing more."""
    return migration.phase in SAFE and all(found.level is Level.NOTE for found in migration.findings)


DANGEROUS = [
    # a table or column that may have been there, or that only looks new
    ("postgres", "CREATE TABLE IF NOT EXISTS other (id int); DROP TABLE other"),
    ("postgres", "CREATE TABLE IF NOT EXISTS other (id int); ALTER TABLE other DROP COLUMN note"),
    ("postgres", "CREATE TABLE IF NOT EXISTS other (id int); TRUNCATE other"),
    (
        "postgres",
        "ALTER TABLE orders ADD COLUMN IF NOT EXISTS other int; ALTER TABLE orders DROP COLUMN other",
    ),
    ("postgres", 'CREATE TABLE "Orders" (id int); DROP TABLE orders'),
    ("postgres", 'ALTER TABLE orders ADD COLUMN "Note" int; ALTER TABLE orders DROP COLUMN note'),
    (
        "postgres",
        "SET search_path = x; CREATE TABLE orders (id int); SET search_path = public; DROP TABLE orders",
    ),
    ("postgres", "CREATE TEMP TABLE orders (id int); DROP TABLE public.orders"),
    ("postgres", "CREATE TEMP TABLE orders (id int) ON COMMIT DROP; COMMIT; DROP TABLE orders"),
    ("sqlite", "CREATE TEMP TABLE orders (id int); DROP TABLE main.orders"),
    ("mysql", "CREATE OR REPLACE TABLE orders (id int)"),
    ("mysql", "CREATE OR REPLACE TABLE orders LIKE customers"),
    # a default that is none
    ("postgres", "ALTER TABLE orders ADD x int NOT NULL DEFAULT (NULL)"),
    ("postgres", "ALTER TABLE orders ADD x int NOT NULL DEFAULT ((NULL))::int"),
    ("postgres", "ALTER TABLE orders ALTER amount SET DEFAULT (NULL)"),
    ("mysql", "ALTER TABLE orders ADD x int NOT NULL DEFAULT (NULL)"),
    # a column that means something else
    ("mysql", "ALTER TABLE orders MODIFY note varchar(50) CHARACTER SET latin1"),
    ("mysql", "ALTER TABLE orders MODIFY note varchar(50) COLLATE utf8mb4_bin"),
    ("mysql", "ALTER TABLE orders MODIFY note varchar(50) INVISIBLE"),
    # triggers that refuse rows
    ("mysql", "CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW SIGNAL SQLSTATE '45000'"),
    ("sqlite", "CREATE TRIGGER t BEFORE INSERT ON orders BEGIN SELECT RAISE(ABORT, 'no'); END"),
    (
        "postgres",
        "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'no'; END$$;"
        "CREATE TRIGGER t AFTER DELETE ON orders FOR EACH ROW EXECUTE FUNCTION g()",
    ),
    (
        "postgres",
        "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;"
        "CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW EXECUTE PROCEDURE g()",
    ),
    # functions that may do anything, wherever they are called
    ("postgres", "INSERT INTO customers SELECT drop_it()"),
    ("postgres", "CREATE TABLE fresh AS SELECT drop_it()"),
    ("postgres", "CREATE TABLE fresh AS EXECUTE prepared"),
    ("mysql", "SET @x = drop_it()"),
    ("postgres", "\\echo `psql -c 'DROP TABLE orders'`"),
    # settings of the whole server
    ("mysql", "SET GLOBAL read_only = 1"),
    ("mysql", "SET @@global.read_only = 1"),
    ("mysql", "SET PERSIST sql_mode = ''"),
    ("mysql", "RESET MASTER"),
    ("sqlite", "PRAGMA writable_schema = 1"),
    # a view with the old name of a table that is not the table
    *(
        ("postgres", f"ALTER TABLE orders RENAME TO sales; {view}")
        for view in (
            "CREATE VIEW orders (a, b, c, d, e) AS SELECT * FROM sales",
            "CREATE MATERIALIZED VIEW orders AS SELECT * FROM sales",
            "CREATE TEMP VIEW orders AS SELECT * FROM sales",
            "CREATE VIEW orders AS SELECT * FROM sales TABLESAMPLE system (1)",
            "CREATE VIEW orders AS SELECT * FROM ONLY sales",
            "CREATE VIEW orders AS SELECT * FROM sales; DROP VIEW orders",
        )
    ),
    ("sqlite", "ALTER TABLE orders RENAME TO sales; CREATE VIEW orders AS SELECT * FROM sales"),
]

HARMLESS = [
    ("postgres", "CREATE TABLE fresh (id int); DROP TABLE fresh"),
    ("postgres", "CREATE TABLE IF NOT EXISTS fresh (id int NOT NULL); ALTER TABLE fresh ADD UNIQUE (id)"),
    ("postgres", "CREATE TEMP TABLE t AS SELECT id FROM orders; DROP TABLE t"),
    ("postgres", "ALTER TABLE orders ADD x int NOT NULL DEFAULT (1)"),
    (
        "postgres",
        "INSERT INTO customers SELECT nextval('ids'), 'a' WHERE NOT EXISTS (SELECT 1 FROM customers)",
    ),
    ("postgres", "SELECT setval('orders_id_seq', (SELECT max(id) FROM orders))"),
    ("postgres", "ALTER TABLE orders RENAME TO sales; CREATE VIEW orders AS SELECT * FROM sales"),
    (
        "postgres",
        "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;"
        "CREATE TRIGGER t AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION g()",
    ),
    (
        "postgres",
        "CREATE TABLE fresh (id int);"
        "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'no'; END$$;"
        "CREATE TRIGGER t BEFORE UPDATE ON fresh FOR EACH ROW EXECUTE FUNCTION g()",
    ),
    ("mysql", "ALTER TABLE orders MODIFY note varchar(50) COMMENT 'what a person wrote'"),
    ("mysql", "SET foreign_key_checks = 0"),
    ("sqlite", "PRAGMA foreign_keys = OFF"),
]


@pytest.mark.parametrize(("engine", "text"), DANGEROUS)
def test_what_takes_something_away_is_never_called_safe(sql: Judge, engine: str, text: str) -> None:
    assert not is_safe(sql(text, engine=engine))


@pytest.mark.parametrize(("engine", "text"), HARMLESS)
def test_what_takes_nothing_away_is_called_safe(sql: Judge, engine: str, text: str) -> None:
    assert is_safe(sql(text, engine=engine))


@pytest.mark.parametrize(
    ("known", "replaced"),
    [("f", "public.f"), ("public.f", "f"), ("Public.F", '"public"."f"'), ("shop.f", "f")],
)
@pytest.mark.parametrize(
    "kind", ["FUNCTION {}() RETURNS int LANGUAGE sql AS 'SELECT 1'", "VIEW {} AS SELECT 1 AS a"]
)
def test_a_routine_is_known_by_any_spelling_of_its_name(
    sql: Judge, kind: str, known: str, replaced: str
) -> None:
    before = f"{BASE}; CREATE {kind.format(known)}"
    engine = "mysql" if kind.startswith("VIEW") else "postgres"
    if engine == "mysql":
        replaced = replaced.replace('"', "`")
    assert not is_safe(sql(f"CREATE OR REPLACE {kind.format(replaced)}", engine=engine, before=before))


@pytest.mark.parametrize(
    ("copy", "safe"),
    [
        ("(id, note) SELECT id, note FROM notes", True),
        ("(note, id) SELECT note, id FROM notes ORDER BY id", True),
        ("SELECT * FROM notes", True),
        ("SELECT id, note FROM notes WHERE id > 5", False),
        ("SELECT id, note FROM notes LIMIT 1", False),
        ("SELECT DISTINCT id, note FROM notes", False),
        ("SELECT note, id FROM notes", False),
        ("SELECT id, upper(note) FROM notes", False),
        ("(id) SELECT id FROM notes", False),
        ("SELECT * FROM others", False),
        ("SELECT n.id, n.note FROM notes n JOIN others o ON o.id = n.id", False),
    ],
)
def test_a_table_made_anew_keeps_its_rows_only_when_all_of_them_are_copied(
    sql: Judge, copy: str, *, safe: bool
) -> None:
    made = f"CREATE TABLE fresh (id int, note text); INSERT INTO fresh {copy}"
    text = f"{made}; DROP TABLE notes; ALTER TABLE fresh RENAME TO notes"
    assert is_safe(sql(text, engine="sqlite", before="CREATE TABLE notes (id int, note text)")) is safe


@pytest.mark.parametrize(
    ("engine", "text"),
    [
        ("postgres", f"ALTER TABLE orders ADD CHECK ({'id = 1 AND ' * 5_000} id = 2)"),
        ("mysql", "/*!" * 30_000),
        ("mysql", "/*!50001 DROP TABLE orders"),
    ],
    ids=lambda value: value[:20],
)
def test_sql_that_is_made_to_break_a_reader_is_a_question(sql: Judge, engine: str, text: str) -> None:
    assert not is_safe(sql(text, engine=engine))
