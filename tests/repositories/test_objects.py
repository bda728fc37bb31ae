"""Files at a commit: their names, contents, changes, words, and where they came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runbook_tui.repositories.git import Repository
from runbook_tui.repositories.model import Hit, RepositoryError

if TYPE_CHECKING:
    from tests.repositories.conftest import Source


def test_files_of_a_folder(source: Source) -> None:
    source.commit("one", {"db/1.sql": "a", "db/sub/2.sql": "a", "db2/3.sql": "b", "db.sql": "c"})
    (source.path / "link").symlink_to("db.sql")
    source.commit("two", {"db/1.sql": "changed"})
    repository = Repository.open(source.path)
    before, after = repository.files("main~1", "db"), repository.files("main", "db")
    assert list(before) == ["db/1.sql", "db/sub/2.sql"]
    assert before["db/1.sql"] == before["db/sub/2.sql"] == after["db/sub/2.sql"] != after["db/1.sql"]
    assert sorted(repository.files("main")) == ["db.sql", "db/1.sql", "db/sub/2.sql", "db2/3.sql", "link"]
    assert list(repository.files_under("main", ["db2", "db/sub"])) == ["db/sub/2.sql", "db2/3.sql"]
    assert repository.files("main", "nowhere") == {}


def test_contents_byte_for_byte(source: Source) -> None:
    binary = bytes(range(256)) * 3
    files: dict[str, bytes | str] = {
        "a\nb.bin": binary,
        "empty": b"",
        "same": b"x\n",
        "again": b"x\n",
        "-n": "dash",
    }
    source.commit("one", files)
    contents = Repository.open(source.path).read("main", [*files, "missing", "."])
    assert contents == {"a\nb.bin": binary, "empty": b"", "same": b"x\n", "again": b"x\n", "-n": b"dash"}
    assert Repository.open(source.path).read("main", []) == {}


def test_a_blob_that_does_not_exist(source: Source) -> None:
    source.commit("one")
    with pytest.raises(RepositoryError, match="lacks the content of 1 files"):
        Repository.open(source.path).read_blobs(["0" * 40])


def test_changes_between_two_commits(source: Source) -> None:
    source.commit("one", {"a/kept": "1", "a/edited": "1", "a/gone": "1", "a/link": "1", "b": "1"})
    (source.path / "a/link").unlink()
    (source.path / "a/link").symlink_to("kept")
    source.commit("two", {"a/edited": "2", "a/gone": None, "a/new": "1", "b": "2"})
    changed = Repository.open(source.path).changed("main~1", "main", "a")
    assert changed == {"a/edited": "M", "a/gone": "D", "a/new": "A", "a/link": "M"}


def test_whole_words_in_path_order(source: Source) -> None:
    files: dict[str, str | bytes] = {
        "b.py": "total = 1\nsubtotal = 2\n  x = TOTAL\n",
        "a/q.sql": "select old.total,\n  legacy from t\n",
        "data.bin": b"\0total",
        "db/0001.sql": "drop column total",
        "db2/x.sql": "total",
    }
    source.commit("one", files)
    source.commit("two", {"b.py": "nothing"})
    hits = Repository.open(source.path).grep("main~1", ["total", "legacy"], exclude=["db"])
    assert hits == (
        Hit("a/q.sql", 1, "select old.total,"),
        Hit("a/q.sql", 2, "legacy from t"),
        Hit("b.py", 1, "total = 1"),
        Hit("db2/x.sql", 1, "total"),
    )


def test_a_search_stays_in_its_path_and_limit(source: Source) -> None:
    source.commit("one", {"a/x": "word\n" * 10, "b/x": "word\n"})
    repository = Repository.open(source.path)
    assert [hit.path for hit in repository.grep("main", ["word"], "b")] == ["b/x"]
    assert len(repository.grep("main", ["word"], limit=3)) == 3


@pytest.mark.parametrize("name", ["a.c", "a*", "-e", "--open-files-in-pager=touch x", "$(x)", "[ab]"])
def test_names_are_neither_patterns_nor_options(source: Source, name: str) -> None:
    source.commit("one", {"x": f"abc aab\n<{name}>\n"})
    assert [hit.line for hit in Repository.open(source.path).grep("main", [name])] == [2]


@pytest.mark.parametrize("names", [[], [""], ["a\nb"], ["a\x00"]])
def test_names_that_cannot_stand_in_a_line_find_nothing(source: Source, names: list[str]) -> None:
    source.commit("one", {"x": "a\nb\n"})
    assert Repository.open(source.path).grep("main", names) == ()


def test_long_lines_are_cut(source: Source) -> None:
    source.commit("one", {"min.js": "x" * 100_000 + " word"})
    (hit,) = Repository.open(source.path).grep("main", ["word"])
    assert len(hit.text) == 500


def test_the_merge_that_brought_a_file_in(source: Source) -> None:
    source.commit("base", {"db/0001.sql": "1"})
    source.git("checkout", "--quiet", "-b", "feature")
    source.commit("add migration", {"db/0002.sql": "2"})
    source.git("checkout", "--quiet", "main")
    parent = source.commit("other", {"a": "1"})
    merge = source.merge("feature")
    direct = source.commit("directly", {"db/0003.sql": "3"})
    repository = Repository.open(source.path)
    found = repository.introductions("main~3", "main", ["db/0001.sql", "db/0002.sql", "db/0003.sql"])
    assert found == {"db/0002.sql": (merge, parent), "db/0003.sql": (direct, merge)}
    assert repository.introduced("main~3", "main", "db/0002.sql") == (merge, parent)
    assert repository.introduced("main~3", "main", "db/0001.sql") is None
    assert "db/0002.sql" not in repository.files(parent, "db")


def test_a_file_that_was_added_twice(source: Source) -> None:
    source.commit("base")
    source.commit("add", {"m.sql": "1"})
    parent = source.commit("revert", {"m.sql": None})
    again = source.commit("add again", {"m.sql": "1"})
    assert Repository.open(source.path).introduced("main~3", "main", "m.sql") == (again, parent)


def test_paths_at_commits_are_read_without_listing_them(source: Source) -> None:
    first = source.commit("1", {"api/a b.yaml": "one\n", "api/c.yaml": b"\x00\n\n"})
    second = source.commit("2", {"api/a b.yaml": "two"})
    repository = Repository.open(source.path)
    wanted = [(first, "api/a b.yaml"), (second, "./api/a b.yaml"), (second, "api"), (second, "gone missing"),
              (first, "api/c.yaml"), (first, "a\nb")]  # fmt: skip
    found = repository.read_at(wanted)
    assert {pair: data for pair, (_, data) in found.items()} == {
        (first, "api/a b.yaml"): b"one\n",
        (second, "./api/a b.yaml"): b"two",
        (first, "api/c.yaml"): b"\x00\n\n",
    }
    assert found[first, "api/a b.yaml"][0] == repository.files(first)["api/a b.yaml"]
    assert repository.read_at([]) == {}


def test_links_are_followed_as_far_as_the_repository_goes(source: Source) -> None:
    source.commit("1", {"api/real.yaml": "one\n"})
    links = {
        "in": "api/real.yaml",
        "out": "../../etc/passwd",
        "gone": "nowhere",
        "loop": "loop",
        "folder": "api",
    }
    for name, target in links.items():
        (source.path / name).symlink_to(target)
    commit = source.commit("2", {"last": "x"})
    repository = Repository.open(source.path)
    found = repository.read_at([(commit, name) for name in [*links, "in/deeper", "last"]])
    assert {path: data for (_, path), (_, data) in found.items()} == {"in": b"one\n", "last": b"x"}


def test_commits_that_changed_a_path_with_their_parents(source: Source) -> None:
    first = source.commit("1", {"a": "1"})
    other = source.commit("2", {"b": "1"})
    second = source.commit("3", {"a": "2"})
    repository = Repository.open(source.path)
    assert repository.changes_of("a", second) == ((second, other), (first, None))
    assert repository.changes_of("a", second, first) == ((second, other),)
    assert repository.changes_of("gone", second) == ()


def test_a_commit_contains_itself_and_its_ancestors(source: Source) -> None:
    first, second = source.commit("1"), source.commit("2")
    repository = Repository.open(source.path)
    assert repository.contains(second, first)
    assert repository.contains(first, first)
    assert not repository.contains(first, second)
