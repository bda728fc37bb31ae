"""``runbook migrations services.yaml``: what is pending between the running and the released version, by service."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from runbook_tui.cli.main import main
from tests.cli.manifests import SERVICES

UP = "-- migrate:up\n{}\n-- migrate:down\nSELECT 1;\n"
ONE = UP.format("CREATE TABLE orders (id int PRIMARY KEY, state text);")
ASKED = UP.format("DO $$ BEGIN PERFORM tidy(); END $$;")
BREAKING = UP.format("ALTER TABLE orders RENAME COLUMN state TO status;")
CART = "  cart: {owner: ann, repository: shop, deployed: v1, release: v1}\n"


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder with ``services.yaml``; the repository of its service is beside it."""

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=Ann", "-c", "user.email=ann@shop.example", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path / "shop", check=True, capture_output=True)

    db = tmp_path / "shop" / "orders" / "db"
    db.mkdir(parents=True)
    git("init", "--quiet")
    for version, files in {
        "v1": {"1_one.sql": ONE},
        "v2": {"2_tidy.sql": ASKED, "3_rename.sql": BREAKING},
    }.items():
        for name, text in files.items():
            (db / name).write_text(text, encoding="utf-8")
        git("add", "--all")
        git("commit", "--quiet", "--message", version)
        git("tag", version)
    (tmp_path / "services.yaml").write_text(SERVICES + CART, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def entries(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    main(["migrations", "--json", *arguments])
    return json.loads(capsys.readouterr().out)  # type: ignore[no-any-return]


@pytest.mark.usefixtures("system")
def test_what_is_pending_is_told_by_service(capsys: pytest.CaptureFixture[str]) -> None:
    asked, renamed = entries(capsys)
    shared = ("service", "datastore", "engine", "engine_source", "folder", "repository")
    expected = ["orders", "orders-db", "postgres@16", "services.yaml", "orders/db", "shop"]
    assert [asked[key] for key in shared] == [renamed[key] for key in shared] == expected
    assert (asked["id"], asked["phase"], asked["reversible"], asked["reversal"]) == (
        "2",
        "ask",
        None,
        "unknown",
    )
    assert asked["answer"].startswith(
        "runbook answer services.yaml migration:orders/2 expand|backfill|contract"
    )
    assert (renamed["id"], renamed["phase"], renamed["answer"]) == ("3", "breaking", "")


@pytest.mark.usefixtures("system")
def test_a_person_sees_the_command_that_answers_and_no_more_of_it_afterwards(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["migrations", "services.yaml"]) == 1
    told = capsys.readouterr()
    assert (
        "orders: orders/db · dbmate · engine: postgres@16 (from services.yaml) · data store: orders-db"
        in told.out
    )
    assert "    runbook answer services.yaml migration:orders/2 " in told.out
    assert "shop/orders/db/3_rename.sql:2: error rename: " in told.out
    assert "2 pending migrations: 1 breaking, 1 ask" in told.err
    assert (
        main(["answer", "services.yaml", "migration:orders/2", "backfill", "--because", "it only tidies"])
        == 0
    )
    asked, _ = entries(capsys, "services.yaml")
    assert (asked["phase"], asked["answer"]) == ("backfill", "")
    assert "answered" in {finding["rule"] for finding in asked["findings"]}


def test_a_broken_manifest_is_told_with_its_places_and_everything_else(
    system: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (system / "services.yaml").write_text(SERVICES.replace("owner: ann\n", "ownr: ann\n"), encoding="utf-8")
    assert main(["migrations", "services.yaml", "nowhere"]) == 2
    told = capsys.readouterr().err
    assert "services.yaml:6:5: unknown key 'ownr'" in told
    assert "nowhere: there is no such file or folder" in told


@pytest.mark.usefixtures("system")
@pytest.mark.parametrize("option", ["--since", "--tool", "--engine"])
def test_a_manifest_says_itself_what_options_would(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    value = {"--since": "v1", "--tool": "dbmate", "--engine": "mysql"}[option]
    assert main(["migrations", "services.yaml", option, value]) == 2
    assert f"{option}: services.yaml is a manifest" in capsys.readouterr().err


@pytest.mark.usefixtures("system")
def test_paths_in_sarif_are_those_of_the_checkout(capsys: pytest.CaptureFixture[str]) -> None:
    main(["migrations", "--sarif"])
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    found = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results}
    assert found == {"shop/orders/db/2_tidy.sql", "shop/orders/db/3_rename.sql"}


@pytest.mark.usefixtures("system")
def test_a_changelog_is_no_manifest(capsys: pytest.CaptureFixture[str]) -> None:
    Path("changelog.yaml").write_text("databaseChangeLog: []\n", encoding="utf-8")
    assert main(["migrations", "changelog.yaml"]) == 0
    assert "unknown key" not in capsys.readouterr().err
