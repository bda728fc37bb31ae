"""Repositories that are broken or mean harm: they are looked through all the same, and nothing of them gets out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runbook_tui.catalog.manifest import read_manifest
from runbook_tui.discovery.discover import discover
from runbook_tui.discovery.excerpt import excerpt
from runbook_tui.discovery.manifest_text import manifest_text
from runbook_tui.discovery.proposal import Proposal
from runbook_tui.discovery.questions import missing
from runbook_tui.discovery.writing import write_manifest
from tests.discovery.conftest import MakeRepository, commit, git

PYTHON = "FROM python:3.12-slim\n"
EVIL = "\x1b]0;owned\x07\u202e"

BROKEN = {
    "compose.yaml": "services:\n  a: [\n",
    "docker-compose.override.yml": "- not\n- a mapping\n",
    "docker-compose.extra.yml": "services: {a: 1, b: {build: [1], environment: 3, depends_on: 7, labels: x}}\n",
    "docker-compose.bomb.yml": "a: &a [x,x]\nb: &b [*a,*a]\nservices: {x: {build: *b}}\n",
    "k8s/a.yaml": "kind: Deployment\nmetadata: 7\n---\nkind: Deployment\nmetadata: {name: [1]}\nspec: {template: 3}\n",
    "skaffold.yaml": "build: {artifacts: {a: b}}\n",
    "package.json": '{"scripts": {"start": ["x"]}, "maintainers": "x"}',
    "pom.xml": "<project><spring-boot",
    "catalog-info.yaml": "kind: Component\nmetadata: [\n",
    "src/x.proto": "service {{{ /* ",
    "src/openapi.json": '{"openapi": ',
    "src/schema.graphql": "type {{{",
    "src/events/a.avsc": "{",
    "App.csproj": "<IsAspireHost>true</IsAspireHost>",
    "Program.cs": 'builder.AddProject<Projects.App>("x"' + "(" * 500,
    "CODEOWNERS": "*" * 300 + " @a\n" + "[" * 50 + "\n",
    "alembic.ini": "script_location = \x00\n",
    ".env": "DATABASE_URL=postgres://" + "a:" * 400 + "\n=\n",
    "Dockerfile": "FROM\nFROM ${X}\nFROM a AS b\nFROM b AS a\n",
}


def test_broken_files_of_every_kind(make: MakeRepository, system: Path) -> None:
    make("shop", BROKEN)
    for name, text in BROKEN.items():
        make(f"one/{name.replace('/', '-').replace('.', '-')}", {"Dockerfile": PYTHON, name: text})
    found = discover(system)
    assert "shop" in [each.name for each in found.candidates]


def test_control_characters_of_names_and_texts_reach_no_manifest(make: MakeRepository, system: Path) -> None:
    folder = make(
        "shop",
        {
            "Dockerfile": PYTHON,
            "CODEOWNERS": f"* @shop/te{EVIL}am\n",
            "package.json": f'{{\n  "description": "Sho{EVIL}p"\n}}',
            f"db{EVIL}/migrations/1_a.up.sql": "SELECT 1;\n",
            "api\n/openapi.yaml": "openapi: 3.0.3\ninfo: {title: x}\n",
        },
    )
    git(folder, "tag", "v1.0.0")
    git(folder, "-c", f"user.name=Ann{EVIL}", "commit", "--allow-empty", "-q", "-m", "x")
    proposal = Proposal(discover(system))
    for question in missing(proposal):
        proposal = proposal.answered(question.id, "v1.0.0")
    text = manifest_text(proposal)
    assert not any(sign in text for sign in "\x1b\x07\u202e")
    path = system / "services.yaml"
    write_manifest(proposal, system, path)
    assert read_manifest(path).manifest.services["shop"].owner


@pytest.mark.parametrize("name", ["a@b:c", "-x", "sp ace", "ümlaut", "on", "a" * 120, "v1.0", "#x", "{x}"])
def test_a_repository_in_a_folder_of_any_name(make: MakeRepository, system: Path, name: str) -> None:
    make(name, {"Dockerfile": PYTHON}, "v1")
    proposal = Proposal(discover(system))
    for question in missing(proposal):
        proposal = proposal.answered(question.id, "v1")
    path = system / "services.yaml"
    write_manifest(proposal, system, path)
    loaded = read_manifest(path)
    [service] = loaded.manifest.services
    assert loaded.repository_path(service).resolve() == (system / name).resolve()


def test_links_and_pipes_are_not_followed(make: MakeRepository, system: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("DATABASE_URL=postgres://a:b@secret-host/secret\n")
    shop = system / "shop"
    shop.mkdir()
    (shop / ".env").symlink_to(secret)
    make("shop", {"Dockerfile": PYTHON})
    (system / "loop").symlink_to(system)
    make("new\nline", {"Dockerfile": PYTHON})
    os.mkfifo(shop / "pipe")
    found = discover(system)
    assert not found.stores
    assert [each.repository for each in found.candidates] == ["shop"]
    assert found.notes == ("left out: new⏎line, whose name no manifest can have",)
    assert excerpt(system, "shop/.env:1") == ""
    assert excerpt(system, "shop/pipe:1") == ""
    assert excerpt(system, "nowhere:1") == ""
    assert excerpt(system, "shop/Dockerfile:1") == "▶ 1  FROM python:3.12-slim\n  2"


def test_a_hook_or_filter_of_a_repository_is_not_run(
    make: MakeRepository, system: Path, tmp_path: Path
) -> None:
    folder = make("shop", {"Dockerfile": PYTHON, ".gitattributes": "* filter=evil diff=evil\n"}, "v1")
    mark = tmp_path / "ran"
    for key in (
        "core.fsmonitor",
        "filter.evil.smudge",
        "diff.evil.textconv",
        "diff.evil.command",
        "core.pager",
    ):
        git(folder, "config", key, f"touch {mark}")
    commit(folder, {})
    (folder / ".git" / "config").write_text(
        (folder / ".git" / "config").read_text() + f"[core]\n\tsshCommand = touch {mark}\n"
    )
    mark.unlink(missing_ok=True)
    discover(system)
    assert not mark.exists()


def test_very_many_files_and_lines_take_no_long(make: MakeRepository, system: Path) -> None:
    files = {f"a/{number}/x.txt": "" for number in range(2000)}
    big = "\n".join(f'call("orders", "/orders/{number}")' for number in range(30_000))
    make("shop", {"Dockerfile": PYTHON, **files, "big.py": big, "one.json": '{"x": "' + "y" * 600_000 + '"}'})
    make(
        "orders",
        {
            "Dockerfile": PYTHON,
            "openapi.yaml": "openapi: 3.0.3\ninfo: {title: orders}\npaths:\n  /orders: {}\n",
        },
    )
    found = discover(system)
    assert [fact.value for fact in found.facts() if fact.service == "shop"] == ["orders-http"]


def test_files_that_would_keep_patterns_busy(make: MakeRepository, system: Path) -> None:
    many = 200_000
    make(
        "shop",
        {
            "Dockerfile": PYTHON,
            "requirements.txt": "\n" * many,
            "pyproject.toml": "maintainers = [" * (many // 15),
            "package.json": '{"start": 1,' + '\n  "x' * (many // 6),
            ".env": "\n".join(
                f"DATABASE_URL=postgres://a:b@host{number}/name{number}" for number in range(3000)
            ),
            "alembic.ini": "host=a " * (many // 7),
            "a.proto": "/*" * (many // 2),
            "Host.csproj": "<IsAspireHost>true</IsAspireHost>",
            "Program.cs": 'x.AddY("n"' * (many // 10),
        },
    )
    assert [each.name for each in discover(system).candidates] == ["shop"]
