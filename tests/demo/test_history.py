from __future__ import annotations

import re
from collections import defaultdict
from datetime import timedelta

import pytest

from runbook_tui.demo.description import Example, examples_folder, read_example
from runbook_tui.demo.history import write_history
from runbook_tui.repositories.fast_import import NewCommit, NewTag

SERVICES = ("auth", "users", "catalog", "orders", "billing", "notifications", "search", "gateway")


@pytest.fixture(scope="module")
def example() -> Example:
    return read_example(examples_folder() / "shop")


@pytest.fixture(scope="module")
def histories(example: Example) -> dict[str, tuple[list[NewCommit], list[NewTag]]]:
    return {service: write_history(example, service) for service in example.histories}


def test_eight_services_with_months_of_work(
    histories: dict[str, tuple[list[NewCommit], list[NewTag]]],
) -> None:
    assert sorted(histories) == sorted(SERVICES)
    for service, (commits, _) in histories.items():
        assert 25 <= len(commits) <= 60, service
        assert commits[-1].at - commits[0].at > timedelta(days=150), service
    people = {commit.author.email for commits, _ in histories.values() for commit in commits}
    assert len(people) >= 8


def test_commits_follow_their_parents_in_time(
    histories: dict[str, tuple[list[NewCommit], list[NewTag]]],
) -> None:
    for commits, tags in histories.values():
        for position, commit in enumerate(commits):
            assert all(parent < position and commits[parent].at <= commit.at for parent in commit.parents)
        assert all(tag.at >= commits[tag.commit].at for tag in tags)


def test_issues_go_through_several_repositories(
    histories: dict[str, tuple[list[NewCommit], list[NewTag]]],
) -> None:
    services = defaultdict(set)
    for service, (commits, _) in histories.items():
        for commit in commits:
            for issue in re.findall(r"SHOP-\d+", commit.message):
                services[issue].add(service)
    shared = {issue for issue, found in services.items() if len(found) >= 2}
    assert len(shared) >= 12
    assert services["SHOP-425"] >= {"orders", "billing", "notifications"}
    both = [issue for issue in shared if services[issue] >= {"orders", "billing"}]
    assert len(both) >= 5


def test_branches_are_merged(histories: dict[str, tuple[list[NewCommit], list[NewTag]]]) -> None:
    for service, (commits, _) in histories.items():
        merges = [commit for commit in commits if len(commit.parents) == 2]
        assert merges, service
        assert all(commit.files for commit in merges), service


def test_every_ref_of_the_manifest_is_there(
    example: Example, histories: dict[str, tuple[list[NewCommit], list[NewTag]]]
) -> None:
    for service, described in example.manifest.services.items():
        tags = {tag.name for tag in histories[service][1]}
        assert {described.deployed, described.release} <= tags, service


def test_bots_raise_versions_and_say_from_where(
    histories: dict[str, tuple[list[NewCommit], list[NewTag]]],
) -> None:
    raised = [commit for commit in histories["orders"][0] if commit.author.name == "renovate[bot]"]
    assert len(raised) >= 10
    assert raised[0].message == "Bump ruff from 0.4.4 to 0.4.7\n"
    assert b"ruff==0.4.7\n" in (raised[0].files["requirements-dev.txt"] or b"")
