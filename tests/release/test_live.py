"""Databases of a release: which are asked, and what becomes of the answer."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from runbook_tui.cli.main import main
from runbook_tui.files.problems import ProblemsError
from runbook_tui.migrations.model import Finding
from runbook_tui.planning.planner import plan
from runbook_tui.release.live import Databases
from runbook_tui.release.read import read_release

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.release.conftest import System

MANIFEST = """
    version: 1
    system: shop
    datastores:
      ledger: {{engine: sqlite, url_env: LEDGER_URL}}
      stock: {{engine: sqlite{stock}}}
    services:
      billing:
        owner: payments
        repository: shop
        deployed: v1
        release: v2
        datastores: [{{name: ledger, access: owner}}, {{name: stock, access: write}}]
        migrations:
          - {{path: ledger, datastore: ledger, tool: golang-migrate{table}}}
          - {{path: stock, datastore: stock, tool: golang-migrate}}
    """


@pytest.fixture
def shop(system: System) -> System:
    """Two data stores, each with one migration applied and one pending."""
    for version, number in (("v1", 1), ("v2", 2)):
        files: dict[str, str | None] = {
            f"{store}/000{number}_t.up.sql": f"CREATE TABLE t{number} (id int);\n"
            for store in ("ledger", "stock")
        }
        system.version("shop", version, files)
    return system


def database(system: System, name: str, version: int, table: str = "schema_migrations") -> str:
    path = system.folder / f"{name}.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE {table} (version bigint, dirty boolean)")
        connection.execute(f"INSERT INTO {table} VALUES (?, 0)", (version,))
    return f"sqlite:///{path}"


def told(
    system: System, live: Databases | None, stock: str = ", url_env: STOCK_URL", table: str = ""
) -> Mapping[str, list[Finding]]:
    """What the release says about databases, by data store."""
    release = read_release(system.load(MANIFEST.format(stock=stock, table=table)), live=live)
    return {
        part.datastore: [finding for finding in part.findings if "database" in finding.rule]
        for change in release.changes
        for part in change.pending
    }


def test_no_database_is_asked_unless_somebody_says_so(shop: System) -> None:
    assert told(shop, None) == {"ledger": [], "stock": []}


def test_each_data_store_is_asked_by_its_own_variable(shop: System) -> None:
    environment = {"LEDGER_URL": database(shop, "a", 1), "STOCK_URL": database(shop, "b", 2)}
    found = told(shop, Databases(environment))
    assert [finding.rule for finding in found["ledger"]] == ["database-agrees"]
    assert [finding.rule for finding in found["stock"]] == ["database-ahead"]
    assert found["stock"][0].path == "stock/0002_t.up.sql"


def test_data_stores_that_are_not_chosen_are_left_alone(shop: System) -> None:
    found = told(shop, Databases({"LEDGER_URL": database(shop, "a", 1)}, frozenset({"ledger"})))
    assert [finding.rule for finding in found["ledger"]] == ["database-agrees"]
    assert found["stock"] == []
    assert told(shop, Databases({"LEDGER_URL": ""}), stock="")["stock"] == []


def test_the_version_table_of_the_manifest_is_read(shop: System) -> None:
    live = Databases({"LEDGER_URL": database(shop, "a", 1, "billing_versions")})
    (found,) = told(shop, live, stock="", table=", table: billing_versions")["ledger"]
    assert found.rule == "database-agrees"
    assert "billing_versions" in found.message


@pytest.mark.parametrize("only", ["ledgr", "stock"])
def test_what_cannot_be_asked_is_told_before_anything_is(shop: System, only: str) -> None:
    with pytest.raises(ProblemsError) as raised:
        told(shop, Databases({}, frozenset({only})), stock="")
    expected = (
        f"services.yaml:5:3: the data store {only} cannot be asked what is applied: it has no 'url_env' here"
    )
    assert expected in str(raised.value)


def test_the_plan_shows_what_the_database_says(shop: System) -> None:
    live = Databases({"LEDGER_URL": database(shop, "a", 0), "STOCK_URL": "mysql://ann:hunter2@h/x"})
    loaded = shop.load(MANIFEST.format(stock=", url_env: STOCK_URL", table=""))
    planned = plan(read_release(loaded, live=live))
    found = {finding.rule: finding for finding in planned.findings if finding.rule.startswith("database")}
    assert {rule: finding.level for rule, finding in found.items()} == {
        "database-behind": "error",
        "database-refused": "warning",
    }
    assert found["database-behind"].source == "ledger/0001_t.up.sql"
    assert "hunter2" not in repr(planned)


def test_the_command_line_asks(
    shop: System, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.load(MANIFEST.format(stock="", table=""))
    monkeypatch.setenv("LEDGER_URL", database(shop, "a", 2))
    path = str(shop.manifest)
    assert main(["plan", path]) == 0
    assert "[database-ahead]" not in capsys.readouterr().out
    assert main(["plan", path, "--live"]) == 0
    assert "ledger (LEDGER_URL) has already applied 0002" in capsys.readouterr().out
    assert main(["plan", path, "--live-only", "ledger", "--json"]) == 0
    assert "database-ahead" in {item["rule"] for item in json.loads(capsys.readouterr().out)["findings"]}
    assert main(["plan", path, "--live-only", "ledgr"]) == 2
    assert "did you mean 'ledger'?" in capsys.readouterr().err


def test_asking_where_no_data_store_can_be_asked(shop: System, capsys: pytest.CaptureFixture[str]) -> None:
    text = MANIFEST.format(stock="", table="").replace(", url_env: LEDGER_URL", "")
    shop.load(text)
    assert main(["plan", str(shop.manifest), "--live"]) == 2
    assert "services.yaml:5:3: no data store can be asked what is applied" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("version", "expected"),
    [(1, (0, "note")), (0, (1, "error")), (2, (0, "warning")), (None, (1, "warning"))],
)
def test_the_check_of_a_runbook_asks_again(
    shop: System,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    version: int | None,
    expected: tuple[int, str],
) -> None:
    status, level = expected
    shop.load(MANIFEST.format(stock="", table=""))
    monkeypatch.setenv("LEDGER_URL", "" if version is None else database(shop, "a", version))
    assert main(["applied", str(shop.manifest)]) == status
    assert capsys.readouterr().out.startswith(f"{level}: billing: ledger")
    assert main(["applied", str(shop.manifest), "ledger", "--json"]) == status
    (item,) = json.loads(capsys.readouterr().out)
    assert (item["service"], item["datastore"], item["finding"]["level"]) == ("billing", "ledger", level)


def test_a_runbook_checks_the_data_stores_that_it_migrates(shop: System) -> None:
    planned = plan(read_release(shop.load(MANIFEST.format(stock="", table=""))))
    steps = {step.id: step for step in planned.steps}
    assert steps["applied-ledger"].run == "runbook applied services.yaml ledger"
    assert "applied-stock" not in steps
    assert "applied-ledger" in {need.step for need in steps["gate-go-no-go"].needs}
