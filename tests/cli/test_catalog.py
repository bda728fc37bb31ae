"""``runbook catalog`` over files and folders."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from runbook_tui.cli.main import main

COMPOSE = """\
services:
  orders: {image: x, depends_on: [orders-db, stock]}
  stock: {image: x}
  orders-db: {image: mysql}
"""
BROKEN = "services:\n  orders: {image: x, depends_on: [stok]}\n  stock: {image: x}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "shop"
    made.mkdir()
    monkeypatch.chdir(made)
    (made / "compose.yaml").write_text(COMPOSE)
    return made


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, list[dict[str, Any]]]:
    main(["catalog", "--json", *arguments])
    found: dict[str, list[dict[str, Any]]] = json.loads(capsys.readouterr().out)
    return found


def test_services_edges_and_findings_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = as_json(capsys, "compose.yaml")
    assert list(found) == ["services", "edges", "findings"]
    orders = next(service for service in found["services"] if service["name"] == "orders")
    expected = {
        "kind": "service",
        "owner": None,
        "on_call": None,
        "tier": None,
        "lifecycle": None,
        "repository": None,
    }
    assert {key: orders[key] for key in expected} == expected
    assert orders["source"] == "compose.yaml:2"
    assert orders["depends_on"] == [{"name": "stock", "kind": "starts-after"}]
    assert orders["datastores"] == [
        {"name": "orders-db", "engine": "mysql", "access": "write", "guessed": True}
    ]
    assert orders["provides"] == orders["consumes"] == []
    pairs = {(edge["from"], edge["to"], edge["kind"], edge["source"]) for edge in found["edges"]}
    assert ("orders", "stock", "starts-after", "compose.yaml:2") in pairs
    assert ("orders", "orders-db", "uses-datastore", "compose.yaml:2") in pairs
    assert {tuple(finding) for finding in found["findings"]} == {
        ("rule", "level", "text", "source", "remedy")
    }


def test_a_table_and_the_findings_in_words(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog"]) == 0
    out, err = capsys.readouterr()
    assert re.search(r"^ *orders +orders-db, stock$", out, re.MULTILINE)
    assert "orders-db (data store)" not in out
    assert "start-up-edges" not in out
    assert "2 services, 1 data store; " in err
    assert main(["catalog", "--all"]) == 0
    out, _ = capsys.readouterr()
    assert "orders-db (data store)" in out
    assert "compose.yaml:2: note start-up-edges: start-up edges are not the call graph" in out


@pytest.mark.parametrize(
    ("compose", "options", "status"),
    [
        (COMPOSE, [], 0),
        (COMPOSE, ["--fail-on", "note"], 1),
        (BROKEN, [], 1),
        (BROKEN, ["--fail-on", "never"], 0),
        (BROKEN, ["--json", "--fail-on", "warning"], 1),
    ],
)
def test_the_status_says_whether_something_is_wrong(
    folder: Path, compose: str, options: list[str], status: int
) -> None:
    (folder / "compose.yaml").write_text(compose)
    assert main(["catalog", *options]) == status


def test_a_finding_stands_with_its_place_and_remedy(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "compose.yaml").write_text(BROKEN)
    main(["catalog", "compose.yaml"])
    out = capsys.readouterr().out
    assert "compose.yaml:2: error unknown-name: orders needs the service 'stok'" in out
    assert "did you mean 'stock'?" in out


def test_a_manifest_is_written_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", ".", "-o", "services.yaml"]) == 0
    written = (folder / "services.yaml").read_text()
    assert "system: shop" in written
    assert "# TODO deployed" in written
    assert capsys.readouterr().out == ""
    assert main(["catalog", "compose.yaml", "-o", "services.yaml"]) == 2
    assert "--force" in capsys.readouterr().err
    assert main(["catalog", "compose.yaml", "-o", "services.yaml", "--force"]) == 0
    assert main(["catalog", "compose.yaml", "-o", "none/services.yaml"]) == 2


@pytest.mark.parametrize("arguments", [["none.yaml"], ["text.txt"], ["empty"], ["compose.yaml", "none.yaml"]])
def test_what_is_no_catalog_is_bad_input(
    folder: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "text.txt").write_text("hello\n")
    (folder / "empty").mkdir()
    assert main(["catalog", *arguments]) == 2
    assert arguments[-1] in capsys.readouterr().err


def test_names_from_files_cannot_reach_the_terminal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "compose.yaml").write_text(
        'services:\n  "a\\e]0;x\\a": {image: x, depends_on: ["\\e[2J", "\\ud800"]}\n'
    )
    for options in (["--all"], ["--json"]):
        main(["catalog", *options])
        out, err = capsys.readouterr()
        assert "\x1b" not in out + err
        (out + err).encode()


def test_every_rule_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", "--rules", "--json"]) == 0
    rules = {rule["id"]: rule["level"] for rule in json.loads(capsys.readouterr().out)}
    assert rules["misspelt-key"] == "warning"
    assert main(["catalog", "--rules"]) == 0
    assert all(rule in capsys.readouterr().out for rule in ["cycle"])
