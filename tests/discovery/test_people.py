"""Owners and refs: CODEOWNERS and metadata in, owners out; tags and branches in, candidates out. Nothing is decided."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runbook_tui.discovery.discover import discover
from runbook_tui.discovery.model import Candidate, Kind
from runbook_tui.discovery.owners import code_owners, owners_of, plain_owner
from tests.discovery.conftest import MakeRepository, commit, git

PYTHON = "FROM python:3.12-slim\n"


def only(system: Path, name: str = "shop") -> Candidate:
    return next(each for each in discover(system).candidates if each.name == name)


@pytest.mark.parametrize(
    ("rules", "path", "expected"),
    [
        ("* @shop/all\n/services/ @shop/services\n", "services/orders/Dockerfile", 2),
        ("/services/orders @shop/orders\n* @shop/all\n", "services/orders/Dockerfile", 2),
        ("orders/ @shop/orders\n", "services/orders/Dockerfile", 1),
        ("/orders/ @shop/orders\n", "services/orders/Dockerfile", None),
        ("services/*/Dockerfile @shop/images\n", "services/orders/Dockerfile", 1),
        ("services/* @shop/flat\n", "services/orders/Dockerfile", None),
        ("services/** @shop/deep\n", "services/orders/Dockerfile", 1),
        ("*.py @shop/python\n", "services/orders/Dockerfile", None),
        ("# * @shop/none\n\n[Section]\n* @shop/all # everything\n", "a/b", 4),
    ],
)
def test_the_last_pattern_that_matches_wins(rules: str, path: str, expected: int | None) -> None:
    found = owners_of(code_owners(rules), path)
    assert (found.line if found else None) == expected


@given(
    st.text(st.sampled_from("*?/ab.[]\\#@ \n"), max_size=80),
    st.text(st.sampled_from("ab/."), min_size=1, max_size=200),
)
def test_any_codeowners_can_be_read(rules: str, path: str) -> None:
    owners_of(code_owners(rules), path, folder=True)


def test_owners_as_a_manifest_writes_them() -> None:
    assert plain_owner("@shop/team-payments") == "team-payments"
    assert plain_owner("@ann") == "ann"
    assert plain_owner("ann@shop.example") == "ann@shop.example"


def test_the_owner_of_a_folder_of_a_monorepo(make: MakeRepository, system: Path) -> None:
    owners = "* @shop/platform\n/orders/ @ann @shop/team-checkout\n/stock/ @shop/none\n/stock/\n"
    make(
        ".",
        {
            ".github/CODEOWNERS": owners,
            **{f"{name}/Dockerfile": PYTHON for name in ("orders", "stock", "web")},
        },
    )
    found = {fact.service: fact for fact in discover(system).facts() if fact.kind is Kind.OWNER}
    assert {name: (fact.value, fact.source) for name, fact in found.items()} == {
        "orders": ("team-checkout", ".github/CODEOWNERS:2"),
        "web": ("platform", ".github/CODEOWNERS:1"),
    }


def test_a_maintainer_is_a_guess_and_a_committer_only_a_hint(make: MakeRepository, system: Path) -> None:
    make(
        "shop",
        {
            "Dockerfile": PYTHON,
            "pyproject.toml": '[project]\nmaintainers = [{name = "Bo Chen", email = "b@x"}]\n',
        },
    )
    make("stock", {"Dockerfile": PYTHON})
    owner = next(fact for fact in only(system).facts if fact.kind is Kind.OWNER)
    assert (owner.value, owner.confidence.value, owner.source) == (
        "Bo Chen",
        "guessed",
        "shop/pyproject.toml:2",
    )
    stock = only(system, "stock")
    assert not [fact for fact in stock.facts if fact.kind is Kind.OWNER]
    assert stock.committers == "Ann Lee made 1 of the last 1 commits"


def test_bots_commit_for_nobody(make: MakeRepository, system: Path) -> None:
    folder = make("shop", {"Dockerfile": PYTHON})
    for number in range(3):
        (folder / "lock").write_text(str(number))
        git(folder, "add", "lock")
        git(folder, "-c", "user.name=renovate[bot]", "commit", "--quiet", "-m", "bump")
    assert only(system).committers == "Ann Lee made 1 of the last 1 commits"


def test_versions_newest_first_and_marks_of_what_runs_before_them(make: MakeRepository, system: Path) -> None:
    folder = make("shop", {"Dockerfile": PYTHON}, "v1.9.0", "v1.10.0", "v1.11.0-rc1", "before-the-move")
    git(folder, "tag", "prod/2026-02-01")
    git(folder, "branch", "release/1.11")
    shop = only(system)
    assert [choice.value for choice in shop.deployed] == ["prod/2026-02-01", "v1.10.0", "v1.9.0"]
    assert [choice.value for choice in shop.release] == ["main", "release/1.11", "v1.11.0-rc1", "v1.10.0"]


def test_tags_of_a_monorepo_belong_to_the_service_that_they_name(make: MakeRepository, system: Path) -> None:
    tags = ("orders-v2.0.0", "orders/v2.1.0", "stock@1.0.0", "v7.0.0")
    make(".", {f"{name}/Dockerfile": PYTHON for name in ("orders", "stock", "web")}, *tags)
    found = {each.name: [choice.value for choice in each.deployed] for each in discover(system).candidates}
    assert found == {
        "orders": ["orders/v2.1.0", "orders-v2.0.0"],
        "stock": ["stock@1.0.0"],
        "web": ["v7.0.0"],
    }


def test_without_tags_nothing_offers_itself_as_deployed(make: MakeRepository, system: Path) -> None:
    folder = make("shop", {"Dockerfile": PYTHON})
    commit(folder, {"x": "1"}, "more")
    assert only(system).deployed == ()
