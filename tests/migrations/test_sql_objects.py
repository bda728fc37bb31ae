"""SQL about what stands around tables: owners, schemas, sequences, routines, triggers, policies, views, constraints."""

from __future__ import annotations

import pytest

from runbook_tui.migrations.model import Phase, Reversal
from tests.migrations.judged import ASK, NONE, C, E, Judge, M, X, kinds_of

BEFORE = """
CREATE TABLE orders (
    id bigint PRIMARY KEY, state varchar(20) NOT NULL, note varchar(50), code int UNIQUE, customer_id bigint,
    CONSTRAINT one_note UNIQUE (note)
);
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE UNIQUE INDEX one_state ON orders (state);
CREATE INDEX by_note ON orders (note);
CREATE TYPE mood AS ENUM ('ok');
CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM orders;
"""
KEY = "FOREIGN KEY (id, customer_id) REFERENCES customers (id, name)"

# fmt: off
STATEMENTS = [
    # another name
    ("ALTER TABLE orders SET SCHEMA archive", "rename-table", X),
    ("ALTER VIEW totals SET SCHEMA archive", "rename-object", X),
    ("ALTER FUNCTION f(int, text) SET SCHEMA archive", "rename-object", X),
    ("ALTER EXTENSION citext SET SCHEMA extensions", "rename-object", X),
    # rights
    ("ALTER TYPE mood OWNER TO admin", "change-owner", ASK),
    ("ALTER FUNCTION f(int) OWNER TO admin", "change-owner", ASK),
    ("DROP POLICY IF EXISTS p ON orders", "row-policy", ASK),
    ("CREATE SCHEMA archive AUTHORIZATION admin", "create-object", E),
    ("CREATE SCHEMA IF NOT EXISTS AUTHORIZATION admin", "create-object", E),
    # sequences: a smaller range or another step breaks code that counts on it
    ("ALTER SEQUENCE IF EXISTS numbers AS bigint NO MAXVALUE RESTART WITH 1000", "table-setting-exclusive", NONE),
    ("ALTER SEQUENCE numbers INCREMENT BY 50", "opaque", ASK),
    ("ALTER SEQUENCE numbers AS smallint", "opaque", ASK),
    # routines, triggers
    ("ALTER FUNCTION f() SET search_path = ''", "alter-routine", ASK),
    ("ALTER FUNCTION f() SECURITY DEFINER", "alter-routine", ASK),
    ("ALTER FUNCTION f() COST 100 PARALLEL SAFE", "maintenance", NONE),
    ("ALTER TABLE orders DISABLE TRIGGER t", "disable-trigger", C),
    ("ALTER TABLE orders ENABLE TRIGGER t", "enable-trigger", ASK),
    ("CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()", "create-object", E),
    ("CREATE EVENT TRIGGER e ON login EXECUTE FUNCTION f()", "opaque", ASK),
    # indexes, partitions
    ("REINDEX (CONCURRENTLY) INDEX by_note", "rebuild-index-concurrently", NONE),
    ("REINDEX (VERBOSE, CONCURRENTLY TRUE) TABLE orders", "rebuild-index-concurrently", NONE),
    ("REINDEX (CONCURRENTLY FALSE) TABLE orders", "opaque", ASK),
    ("REINDEX SYSTEM shop", "rebuild-index", NONE),
    ("ALTER INDEX by_note SET (fillfactor = 70)", "table-setting", NONE),
    ("ALTER INDEX by_note SET TABLESPACE fast", "rebuild-index", NONE),
    ("ALTER TABLE orders DETACH PARTITION p FINALIZE", "detach-partition", C),
    # constraints that sqlglot cannot read to their end
    (f"ALTER TABLE orders ADD {KEY} ON DELETE SET NULL (customer_id)", "add-foreign-key", C),
    (f"ALTER TABLE orders ADD CONSTRAINT f {KEY} NOT DEFERRABLE INITIALLY IMMEDIATE", "add-foreign-key", C),
    (f"ALTER TABLE orders ADD {KEY} ON DELETE SET DEFAULT (customer_id) NOT VALID", "add-foreign-key-not-valid", C),
    ("ALTER TABLE orders ADD COLUMN c int REFERENCES customers (id) NOT DEFERRABLE", "add-column-nullable", E),
    ("CREATE TABLE t (id int REFERENCES customers (id) NOT DEFERRABLE)", "create-table", E),
    ("ALTER TABLE orders ALTER CONSTRAINT f NOT DEFERRABLE", "tighten-constraint", C),
    # types
    ("CREATE TABLE t (a interval day to second, b interval year)", "create-table", E),
    # what only looks
    ("SHOW server_version", "query", NONE),
    ("SELECT row_to_json(o) FROM orders o", "query", NONE),
    ("SELECT setval(pg_get_serial_sequence('orders', 'id'), max(id)) FROM orders", "maintenance", NONE),
    ("SELECT pg_catalog.setval('numbers', 7)", "maintenance", NONE),
    ("SELECT other.row_to_json(o) FROM orders o", "opaque", ASK),
    ("SELECT pg_terminate_backend(1)", "opaque", ASK),
]
# fmt: on


@pytest.mark.parametrize(("text", "kind", "phase"), STATEMENTS)
def test_one_statement(sql: Judge, text: str, kind: str, phase: Phase) -> None:
    migration = sql(text, before=BEFORE)
    first = migration.operations[0]
    assert (first.kind, first.phase, migration.phase) == (kind, phase, phase)


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("timestamp(3)", "timestamp", "widen-type"),
        ("timestamp", "timestamp(3)", "change-type"),
        ("interval(0)", "interval(3)", "widen-type"),
        ("interval", "interval year", "change-type"),
        ("varbit(3)", "varbit(5)", "widen-type"),
        ("varbit(5)", "varbit(3)", "change-type"),
        ("halfvec(3)", "halfvec(5)", "change-type"),
        ("citext", "text", "change-type"),  # compares otherwise
    ],
)
def test_a_type_with_arguments(sql: Judge, old: str, new: str, kind: str) -> None:
    migration = sql(f"ALTER TABLE t ALTER COLUMN c TYPE {new}", before=f"CREATE TABLE t (c {old});")
    assert kinds_of(migration) == [kind]


@pytest.mark.parametrize(
    ("text", "phase"),
    [
        ("CREATE TYPE m AS ENUM ('a'); ALTER TYPE m OWNER TO x; ALTER TYPE m RENAME VALUE 'a' TO 'b'", E),
        ("CREATE SEQUENCE s; ALTER SEQUENCE s OWNER TO x; DROP SEQUENCE s", E),
        (
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION f() SET search_path = ''",
            E,
        ),
        ("CREATE MATERIALIZED VIEW v AS SELECT id FROM orders; CREATE UNIQUE INDEX i ON public.v (id)", E),
        ("CREATE MATERIALIZED VIEW v AS SELECT id FROM orders WITH NO DATA; REFRESH MATERIALIZED VIEW v", E),
        ("CREATE UNIQUE INDEX i ON totals (count)", E),  # nobody writes rows of a view
        # running code knows the name, or may know it
        ("ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'", X),
        (
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP FUNCTION f(numeric(3, 1), text), g(int)",
            X,
        ),
        ("DROP TYPE mood; CREATE TYPE mood AS ENUM ('a'); ALTER TYPE mood RENAME VALUE 'a' TO 'b'", X),
        ("CREATE SEQUENCE IF NOT EXISTS s; ALTER SEQUENCE s OWNER TO x", ASK),
        ("REFRESH MATERIALIZED VIEW totals", M),
        # off and on again, and nothing in between commits
        ("ALTER TABLE orders DISABLE TRIGGER ALL; ALTER TABLE orders ENABLE TRIGGER ALL", NONE),
        ("ALTER TABLE orders DISABLE TRIGGER a; ALTER TABLE orders ENABLE TRIGGER b", ASK),
        ("ALTER TABLE orders DISABLE TRIGGER a; COMMIT; ALTER TABLE orders ENABLE TRIGGER a", ASK),
        ("ALTER TABLE orders ENABLE TRIGGER a; ALTER TABLE orders DISABLE TRIGGER a", ASK),
    ],
)
def test_what_running_code_cannot_know(sql: Judge, text: str, phase: Phase) -> None:
    assert sql(text, before=BEFORE).phase is phase


@pytest.mark.parametrize("text", ["DROP TYPE mood", "DROP EXTENSION hstore", "DROP FUNCTION f"])
def test_cascade_takes_columns_with_it(sql: Judge, text: str) -> None:
    assert sql(text, before=BEFORE).reversal is not Reversal.NO
    assert sql(f"{text} CASCADE", before=BEFORE).reversal is Reversal.NO


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ALTER TABLE orders DROP CONSTRAINT one_note", True),
        ("ALTER TABLE orders DROP CONSTRAINT orders_code_key", True),  # PostgreSQL's own name
        ("DROP INDEX public.one_state", True),
        ("DROP INDEX by_note", False),
        ("ALTER TABLE orders DROP CONSTRAINT one_note, DROP COLUMN note", False),  # said of the column
        ("DROP INDEX one_state; CREATE UNIQUE INDEX one_state ON orders (state)", False),
    ],
)
def test_upserts_need_a_unique_constraint(sql: Judge, text: str, told: bool) -> None:
    rules = {finding.rule for finding in sql(text, before=BEFORE).findings}
    assert ("upsert-needs-unique" in rules) is told


@pytest.mark.parametrize("text", ["VACUUM FULL public.orders", "VACUUM (FULL, ANALYZE) public.orders"])
def test_vacuum_names_its_table(sql: Judge, text: str) -> None:
    assert sql(text).operations[0].table == "public.orders"


@pytest.mark.parametrize(("table", "told"), [("orders", True), ("fresh", False)])
def test_a_new_table_is_validated_at_once(sql: Judge, table: str, told: bool) -> None:
    check = f"ALTER TABLE {table} ADD CONSTRAINT c CHECK (id > 0) NOT VALID; ALTER TABLE {table} VALIDATE CONSTRAINT c"
    rules = {finding.rule for finding in sql(f"CREATE TABLE fresh (id int); {check}", before=BEFORE).findings}
    assert ("validate-in-same-transaction" in rules) is told
