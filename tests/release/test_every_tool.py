"""One release of services with a migration tool each, from real repositories to the plan that people read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest

from runbook_tui.cli.main import main

if TYPE_CHECKING:
    from tests.release.conftest import System

Files = Mapping[str, str]
EXPAND = "ALTER TABLE orders ADD COLUMN note text;\n"
CONTRACT = "DROP TABLE legacy;\n"
BASE = "CREATE TABLE orders (id int);\nCREATE TABLE legacy (id int);\n"


@dataclass(frozen=True)
class Case:
    """A repository at two tags: the release adds a column and drops a table."""

    path: str
    base: Files
    release: Files
    expand: tuple[str, str]
    """The step's id, and a part of its command."""
    contract: tuple[str, str] | None = None


def _rails(name: str, body: str) -> str:
    return f"class {name} < ActiveRecord::Migration[7.1]\n  def change\n    {body}\n  end\nend\n"


def _ecto(name: str, body: str) -> str:
    head = f"defmodule Shop.Repo.Migrations.{name} do\n  use Ecto.Migration\n\n"
    return f"{head}  def change do\n    {body}\n  end\nend\n"


def _knex(body: str) -> str:
    return f"exports.up = (knex) => knex.schema.{body};\nexports.down = (knex) => knex.raw('SELECT 1');\n"


def _goose(sql: str) -> str:
    return f"-- +goose Up\n{sql}-- +goose Down\nSELECT 1;\n"


def _liquibase(*sets: str) -> str:
    return f"<databaseChangeLog>{''.join(sets)}</databaseChangeLog>\n"


def _set(name: str, body: str) -> str:
    return f'<changeSet id="{name}" author="ann lee">{body}</changeSet>'


_FIRST = _set(
    "1",
    '<createTable tableName="orders"><column name="id" type="int"/></createTable>'
    '<createTable tableName="legacy"><column name="id" type="int"/></createTable>',
)
_PLAN = "%syntax-version=1.0.0\n%project=shop\n\n"
_AT = "2026-01-0{}T00:00:00Z Ann <ann@example.test> # {}\n"


def _sqitch(name: str, sql: str) -> Files:
    return {f"db/{folder}/{name}.sql": f"BEGIN;\n{sql}COMMIT;\n" for folder in ("deploy", "revert")}


CASES = {
    "rails": Case(
        "db/migrate",
        {
            "db/migrate/20260101000000_init.rb": _rails(
                "Init", "create_table(:orders)\n    create_table(:legacy)"
            )
        },
        {
            "db/migrate/20260201000000_add_note.rb": _rails("AddNote", "add_column :orders, :note, :string"),
            "db/migrate/20260202000000_drop_legacy.rb": _rails("DropLegacy", "drop_table :legacy"),
        },
        ("expand-rails-20260201000000", "db:migrate:up VERSION=20260201000000"),
        ("contract-rails-20260202000000", "db:migrate:up VERSION=20260202000000"),
    ),
    "flyway": Case(
        "sql",
        {"sql/V1__init.sql": BASE},
        {"sql/V2__note.sql": EXPAND, "sql/V2.1__legacy.sql": CONTRACT},
        ("expand-flyway-2", "-target=2 migrate"),
        ("contract-flyway-2.1", "-target=2.1 migrate"),
    ),
    "liquibase": Case(
        "db",
        {"db/changelog.xml": _liquibase(_FIRST)},
        {
            "db/changelog.xml": _liquibase(
                _FIRST,
                _set("a b", '<addColumn tableName="orders"><column name="note" type="text"/></addColumn>'),
                _set("a/b", '<dropTable tableName="legacy"/>'),
            )
        },
        ("expand-liquibase-db-changelog.xml-a-b-ann-lee", "--count=1"),
        ("contract-liquibase-db-changelog.xml-a-b-ann-lee", "--count=1"),
    ),
    "prisma": Case(
        "prisma/migrations",
        {
            "prisma/schema.prisma": 'datasource db {\n  provider = "postgresql"\n}\n',
            "prisma/migrations/migration_lock.toml": 'provider = "postgresql"\n',
            "prisma/migrations/20260101000000_init/migration.sql": BASE,
        },
        {
            "prisma/migrations/20260201000000_note/migration.sql": EXPAND,
            "prisma/migrations/20260202000000_price/migration.sql": "ALTER TABLE orders ADD COLUMN price int;\n",
        },
        ("expand-prisma-20260201000000_note", "migrate deploy"),
    ),
    "knex": Case(
        "migrations",
        {
            "package.json": '{"dependencies": {"knex": "3.1.0", "pg": "8.11.0"}}\n',
            "migrations/20260101_init.js": _knex(
                "createTable('orders', (t) => t.increments()).createTable('legacy', (t) => t.increments())"
            ),
        },
        {
            "migrations/20260201_note.js": _knex("alterTable('orders', (t) => { t.text('note'); })"),
            "migrations/20260202_legacy.js": _knex("dropTable('legacy')"),
        },
        ("expand-knex-20260201_note.js", "migrate:up 20260201_note.js"),
        ("contract-knex-20260202_legacy.js", "migrate:up 20260202_legacy.js"),
    ),
    "ecto": Case(
        "priv/repo/migrations",
        {
            "priv/repo/migrations/20260101000000_init.exs": _ecto(
                "Init",
                "create table(:orders) do\n    end\n\n    create table(:legacy) do\n    end",
            )
        },
        {
            "priv/repo/migrations/20260201000000_note.exs": _ecto(
                "Note", "alter table(:orders) do\n      add :note, :text\n    end"
            ),
            "priv/repo/migrations/20260202000000_legacy.exs": _ecto("Legacy", "drop table(:legacy)"),
        },
        ("expand-ecto-20260201000000", "ecto.migrate --to 20260201000000"),
        ("contract-ecto-20260202000000", "ecto.migrate --to 20260202000000"),
    ),
    "goose": Case(
        "db",
        {"db/00001_init.sql": _goose(BASE)},
        {"db/00002_note.sql": _goose(EXPAND), "db/00003_legacy.sql": _goose(CONTRACT)},
        ("expand-goose-2", "up-to 2"),
        ("contract-goose-3", "up-to 3"),
    ),
    "sqitch": Case(
        "db",
        {"db/sqitch.plan": _PLAN + "init " + _AT.format(1, "init"), **_sqitch("init", BASE)},
        {
            "db/sqitch.plan": _PLAN
            + "".join(
                f"{name} {_AT.format(day, name)}" for day, name in enumerate(("init", "note", "legacy"), 1)
            ),
            **_sqitch("note", EXPAND),
            **_sqitch("legacy", CONTRACT),
        },
        ("expand-sqitch-note", "--to-change note"),
        ("contract-sqitch-legacy", "--to-change legacy"),
    ),
    "atlas": Case(
        "migrations",
        {"migrations/atlas.sum": "h1:x=\n", "migrations/20260101000000_init.sql": BASE},
        {
            "migrations/20260201000000_note.sql": EXPAND,
            "migrations/20260202000000_legacy.sql": CONTRACT,
        },
        ("expand-atlas-20260201000000", "--to-version 20260201000000"),
        ("contract-atlas-20260202000000", "--to-version 20260202000000"),
    ),
    "diesel": Case(
        "migrations",
        {
            "diesel.toml": "[print_schema]\nfile = 'src/schema.rs'\n",
            "migrations/2026-01-01-000000_init/up.sql": BASE,
            "migrations/2026-01-01-000000_init/down.sql": "SELECT 1;\n",
        },
        {
            "migrations/2026-02-01-000000_note/up.sql": EXPAND,
            "migrations/2026-02-01-000000_note/down.sql": "SELECT 1;\n",
            "migrations/2026-02-02-000000_price/up.sql": "ALTER TABLE orders ADD COLUMN price int;\n",
            "migrations/2026-02-02-000000_price/down.sql": "SELECT 1;\n",
        },
        ("expand-diesel-20260201000000", "run"),
    ),
    "sqlx": Case(
        "migrations",
        {
            "Cargo.toml": '[package]\nname = "shop"\n[dependencies]\nsqlx = "0.8"\n',
            "migrations/20260101000000_init.sql": BASE,
        },
        {
            "migrations/20260201000000_note.sql": EXPAND,
            "migrations/20260202000000_legacy.sql": CONTRACT,
        },
        ("expand-sqlx-20260201000000", "--target-version 20260201000000"),
        ("contract-sqlx-20260202000000", "--target-version 20260202000000"),
    ),
}


@pytest.fixture(scope="module")
def planned(make_system: Callable[[], System]) -> dict[str, Any]:
    """The plan of one release of all of them, without a tool named anywhere."""
    system = make_system()
    stores, services = "", ""
    for name, case in CASES.items():
        system.version(name, "v1", case.base)
        system.version(name, "v2", case.release)
        stores += f"  {name}-db: {{engine: postgres@15}}\n"
        services += (
            f"  {name}: {{owner: ann, repository: {name}, deployed: v1, release: v2, on_call: ann,\n"
            f"    datastores: [{{name: {name}-db, access: owner}}],\n"
            f"    migrations: {{path: {case.path}, datastore: {name}-db}}}}\n"
        )
    system.load(f"version: 1\nsystem: shop\ndatastores:\n{stores}services:\n{services}")
    printed = StringIO()
    with redirect_stdout(printed):
        assert main(["plan", str(system.manifest), "--json"]) == 0
    plan: dict[str, Any] = json.loads(printed.getvalue())
    return plan


@pytest.mark.parametrize("tool", CASES)
def test_each_tool_is_found_ordered_and_told_its_own_command(planned: dict[str, Any], tool: str) -> None:
    steps = {step["id"]: step for step in planned["steps"]}
    order = list(steps)
    own = [step for step in planned["steps"] if step.get("migration", {}).get("datastore") == f"{tool}-db"]
    assert {step["migration"]["tool"] for step in own} == {tool}
    wanted = [found for found in (CASES[tool].expand, CASES[tool].contract) if found is not None]
    assert [step["id"] for step in own] == [step_id for step_id, _ in wanted]
    for step, (_, command) in zip(own, wanted, strict=True):
        assert command in step["confirm"]
    deploy = order.index(f"deploy-{tool}")
    assert order.index(own[0]["id"]) < deploy
    assert all(order.index(step["id"]) > deploy for step in own[1:])
    assert [step.get("reversible", True) for step in own] == [True, False][: len(own)]


@pytest.mark.parametrize("tool", ["prisma", "diesel"])
def test_a_tool_that_cannot_stop_has_one_step_a_moment(planned: dict[str, Any], tool: str) -> None:
    (step,) = [one for one in planned["steps"] if one.get("migration", {}).get("tool") == tool]
    first, second = step["migration"]["revisions"]
    assert step["migration"]["revision"] == second
    assert step["title"] == f"Apply 2 migrations to {tool}-db"
    assert step["migration"]["operations"][0].startswith(f"{first}: add nullable column orders.note (line 1")
    assert step["migration"]["operations"][1].startswith(
        f"{second}: add nullable column orders.price (line 1"
    )
    back = step["rollback"]["confirm"].splitlines()
    assert second in back[0] and first in back[1]
