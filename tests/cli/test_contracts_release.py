"""``runbook contracts`` over the release of a manifest."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from runbook_tui.cli.main import main

SCHEMA = "type Query {{\n  a: Int\n{}}}\n"
MANIFEST = """version: 1
system: shop
services:
  billing:
    owner: a
    repository: billing
    deployed: v1
    release: {release}
    provides:
      - {{api: graph, type: graphql, definition: schema.graphql}}
      - {{api: events, type: graphql, definition: events.graphql}}
  web: {{owner: a, repository: billing, deployed: v1, release: v1, consumes: [graph]}}
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A provider whose second version adds to one definition and breaks the other; the third breaks a file."""
    repository = tmp_path / "billing"
    repository.mkdir()
    git = ["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.test"]
    versions = [
        ("v1", "", "  b: Int\n"),
        ("v2", "  c: Int\n", "  b: String\n"),
        ("v3", "  c: \n", "  b: Int\n"),
    ]
    subprocess.run([*git, "init", "--quiet"], cwd=repository, check=True)
    for tag, graph, events in versions:
        (repository / "schema.graphql").write_text(SCHEMA.format(graph))
        (repository / "events.graphql").write_text(SCHEMA.format(events))
        subprocess.run([*git, "add", "--all"], cwd=repository, check=True)
        subprocess.run([*git, "commit", "--quiet", "-m", tag], cwd=repository, check=True)
        subprocess.run([*git, "tag", tag], cwd=repository, check=True)
    path = tmp_path / "services.yaml"
    path.write_text(MANIFEST.format(release="v2"))
    monkeypatch.setenv("COLUMNS", "100")
    return path


def test_every_definition_is_told_with_its_services(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["contracts", str(shop)]) == 1
    out = capsys.readouterr().out
    assert (
        "graph · graphql · modified in billing v2\nBilling first: it adds query c (schema.graphql:3)" in out
    )
    assert "events · graphql · modified in billing v2\nNo order is safe" in out


def test_the_verdict_is_that_of_the_definition_which_is_hardest_to_order(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["contracts", str(shop), "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert data["verdict"] == "split"
    by_api = {one["api"]: one for one in data["contracts"]}
    assert {api: one["verdict"] for api, one in by_api.items()} == {
        "graph": "provider-first",
        "events": "split",
    }
    assert (by_api["graph"]["provider"], by_api["graph"]["consumers"]) == ("billing", ["web"])
    assert len(data["changes"]) == 2


def test_refs_can_be_given_and_what_cannot_be_read_is_told(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["contracts", str(shop), "--target", "billing=v3"]) == 2
    told = capsys.readouterr()
    assert "schema.graphql:4" in told.err
    assert "Not known" in told.out
    assert main(["contracts", str(shop), "--base", "billing=v2"]) == 0
    assert capsys.readouterr().out == "No definition changes in this release.\n"
