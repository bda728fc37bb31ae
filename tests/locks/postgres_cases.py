"""One statement or more for every row of the safety table, on tables that all of them share."""

from __future__ import annotations

from dataclasses import dataclass

BASE = """
CREATE TYPE mood AS ENUM ('ok', 'bad');
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    state varchar(20) NOT NULL,
    note varchar(50),
    amount numeric(10, 2) NOT NULL DEFAULT 0,
    customer_id bigint NOT NULL,
    made timestamp,
    feeling mood,
    code int
);
CREATE TABLE keyless (id bigint NOT NULL, code int);
CREATE INDEX by_state ON orders (state);
CREATE UNIQUE INDEX keyless_id ON keyless (id);
CREATE TABLE bills (id bigint PRIMARY KEY, order_id bigint REFERENCES orders (id));
CREATE TABLE parted (id bigint NOT NULL, day int NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
CREATE TABLE part_2 (id bigint NOT NULL, day int NOT NULL);
CREATE VIEW open_orders AS SELECT id, state FROM orders;
CREATE MATERIALIZED VIEW totals AS SELECT customer_id, sum(amount) AS total FROM orders GROUP BY customer_id;
CREATE UNIQUE INDEX totals_customer ON totals (customer_id);
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER stamped BEFORE UPDATE ON keyless FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE SEQUENCE numbers;
INSERT INTO customers SELECT n, 'c' || n FROM generate_series(1, 100) n;
INSERT INTO orders SELECT n, 'new' || n, 'note', n, n, now(), 'ok', n FROM generate_series(1, 100) n;
INSERT INTO bills SELECT n, n FROM generate_series(1, 100) n;
INSERT INTO keyless SELECT n, n FROM generate_series(1, 100) n;
INSERT INTO parted SELECT n, 1 FROM generate_series(1, 100) n;
INSERT INTO part_2 SELECT n, 11 FROM generate_series(1, 100) n;
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One statement that is a row of the table."""

    kind: str
    sql: str
    before: str = ""
    """What the history did first."""
    blocker: str = ""
    """For what runs in no transaction: it waits for a transaction that did this."""
    cautious: str = ""
    """Why the claim says more than was measured."""
    since: int = 0
    """Major version of PostgreSQL that first knows the statement."""


ORDERS = "ALTER TABLE orders"
FK = "FOREIGN KEY (customer_id) REFERENCES customers"
WRITE = "UPDATE orders SET note = 'x' WHERE id = 1"
READ = "SELECT * FROM orders LIMIT 1"

TIMES = "ALTER TABLE times ALTER COLUMN c"
FILL = "INSERT INTO times SELECT NULL FROM generate_series(1, 100); CREATE INDEX by_c ON times (c)"
WIDER = (
    ("timestamp(3)", "timestamp"), ("timestamp(0)", "timestamp(3)"), ("timestamptz(3)", "timestamptz"),
    ("timestamptz(0)", "timestamptz(3)"), ("time(3)", "time"), ("timetz(0)", "timetz(3)"),
    ("interval(3)", "interval"), ("interval(0)", "interval(3)"), ("varbit(3)", "varbit(5)"), ("cidr", "inet"),
)  # fmt: skip

# fmt: off
CASES = (
    # tables
    Case("create-table", "CREATE TABLE refunds (id bigint PRIMARY KEY)"),
    Case("create-table", "CREATE TABLE refunds (id bigint PRIMARY KEY, order_id bigint REFERENCES orders (id))"),
    Case("create-table", "CREATE TABLE refunds AS SELECT * FROM orders", cautious="the rows are of a new table"),
    Case("create-table", "CREATE TABLE refunds (LIKE orders INCLUDING ALL)"),
    Case("create-table", "CREATE TABLE parted_3 PARTITION OF parted FOR VALUES FROM (30) TO (40)"),
    Case("drop-table", "DROP TABLE keyless"),
    Case("drop-table", "DROP TABLE bills"),
    Case("drop-table", "DROP TABLE orders CASCADE"),
    Case("rename-table", "ALTER TABLE keyless RENAME TO plain"),
    Case("rename-table", "ALTER TABLE keyless SET SCHEMA archive", before="CREATE SCHEMA IF NOT EXISTS archive"),
    Case("rebuild-table", "CREATE TABLE new_keyless (LIKE keyless INCLUDING ALL); "
         "INSERT INTO new_keyless SELECT * FROM keyless; "
         "DROP TABLE keyless; ALTER TABLE new_keyless RENAME TO keyless"),
    Case("rewrite-table", f"{ORDERS} SET UNLOGGED", before="DROP TABLE bills"),
    Case("rewrite-table", "CLUSTER orders USING orders_pkey"),
    Case("rewrite-table", "VACUUM FULL orders", blocker=READ),
    Case("table-setting", f"{ORDERS} SET (fillfactor = 70)"),
    Case("table-setting", f"{ORDERS} ALTER COLUMN note SET STATISTICS 200"),
    Case("table-setting-exclusive", f"{ORDERS} ALTER COLUMN note SET STORAGE EXTERNAL"),
    Case("table-setting-exclusive", f"{ORDERS} ALTER COLUMN note SET COMPRESSION pglz"),
    Case("table-setting-exclusive", f"{ORDERS} REPLICA IDENTITY FULL"),
    Case("table-setting-exclusive", "ALTER TRIGGER stamped ON keyless RENAME TO t"),
    Case("table-setting-exclusive", "ALTER TABLE bills ALTER CONSTRAINT bills_order_id_fkey DEFERRABLE"),
    Case("table-setting", f"{ORDERS} CLUSTER ON by_state"),
    Case("table-setting", f"{ORDERS} SET WITHOUT CLUSTER"),
    Case("table-setting", f"{ORDERS} RESET (fillfactor)"),
    Case("table-setting-exclusive", "ALTER SEQUENCE numbers OWNED BY orders.id", cautious="locks the sequence alone"),
    Case("table-setting-exclusive", "ALTER SEQUENCE numbers AS bigint RESTART WITH 500",
         cautious="locks the sequence alone"),
    Case("table-setting-exclusive", "ALTER INDEX whole ATTACH PARTITION part",
         before="CREATE INDEX whole ON ONLY parted (id); CREATE INDEX part ON parted_1 (id)"),
    Case("table-setting", "ALTER INDEX by_state SET (fillfactor = 70)"),
    Case("table-setting", "ALTER INDEX by_state RESET (fillfactor)"),
    # columns
    Case("add-column-nullable", f"{ORDERS} ADD COLUMN currency varchar(3)"),
    Case("add-column-nullable", f"{ORDERS} ADD COLUMN currency mood"),
    Case("add-column-nullable", f"{ORDERS} ADD COLUMN price price",
         before="CREATE DOMAIN price AS int CHECK (VALUE > 0)"),
    Case("add-column-defaulted", f"{ORDERS} ADD COLUMN paid boolean NOT NULL DEFAULT false"),
    Case("add-column-defaulted", f"{ORDERS} ADD COLUMN at timestamptz NOT NULL DEFAULT now()"),
    Case("add-column-defaulted", f"{ORDERS} ADD COLUMN tags text[] NOT NULL DEFAULT '{{}}'::text[]"),
    Case("add-column-defaulted", f"{ORDERS} ADD COLUMN due timestamptz DEFAULT now() + interval '1 day'"),
    Case("add-column-defaulted", f"{ORDERS} ADD COLUMN price price DEFAULT 1",
         before="CREATE DOMAIN price AS int CHECK (VALUE > 0)"),
    Case("add-column-rewrite", f"{ORDERS} ADD COLUMN key uuid NOT NULL DEFAULT gen_random_uuid()"),
    Case("add-column-rewrite", f"{ORDERS} ADD COLUMN at timestamptz DEFAULT clock_timestamp()"),
    Case("add-column-rewrite", f"{ORDERS} ADD COLUMN nr bigserial"),
    Case("add-column-rewrite", f"{ORDERS} ADD COLUMN nr int GENERATED ALWAYS AS IDENTITY"),
    Case("add-column-rewrite", f"{ORDERS} ADD COLUMN twice numeric GENERATED ALWAYS AS (amount * 2) STORED"),
    Case("add-column-nullable", f"{ORDERS} ADD COLUMN twice numeric GENERATED ALWAYS AS (amount * 2) VIRTUAL",
         since=18),
    Case("add-column-required", "ALTER TABLE keyless ADD COLUMN currency varchar(3) NOT NULL",
         before="TRUNCATE keyless"),
    Case("drop-column", f"{ORDERS} DROP COLUMN note"),
    Case("drop-column", "ALTER TABLE bills DROP COLUMN order_id"),
    Case("rename-column", f"{ORDERS} RENAME COLUMN note TO remark"),
    Case("widen-type", f"{ORDERS} ALTER COLUMN note TYPE varchar(80)"),
    Case("widen-type", f"{ORDERS} ALTER COLUMN note TYPE text"),
    Case("widen-type", f"{ORDERS} ALTER COLUMN amount TYPE numeric(12, 2)", before="DROP MATERIALIZED VIEW totals"),
    Case("widen-type", f"{ORDERS} ALTER COLUMN state TYPE varchar(40)", before="DROP VIEW open_orders"),
    *(
        Case("widen-type", f"{TIMES} TYPE {new}", before=f"CREATE TABLE times (c {old}); {FILL}")
        for old, new in WIDER
    ),
    *(
        Case("change-type", f"{TIMES} TYPE {new}", before=f"CREATE TABLE times (c {old}); {FILL}")
        for new, old in WIDER
        if "cidr" not in new
    ),
    Case("change-type", f"{ORDERS} ALTER COLUMN code TYPE bigint"),
    Case("change-type", f"{ORDERS} ALTER COLUMN note TYPE varchar(10)"),
    Case("change-type", f"{ORDERS} ALTER COLUMN note TYPE varchar(80) USING trim(note)"),
    Case("change-type", f"SET timezone = 'UTC'; {ORDERS} ALTER COLUMN made TYPE timestamptz",
         cautious="spared where the session's time zone is UTC, which no file tells"),
    Case("change-type", f"{ORDERS} ALTER COLUMN made TYPE timestamptz USING made AT TIME ZONE 'Europe/Paris'"),
    Case("set-default", f"{ORDERS} ALTER COLUMN state SET DEFAULT 'new'"),
    Case("set-default", f"{ORDERS} ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY"),
    Case("change-default", f"{ORDERS} ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY"),
    Case("set-default", f"{ORDERS} ALTER COLUMN id SET GENERATED BY DEFAULT",
         before=f"{ORDERS} ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY"),
    Case("table-setting-exclusive", f"{ORDERS} ALTER COLUMN id RESTART WITH 500",
         before=f"{ORDERS} ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY"),
    Case("change-default", f"{ORDERS} ALTER COLUMN amount SET DEFAULT 1"),
    Case("drop-default", f"{ORDERS} ALTER COLUMN amount DROP DEFAULT"),
    Case("drop-not-null", f"{ORDERS} ALTER COLUMN state DROP NOT NULL"),
    Case("set-not-null", f"{ORDERS} ALTER COLUMN note SET NOT NULL"),
    Case("set-not-null", f"{ORDERS} ALTER COLUMN note SET NOT NULL",
         before=f"{ORDERS} ADD CONSTRAINT has_note CHECK (note IS NOT NULL)"),
    Case("set-not-null", f"{ORDERS} ALTER COLUMN note SET NOT NULL",
         before=f"{ORDERS} ADD CONSTRAINT has_note CHECK (note IS NOT NULL) NOT VALID"),
    Case("set-not-null", f"{ORDERS} ALTER COLUMN note SET NOT NULL",
         before=f"{ORDERS} ADD CONSTRAINT has_note CHECK (note IS NOT NULL) NOT VALID; "
         f"{ORDERS} VALIDATE CONSTRAINT has_note"),
    # constraints
    Case("add-check", f"{ORDERS} ADD CONSTRAINT positive CHECK (amount > 0)"),
    Case("add-check", f"{ORDERS} ADD COLUMN size int CHECK (size > 0)"),
    Case("add-check-not-valid", f"{ORDERS} ADD CONSTRAINT positive CHECK (amount > 0) NOT VALID"),
    Case("add-check-not-valid", f"{ORDERS} ADD CONSTRAINT positive CHECK (amount > 0) NO INHERIT NOT VALID"),
    Case("add-foreign-key", f"{ORDERS} ADD CONSTRAINT f {FK}"),
    Case("add-foreign-key", f"{ORDERS} ADD COLUMN buyer bigint REFERENCES customers"),
    Case("add-foreign-key", f"{ORDERS} ADD COLUMN buyer bigint DEFAULT 1 REFERENCES customers"),
    Case("add-foreign-key-not-valid", f"{ORDERS} ADD CONSTRAINT f {FK} NOT VALID"),
    Case("validate-constraint", f"{ORDERS} VALIDATE CONSTRAINT f",
         before=f"{ORDERS} ADD CONSTRAINT f {FK} NOT VALID"),
    Case("validate-constraint", f"{ORDERS} VALIDATE CONSTRAINT p",
         before=f"{ORDERS} ADD CONSTRAINT p CHECK (amount > 0) NOT VALID"),
    Case("add-unique", f"{ORDERS} ADD UNIQUE (code)"),
    Case("add-unique", f"{ORDERS} ADD COLUMN slug text UNIQUE"),
    Case("add-unique-using-index", f"{ORDERS} ADD CONSTRAINT u UNIQUE USING INDEX i",
         before="CREATE UNIQUE INDEX i ON orders (code)"),
    Case("add-primary-key-using-index", "ALTER TABLE keyless ADD CONSTRAINT p PRIMARY KEY USING INDEX keyless_id",
         cautious="the columns of an index are not followed"),
    Case("add-primary-key-using-index", "ALTER TABLE keyless ADD CONSTRAINT p PRIMARY KEY USING INDEX by_code",
         before="CREATE UNIQUE INDEX by_code ON keyless (code)"),
    Case("add-primary-key", "ALTER TABLE keyless ADD PRIMARY KEY (code)"),
    Case("add-exclusion", f"{ORDERS} ADD CONSTRAINT e EXCLUDE USING btree (code WITH =)"),
    Case("drop-constraint", f"{ORDERS} DROP CONSTRAINT p", before=f"{ORDERS} ADD CONSTRAINT p CHECK (amount > 0)"),
    Case("drop-constraint", "ALTER TABLE bills DROP CONSTRAINT bills_order_id_fkey"),
    Case("drop-primary-key", "ALTER TABLE customers DROP CONSTRAINT customers_pkey"),
    Case("drop-primary-key", f"{ORDERS} DROP CONSTRAINT orders_pkey CASCADE"),
    Case("add-foreign-key", f"{ORDERS} ADD CONSTRAINT f {FK} ON DELETE SET NULL (customer_id) NOT DEFERRABLE"),
    Case("tighten-constraint", "ALTER TABLE bills ALTER CONSTRAINT bills_order_id_fkey NOT DEFERRABLE",
         before="ALTER TABLE bills ALTER CONSTRAINT bills_order_id_fkey DEFERRABLE INITIALLY DEFERRED"),
    Case("replace-constraint", f"{ORDERS} DROP CONSTRAINT p, ADD CONSTRAINT p CHECK (amount > 1)",
         before=f"{ORDERS} ADD CONSTRAINT p CHECK (amount > 0); DELETE FROM bills; DELETE FROM orders WHERE id = 1"),
    Case("rename-constraint", "ALTER TABLE bills RENAME CONSTRAINT bills_order_id_fkey TO f"),
    # indexes
    Case("create-index", "CREATE INDEX i ON orders (code)"),
    Case("create-index", "CREATE INDEX i ON ONLY parted (id)", cautious="no rows, so nothing is built"),
    Case("create-index-concurrently", "CREATE INDEX CONCURRENTLY i ON orders (code)", blocker=WRITE),
    Case("create-unique-index", "CREATE UNIQUE INDEX i ON orders (code)"),
    Case("create-unique-index-concurrently", "CREATE UNIQUE INDEX CONCURRENTLY i ON orders (code)", blocker=WRITE),
    Case("drop-index", "DROP INDEX by_state"),
    Case("drop-index-concurrently", "DROP INDEX CONCURRENTLY by_state", blocker=READ),
    Case("rename-index", "ALTER INDEX by_state RENAME TO i"),
    Case("rebuild-index", "REINDEX INDEX by_state"),
    Case("rebuild-index", "REINDEX TABLE orders"),
    Case("rebuild-index-concurrently", "REINDEX INDEX CONCURRENTLY by_state", blocker=WRITE),
    Case("rebuild-index-concurrently", "REINDEX TABLE CONCURRENTLY orders", blocker=WRITE),
    Case("rebuild-index-concurrently", "REINDEX (VERBOSE, CONCURRENTLY) INDEX by_state", blocker=WRITE),
    Case("rebuild-index", "REINDEX (VERBOSE) INDEX by_state"),
    # rows
    Case("insert-rows", "INSERT INTO customers (id) VALUES (1000)"),
    Case("copy-rows", "INSERT INTO keyless (id) SELECT id + 1000 FROM orders"),
    Case("update-rows", "UPDATE orders SET note = state"),
    Case("delete-rows", "DELETE FROM bills WHERE id = 1"),
    Case("truncate", "TRUNCATE bills"),
    Case("truncate", "TRUNCATE orders CASCADE"),
    # enums and other types
    Case("add-enum-value", "ALTER TYPE mood ADD VALUE 'fine' BEFORE 'bad'"),
    Case("rename-enum-value", "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'"),
    Case("create-type", "CREATE TYPE size AS ENUM ('s')"),
    Case("create-type", "CREATE DOMAIN price AS int CHECK (VALUE > 0)"),
    Case("drop-type", "DROP TYPE size", before="CREATE TYPE size AS ENUM ('s')"),
    Case("drop-type", "DROP TYPE mood CASCADE"),
    # code in the database
    Case("create-function", "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
    Case("replace-routine", "CREATE OR REPLACE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql "
         "AS 'BEGIN RETURN OLD; END'"),
    Case("replace-routine", "CREATE OR REPLACE TRIGGER stamped BEFORE UPDATE ON keyless FOR EACH ROW "
         "EXECUTE FUNCTION stamp()"),
    Case("replace-routine", "DROP TRIGGER stamped ON keyless; CREATE TRIGGER stamped BEFORE UPDATE ON keyless "
         "FOR EACH ROW EXECUTE FUNCTION stamp()"),
    Case("drop-function", "DROP FUNCTION f()", before="CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
    Case("drop-function", "DROP FUNCTION stamp() CASCADE"),
    Case("create-trigger", "CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION stamp()"),
    Case("drop-trigger", "DROP TRIGGER stamped ON keyless"),
    Case("disable-trigger", "ALTER TABLE keyless DISABLE TRIGGER ALL"),
    Case("enable-trigger", "ALTER TABLE keyless ENABLE ALWAYS TRIGGER stamped"),
    Case("alter-routine", "ALTER FUNCTION stamp() SET search_path = public, pg_temp"),
    Case("maintenance", "ALTER FUNCTION stamp() COST 10", cautious="no table"),
    # views
    Case("create-view", "CREATE VIEW v AS SELECT * FROM orders"),
    Case("create-view", "CREATE MATERIALIZED VIEW v AS SELECT * FROM orders"),
    Case("replace-view", "CREATE OR REPLACE VIEW open_orders AS SELECT id, state, note FROM orders"),
    Case("reshape-view", "DROP VIEW open_orders; CREATE VIEW open_orders AS SELECT id FROM orders"),
    Case("drop-view", "DROP VIEW open_orders"),
    Case("drop-view", "DROP VIEW open_orders CASCADE", before="CREATE VIEW newest AS SELECT max(id) FROM open_orders"),
    Case("drop-column", f"{ORDERS} DROP COLUMN state CASCADE"),
    Case("drop-view", "DROP MATERIALIZED VIEW totals"),
    Case("refresh-view", "REFRESH MATERIALIZED VIEW totals"),
    Case("refresh-view", "REFRESH MATERIALIZED VIEW CONCURRENTLY totals"),
    # schemas, sequences, extensions, privileges, partitions
    Case("create-object", "CREATE SEQUENCE s"),
    Case("create-object", "CREATE SCHEMA s"),
    Case("create-object", "CREATE EXTENSION vector"),
    Case("create-object", "CREATE SCHEMA s AUTHORIZATION postgres"),
    Case("create-object", "CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION noted()",
         before="CREATE FUNCTION noted() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'"),
    Case("maintenance", "CREATE STATISTICS st (dependencies) ON state, note FROM orders"),
    Case("drop-object", "DROP SEQUENCE numbers"),
    Case("drop-schema", "DROP SCHEMA s CASCADE", before="CREATE SCHEMA s; CREATE TABLE s.t (id int)"),
    Case("rename-object", "ALTER TYPE mood RENAME TO feelings", cautious="locks the type alone"),
    Case("rename-object", "ALTER VIEW open_orders RENAME TO v"),
    Case("rename-object", "ALTER SEQUENCE numbers RENAME TO n", cautious="locks the sequence alone"),
    Case("rename-object", "ALTER VIEW open_orders SET SCHEMA archive", before="CREATE SCHEMA IF NOT EXISTS archive"),
    Case("change-owner", f"{ORDERS} OWNER TO CURRENT_USER"),
    Case("change-owner", "ALTER TYPE mood OWNER TO CURRENT_USER", cautious="no table"),
    Case("row-policy", "CREATE POLICY p ON orders USING (true)"),
    Case("row-policy", "DROP POLICY p ON orders", before="CREATE POLICY p ON orders USING (true)"),
    Case("grant", "GRANT SELECT ON orders TO PUBLIC"),
    Case("grant", "GRANT USAGE ON SEQUENCE numbers TO PUBLIC"),
    Case("revoke", "REVOKE SELECT ON orders FROM PUBLIC"),
    Case("enable-row-security", f"{ORDERS} ENABLE ROW LEVEL SECURITY"),
    Case("disable-row-security", f"{ORDERS} DISABLE ROW LEVEL SECURITY"),
    Case("attach-partition", "ALTER TABLE parted ATTACH PARTITION part_2 FOR VALUES FROM (10) TO (20)"),
    Case("attach-partition", "ALTER TABLE parted ATTACH PARTITION part_2 FOR VALUES FROM (10) TO (20)",
         before="ALTER TABLE part_2 ADD CONSTRAINT fits CHECK (day >= 10 AND day < 20)",
         cautious="a check that spares the scan is not compared with the bounds"),
    Case("attach-partition", "ALTER TABLE parted ATTACH PARTITION part_2 FOR VALUES FROM (10) TO (20)",
         before="CREATE TABLE parted_rest PARTITION OF parted DEFAULT; INSERT INTO parted VALUES (1, 90)"),
    Case("detach-partition", "ALTER TABLE parted DETACH PARTITION parted_1"),
    Case("detach-partition-concurrently", "ALTER TABLE parted DETACH PARTITION parted_1 CONCURRENTLY",
         blocker="SELECT * FROM parted LIMIT 1",
         cautious="it holds nothing while it waits between its two transactions"),
    Case("detach-partition-concurrently", "ALTER TABLE parted DETACH PARTITION parted_1 CONCURRENTLY",
         blocker="SELECT * FROM parted_1 LIMIT 1"),
    # nothing that code depends on
    Case("comment", "COMMENT ON TABLE orders IS 'x'"),
    Case("comment", "COMMENT ON COLUMN orders.note IS 'x'"),
    Case("comment", "COMMENT ON INDEX by_state IS 'x'"),
    Case("comment", "COMMENT ON TYPE mood IS 'x'", cautious="no table"),
    Case("setting", "SET lock_timeout = '1s'"),
    Case("maintenance", "ANALYZE orders"),
    Case("maintenance", "VACUUM orders", blocker="LOCK TABLE orders IN SHARE UPDATE EXCLUSIVE MODE"),
    Case("query", "SELECT count(*) FROM orders"),
    Case("query", "SELECT row_to_json(o) FROM orders o"),
    Case("query", "SHOW server_version"),
)
# fmt: on

NO_FORM = {
    "lock-table": "takes what its text names",
    "widen-type-rewrite": "PostgreSQL widens in place, or the type changes: change-type",
    "add-column-unknown": "of readers of other languages; measured are the rows that it may be",
    "alter-column-unknown": "of readers of other languages; measured are the rows that it may be",
    "add-enum-value-inside": "an enum of MySQL; ADD VALUE ... BEFORE is add-enum-value",
    "remove-enum-value": "an enum of MySQL; PostgreSQL has no such statement",
    "drop-partition": "MySQL; PostgreSQL drops or detaches a table",
    "state-only": "does nothing",
    "opaque": "not understood: see UNREAD",
    "unreadable": "not understood: see UNREAD",
}
"""Rows that no statement of PostgreSQL has, and why."""

UNREAD = (
    f"{ORDERS} ADD CONSTRAINT n NOT NULL note NOT VALID",
    f"{ORDERS} ALTER COLUMN code DROP EXPRESSION",
    "DO 'BEGIN DROP TABLE orders; END'",
)
"""Statements whose lock nobody can tell."""
