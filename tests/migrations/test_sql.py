"""What SQL statements mean, by engine: one line a statement."""

from __future__ import annotations

import pytest

from runbook_tui.migrations.model import Phase, Reversal
from tests.migrations.judged import ASK, NONE, C, E, Judge, M, X, kinds_of

# fmt: off
POSTGRES = [
    # tables
    ("CREATE TABLE refunds (id bigint PRIMARY KEY)", "create-table", E),
    ("CREATE TABLE IF NOT EXISTS refunds (id int REFERENCES orders (id))", "create-table", E),
    ("CREATE TABLE part PARTITION OF orders FOR VALUES IN (1)", "create-table", E),
    ("CREATE TEMP TABLE scratch (id int)", "create-table", NONE),
    ("DROP TABLE orders", "drop-table", C),
    ("DROP TABLE IF EXISTS public.orders CASCADE", "drop-table", C),
    ("ALTER TABLE orders RENAME TO sales", "rename-table", X),
    ("ALTER TABLE orders SET SCHEMA archive", "rename-table", X),
    ("ALTER TABLE orders SET (fillfactor = 70)", "table-setting", NONE),
    ("ALTER TABLE orders SET LOGGED", "rewrite-table", NONE),
    # columns
    ("ALTER TABLE orders ADD COLUMN currency varchar(3)", "add-column-nullable", E),
    ("ALTER TABLE orders ADD currency varchar(3) NULL", "add-column-nullable", E),
    ("ALTER TABLE orders ADD COLUMN currency text DEFAULT NULL", "add-column-nullable", E),
    ("ALTER TABLE orders ADD COLUMN paid boolean NOT NULL DEFAULT false", "add-column-defaulted", E),
    ("ALTER TABLE orders ADD COLUMN at timestamptz NOT NULL DEFAULT now()", "add-column-defaulted", E),
    ("ALTER TABLE orders ADD COLUMN tags text[] NOT NULL DEFAULT '{}'::text[]", "add-column-defaulted", E),
    ("ALTER TABLE orders ADD COLUMN due timestamptz DEFAULT now() + interval '1 day'", "add-column-defaulted", E),
    ("ALTER TABLE orders ADD COLUMN key uuid NOT NULL DEFAULT gen_random_uuid()", "add-column-rewrite", E),
    ("ALTER TABLE orders ADD COLUMN at timestamptz DEFAULT clock_timestamp()", "add-column-rewrite", E),
    ("ALTER TABLE orders ADD COLUMN nr bigserial", "add-column-rewrite", E),
    ("ALTER TABLE orders ADD COLUMN nr int GENERATED ALWAYS AS IDENTITY", "add-column-rewrite", E),
    ("ALTER TABLE orders ADD COLUMN twice int GENERATED ALWAYS AS (amount * 2) STORED", "add-column-rewrite", E),
    ("ALTER TABLE orders ADD COLUMN currency varchar(3) NOT NULL", "add-column-required", X),
    ("ALTER TABLE orders ADD COLUMN code int PRIMARY KEY", "add-column-required", X),
    ("ALTER TABLE orders ADD COLUMN code int NOT NULL DEFAULT NULL", "add-column-required", X),
    ("ALTER TABLE orders DROP COLUMN note", "drop-column", C),
    ("ALTER TABLE IF EXISTS ONLY orders DROP IF EXISTS note CASCADE", "drop-column", C),
    ("ALTER TABLE orders RENAME COLUMN note TO remark", "rename-column", X),
    ("ALTER TABLE orders RENAME note TO remark", "rename-column", X),
    # types
    ("ALTER TABLE orders ALTER COLUMN note TYPE varchar(80)", "widen-type", E),
    ("ALTER TABLE orders ALTER note SET DATA TYPE text", "widen-type", E),
    ("ALTER TABLE orders ALTER COLUMN amount TYPE numeric(12, 2)", "widen-type", E),
    ("ALTER TABLE orders ALTER COLUMN amount TYPE numeric(12, 4)", "change-type", X),
    ("ALTER TABLE orders ALTER COLUMN note TYPE varchar(10)", "change-type", X),
    ("ALTER TABLE orders ALTER COLUMN note TYPE varchar(80) USING trim(note)", "change-type", X),
    ("ALTER TABLE orders ALTER COLUMN unheard_of TYPE text", "change-type", X),
    # defaults and NULL
    ("ALTER TABLE orders ALTER COLUMN state SET DEFAULT 'new'", "set-default", E),
    ("ALTER TABLE orders ALTER COLUMN amount SET DEFAULT 1", "change-default", C),
    ("ALTER TABLE orders ALTER COLUMN amount DROP DEFAULT", "drop-default", C),
    ("ALTER TABLE orders ALTER COLUMN state DROP NOT NULL", "drop-not-null", E),
    ("ALTER TABLE orders ALTER COLUMN note SET NOT NULL", "set-not-null", C),
    # constraints
    ("ALTER TABLE orders ADD CONSTRAINT positive CHECK (amount > 0)", "add-check", C),
    ("ALTER TABLE orders ADD CHECK (note IS NOT NULL) NOT VALID", "add-check-not-valid", C),
    ("ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (customer_id) REFERENCES customers", "add-foreign-key", C),
    ("ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers NOT VALID", "add-foreign-key-not-valid", C),
    ("ALTER TABLE orders VALIDATE CONSTRAINT f", "validate-constraint", C),
    ("ALTER TABLE orders ADD UNIQUE (note)", "add-unique", C),
    ("ALTER TABLE orders ADD CONSTRAINT u UNIQUE USING INDEX i", "add-unique-using-index", E),
    ("ALTER TABLE orders ADD CONSTRAINT p PRIMARY KEY USING INDEX i", "add-primary-key-using-index", C),
    ("ALTER TABLE customers ADD PRIMARY KEY (name)", "add-primary-key", C),
    ("ALTER TABLE orders ADD CONSTRAINT e EXCLUDE USING gist (note WITH =)", "add-exclusion", C),
    ("ALTER TABLE orders DROP CONSTRAINT f", "drop-constraint", E),
    ("ALTER TABLE orders RENAME CONSTRAINT f TO g", "rename-constraint", ASK),
    # indexes
    ("CREATE INDEX i ON orders (note)", "create-index", E),
    ("CREATE INDEX ON orders (lower(note)) WHERE note IS NOT NULL", "create-index", E),
    ("CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON orders USING gin (note)", "create-index-concurrently", E),
    ("CREATE UNIQUE INDEX i ON orders (note)", "create-unique-index", C),
    ("CREATE UNIQUE INDEX CONCURRENTLY i ON orders (note)", "create-unique-index-concurrently", C),
    ("DROP INDEX i", "drop-index", C),
    ("DROP INDEX a, b", "drop-index", C),
    ("DROP INDEX CONCURRENTLY IF EXISTS i", "drop-index-concurrently", C),
    ("ALTER INDEX i RENAME TO j", "rename-index", E),
    ("REINDEX TABLE orders", "rebuild-index", NONE),
    ("REINDEX INDEX CONCURRENTLY i", "rebuild-index-concurrently", NONE),
    # rows
    ("INSERT INTO customers (id) VALUES (1) ON CONFLICT DO NOTHING", "insert-rows", E),
    ("INSERT INTO customers (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = 'x'", "update-rows", M),
    ("MERGE INTO orders USING customers c ON c.id = 1 WHEN MATCHED THEN UPDATE SET note = 'x'", "update-rows", M),
    ("MERGE INTO orders USING customers c ON c.id = 1 WHEN MATCHED THEN DELETE", "delete-rows", C),
    ("EXPLAIN ANALYZE DELETE FROM orders", "opaque", ASK),
    ("ALTER TABLE orders ALTER note DROP DEFAULT", "state-only", NONE),
    ("INSERT INTO customers (id) SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM customers)", "insert-rows", E),
    ("INSERT INTO customers (id) SELECT customer_id FROM orders", "copy-rows", M),
    ("UPDATE orders SET note = state WHERE note IS NULL", "update-rows", M),
    ("UPDATE ONLY orders AS o SET note = c.name FROM customers c WHERE c.id = o.customer_id", "update-rows", M),
    ("WITH x AS (SELECT 1) UPDATE orders SET note = 'x' FROM x", "update-rows", M),
    ("DELETE FROM orders WHERE note IS NULL", "delete-rows", C),
    ("TRUNCATE orders", "truncate", C),
    ("SELECT count(*) FROM orders", "query", NONE),
    ("SELECT setval('orders_id_seq', 1)", "maintenance", NONE),
    ("SELECT create_hypertable('orders', 'at')", "opaque", ASK),
    # enums and types
    ("ALTER TYPE mood ADD VALUE IF NOT EXISTS 'it''s fine' AFTER 'ok'", "add-enum-value", E),
    ("ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'", "rename-enum-value", X),
    ("ALTER TYPE mood RENAME TO feeling", "rename-object", X),
    ("CREATE TYPE mood AS ENUM ('ok')", "create-type", E),
    ("CREATE DOMAIN price AS int CHECK (VALUE > 0)", "create-type", E),
    ("DROP TYPE mood", "drop-type", C),
    ("ALTER TYPE mood ADD ATTRIBUTE x int", "opaque", ASK),
    # code in the database
    ("CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN; DROP TABLE x; END $$ LANGUAGE plpgsql", "create-function", E),
    ("CREATE OR REPLACE FUNCTION f() RETURNS int AS $body$ select 1; $body$ LANGUAGE sql", "create-function", E),
    ("CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION f()", "create-trigger", E),
    ("DROP TRIGGER t ON orders", "drop-trigger", C),
    ("DROP FUNCTION f()", "drop-function", C),
    ("DO $$ BEGIN PERFORM repair(); END $$", "opaque", ASK),
    ("CALL repair()", "opaque", ASK),
    # views
    ("CREATE VIEW v AS SELECT id FROM orders", "create-view", E),
    ("CREATE MATERIALIZED VIEW v AS SELECT id FROM orders", "create-view", E),
    ("REFRESH MATERIALIZED VIEW CONCURRENTLY v", "refresh-view", M),
    ("DROP VIEW v", "drop-view", C),
    ("ALTER VIEW v RENAME TO w", "rename-object", X),
    # the rest
    ("GRANT SELECT ON orders TO reader", "grant", E),
    ("REVOKE ALL ON orders FROM reader", "revoke", C),
    ("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader", "grant", E),
    ("CREATE EXTENSION IF NOT EXISTS citext", "create-object", E),
    ("CREATE SCHEMA archive", "create-object", E),
    ("DROP SCHEMA archive CASCADE", "drop-schema", C),
    ("ALTER TABLE orders ATTACH PARTITION part FOR VALUES IN (1)", "attach-partition", E),
    ("ALTER TABLE orders DETACH PARTITION part CONCURRENTLY", "detach-partition-concurrently", C),
    ("ALTER TABLE orders ENABLE ROW LEVEL SECURITY", "enable-row-security", C),
    ("CREATE POLICY p ON orders USING (true)", "row-policy", ASK),
    ("ALTER TABLE orders OWNER TO somebody", "change-owner", ASK),
    ("COMMENT ON COLUMN orders.note IS 'free text'", "comment", NONE),
    ("SET LOCAL lock_timeout = '1s'", "setting", NONE),
    ("VACUUM FULL orders", "rewrite-table", NONE),
    ("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE", "lock-table", NONE),
    # what is no SQL, or none that is known
    ("UPDATE orders SET note =", "unreadable", ASK),
    ("FROBNICATE orders", "opaque", ASK),
    ("ALTER TABLE orders FROBNICATE", "opaque", ASK),
    ("SELECT 'never ends", "unreadable", ASK),
]

MYSQL = [
    ("ALTER TABLE orders ADD COLUMN currency VARCHAR(3)", "add-column-nullable", E),
    ("ALTER TABLE orders ADD COLUMN currency VARCHAR(3) NOT NULL AFTER note", "add-column-required", X),
    ("ALTER TABLE orders ADD COLUMN at timestamp NULL DEFAULT CURRENT_TIMESTAMP", "add-column-defaulted", E),
    ("ALTER TABLE orders ADD COLUMN key_ char(36) DEFAULT (uuid())", "add-column-rewrite", E),
    ("ALTER TABLE orders ADD COLUMN twice INT GENERATED ALWAYS AS (amount * 2) VIRTUAL", "add-column-nullable", E),
    ("ALTER TABLE orders MODIFY COLUMN note VARCHAR(60)", "widen-type", E),
    ("ALTER TABLE orders MODIFY COLUMN note VARCHAR(300)", "widen-type-rewrite", E),
    ("ALTER TABLE orders MODIFY note VARCHAR(50) NOT NULL", "set-not-null", C),
    ("ALTER TABLE orders MODIFY state VARCHAR(20)", "drop-not-null", E),
    ("ALTER TABLE orders MODIFY note VARCHAR(50)", "state-only", NONE),
    ("ALTER TABLE orders MODIFY unheard_of INT", "alter-column-unknown", ASK),
    ("ALTER TABLE orders CHANGE note remark VARCHAR(50)", "rename-column", X),
    ("ALTER TABLE orders ADD INDEX i (note)", "create-index", E),
    ("ALTER TABLE orders ADD UNIQUE KEY i (note)", "add-unique", C),
    ("ALTER TABLE orders DROP FOREIGN KEY f", "drop-constraint", E),
    ("ALTER TABLE orders DROP INDEX i", "drop-index", C),
    ("ALTER TABLE orders DROP PRIMARY KEY", "drop-primary-key", C),
    ("ALTER TABLE orders DROP PARTITION p", "drop-partition", C),
    ("ALTER TABLE orders CONVERT TO CHARACTER SET utf8mb4", "change-type", X),
    ("ALTER TABLE orders ENGINE=InnoDB", "rewrite-table", NONE),
    ("ALTER TABLE orders COMMENT='all orders'", "table-setting", NONE),
    ("RENAME TABLE orders TO sales", "rename-table", X),
    ("CREATE INDEX i ON orders (note) ALGORITHM=INPLACE LOCK=NONE", "create-index", E),
    ("DROP INDEX i ON orders", "drop-index", C),
    ("REPLACE INTO customers VALUES (1, 'x')", "update-rows", M),
    ("INSERT INTO customers (id) VALUES (1) ON DUPLICATE KEY UPDATE name = 'x'", "update-rows", M),
    ("ALTER TABLE orders ALTER note DROP DEFAULT", "drop-default", C),
    ("UPDATE orders JOIN customers ON customer_id = customers.id SET note = name", "update-rows", M),
    ("CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW SET NEW.note = 'x'", "create-trigger", E),
    ("CREATE PROCEDURE p() BEGIN UPDATE orders SET note = 'a'; DELETE FROM orders; END", "create-function", E),
    ("SET FOREIGN_KEY_CHECKS=0", "setting", NONE),
    ("OPTIMIZE TABLE orders", "rewrite-table", NONE),
]

SQLITE = [
    ("ALTER TABLE orders ADD COLUMN currency TEXT", "add-column-nullable", E),
    ("ALTER TABLE orders ADD COLUMN paid INTEGER NOT NULL DEFAULT 0", "add-column-defaulted", E),
    ("ALTER TABLE orders ADD COLUMN at TEXT DEFAULT CURRENT_TIMESTAMP", "add-column-rewrite", E),
    ("ALTER TABLE orders ADD COLUMN currency TEXT NOT NULL", "add-column-required", X),
    ("ALTER TABLE orders DROP COLUMN note", "drop-column", C),
    ("ALTER TABLE orders RENAME COLUMN note TO remark", "rename-column", X),
    ("CREATE TRIGGER t AFTER INSERT ON orders BEGIN UPDATE customers SET name = 'x'; END", "create-trigger", E),
    ("INSERT OR IGNORE INTO customers VALUES (1, 'x')", "insert-rows", E),
    ("PRAGMA foreign_keys=off", "setting", NONE),
    ("CREATE UNIQUE INDEX i ON orders (note)", "create-unique-index", C),
]
# fmt: on

CASES = [
    *(("postgres", *case) for case in POSTGRES),
    *(("mysql@8.4", *case) for case in MYSQL),
    *(("sqlite", *case) for case in SQLITE),
]


@pytest.mark.parametrize(
    ("engine", "text", "kind", "phase"), CASES, ids=[f"{c[0]}-{c[1][:60]}" for c in CASES]
)
def test_one_statement(sql: Judge, engine: str, text: str, kind: str, phase: Phase) -> None:
    migration = sql(text, engine=engine)
    first = migration.operations[0]
    assert (first.kind, first.phase) == (kind, phase)
    assert migration.phase is phase


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (
            "ALTER TABLE orders ADD COLUMN a int,\n ADD b int NOT NULL,\n DROP COLUMN note, VALIDATE CONSTRAINT f",
            ["add-column-nullable", "add-column-required", "drop-column", "validate-constraint"],
        ),
        (
            "ALTER TABLE orders ADD COLUMN c int REFERENCES customers",
            ["add-column-nullable", "add-foreign-key"],
        ),
        (
            "ALTER TABLE orders ADD COLUMN c int UNIQUE CHECK (c > 0)",
            ["add-column-nullable", "add-unique", "add-check"],
        ),
        (
            "ALTER TABLE orders ALTER state SET DEFAULT 'x', ALTER state DROP NOT NULL",
            ["set-default", "drop-not-null"],
        ),
        ("WITH gone AS (DELETE FROM orders RETURNING *) INSERT INTO customers SELECT id FROM gone", None),
        ("TRUNCATE orders, customers", ["truncate", "truncate"]),
        ("DROP TABLE orders, customers", ["drop-table", "drop-table"]),
    ],
)
def test_one_statement_with_several_operations(sql: Judge, text: str, kinds: list[str] | None) -> None:
    found = kinds_of(sql(text))
    assert found == (kinds or ["delete-rows", "copy-rows"])


@pytest.mark.parametrize("engine", ["postgres", "mysql", "sqlite"])
def test_lines_count_across_comments_and_bodies(sql: Judge, engine: str) -> None:
    text = (
        "-- first line; not a statement\n\nALTER TABLE orders\n  ADD COLUMN a int;\n/* a\nb; */\n"
        "UPDATE orders SET note = 'x;\ny';\n\n  DROP TABLE customers;\n"
    )
    assert [operation.line for operation in sql(text, engine=engine).operations] == [4, 7, 10]


def test_lines_count_across_dollar_quotes(sql: Judge) -> None:
    text = "CREATE FUNCTION f() RETURNS int AS $x$\nbegin;\nend;\n$x$ LANGUAGE sql;\nDROP TABLE orders"
    assert [(o.line, o.kind) for o in sql(text).operations] == [(1, "create-function"), (5, "drop-table")]


def test_a_routine_of_mysql_is_one_statement(sql: Judge) -> None:
    body = "BEGIN SET @a = CASE WHEN 1 THEN 2 END; IF @a THEN SET @a = 1; END IF; END;"
    text = f"CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW {body}\nDROP TABLE customers;"
    assert kinds_of(sql(text, engine="mysql")) == ["create-trigger", "drop-table"]


@pytest.mark.parametrize(
    ("text", "phase"),
    [
        ("CREATE TABLE r (id int); ALTER TABLE r ADD COLUMN a int NOT NULL", E),
        ("CREATE TABLE r (id int); CREATE UNIQUE INDEX i ON r (id); ALTER TABLE r ALTER id SET NOT NULL", E),
        ("CREATE TABLE r (id int); ALTER TABLE r ADD FOREIGN KEY (id) REFERENCES orders (id)", E),
        ("CREATE TABLE r (id int); ALTER TABLE r RENAME COLUMN id TO key", E),
        (
            "CREATE TABLE r (id int); ALTER TABLE r ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON r USING (true)",
            E,
        ),
        ("CREATE TABLE r (id int); ALTER TABLE r OWNER TO somebody", E),
        ("CREATE TABLE r (id int); DROP TABLE r", E),
        ("CREATE TABLE r (id int); ALTER TABLE r RENAME TO s; ALTER TABLE s ADD COLUMN b int NOT NULL", E),
        ("CREATE TABLE r (id int); INSERT INTO r VALUES (1)", E),
        ("CREATE TABLE r (id int); INSERT INTO r SELECT id FROM orders", X),
        ("ALTER TABLE orders ADD COLUMN IF NOT EXISTS note text; ALTER TABLE orders DROP COLUMN note", X),
        ("CREATE TABLE IF NOT EXISTS orders (id int); ALTER TABLE orders ADD COLUMN a int NOT NULL", X),
    ],
)
def test_what_a_pending_migration_creates_is_new_to_running_code(sql: Judge, text: str, phase: Phase) -> None:
    assert sql(text).phase is phase


@pytest.mark.parametrize(
    ("text", "phase"),
    [
        # NULL, which the old code leaves in a new column, passes
        ("ADD COLUMN c int UNIQUE", E),
        ("ADD COLUMN c int REFERENCES customers", E),
        ("ADD COLUMN c int CHECK (c > 0)", E),
        ("ADD COLUMN c int, ADD CONSTRAINT u UNIQUE (c, note)", E),
        ("ADD COLUMN c int NOT NULL DEFAULT 1 CHECK (c > 0)", E),
        # it does not
        ("ADD COLUMN c int CHECK (c IS NOT NULL)", X),
        ("ADD COLUMN c int CHECK (coalesce(c, 0) > 0)", X),
        ("ADD COLUMN c int NOT NULL DEFAULT 1 UNIQUE", X),
        ("ADD COLUMN c int, ADD CONSTRAINT u UNIQUE NULLS NOT DISTINCT (c)", X),
        ("ADD COLUMN c int, ADD CHECK (c > 0 AND amount > 0)", X),
        ("ADD COLUMN c int, ALTER COLUMN c SET NOT NULL", X),
        # nobody uses a new column yet
        ("ADD COLUMN c int, ALTER COLUMN c TYPE text", E),
        ("ADD COLUMN c int, RENAME COLUMN c TO d", E),
        ("ADD COLUMN c int, DROP COLUMN c", E),
        ("ADD COLUMN c int DEFAULT 1, ALTER COLUMN c DROP DEFAULT", E),
        ("ADD COLUMN c int NOT NULL DEFAULT 1, ALTER COLUMN c DROP DEFAULT", X),
    ],
)
def test_new_columns(sql: Judge, text: str, phase: Phase) -> None:
    assert sql(f"ALTER TABLE orders {text}").phase is phase


ENUM = "CREATE TABLE jobs (state ENUM('new', 'done') NOT NULL, kind INT)"


@pytest.mark.parametrize(
    ("values", "kind", "phase"),
    [
        ("'new', 'done', 'failed'", "add-enum-value", E),
        ("'new', 'failed', 'done'", "add-enum-value-inside", E),
        ("'new'", "remove-enum-value", X),
        ("'open', 'done'", "remove-enum-value", X),
    ],
)
def test_enums_of_mysql(sql: Judge, values: str, kind: str, phase: Phase) -> None:
    migration = sql(f"ALTER TABLE jobs MODIFY state ENUM({values}) NOT NULL", engine="mysql", before=ENUM)
    assert [(o.kind, o.phase) for o in migration.operations] == [(kind, phase)]


ROUTINES = """
CREATE FUNCTION f() RETURNS int AS $$ select 1 $$ LANGUAGE sql;
CREATE VIEW v AS SELECT 1 AS a;
CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION f();
"""


@pytest.mark.parametrize(
    ("engine", "text", "kind", "phase"),
    [
        (
            "postgres",
            "CREATE OR REPLACE FUNCTION f() RETURNS int AS $$ select 2 $$ LANGUAGE sql",
            "replace-routine",
            ASK,
        ),
        ("postgres", "CREATE OR REPLACE VIEW v AS SELECT 1 AS a, 2 AS b", "replace-view", E),
        ("sqlite", "DROP VIEW v; CREATE VIEW v AS SELECT 2 AS b", "reshape-view", ASK),
        (
            "postgres",
            "DROP TRIGGER t ON orders; CREATE TRIGGER t BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION f()",
            "replace-routine",
            ASK,
        ),
    ],
)
def test_replacing_what_running_code_reaches(
    sql: Judge, engine: str, text: str, kind: str, phase: Phase
) -> None:
    before = ROUTINES if engine == "postgres" else "CREATE VIEW v AS SELECT 1 AS a"
    migration = sql(text, engine=engine, before=before)
    assert migration.operations[-1].kind == kind
    assert migration.phase is phase


def test_a_constraint_replaced_under_its_name_is_a_question(sql: Judge) -> None:
    migration = sql(
        "ALTER TABLE orders DROP CONSTRAINT known; ALTER TABLE orders ADD CONSTRAINT known CHECK (state IN ('a', 'b'))"
    )
    assert kinds_of(migration) == ["state-only", "replace-constraint"]
    assert migration.phase is ASK


def test_a_table_renamed_behind_a_view_goes_on_working(sql: Judge) -> None:
    assert sql("ALTER TABLE orders RENAME TO sales; CREATE VIEW orders AS SELECT * FROM sales").phase is E
    assert sql("ALTER TABLE orders RENAME TO sales; CREATE VIEW orders AS SELECT id FROM sales").phase is X


@pytest.mark.parametrize(
    ("columns", "phase", "kinds"),
    [
        ("id INTEGER PRIMARY KEY, note TEXT, extra TEXT", E, ["add-column-nullable"]),
        ("id INTEGER PRIMARY KEY", C, ["drop-column"]),
        ("id INTEGER PRIMARY KEY, note TEXT NOT NULL", C, ["set-not-null"]),
        ("id INTEGER PRIMARY KEY, remark TEXT", X, ["add-column-nullable", "drop-column"]),
        ("id INTEGER PRIMARY KEY, note TEXT, CHECK (id > 0)", ASK, ["replace-constraint"]),
        ("id INTEGER PRIMARY KEY, note TEXT", NONE, ["state-only"]),
    ],
)
@pytest.mark.parametrize("new_first", [True, False])
def test_a_table_made_anew_in_sqlite_is_what_differs(
    sql: Judge, columns: str, phase: Phase, kinds: list[str], *, new_first: bool
) -> None:
    before = "CREATE TABLE notes (id INTEGER PRIMARY KEY, note TEXT)"
    kept = "id, note" if " note " in columns else "id"
    text = (
        f"CREATE TABLE new_notes ({columns}); INSERT INTO new_notes ({kept}) SELECT {kept} FROM notes;"
        "DROP TABLE notes; ALTER TABLE new_notes RENAME TO notes"
        if new_first
        else f"ALTER TABLE notes RENAME TO old_notes; CREATE TABLE notes ({columns});"
        f"INSERT INTO notes ({kept}) SELECT {kept} FROM old_notes; DROP TABLE old_notes"
    )
    migration = sql(text, engine="sqlite", before=before)
    assert kinds_of(migration) == kinds
    assert migration.phase is phase


def test_a_table_made_anew_that_nobody_knows_is_a_question(sql: Judge) -> None:
    text = "CREATE TABLE n (id int); INSERT INTO n SELECT id FROM lost; DROP TABLE lost; ALTER TABLE n RENAME TO lost"
    assert sql(text, engine="sqlite").phase is ASK


@pytest.mark.parametrize(
    ("text", "reversal"),
    [
        ("ALTER TABLE orders DROP COLUMN note", Reversal.NO),
        ("DELETE FROM orders", Reversal.NO),
        ("ALTER TYPE mood ADD VALUE 'x'", Reversal.NO),
        ("ALTER TABLE orders ADD COLUMN c int", Reversal.LOSS),
        ("CREATE INDEX i ON orders (note)", Reversal.YES),
        ("UPDATE orders SET note = upper(note)", Reversal.UNKNOWN),
        ("UPDATE orders SET note = 'x' WHERE note IS NULL", Reversal.LOSS),
        ("ALTER TABLE orders ADD COLUMN c text; UPDATE orders SET c = note", Reversal.LOSS),
        ("CREATE TABLE r (id int); DELETE FROM r", Reversal.LOSS),
        ("SELECT 1", Reversal.YES),
    ],
)
def test_whether_it_can_be_undone(sql: Judge, text: str, reversal: Reversal) -> None:
    assert sql(text).reversal is reversal


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ALTER TABLE orders DROP COLUMN note", ("note",)),
        ('ALTER TABLE orders DROP COLUMN "Note"', ("Note",)),
        ("DROP TABLE public.orders", ("orders",)),
        ("ALTER TABLE orders RENAME COLUMN note TO remark", ("note",)),
        ("DROP VIEW v; ALTER TABLE orders RENAME TO sales", ("orders", "v")),
        ("DROP INDEX i", ()),
        ("CREATE TABLE r (id int); DROP TABLE r", ()),
        ("ALTER TABLE orders ADD COLUMN c int, DROP COLUMN c", ()),
    ],
)
def test_names_to_be_searched_in_other_code(sql: Judge, text: str, names: tuple[str, ...]) -> None:
    assert sql(text).dropped == names


def test_operations_are_said_in_words(sql: Judge) -> None:
    text = (
        "ALTER TABLE orders ADD COLUMN currency text, RENAME COLUMN note TO remark, ALTER COLUMN state TYPE text;"
        "CREATE INDEX ON orders (state); ALTER TYPE mood ADD VALUE 'fine'; CREATE TABLE r (id int); "
        "ALTER TABLE r ADD COLUMN b int"
    )
    assert [operation.text for operation in sql(text).operations] == [
        "add nullable column orders.currency",
        "rename column orders.note to remark",
        "widen the type of orders.state from varchar(20) to text",
        "create index on orders (state)",
        "add enum value 'fine' to mood",
        "create table r",
        "add nullable column r.b (new table)",
    ]


def test_locks_are_those_of_the_engine(sql: Judge) -> None:
    text = "CREATE INDEX i ON orders (note)"
    locks = {
        engine: sql(text, engine=engine).operations[0].lock for engine in ("postgres", "mysql", "sqlite")
    }
    assert locks["postgres"].startswith("Share")
    assert locks["mysql"] == "in place, reads and writes go on"
    assert locks["sqlite"] == "the whole database while the index is built"


def test_large_inserts_are_known_by_their_first_words(sql: Judge) -> None:
    values = ", ".join(f"({number}, 'name {number}')" for number in range(6_000))
    assert sql(f"INSERT INTO customers VALUES {values}").phase is E


def test_a_long_insert_that_overwrites_is_seen_by_its_end(sql: Judge) -> None:
    rows = ", ".join(f"({number}, 'x')" for number in range(9000))
    long = f"INSERT INTO customers (id, name) VALUES {rows}"
    assert sql(long).phase is E
    assert sql(f"{long} ON CONFLICT (id) DO UPDATE SET name = excluded.name").phase is M


def test_select_into_makes_a_table(sql: Judge) -> None:
    found = sql("SELECT * INTO copied FROM orders")
    assert kinds_of(found) == ["create-table", "copy-rows"]
