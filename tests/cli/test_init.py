"""``runbook init``: repositories in, a manifest and what is still open out; questions only where a person sits."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from runbook_tui.catalog.manifest import read_manifest
from runbook_tui.cli.main import main
from tests.discovery.conftest import commit, git

PYTHON = "FROM python:3.12-slim\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Two repositories: orders with an owner and a load generator, web without either."""
    folder = tmp_path / "shop"
    for name, files in (
        ("orders", {"Dockerfile": PYTHON, "CODEOWNERS": "* @shop/team-checkout\n"}),
        ("web", {"Dockerfile": PYTHON, "settings.ini": "x = http://orders/\n"}),
        ("load-generator", {"Dockerfile": PYTHON}),
    ):
        (folder / name).mkdir(parents=True)
        git(folder / name, "init", "--quiet")
        commit(folder / name, files, "begin", "v1.0.0", "v1.1.0")
    return folder


def test_without_a_terminal_nothing_is_asked_and_what_is_open_is_told(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(shop)]) == 0
    told = capsys.readouterr()
    assert "orders/CODEOWNERS:1" in told.out
    assert "Open: 1 service, 1 owner, 2 deployed, 2 release" in told.out
    assert "web.deployed" in told.out
    assert "v1.1.0, v1.0.0" in told.out
    assert "Still open are 1 owner, 2 deployed, 2 release" in told.err
    text = (shop / "services.yaml").read_text()
    assert text.count("# deployed:  # open") == 2
    assert "load-generator: a Dockerfile, but its name says" in text


def test_with_every_answer_the_manifest_is_ready(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--set", "*.deployed=v1.0.0", "--set", "*.release=main", "--set", "web.owner=team-web"]
    assert main(["init", str(shop), "-o", str(shop / "all.yaml"), *given]) == 0
    assert f"next: runbook plan {shop / 'all.yaml'}" in capsys.readouterr().err
    services = read_manifest(shop / "all.yaml").manifest.services
    assert {name: (service.owner, service.deployed) for name, service in services.items()} == {
        "orders": ("team-checkout", "v1.0.0"),
        "web": ("team-web", "v1.0.0"),
    }
    assert main(["plan", str(shop / "all.yaml")]) == 0


def test_json_tells_everything_with_its_source_and_writes_nothing(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(shop), "--json", "--set", "web.release=main"]) == 0
    data = json.loads(capsys.readouterr().out)
    services = {service["name"]: service for service in data["services"]}
    assert {name: service["included"] for name, service in services.items()} == {
        "load-generator": False,
        "orders": True,
        "web": True,
    }
    owner = next(fact for fact in services["orders"]["facts"] if fact["key"] == "owner")
    assert (owner["value"], owner["source"], owner["confidence"]) == (
        "team-checkout",
        "orders/CODEOWNERS:1",
        "stated",
    )
    needs = next(fact for fact in services["web"]["facts"] if fact["key"] == "depends_on")
    assert (needs["value"], needs["confidence"]) == ("orders", "guessed")
    asked = {question["id"]: question for question in data["questions"]}
    assert [choice["value"] for choice in asked["web.deployed"]["choices"]] == ["v1.1.0", "v1.0.0"]
    assert asked["web.release"]["answer"] == "main"
    assert asked["load-generator.service"]["needed"] is False
    assert not (shop / "services.yaml").exists()


def test_a_manifest_that_is_there_is_not_touched_without_force(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = shop / "services.yaml"
    path.write_text("mine\n")
    assert main(["init", str(shop)]) == 2
    assert "is there already, and nothing was written" in capsys.readouterr().err
    assert path.read_text() == "mine\n"
    assert main(["init", str(shop), "--force"]) == 0
    assert "services:" in path.read_text()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--set", "web=v1"], "expected SERVICE.KEY=VALUE"),
        (["--set", "wep.release=main"], "did you mean 'web'?"),
        (["--set", "web.deployed=v9"], "--set web.deployed"),
        (["--set", "web.owner=\n"], "expected one line"),
        (["-o", "nowhere/services.yaml"], "there is no folder nowhere"),
    ],
)
def test_input_that_cannot_be_used(
    shop: Path,
    arguments: list[str],
    told: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(shop)
    assert main(["init", ".", *arguments]) == 2
    assert told in capsys.readouterr().err
    assert not list(shop.glob("*.yaml"))


def test_a_folder_without_repositories_or_services(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(tmp_path)]) == 2
    assert "no git repository" in capsys.readouterr().err
    (tmp_path / "handbook").mkdir()
    git(tmp_path / "handbook", "init", "--quiet")
    commit(tmp_path / "handbook", {"README.md": ""})
    assert main(["init", str(tmp_path)]) == 1
    assert "no service was found" in capsys.readouterr().err
    assert main(["init", str(tmp_path), "--json"]) == 1


def sit(monkeypatch: pytest.MonkeyPatch, *typed: str) -> None:
    """A person who types these lines."""
    monkeypatch.setattr("runbook_tui.cli.output.interactive", lambda: True)
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in typed)))


def test_a_person_is_asked_one_question_after_the_other(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # load generator no; owner; deployed: v9 is unknown, then the first choice for both; release: main for orders only
    sit(monkeypatch, "2", "team-web", "v9", "1", "2", "1", "1", "")
    assert main(["init", str(shop)]) == 0
    told = capsys.readouterr()
    assert "Is load-generator a service that is released? (6 to go)" in told.out
    assert "has no commit v9" in told.out
    assert "also for web" in told.out
    text = (shop / "services.yaml").read_text()
    assert text.count("deployed: v1.1.0") == 2
    assert text.count("release: main  # as answered") == 1
    assert "owner: team-web  # as answered" in text
    assert "Still open are 1 release" in told.err


def test_a_service_in_doubt_that_is_wanted_is_asked_about_as_well(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sit(monkeypatch, "1", "ann", "2", *[""] * 10)
    assert main(["init", str(shop)]) == 0
    assert "Which version of load-generator runs now?" in capsys.readouterr().out
    text = (shop / "services.yaml").read_text()
    assert "\n  load-generator:" in text
    assert text.count("owner: ann") == 2


def test_an_input_that_ends_writes_nothing(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sit(monkeypatch, "2")
    assert main(["init", str(shop)]) == 130
    assert not (shop / "services.yaml").exists()


def test_yes_asks_nothing_in_a_terminal_too(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sit(monkeypatch)
    assert main(["init", str(shop), "--yes"]) == 0
    assert "# deployed:  # open" in (shop / "services.yaml").read_text()


def test_the_app_needs_a_terminal(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(shop), "--app"]) == 2
    assert "the app needs a terminal; leave --app out" in capsys.readouterr().err
