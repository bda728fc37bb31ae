"""Every lock that is printed for PostgreSQL is the one that a real server takes."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from pg8000.exceptions import DatabaseError

from runbook_tui.migrations.judging.safety import TABLE
from runbook_tui.migrations.model import Phase
from tests.locks.claims import claimed, judged, observed, told_of
from tests.locks.postgres import Postgres, started
from tests.locks.postgres_cases import BASE, CASES, NO_FORM, UNREAD, Case

pytestmark = [pytest.mark.xdist_group("postgres"), pytest.mark.slow]


@pytest.fixture(scope="module", params=[16, 18], ids=["16", "18"])
def postgres(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    with started(request.param) as server:
        yield server


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}: {case.sql}"[:100])
def test_a_lock_is_what_the_server_takes(postgres: Postgres, case: Case) -> None:
    migration = judged(f"{BASE};{case.before}", case.sql, "postgres")
    assert case.kind in [operation.kind for operation in migration.operations]
    if postgres.version < case.since:
        pytest.skip(f"{case.sql} is of version {case.since}")
    postgres.begin_anew(f"{BASE};{case.before}")
    measured = (
        postgres.measure_waiting(case.sql, case.blocker) if case.blocker else postgres.measure(case.sql)
    )
    claim, fact = claimed(migration), observed(measured)
    assert not told_of(migration.operations, measured), "locks nobody is told of"
    if case.cautious:
        assert claim.covers(fact) and claim != fact, f"no longer cautious: {case.cautious}"
    else:
        assert claim == fact


@pytest.mark.parametrize("sql", UNREAD)
def test_what_is_not_understood_has_no_lock_that_is_known(sql: str) -> None:
    migration = judged(BASE, sql, "postgres")
    assert migration.phase is Phase.ASK
    assert "not known" in [operation.lock for operation in migration.operations]


def test_every_row_is_measured() -> None:
    measured = {case.kind for case in CASES}
    assert measured | NO_FORM.keys() == TABLE.keys()
    assert not measured & NO_FORM.keys()


@pytest.mark.parametrize(
    ("waiting", "later"),
    [
        ("ALTER TABLE orders ADD COLUMN a int", "SELECT 1 FROM orders LIMIT 1"),
        (
            "ALTER TABLE keyless ADD FOREIGN KEY (id) REFERENCES orders NOT VALID",
            "DELETE FROM orders WHERE id < 0",
        ),
        ("CREATE INDEX i ON orders (code)", "DELETE FROM orders WHERE id < 0"),
    ],
)
def test_what_waits_for_its_lock_holds_up_those_behind_it(
    postgres: Postgres, waiting: str, later: str
) -> None:
    """The finding ``no-lock-timeout``, and that a timeout ends it and changes nothing."""
    postgres.begin_anew(BASE)
    [rule] = [f for f in judged(BASE, waiting, "postgres").findings if f.rule == "no-lock-timeout"]
    assert "every later query" in rule.message
    blocker = "UPDATE orders SET note = 'x' WHERE id = 1"
    with postgres.session() as old, postgres.session() as migrating, postgres.session() as application:
        old.execute_simple(f"BEGIN; {blocker}")
        migrating.execute_simple("SET lock_timeout = '2s'")
        application.execute_simple("SET lock_timeout = '100ms'")
        application.execute_simple(later)  # not held up by the old transaction
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(migrating.execute_simple, waiting)
            assert postgres.wait_until_somebody_waits(running)
            with pytest.raises(DatabaseError, match="lock timeout"):
                application.execute_simple(later)
            with pytest.raises(DatabaseError, match="lock timeout"):
                running.result()
        application.execute_simple(later)
        old.execute_simple("ROLLBACK")
        migrating.execute_simple(waiting)


@pytest.mark.parametrize(
    ("sql", "blocker", "clear", "again"),
    [
        (
            "CREATE UNIQUE INDEX CONCURRENTLY i ON orders (code)",
            "UPDATE orders SET note = 'x' WHERE id = 1",
            "DROP INDEX CONCURRENTLY IF EXISTS i",
            True,
        ),
        ("DROP INDEX CONCURRENTLY by_state", "SELECT 1 FROM orders LIMIT 1", None, True),
        (
            "REINDEX INDEX CONCURRENTLY by_state",
            "UPDATE orders SET note = 'x' WHERE id = 1",
            "DROP INDEX CONCURRENTLY by_state_ccnew",
            True,
        ),
        (
            "ALTER TABLE parted DETACH PARTITION parted_1 CONCURRENTLY",
            "SELECT 1 FROM parted LIMIT 1",
            "ALTER TABLE parted DETACH PARTITION parted_1 FINALIZE",
            False,
        ),
    ],
    ids=["create", "drop", "reindex", "detach"],
)
def test_what_a_failed_concurrently_leaves_is_cleared_as_the_step_tells(
    postgres: Postgres, sql: str, blocker: str, clear: str | None, again: bool
) -> None:
    """See :mod:`runbook_tui.planning.steps.lock_time`."""
    postgres.begin_anew(BASE)
    with postgres.session() as other, postgres.session() as migrating:
        other.execute_simple(f"BEGIN; {blocker}")
        migrating.execute_simple("SET lock_timeout = '100ms'")
        with pytest.raises(DatabaseError, match="lock timeout"):
            migrating.execute_simple(sql)
        other.execute_simple("ROLLBACK")
        for statement in [clear, sql if again else None]:
            if statement:
                migrating.execute_simple(statement)
        assert not postgres.looking.run("SELECT 1 FROM pg_index WHERE NOT indisvalid")
        assert not postgres.looking.run("SELECT 1 FROM pg_inherits WHERE inhdetachpending")


def test_pgoptions_carry_the_lock_timeout_to_libpq_and_not_to_every_driver(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c lock_timeout=250ms")
    show = "SHOW lock_timeout"
    psql = [str(postgres.programs / "psql"), "-h", str(postgres.folder), "-U", "postgres", "-Atc", show]
    assert subprocess.run(psql, check=True, capture_output=True, text=True).stdout.strip() == "250ms"
    with postgres.session() as session:  # pg8000
        assert session.run(show) == [["0"]]


def test_a_new_enum_value_is_of_no_use_in_its_own_transaction(postgres: Postgres) -> None:
    postgres.begin_anew(BASE)
    sql = "ALTER TYPE mood ADD VALUE 'fine'; UPDATE orders SET feeling = 'fine'"
    assert "enum-value-in-transaction" in {f.rule for f in judged(BASE, sql, "postgres").findings}
    with postgres.session() as session, pytest.raises(DatabaseError, match="unsafe use of new value"):
        session.execute_simple(f"BEGIN; {sql}")


@pytest.mark.parametrize("sql", [case.sql for case in CASES if case.kind.endswith("-concurrently")])
def test_concurrently_is_refused_in_a_transaction(postgres: Postgres, sql: str) -> None:
    postgres.begin_anew(BASE)
    assert "concurrently-in-transaction" in {
        f.rule for f in judged(BASE, f"BEGIN; {sql}", "postgres").findings
    }
    with postgres.session() as session, pytest.raises(DatabaseError, match="cannot"):
        session.execute_simple("BEGIN")
        session.execute_simple(sql)
