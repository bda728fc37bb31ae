"""Steps: what is done, how it is seen to have worked, how it is undone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from runbook_tui.files.problems import ProblemsError
from runbook_tui.migrations.model import Finding, Level, Operation, Phase, Reversal
from runbook_tui.planning.planner import PlanOptions, plan
from runbook_tui.runbook.model import Risk, Window

if TYPE_CHECKING:
    from tests.planning.conftest import World


def test_a_migration_is_applied_verified_and_undone_by_the_commands_of_its_service(world: World) -> None:
    world.service("billing", uses={"db": "owner"}, path="svc", estimate="4m")
    world.migration("billing", "0041", Phase.EXPAND).migration("billing", "0042", Phase.EXPAND)
    step = world.step("expand-billing-0042")
    assert step.run == "migrate db to 0042"
    assert step.verify
    assert (step.verify.run, step.verify.expect) == ("migrated db", "0042")
    assert step.rollback
    assert step.rollback.run == "migrate db down to 0041"
    assert step.rollback.verify
    assert step.rollback.verify.expect == "0041"
    assert (step.service, step.owner, step.pager) == ("billing", "team-billing", "pager:billing")
    assert step.directory == "../billing/svc"
    assert step.migration
    assert step.migration.operations == ("add nullable column orders.c0042 (line 10)",)


def test_a_deploy_is_verified_at_its_version_and_rolled_back_to_the_one_before(world: World) -> None:
    step = world.service("billing", estimate="4m", tier=1).step("deploy-billing")
    assert step.run == "deploy billing 2.0"
    assert step.verify
    assert (step.verify.run, step.verify.expect) == ("version-of billing", "2.0")
    assert step.rollback
    assert step.rollback.run
    assert step.rollback.run.startswith("deploy billing 0000")
    assert step.rollback.verify
    assert step.rollback.verify.expect == "1.0"
    assert step.estimate == 240.0
    assert step.risk is Risk.HIGH


def test_folders_are_relative_to_the_runbook_file(world: World) -> None:
    world.service("billing").service("fixed", repository="/srv/fixed")
    steps = {step.id: step for step in world.plan(runbook_path="runbooks/2026/shop.yaml").steps}
    assert steps["deploy-billing"].directory == "../../billing"
    assert steps["deploy-fixed"].directory == "/srv/fixed"
    runbook = world.plan(runbook_path="runbooks/2026/shop.yaml").runbook
    assert runbook
    assert runbook.manifest == "../../release/services.yaml"
    assert runbook.release["billing"].repository == "../../billing"


def test_no_folder_of_one_machine_gets_into_the_runbook(world: World) -> None:
    world.service("billing", commands={}).service("users", depends_on=["billing"])
    release = replace(world.release(), manifest_path="/home/ann/release/services.yaml")
    runbook = plan(release, runbook_path="/home/ann/release/release.yaml").runbook
    assert runbook
    assert any(remark.source == "services.yaml" for remark in runbook.remarks)
    assert "/home/ann" not in runbook.model_dump_json()


def test_without_commands_a_person_does_it_and_a_finding_says_so(world: World) -> None:
    world.service("billing", uses={"db": "owner"}, commands={}).migration("billing", "0042", Phase.EXPAND)
    migrate, deploy = world.step("expand-billing-0042"), world.step("deploy-billing")
    assert migrate.confirm == "Bring db to revision 0042 with alembic (migrations/0042.py)."
    assert migrate.rollback
    assert migrate.rollback.confirm == "Bring db back to revision 0000 with alembic."
    assert migrate.verify is None
    assert deploy.confirm
    assert deploy.confirm.startswith("Deploy billing 2.0, commit ")
    assert deploy.verify
    assert deploy.verify.confirm == "Is billing healthy, and does it say that it is version 2.0?"
    assert deploy.rollback
    assert deploy.rollback.confirm
    (missing,) = world.findings("command-missing")
    assert "deploy, rollback, migrate, migrate_down and migrated" in missing.text
    assert [finding.level for finding in world.findings("verify-after-deploy")] == ["warning"]


@pytest.mark.parametrize("phase", [Phase.EXPAND, Phase.BACKFILL])
def test_what_hurts_nobody_and_has_no_way_down_is_left_in_place(world: World, phase: Phase) -> None:
    world.service("billing", uses={"db": "owner"}).migration("billing", "1", phase, has_down=False)
    step = world.step(f"{phase.value}-billing-1")
    assert step.reversible
    assert step.rollback
    assert step.rollback.confirm == "Leave 1 in place: billing 1.0 runs with it, and nothing undoes it."


@pytest.mark.parametrize(
    ("phase", "reversal", "has_down", "why"),
    [
        (Phase.CONTRACT, Reversal.NO, True, "drop column orders.c1 (line 10) cannot be undone"),
        (Phase.CONTRACT, Reversal.YES, False, "migrations/1.py does not say how to undo it"),
        (Phase.BACKFILL, Reversal.UNKNOWN, False, "cannot be undone for certain"),
        (Phase.BACKFILL, Reversal.UNKNOWN, True, None),
        (Phase.CONTRACT, Reversal.LOSS, True, None),
    ],
)
def test_what_cannot_be_undone_says_why(
    world: World, phase: Phase, reversal: Reversal, has_down: bool, why: str | None
) -> None:
    operations = [Operation("drop-column", phase, 10, "drop column orders.c1", "orders", "c1", reversal)]
    world.service("billing", uses={"db": "owner"})
    world.migration("billing", "1", phase, operations=operations, reversal=reversal, has_down=has_down)
    step = world.step(f"{phase.value}-billing-1")
    assert step.reversible == (why is None)
    assert (step.rollback is None) == (why is not None)
    if why:
        assert why in (step.irreversible_because or "")


def test_a_change_for_good_without_a_backup_is_a_warning(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).migration("billing", "1", Phase.CONTRACT)
    assert [finding.text for finding in world.findings("no-backup")] == [
        "db is changed for good, and no backup is taken before"
    ]
    assert not world.store("db", backup="dump db").findings("no-backup")


def test_the_first_revision_of_all_is_undone_to_what_the_tool_calls_nothing(world: World) -> None:
    world.service("billing", uses={"db": "owner"})
    world.migration("billing", "1", Phase.EXPAND, parents=[]).applied["billing", "db"] = None
    rollback = world.step("expand-billing-1").rollback
    assert rollback
    assert rollback.run == "migrate db down to base"
    assert rollback.verify is None


def test_a_migration_in_another_app_is_not_what_undoing_leads_back_to(world: World) -> None:
    world.service("shop", uses={"db": "owner"}).not_linear("shop")
    parents = ["auth.0009_x", "shop.0001_initial"]
    world.migration("shop", "shop.0002_y", Phase.EXPAND, parents=parents, tool="django")
    rollback = world.step("expand-shop-shop.0002_y").rollback
    assert rollback
    assert rollback.run == "migrate db down to shop.0001_initial"


def test_hazards_make_the_risk_and_are_told(world: World) -> None:
    finding = Finding("blocks-writes", Level.WARNING, "migrations/1.py", 10, "writes wait for the index")
    world.service("billing", uses={"db": "owner"}).migration("billing", "1", Phase.EXPAND, findings=[finding])
    step = world.step("expand-billing-1")
    assert step.risk is Risk.MEDIUM
    assert step.migration
    assert step.migration.hazards == ("writes wait for the index (line 10)",)
    (told,) = world.findings("blocks-writes")
    assert (told.source, told.step) == ("migrations/1.py:10", "expand-billing-1")


def test_values_are_quoted_for_the_shell_and_only_there(world: World) -> None:
    world.service(
        "billing",
        commands={
            "deploy": "deploy --note {{ variables.note }}",
            "verify": {"http": "http://localhost:{{ variables.port }}/v", "expect": "v={{ version }} ok?"},
        },
    ).manifest["variables"] = {"note": "it's $HOME", "port": "8080"}
    step = world.step("deploy-billing")
    assert step.run == "deploy --note 'it'\"'\"'s $HOME'"
    assert step.verify
    assert step.verify.http
    assert step.verify.http.url == "http://localhost:8080/v"
    assert step.verify.expect == "v=2.0 ok?"
    runbook = world.plan().runbook
    assert runbook
    assert runbook.variables == {"note": "it's $HOME", "port": "8080"}


def test_what_is_put_in_without_quoting_is_named_at_the_step(world: World) -> None:
    world.manifest["variables"] = {"flags": "--fast --loud"}
    commands = {
        "deploy": "deploy {{ variables.flags | raw }} {{ version }}",
        "verify": "version",
        "rollback": "deploy {{ base | raw }}",
    }
    world.service("billing", commands=commands).service("search")
    plan = world.plan()
    step = next(step for step in plan.steps if step.id == "deploy-billing")
    assert step.run == "deploy --fast --loud 2.0"
    assert step.unquoted == ("variables.flags", "base")
    assert [step.id for step in plan.steps if step.unquoted] == ["deploy-billing"]


def test_everything_wrong_with_the_commands_is_told_at_once(world: World) -> None:
    world.service(
        "billing",
        estimate="500d",
        commands={
            "deploy": "deploy {{ versoin }}",
            "rollback": "deploy {{ base",
            "verify": {"http": "{{ service }}:80", "timeout": "401d"},
            "preflight": "{{ 1 / 0 }}",
        },
    )
    with pytest.raises(ProblemsError) as caught:
        world.plan()
    told = "\n".join(str(problem) for problem in caught.value.problems)
    for where in ("deploy", "rollback", "verify.http", "verify.timeout", "preflight"):
        assert f"services.billing.commands.{where}: " in told
    assert "services.billing.estimate: '500d'" in told
    assert all(str(problem).startswith("release/services.yaml: ") for problem in caught.value.problems)


def test_text_from_files_and_commits_cannot_do_harm(world: World) -> None:
    evil = "a\x1b[31m\nb\u202e"
    operation = Operation("drop-column", Phase.CONTRACT, 1, f"drop {evil}", evil, evil, Reversal.NO)
    world.service("billing", uses={"db": "owner"}, commands={}).service(
        "audit", moves=False, uses={"db": "write"}
    )
    world.migration("billing", evil, Phase.CONTRACT, operations=[operation], dropped=[evil])
    world.migration("billing", "2" + evil, Phase.ASK)
    plan = world.plan()
    shown = [plan.findings, plan.questions, plan.constraints, [step.model_dump() for step in plan.steps]]
    assert "\x1b" not in repr(shown).encode().decode("unicode_escape", "ignore")
    assert plan.runbook


def test_a_revision_with_control_characters_never_reaches_a_shell(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).migration("billing", "1\n; id", Phase.EXPAND)
    with pytest.raises(ProblemsError, match="control characters"):
        world.plan()


def test_the_runbook_has_what_the_options_and_the_release_say(world: World) -> None:
    window = Window(start="2026-11-24T09:30+01:00", end="2026-11-24T12:00+01:00")
    options = PlanOptions(title="Week 47", environment="staging", window=window)
    world.service("billing").service("web", moves=False)
    runbook = world.plan(options).runbook
    assert runbook
    assert (runbook.title, runbook.environment, runbook.window) == ("Week 47", "staging", window)
    assert set(runbook.release) == {"billing"}
    billing = runbook.release["billing"]
    assert (billing.version, billing.base_version, billing.commits) == ("2.0", "1.0", 1)
    assert billing.changes == ("Change 1 of billing",)
    assert runbook.summary == "1 of 2 services moves."
    assert [remark.text for remark in runbook.remarks if remark.rule == "unchanged"] == [
        "not in this release: web 1.0"
    ]


def test_when_nothing_moves_there_is_nothing_to_do(world: World) -> None:
    plan = world.service("billing", moves=False).plan()
    assert plan.steps == ()
    assert plan.runbook is not None
    assert [finding.rule for finding in plan.findings if finding.level == "warning"] == ["nothing-moves"]


def test_every_id_is_its_own(world: World) -> None:
    world.service("billing", uses={"billing": "owner"}).service("Billing").service("go")
    world.service("a-b", uses={"d": "owner"}).service("a", uses={"d": "owner"})
    world.store("billing", check="ping")
    world.migration("a-b", "1", Phase.EXPAND, store="d").migration("a", "b-1", Phase.EXPAND, store="d")
    world.migration("billing", "x" * 200, Phase.EXPAND, store="billing")
    plan = world.plan()
    ids = [step.id for step in plan.steps]
    assert len(set(ids)) == len(ids)
    assert "preflight-datastore-billing" in ids
    assert sum(step.kind == "migrate" for step in plan.steps) == 3
    assert sum(step.kind == "deploy" for step in plan.steps) == 5


def test_ids_do_not_depend_on_what_else_is_released(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).migration("billing", "0042", Phase.EXPAND)
    alone = {step.id for step in world.plan().steps}
    world.service("web").migration("billing", "0043", Phase.CONTRACT)
    assert alone <= {step.id for step in world.plan().steps}


def test_a_derived_runbook_lacks_nothing_that_a_check_asks_for(world: World) -> None:
    from runbook_tui.runbook.document import RunbookDocument
    from runbook_tui.runbook.lint import lint

    world.service("billing", uses={"db": "owner"}).service("web", depends_on=["billing"])
    world.service("audit", moves=False, uses={"db": "read"})
    world.store("db", check="ping db", backup="dump db")
    world.migration("billing", "1", Phase.EXPAND).migration("billing", "2", Phase.BACKFILL)
    world.migration("billing", "3", Phase.CONTRACT).searched("billing/3", "audit")
    world.manifest |= {"approvers": ["maria"], "announce": {"channel": "#releases"}}
    runbook = world.plan().runbook
    assert runbook
    document = RunbookDocument.create(runbook)
    assert [finding.rule for finding in lint(document)] == ["unchanged"]
    assert RunbookDocument.parse(document.text, "runbook").runbook == runbook
