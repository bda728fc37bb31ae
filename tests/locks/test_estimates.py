"""How long an operation takes is told where the rows are counted, and small data stores are not warned of."""

from __future__ import annotations

import pytest

from runbook_tui.catalog.model import MigrationSource
from runbook_tui.migrations.judging.safety import TABLE, Work
from runbook_tui.migrations.model import Level, Migration
from runbook_tui.migrations.read import read_migrations

BASE = "CREATE TABLE orders (id bigint PRIMARY KEY, note varchar(50), code int);"
INDEX = "CREATE INDEX i ON public.Orders (code)"


def judge(sql: str, rows: int | None = None, *, engine: str = "postgres", small: bool = False) -> Migration:
    source = MigrationSource(path="db", datastore="shop", tool="golang-migrate")
    files = {"db/1_base.up.sql": BASE.encode(), "db/2_next.up.sql": sql.encode()}
    known = None if rows is None else {"orders": rows}
    return read_migrations(source, files, service="shop", engine=engine, rows=known, small=small)[-1]


@pytest.mark.parametrize(
    ("sql", "rows", "told"),
    [
        (INDEX, 3_000_000, "about 5 s for 3,000,000 rows"),
        ("CREATE INDEX CONCURRENTLY i ON orders (code)", 3_000_000, "about 5 s for 3,000,000 rows"),
        ("ALTER TABLE orders ALTER COLUMN code TYPE bigint", 3_000_000, "about 15 s for 3,000,000 rows"),
        (
            "ALTER TABLE orders ALTER COLUMN code TYPE bigint",
            3_141_592_653,
            "about 5 h for 3,141,592,653 rows",
        ),
        ("ALTER TABLE orders ALTER COLUMN note SET NOT NULL", 3_000_000, "less than 1 s for 3,000,000 rows"),
        ("ALTER TABLE orders ALTER COLUMN note SET NOT NULL", 10**9, "about 5 min for 1,000,000,000 rows"),
        ("UPDATE orders SET note = 'x'", 3_000_000, "about 63 s for 3,000,000 rows"),
        (INDEX, 0, "less than 1 s for 0 rows"),
        (INDEX, None, ""),
        ("ALTER TABLE orders ADD COLUMN at timestamptz", 3_000_000, ""),
        ("ALTER TABLE others ADD CHECK (id > 0)", 3_000_000, ""),
        ("CREATE TABLE fresh (id int); CREATE INDEX i ON fresh (id)", 3_000_000, ""),
    ],
)
def test_the_time_is_told(sql: str, rows: int | None, told: str) -> None:
    migration = judge(sql, rows)
    assert migration.operations[-1].estimate == told
    hazards = [
        finding.message for finding in migration.findings if finding.rule.startswith(("blocks", "table"))
    ]
    assert all(message.endswith(told) for message in hazards)


def test_nothing_is_told_of_engines_that_were_not_measured() -> None:
    for engine in ("mysql", "sqlite"):
        assert judge("CREATE INDEX i ON orders (code)", 3_000_000, engine=engine).operations[0].estimate == ""


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        (INDEX, "blocks-writes"),
        ("ALTER TABLE orders ALTER COLUMN note SET NOT NULL", "table-scan"),
        ("ALTER TABLE orders ADD COLUMN nr bigserial", "table-rewrite"),
    ],
)
def test_a_small_data_store_is_noted_and_not_warned_of(sql: str, rule: str) -> None:
    for small, level in ((False, Level.WARNING), (True, Level.NOTE)):
        assert [f.level for f in judge(sql, small=small).findings if f.rule == rule] == [level]


def test_what_the_engine_refuses_is_an_error_in_a_small_data_store_as_well() -> None:
    refused = judge("ALTER TABLE orders ADD COLUMN slug text UNIQUE", engine="sqlite", small=True).findings
    assert Level.ERROR in [finding.level for finding in refused if finding.rule == "refused-by-engine"]


@pytest.mark.parametrize("kind", TABLE)
def test_the_work_is_what_the_words_of_the_lock_say(kind: str) -> None:
    lock = TABLE[kind].postgres
    words = {Work.REWRITE: "rewritten", Work.INDEX: "index is built", Work.SCAN: "scanned"}
    said = next(
        (work for work, word in words.items() if word in lock.text and "perhaps" not in lock.text), Work.NONE
    )
    assert lock.work is said
