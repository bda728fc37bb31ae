"""Rules that place migrations: each alone, seen from the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runbook_tui.migrations.model import Operation, Phase, Reversal
from runbook_tui.repositories.model import Hit

if TYPE_CHECKING:
    from tests.planning.conftest import World


def test_an_expand_migration_precedes_every_user_in_the_release(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).service("reports", uses={"db": "read"})
    world.service("audit", moves=False, uses={"db": "write"}).service("web")
    world.migration("billing", "0042", Phase.EXPAND, column="currency")
    assert world.constraints("expand-before-deploy") == {
        ("expand-billing-0042", "deploy-billing"): "billing 2.0 expects orders.currency, which 0042 adds",
        ("expand-billing-0042", "deploy-reports"): (
            "reports 2.0 shares db and may use orders.currency, which 0042 adds"
        ),
    }


def test_the_reason_names_the_line_of_the_operation(world: World) -> None:
    world.service("billing", uses={"db": "owner"})
    operations = [
        Operation("comment", Phase.NONE, 4, "comment on orders"),
        Operation("create-index", Phase.EXPAND, 7, "create index ix on orders", "orders", "ix"),
    ]
    world.migration("billing", "0042", Phase.EXPAND, operations=operations)
    (found,) = [item for item in world.plan().constraints if item.rule == "expand-before-deploy"]
    assert found.source == "migrations/0042.py:7"
    assert found.because == "billing 2.0 expects what 0042 does (create index ix on orders)"


def test_the_reason_names_what_code_uses_rather_than_what_comes_first(world: World) -> None:
    operations = [
        Operation("drop-index", Phase.CONTRACT, 2, "drop index ix", None, "ix"),
        Operation("drop-column", Phase.CONTRACT, 3, "drop column users.name", "users", "name", Reversal.NO),
    ]
    world.service("users", uses={"db": "owner"}).migration(
        "users", "6", Phase.CONTRACT, operations=operations
    )
    (found,) = [item for item in world.plan().constraints if item.rule == "contract-last"]
    assert found.because.startswith("users 1.0 may still use users.name, which 6 drops")
    assert found.source == "migrations/6.py:3"


def test_whoever_migrates_a_data_store_uses_it(world: World) -> None:
    world.service("billing").migration("billing", "1", Phase.EXPAND)
    assert ("expand-billing-1", "deploy-billing") in world.constraints("expand-before-deploy")


def test_a_backfill_follows_the_writers_and_not_the_readers(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).service("orders", uses={"db": "write"})
    world.service("reports", uses={"db": "read"})
    world.migration("billing", "0043", Phase.BACKFILL)
    assert set(world.constraints("backfill-position")) == {
        ("deploy-billing", "backfill-billing-0043"),
        ("deploy-orders", "backfill-billing-0043"),
    }


def test_a_backfill_precedes_every_user_where_triggers_keep_both_forms_in_step(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).service("reports", uses={"db": "read"})
    world.store("db", backfill="before-deploy").migration("billing", "0043", Phase.BACKFILL)
    assert set(world.constraints("backfill-position")) == {
        ("backfill-billing-0043", "deploy-billing"),
        ("backfill-billing-0043", "deploy-reports"),
    }


def test_a_writer_outside_the_release_is_a_warning_for_a_backfill(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).service("orders", moves=False, uses={"db": "write"})
    world.migration("billing", "0043", Phase.BACKFILL)
    (finding,) = world.findings("writer-not-in-release")
    assert finding.level == "warning"
    assert "db is also written by orders 1.0" in finding.text
    assert not world.store("db", backfill="before-deploy").findings("writer-not-in-release")


def test_a_contract_migration_follows_every_user_in_the_release(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).service("reports", uses={"db": "read"})
    world.migration("billing", "0044", Phase.CONTRACT, column="amount")
    assert world.constraints("contract-last") == {
        ("deploy-billing", "contract-billing-0044"): (
            "billing 1.0 may still use orders.amount, which 0044 drops; 2.0 is deployed and verified first"
        ),
        ("deploy-reports", "contract-billing-0044"): (
            "reports 1.0 may still use orders.amount, which 0044 drops; 2.0 is deployed and verified first"
        ),
    }
    assert world.plan().downtime is None


def test_an_offline_contract_migration_runs_with_every_user_stopped(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).service("audit", moves=False, uses={"db": "read"})
    world.store("db", contract="offline").migration("billing", "0044", Phase.CONTRACT)
    assert {
        (first, second) for first, second in world.constraints("contract-last") if "gate" not in first
    } == {
        ("stop-billing", "contract-billing-0044"),
        ("stop-audit", "contract-billing-0044"),
        ("contract-billing-0044", "deploy-billing"),
        ("contract-billing-0044", "start-audit"),
    }
    plan = world.plan()
    assert plan.downtime
    assert "audit, billing" in plan.downtime
    assert "contract: offline for db" in plan.downtime
    steps = {step.id: step for step in plan.steps}
    assert steps["stop-audit"].run == "stop audit"
    assert steps["start-audit"].run == "deploy audit 1.0"


def test_a_backfill_that_the_chain_puts_before_an_offline_contract_runs_while_stopped(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).store("db", contract="offline")
    world.migration("billing", "1", Phase.EXPAND).migration("billing", "2", Phase.BACKFILL)
    world.migration("billing", "3", Phase.CONTRACT).migration("billing", "4", Phase.BACKFILL)
    plan = world.plan()
    assert not plan.cycles
    assert set(world.constraints("backfill-position")) == {
        ("stop-billing", "backfill-billing-2"),
        ("deploy-billing", "backfill-billing-4"),
    }


def test_a_breaking_migration_contradicts_itself_online_and_not_offline(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).migration("billing", "7", Phase.BREAKING)
    (cycle,) = world.plan().cycles
    assert {(item.before, item.after) for item in cycle.constraints} == {
        ("migrate-billing-7", "deploy-billing"),
        ("deploy-billing", "migrate-billing-7"),
    }
    world.store("db", contract="offline")
    assert not world.plan().cycles


def test_mixed_phases_are_told_with_the_line_of_each(world: World) -> None:
    operations = [
        Operation(
            "add-column-nullable", Phase.EXPAND, 12, "add nullable column a.b", "a", "b", Reversal.LOSS
        ),
        Operation("drop-column", Phase.CONTRACT, 20, "drop column a.c", "a", "c", Reversal.NO),
    ]
    world.service("billing", uses={"db": "owner"})
    world.migration("billing", "7", Phase.BREAKING, operations=operations)
    (cycle,) = world.plan().cycles
    told = {item.rule: (item.because, item.source) for item in cycle.constraints}
    assert told["expand-before-deploy"] == (
        "billing 2.0 expects a.b, which 7 adds",
        "migrations/7.py:12",
    )
    assert told["contract-last"][1] == "migrations/7.py:20"


def test_a_chain_is_kept_one_revision_a_step(world: World) -> None:
    world.service("billing", uses={"db": "owner"})
    for revision in ("1", "2", "3"):
        world.migration("billing", revision, Phase.EXPAND, parents=[], tool="golang-migrate")
    assert set(world.constraints("migration-history")) == {
        ("expand-billing-1", "expand-billing-2"),
        ("expand-billing-2", "expand-billing-3"),
    }


def test_where_the_tool_has_no_chain_only_parents_come_first(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).not_linear("billing")
    world.migration("billing", "a", Phase.EXPAND).migration("billing", "b", Phase.EXPAND, parents=["0000"])
    world.migration("billing", "c", Phase.EXPAND, parents=["a", "b"])
    assert set(world.constraints("migration-history")) == {
        ("expand-billing-a", "expand-billing-c"),
        ("expand-billing-b", "expand-billing-c"),
    }
    assert world.constraints("one-writer") == {
        ("expand-billing-a", "expand-billing-b"): (
            "both change db, and only one migration of a data store runs at a time"
        )
    }


def test_two_services_never_migrate_one_data_store_at_the_same_time(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).service("orders", uses={"db": "write"})
    world.migration("billing", "1", Phase.EXPAND).migration("orders", "1", Phase.EXPAND)
    world.service("other", uses={"own": "owner"}).migration("other", "1", Phase.EXPAND, store="own")
    assert set(world.constraints("one-writer")) == {("expand-billing-1", "expand-orders-1")}


def test_a_migration_without_effect_orders_nothing_but_its_chain(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).migration("billing", "1", Phase.CONTRACT)
    world.migration("billing", "2", Phase.NONE, operations=[])
    plan = world.plan()
    assert [step.id for step in plan.steps if step.migration] == ["contract-billing-1", "migrate-billing-2"]
    assert {(item.before, item.rule) for item in plan.constraints if item.after == "migrate-billing-2"} == {
        ("contract-billing-1", "migration-history")
    }


def test_a_person_decides_about_a_user_outside_the_release(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).service("audit", moves=False, uses={"db": "read"})
    world.migration("billing", "0044", Phase.CONTRACT, column="amount")
    world.searched("billing/0044", "audit", names=["amount"])
    assert ("gate-billing-0044", "contract-billing-0044") in world.constraints("contract-last")
    gate = world.step("gate-billing-0044")
    assert gate.approve
    assert "audit 1.0: searched at commit ffffffffffff for amount, nothing found." in gate.approve
    assert not world.findings("still-used")


def test_a_name_that_is_still_used_is_an_error_with_its_places(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).service("audit", moves=False, uses={"db": "read"})
    world.migration("billing", "0044", Phase.CONTRACT, column="amount")
    hits = (Hit("src/b.py", 3, "  row.amount"), Hit("src/a.py", 9, "amount = 1"))
    world.searched("billing/0044", "audit", *hits, names=["amount"])
    (finding,) = world.findings("still-used")
    assert (finding.level, finding.source, finding.step) == ("error", "src/a.py:9", "contract-billing-0044")
    gate = world.step("gate-billing-0044")
    assert gate.approve
    assert gate.approve.startswith("Do not approve: what 0044 drops is still used by audit.")
    assert gate.approve.index("- src/a.py:9: ") < gate.approve.index("- src/b.py:3: ")


def test_a_person_decides_about_a_breaking_migration_that_is_placed_without_expand_before_deploy(
    world: World,
) -> None:
    world.service("billing", uses={"db": "owner"}).service("audit", moves=False, uses={"db": "write"})
    world.migration("billing", "0044", Phase.BREAKING, column="amount").off("expand-before-deploy")
    assert ("gate-billing-0044", "migrate-billing-0044") in world.constraints("contract-last")


def test_several_users_outside_the_release_are_told_in_one_sentence(world: World) -> None:
    world.service("billing", uses={"db": "owner"})
    for name in ("audit", "shipping"):
        world.service(name, moves=False, uses={"db": "write"})
    world.migration("billing", "0044", Phase.CONTRACT, column="amount")
    found = world.constraints("contract-last")
    assert found["gate-billing-0044", "contract-billing-0044"] == (
        "db is also used by audit and shipping, outside of this release"
    )
    assert world.step("gate-billing-0044").title == "Decide whether 0044 is safe for audit and shipping"


def test_stopping_and_starting_around_an_offline_contract_tell_why(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).store("db", contract="offline")
    world.migration("billing", "0044", Phase.CONTRACT, column="amount")
    found = world.constraints("contract-last")
    assert found["stop-billing", "contract-billing-0044"] == (
        "billing 1.0 may still use orders.amount, which 0044 drops; it is stopped first (db has contract: offline)"
    )
    assert found["contract-billing-0044", "deploy-billing"] == (
        "billing 2.0 is started only when 0044 is applied to db"
    )


def test_who_only_reads_is_not_asked_about_a_rule_for_new_rows(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).service("audit", moves=False, uses={"db": "read"})
    world.service("shipping", moves=False, uses={"db": "write"})
    operations = [
        Operation("set-not-null", Phase.CONTRACT, 3, "forbid NULL in orders.currency", "orders", "currency")
    ]
    world.migration(
        "billing", "0045", Phase.CONTRACT, operations=operations, dropped=[], reversal=Reversal.YES
    )
    gate = world.step("gate-billing-0045")
    assert gate.approve
    assert "shipping 1.0: nothing to search for" in gate.approve
    assert "audit" not in gate.approve


def test_a_user_that_was_never_searched_is_said_to_be_so(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).service("audit", moves=False, uses={"db": "read"})
    world.migration("billing", "0044", Phase.CONTRACT, column="amount")
    assert "was not searched for amount" in (world.step("gate-billing-0044").approve or "")
