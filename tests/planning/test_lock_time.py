"""How long the step of a migration waits for its lock, and what it tells to do when it fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from runbook_tui.catalog.model import MigrationSource
from runbook_tui.files.problems import ProblemsError
from runbook_tui.migrations.read import read_migrations
from runbook_tui.runbook.model import Step

if TYPE_CHECKING:
    from tests.planning.conftest import World

BASE = "CREATE TABLE orders (id bigint PRIMARY KEY, note varchar(50), code int);"
ADD = "ALTER TABLE orders ADD COLUMN at timestamptz;"
INDEX = "CREATE INDEX CONCURRENTLY by_code ON orders (code);"


def step(
    world: World,
    sql: str,
    *,
    engine: str | None = "postgres@15",
    tool: str = "dbmate",
    commands: dict[str, object] | None = None,
    transactional: bool = True,
    store: Mapping[str, object] | None = None,
) -> Step:
    """The step of one migration with this SQL."""
    source = MigrationSource(path="db", datastore="db", tool="dbmate")
    files = {
        f"db/{number}.sql": f"-- migrate:up\n{text}\n-- migrate:down\nSELECT 1".encode()
        for number, text in ((1, BASE), (2, sql))
    }
    migration = read_migrations(source, files, service="billing", engine=engine or "")[-1]
    world.service("billing", uses={"db": "owner"}, commands=commands)
    world.stores["db"] = {"engine": engine, **(store or {})} if engine else {}
    kept = migration.transactional and transactional
    world.migrations["billing", "db"] = [replace(migration, tool=tool, transactional=kept)]
    runbook = world.plan().runbook
    assert runbook
    (found,) = [item for item in runbook.steps if item.migration is not None]
    return found


@pytest.mark.parametrize(
    ("sql", "store", "options"),
    [
        (ADD, {}, "-c lock_timeout=1s"),
        (ADD, {"lock_timeout": "1m30s"}, "-c lock_timeout=90s"),
        (ADD, {"lock_timeout": "250ms"}, "-c lock_timeout=250ms"),
        (ADD, {"lock_timeout": "none"}, None),
        (ADD, {"lock_timeout": "0s"}, None),  # to PostgreSQL this is no limit
        (f"SET lock_timeout = '3s'; {ADD}", {}, None),
        ("ALTER TABLE orders VALIDATE CONSTRAINT c", {}, None),
        ("UPDATE orders SET code = 1", {}, None),
        ("CREATE TABLE fresh (id int)", {}, None),
        (INDEX, {}, None),
        (f"{INDEX} {ADD}", {}, None),
    ],
)
def test_what_others_may_wait_behind_waits_for_its_lock_with_a_limit(
    world: World, sql: str, store: dict[str, object], options: str | None
) -> None:
    found = step(world, sql, store=store)
    assert found.environment == ({"PGOPTIONS": options} if options else {})
    assert "statement_timeout" not in str(found)
    told = "After a lock timeout: run it again in a quieter moment, up to 5 times."
    assert (told in (found.description or "")) is (options is not None)


@pytest.mark.parametrize("engine", ["sqlite", "mysql@8.4", None])
def test_only_postgres_has_the_variable(world: World, engine: str | None) -> None:
    assert step(world, ADD, engine=engine).environment == {}


@pytest.mark.parametrize(
    ("tool", "set_", "told"),
    [
        ("django", True, "It waits at most 1s for a lock (PGOPTIONS). "),
        (
            "alembic",
            True,
            "It waits at most 1s for a lock (PGOPTIONS; asyncpg or pg8000 would not read it). ",
        ),
        (
            "flyway",
            False,
            "Nothing here limits how long it waits for a lock: flyway reads no PGOPTIONS. Set it by ",
        ),
        (
            "ecto",
            False,
            "Nothing here limits how long it waits for a lock: ecto reads no PGOPTIONS. Set it by ",
        ),
    ],
)
def test_nothing_is_promised_of_drivers_that_do_not_read_it(
    world: World, tool: str, told: str, *, set_: bool
) -> None:
    found = step(world, ADD, tool=tool)
    assert found.description
    assert told in found.description
    assert bool(found.environment) is set_


@pytest.mark.parametrize(
    ("tool", "told"),
    [
        ("golang-migrate", "After a lock timeout: migrate force 1, then run it again in"),
        ("prisma", "After a lock timeout: prisma migrate resolve --rolled-back 2, then run it again in"),
        ("dbmate", "After a lock timeout: run it again in"),
    ],
)
def test_a_tool_that_remembers_the_failed_run_is_reset_first(world: World, tool: str, told: str) -> None:
    assert told in (step(world, ADD, tool=tool).description or "")


def test_the_plan_does_not_ask_for_a_limit_that_the_step_sets(world: World) -> None:
    step(world, ADD)
    assert "no-lock-timeout" not in {finding.rule for finding in world.plan().findings}
    world.stores["db"]["lock_timeout"] = "none"
    assert "no-lock-timeout" in {finding.rule for finding in world.plan().findings}


def test_a_person_is_told_what_to_set(world: World) -> None:
    found = step(world, ADD, commands={})
    assert found.confirm and found.environment == {}
    assert "Run it with PGOPTIONS='-c lock_timeout=1s'" in (found.description or "")


def test_outside_a_transaction_a_timeout_may_come_half_way(world: World) -> None:
    text = step(world, ADD, transactional=False).description or ""
    assert "after a failure see how far it came" in text
    assert "takes all of it back" not in text


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        (
            INDEX,
            "drop the index if it is left INVALID (DROP INDEX CONCURRENTLY IF EXISTS by_code), and run it again.",
        ),
        (
            'CREATE UNIQUE INDEX CONCURRENTLY "By;Code" ON sales.orders (code)',
            '(DROP INDEX CONCURRENTLY IF EXISTS sales."By;Code"), and run it again.',
        ),
        (
            "CREATE INDEX CONCURRENTLY ON orders (code)",
            "drop the index if it is left INVALID, and run it again.",
        ),
        ("DROP INDEX CONCURRENTLY by_code", "When it fails: run it again."),
        ("REINDEX INDEX CONCURRENTLY by_code", "whose name ends in _ccnew or _ccold, and run it again."),
        (
            "ALTER TABLE orders DETACH PARTITION orders_1 CONCURRENTLY",
            "ALTER TABLE orders DETACH PARTITION orders_1 FINALIZE, in place of a second run.",
        ),
    ],
)
def test_a_concurrent_operation_tells_what_its_failure_leaves(world: World, sql: str, told: str) -> None:
    text = step(world, sql, transactional=False).description or ""
    assert text.endswith(told)
    assert "without a lock timeout" in text


def test_mysql_commits_each_statement_so_they_are_listed_in_order(world: World) -> None:
    sql = "ALTER TABLE orders ADD COLUMN a int;\nALTER TABLE orders ADD COLUMN b int;"
    text = step(world, sql, engine="mysql@8.4").description or ""
    assert "SET SESSION lock_wait_timeout" in text
    assert text.endswith(
        "do the rest by hand:\n- add nullable column orders.a (line 2)\n- add nullable column orders.b (line 3)"
    )
    alone = step(world, "ALTER TABLE orders ADD COLUMN a int;", engine="mysql@8.4").description or ""
    assert "commits each statement" not in alone


def test_a_time_span_that_is_none_is_told_with_the_others(world: World) -> None:
    with pytest.raises(ProblemsError, match="lock_timeout"):
        step(world, ADD, store={"lock_timeout": "9999999d"})
