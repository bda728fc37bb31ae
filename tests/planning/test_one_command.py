"""Migrations that one command applies: a step for those of one moment, and no more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from runbook_tui.catalog.model import MigrationSource
from runbook_tui.migrations.changes import table_key
from runbook_tui.migrations.model import Operation, Phase, Reversal, SplitStep
from runbook_tui.migrations.pending import pending as pending_between
from runbook_tui.planning.planner import plan
from runbook_tui.runbook.model import Step

if TYPE_CHECKING:
    from tests.planning.conftest import World

ALL = {"migrate": "dbmate up", "migrated": "dbmate status"}


def migrating(world: World) -> list[Step]:
    """The steps that migrate, in the order shown."""
    runbook = world.plan().runbook
    assert runbook
    return [step for step in runbook.steps if step.migration is not None]


def pending(world: World, *phases: Phase, tool: str = "dbmate") -> None:
    """Migrations 1, 2, ... of a chain."""
    for number, phase in enumerate(phases, 1):
        world.migration("billing", str(number), phase, tool=tool)


def test_migrations_of_one_moment_are_one_step_with_one_command(world: World) -> None:
    world.service("billing", uses={"db": "owner"}, commands=ALL)
    pending(world, Phase.EXPAND, Phase.NONE, Phase.EXPAND)
    (step,) = migrating(world)
    assert (step.id, step.title, step.run) == (
        "expand-billing-1",
        "Apply 3 migrations to db",
        "dbmate up",
    )
    assert step.migration
    assert (step.migration.revision, step.migration.revisions) == ("3", ("1", "2", "3"))
    assert [text.split(":")[0] for text in step.migration.operations] == ["1", "3"]
    assert step.verify and step.verify.expect == "3"
    assert step.estimate == 180
    runbook = world.plan().runbook
    assert runbook and runbook.summary == "1 of 1 service moves, with 3 migrations (3 expand)."
    assert world.findings("cannot-stop") == []


def test_the_step_keeps_its_id_when_another_migration_joins_it(world: World) -> None:
    world.service("billing", uses={"db": "owner"}, commands=ALL)
    pending(world, Phase.EXPAND)
    (alone,) = migrating(world)
    world.migration("billing", "2", Phase.EXPAND, tool="dbmate")
    (together,) = migrating(world)
    assert alone.id == together.id


@pytest.mark.parametrize("tool", ["alembic", "rails", "dbmate"])
def test_a_command_that_is_told_no_revision_applies_everything_whatever_the_tool(
    world: World, tool: str
) -> None:
    world.service("billing", uses={"db": "owner"}, commands={"migrate": "make migrate"})
    pending(world, Phase.EXPAND, Phase.CONTRACT, tool=tool)
    (finding,) = world.findings("cannot-stop")
    assert finding.level == "error"
    told = "dbmate" if tool == "dbmate" else "the command for migrate, which is told no {{ revision }},"
    assert f"billing: {told} applies everything that is pending at once" in finding.text
    assert [step.id for step in migrating(world)] == ["expand-billing-1", "contract-billing-2"]


def test_a_command_that_is_told_the_revision_applies_one(world: World) -> None:
    world.service("billing", uses={"db": "owner"}, commands={"migrate": "up {{ revision | upper }}"})
    pending(world, Phase.EXPAND, Phase.EXPAND)
    assert [step.run for step in migrating(world)] == ["up 1", "up 2"]


def test_while_everything_is_stopped_there_is_one_moment(world: World) -> None:
    world.service("billing", uses={"db": "owner"}, commands=ALL).store("db", contract="offline")
    pending(world, Phase.EXPAND, Phase.BACKFILL, Phase.CONTRACT, Phase.EXPAND)
    (step,) = migrating(world)
    assert (step.id, step.phase.value) == ("contract-billing-3", "contract")
    assert world.findings("cannot-stop") == []
    runbook = world.plan().runbook
    assert runbook and "1, 2, 3 and 4 are applied to db" in (runbook.downtime or "")
    order = [item.id for item in runbook.steps]
    assert order.index("stop-billing") < order.index(step.id) < order.index("deploy-billing")


@pytest.mark.parametrize(
    ("down", "undo"),
    [
        ("down-to {{ previous }}", "down-to 0000"),
        ("undo {{ service }}", "- Undo 2: undo billing\n- Undo 1: undo billing"),
        (None, "- Undo 2 with dbmate.\n- Undo 1 with dbmate."),
    ],
)
def test_undoing_them_takes_one_command_only_where_it_is_told_how_far(
    world: World, down: str | None, undo: str
) -> None:
    world.service(
        "billing", uses={"db": "owner"}, commands={**ALL, **({"migrate_down": down} if down else {})}
    )
    pending(world, Phase.EXPAND, Phase.EXPAND)
    (step,) = migrating(world)
    assert step.rollback
    assert (step.rollback.run or step.rollback.confirm) == undo


def test_what_stays_or_cannot_be_undone_is_told_of_each(world: World) -> None:
    world.service("billing", uses={"db": "owner"}, commands=ALL)
    world.migration("billing", "1", Phase.EXPAND, tool="dbmate")
    world.migration("billing", "2", Phase.EXPAND, tool="dbmate", has_down=False)
    (step,) = migrating(world)
    assert step.rollback and step.rollback.confirm
    assert step.rollback.confirm.splitlines() == [
        "- Leave 2 in place: billing 1.0 runs with it, and nothing undoes it.",
        "- Undo 1 with dbmate.",
    ]
    world.migration("billing", "3", Phase.EXPAND, tool="dbmate", reversal=Reversal.NO)
    (step,) = migrating(world)
    assert step.rollback is None and not step.reversible


def test_what_a_person_has_to_say_first_stands_alone(world: World) -> None:
    world.service("billing", uses={"db": "owner"}, commands=ALL)
    pending(world, Phase.BACKFILL, Phase.ASK, Phase.BACKFILL)
    assert len(migrating(world)) == 3
    world.answer("migrations", "billing/2", phase="backfill", reversible=True)
    assert len(migrating(world)) == 1


def test_what_has_no_safe_moment_is_told_as_steps_over_two_releases(world: World) -> None:
    world.service("billing", uses={"db": "owner"})
    pending(world, Phase.EXPAND, Phase.BREAKING, tool="alembic")
    steps = (
        SplitStep(1, Phase.EXPAND, "Add b beside a", "ALTER TABLE t ADD b int;"),
        SplitStep(2, Phase.CONTRACT, "Drop a", lines=(3, 4)),
    )
    first, breaking = world.migrations["billing", "db"]
    world.migrations["billing", "db"] = [first, replace(breaking, split=steps)]
    found = world.plan()
    assert found.runbook is None
    (cycle,) = found.cycles
    assert cycle.instead == (
        "billing/2:",
        "release 1, expand: Add b beside a: ALTER TABLE t ADD b int;",
        "release 2, contract: Drop a (line 3, 4)",
    )
    assert cycle.remedy.startswith(
        "split billing/2 over two releases; or set datastores.db.contract: offline"
    )
    (step,) = [item for item in found.steps if item.id == "migrate-billing-2"]
    told = (
        "No moment is safe for it while old and new code run. Over two releases:\n- release 1, expand: Add b"
    )
    assert told in (step.description or "")
    world.store("db", contract="offline")
    runbook = world.plan().runbook
    assert runbook and "No moment is safe" not in (runbook.step("migrate-billing-2").description or "")


@pytest.mark.parametrize(
    ("phase", "seconds", "estimate"),
    [
        (Phase.EXPAND, (None,), 60),
        (Phase.EXPAND, (3.0,), 60),
        (Phase.EXPAND, (150.2, None, 100.0), 251),
        (Phase.BACKFILL, (None,), 900),
        (Phase.BACKFILL, (90.5,), 91),
        (Phase.BACKFILL, (90.5, None), 900),
        (Phase.BACKFILL, (5000.0, None), 5000),
    ],
)
def test_a_step_takes_as_long_as_the_counted_rows_say(
    world: World, phase: Phase, seconds: tuple[float | None, ...], estimate: float
) -> None:
    operations = [Operation("x", phase, 1, "does it", seconds=taken) for taken in seconds]
    world.service("billing", uses={"db": "owner"}).migration("billing", "1", phase, operations=operations)
    assert world.step(f"{phase.value}-billing-1").estimate == estimate


def test_the_step_lists_what_it_changes_and_nothing_else(world: World) -> None:
    kinds = ("query", "add-index", "setting")
    operations = [Operation(kind, Phase.EXPAND, 1, f"{kind} it", lock="none") for kind in kinds]
    world.service("billing", uses={"db": "owner"})
    world.migration("billing", "1", Phase.EXPAND, operations=operations)
    note = world.step("expand-billing-1").migration
    assert note and note.operations == ("add-index it (line 1; locks: none)",)


def test_nothing_is_promised_of_the_failure_of_code_that_nobody_can_read(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).store("db", engine="postgres@15")
    world.migration("billing", "1", Phase.ASK).migration("billing", "2", Phase.EXPAND)
    text = world.step("backfill-billing-1").description or ""
    assert "What a failure leaves, only a person can tell" in text
    assert "one transaction" not in text
    world.answer("migrations", "billing/1", phase="expand", reversible=True)
    assert "only a person can tell" in (world.step("expand-billing-1").description or "")
    assert "a failure takes all of it back" in (world.step("expand-billing-2").description or "")


def test_the_first_migration_of_an_app_is_undone_to_nothing_of_that_app(world: World) -> None:
    world.service("shop", uses={"db": "owner"}).not_linear("shop")
    world.migration("shop", "cart.0001_initial", Phase.EXPAND, parents=["auth.0009_x"], tool="django")
    rollback = plan(world.release()).runbook
    assert rollback
    back = rollback.step("expand-shop-cart.0001_initial").rollback
    assert back and back.run == "migrate db down to cart.zero"


def test_counted_rows_reach_the_operations_as_seconds() -> None:
    source = MigrationSource(path="db", datastore="db", tool="goose")
    base = {"db/1_a.sql": b"-- +goose Up\nCREATE TABLE orders (id bigint, code int);\n"}
    new = {"db/2_b.sql": b"-- +goose Up\nUPDATE orders SET code = 1;\n"}
    known: Any = {"service": "billing", "source": source, "engine": "postgres@15"}
    rows = {table_key("orders"): 3_000_000}
    (counted,) = pending_between(base, base | new, **known, rows=rows).pending
    assert [(one.seconds, one.estimate) for one in counted.operations] == [
        (63.0, "about 63 s for 3,000,000 rows")
    ]
    (unknown,) = pending_between(base, base | new, **known).pending
    assert [one.seconds for one in unknown.operations] == [None]
