"""What a ref of the manifest resolves to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runbook_tui.repositories.git import Repository
from runbook_tui.repositories.model import RepositoryError, Resolved
from runbook_tui.repositories.refs import version_key

if TYPE_CHECKING:
    from tests.repositories.conftest import Source

HOSTILE_NAMES = [
    "a;id",
    "$(id)",
    "`id`",
    "a&&b",
    "a|b",
    "a'b",
    'a"b',
    "a{{x}}",
    "a$IFS",
    "<b>",
    "\u202eevil",
    "%(objectname)",
    "main@",
    "HEAD",
]


def _unresolved(repository: Repository, ref: str) -> RepositoryError:
    with pytest.raises(RepositoryError) as caught:
        repository.resolve(ref)
    return caught.value


def test_every_way_to_name_a_commit(source: Source) -> None:
    first = source.commit("one")
    source.git("tag", "v1")
    source.git("tag", "-a", "v1-annotated", "-m", "first")
    source.git("tag", "-a", "nested", "-m", "tag of a tag", "v1-annotated")
    second = source.commit("two")
    source.git("update-ref", "refs/remotes/origin/main", first)
    repository = Repository.open(source.path)
    assert repository.resolve("v1") == Resolved("v1", first, "v1")
    assert repository.resolve("refs/tags/v1") == Resolved("refs/tags/v1", first, "v1")
    assert repository.resolve("v1-annotated") == Resolved("v1-annotated", first, "v1-annotated")
    assert repository.resolve("nested").sha == first
    assert repository.resolve("main") == Resolved("main", second, None)
    for ref in ("refs/heads/main", "HEAD", second, second[:9], "v1-annotated~0^{}", "@"):
        assert repository.resolve(ref).tag is None
    assert repository.resolve("origin/main").sha == repository.resolve("main~1").sha == first


def test_all_refs_are_answered_together(source: Source) -> None:
    sha = source.commit("one")
    answers = Repository.open(source.path).resolve_all(["main", "gone", "v*", "main"])
    assert answers["main"] == Resolved("main", sha, None)
    assert {ref for ref, answer in answers.items() if isinstance(answer, RepositoryError)} == {"gone", "v*"}


def test_a_deleted_tag_brings_close_names(source: Source) -> None:
    source.commit("one")
    for tag in ("v2.4.0", "v2.4.1", "release-1"):
        source.git("tag", tag)
    source.git("tag", "v2.4.2")
    source.git("tag", "--delete", "v2.4.2")
    error = _unresolved(Repository.open(source.path), "v2.4.2")
    assert "has no commit v2.4.2" in error.what
    assert error.remedy == "did you mean v2.4.1 or v2.4.0?"


def test_a_branch_that_only_the_remote_has(source: Source) -> None:
    sha = source.commit("one")
    source.git("update-ref", "refs/remotes/origin/release-7", sha)
    assert _unresolved(Repository.open(source.path), "release-7").remedy == "did you mean origin/release-7?"


def test_nothing_close_says_fetch(source: Source) -> None:
    source.commit("one")
    assert "fetch --tags" in _unresolved(Repository.open(source.path), "zebra").remedy


@pytest.mark.parametrize(
    "ref", ["", "--help", "-1", "--output=x", "a\nmain", "main\x00", "^main", "a..b", ":", "-"]
)
def test_what_is_no_ref_names_no_commit(source: Source, ref: str) -> None:
    source.commit("one")
    _unresolved(Repository.open(source.path), ref)
    assert sorted(path.name for path in source.path.iterdir()) == [".git"]


def test_what_is_no_commit_is_refused(source: Source) -> None:
    source.commit("one", {"a.txt": "1"})
    source.git("tag", "tree", "HEAD^{tree}")
    repository = Repository.open(source.path)
    _unresolved(repository, "tree")
    _unresolved(repository, source.git("rev-parse", "HEAD:a.txt"))
    _unresolved(repository, "0" * 40)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_names_are_only_names(source: Source, name: str) -> None:
    wanted = source.commit("one")
    source.commit("two")
    source.git("update-ref", f"refs/heads/{name}", wanted)
    repository = Repository.open(source.path)
    full = f"refs/heads/{name}"
    assert repository.resolve(full).sha == wanted
    assert repository.resolve(name).sha == wanted
    assert [commit.subject for commit in repository.commits(full, "main")] == ["two"]


def test_a_name_that_is_tag_and_branch(source: Source) -> None:
    first = source.commit("one")
    source.git("tag", "-a", "stable", "-m", "x")
    source.git("branch", "stable")
    assert Repository.open(source.path).resolve("stable") == Resolved("stable", first, "stable")
    second = source.commit("two")
    source.git("branch", "--force", "stable")
    repository = Repository.open(source.path)
    assert "refs/tags/stable or refs/heads/stable" in _unresolved(repository, "stable").remedy
    assert repository.resolve("refs/heads/stable").sha == second


def test_a_tag_glob_takes_the_newest_version(source: Source) -> None:
    for tag in ("v2.9", "v2.10-rc1", "v2.10", "v2.8.12", "v3.0", "other-9"):
        source.commit(tag)
        source.git("tag", "-a", tag, "-m", tag)
    repository = Repository.open(source.path)
    assert repository.resolve("v2.*").tag == "v2.10"
    assert repository.resolve("v2.[0-9]*").sha == source.git("rev-parse", "v2.10^{commit}")
    assert repository.resolve("v2.8.?2").tag == "v2.8.12"
    error = _unresolved(repository, "w*")
    assert error.what == "no tag matches w*"
    assert error.remedy == "its newest tags: v3.0, v2.10, v2.10-rc1"


def test_the_tag_of_a_commit(source: Source) -> None:
    sha = source.commit("one")
    for tag in ("v1.9", "v1.10", "v1.10-rc2"):
        source.git("tag", "-a", tag, "-m", tag)
    other = source.commit("two")
    repository = Repository.open(source.path)
    assert repository.tag_at(sha) == "v1.10"
    assert repository.tag_at(other) is None


def test_versions_stand_in_their_order() -> None:
    ordered = [
        "v1.9",
        "v1.10.dev1",
        "1.10-alpha.2",
        "v1.10-beta1",
        "v1.10-rc2",
        "v1.10rc10",
        "v1.10",
        "v1.10-hotfix",
        "1.10.0",
        "v1.10.1",
        "v2.0.0-rc.1",
        "v2.0.0",
        "2026.01.31",
    ]
    assert sorted(sorted(ordered), key=version_key) == ordered


@given(st.lists(st.lists(st.integers(0, 300), min_size=3, max_size=3), max_size=8))
def test_numbers_are_compared_as_numbers(versions: list[list[int]]) -> None:
    tags = ["v" + ".".join(map(str, version)) for version in versions]
    assert sorted(tags, key=version_key) == [
        "v" + ".".join(map(str, version)) for version in sorted(versions)
    ]


@given(st.text(), st.text())
def test_any_two_names_can_be_compared(left: str, right: str) -> None:
    assert (version_key(left) == version_key(right)) == (left == right)
    assert (version_key(left) < version_key(right)) != (
        version_key(right) < version_key(left)
    ) or left == right
