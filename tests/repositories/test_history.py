"""The commits between two versions."""

from __future__ import annotations

import hashlib
import os
import subprocess
import zlib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runbook_tui.repositories.git import Repository
from runbook_tui.repositories.history import issues
from runbook_tui.repositories.model import RepositoryError

if TYPE_CHECKING:
    from tests.repositories.conftest import MakeSource, Source


_WHO = b"author A <a@x> 1767225600 +0000\ncommitter A <a@x> 1767225600 +0000\n"


def _subjects(repository: Repository, base: str, target: str, path: str = ".") -> list[str]:
    return [commit.subject for commit in repository.commits(base, target, path)]


def test_one_commit_with_everything_in_it(source: Source) -> None:
    source.commit("one", {"a.txt": "1", "b.txt": "1"})
    sha = source.commit(
        "Add currency (#34)\non a second line\n\nCloses SHOP-12.\n\n- and UTF-8 names\n",
        {"a.txt": "2", "b.txt": None, "c/d.txt": "3"},
    )
    (commit,) = Repository.open(source.path).commits("main~1", "main")
    assert commit.sha == sha
    assert (commit.author, commit.email) == ("Ann", "ann@example.test")
    assert commit.at == datetime(2026, 1, 1, 1, 2, tzinfo=timezone(timedelta(hours=1)))
    assert commit.subject == "Add currency (#34) on a second line"
    assert commit.body == "Closes SHOP-12.\n\n- and UTF-8 names"
    assert commit.files == ("a.txt", "b.txt", "c/d.txt")
    assert commit.issues == ("#34", "SHOP-12")


def test_newest_first_and_merges_against_their_first_parent(source: Source) -> None:
    source.commit("base", {"a.txt": "1"})
    source.git("checkout", "--quiet", "-b", "feature")
    source.commit("feature", {"f.txt": "1"})
    source.git("checkout", "--quiet", "main")
    source.commit("meanwhile", {"a.txt": "2"})
    source.merge("feature", "Merge feature")
    source.commit("after", {"a.txt": "3"})
    commits = Repository.open(source.path).commits("main~3", "main")
    assert [c.subject for c in commits] == ["after", "Merge feature", "meanwhile", "feature"]
    assert [c.files for c in commits] == [("a.txt",), ("f.txt",), ("a.txt",), ("f.txt",)]


def test_only_commits_that_touch_the_path(source: Source) -> None:
    source.commit("base", {"billing/a.py": "1", "billing-ui/a.py": "1"})
    source.commit("billing", {"billing/a.py": "2", "shared.py": "1"})
    source.commit("ui", {"billing-ui/a.py": "2"})
    repository = Repository.open(source.path)
    (commit,) = repository.commits("main~2", "main", "billing")
    assert (commit.subject, commit.files) == ("billing", ("billing/a.py",))
    assert _subjects(repository, "main~2", "main", "./billing-ui/") == ["ui"]
    assert _subjects(repository, "main~2", "main", "*") == []
    for outside in ("../x", "/etc", "billing/../../x"):
        with pytest.raises(RepositoryError, match="leads out of the repository"):
            repository.commits("main~2", "main", outside)


def test_work_that_a_merge_threw_away_is_still_listed(source: Source) -> None:
    source.commit("base", {"a/x": "1"})
    source.git("checkout", "--quiet", "-b", "side")
    source.commit("try it", {"a/x": "2"})
    source.git("checkout", "--quiet", "main")
    source.commit("meanwhile", {"b": "1"})
    source.git("merge", "--quiet", "--no-ff", "--strategy=ours", "-m", "keep ours", "side")
    assert _subjects(Repository.open(source.path), "main~2", "main", "a") == ["try it"]


def test_a_rename_is_a_removal_and_an_addition(source: Source) -> None:
    source.commit("base", {"old.py": "same\n" * 20})
    source.commit("rename", {"old.py": None, "new.py": "same\n" * 20})
    repository = Repository.open(source.path)
    assert repository.commits("main~1", "main")[0].files == ("new.py", "old.py")
    assert repository.changed("main~1", "main") == {"new.py": "A", "old.py": "D"}


def test_a_moved_submodule_is_a_change_even_if_the_repository_hides_it(make_source: MakeSource) -> None:
    library = make_source("library")
    library.commit("one", {"lib.py": "1"})
    shop = make_source("shop")
    shop.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library.path), "lib")
    shop.commit("use it")
    moved = library.commit("two", {"lib.py": "2"})
    shop.git("-C", "lib", "fetch", "--quiet")
    shop.git("-C", "lib", "checkout", "--quiet", moved)
    shop.commit("move it")
    shop.git("config", "submodule.lib.ignore", "all")
    shop.git("config", "diff.ignoreSubmodules", "all")
    repository = Repository.open(shop.path)
    assert repository.commits("main~1", "main")[0].files == ("lib",)
    assert repository.changed("main~1", "main") == {"lib": "M"}
    assert list(repository.files("main")) == [".gitmodules"]


def test_the_same_commit_twice_has_nothing_between(source: Source) -> None:
    source.commit("one")
    assert Repository.open(source.path).commits("main", "main") == ()


def test_the_root_commit_has_files_even_if_the_repository_hides_them(source: Source) -> None:
    source.commit("start", {"a.txt": "1"})
    source.git("checkout", "--quiet", "--orphan", "fresh")
    source.commit("fresh start", {"b.txt": "1"})
    source.git("config", "log.showRoot", "false")
    (commit,) = Repository.open(source.path).commits("main", "fresh")
    assert commit.files == ("a.txt", "b.txt")


def test_what_moving_away_loses(source: Source) -> None:
    source.commit("base", {"a.txt": "1"})
    source.git("checkout", "--quiet", "-b", "running")
    source.commit("hotfix", {"hot.txt": "1"})
    source.commit("only here", {"only.txt": "1"})
    source.git("checkout", "--quiet", "main")
    source.commit("work", {"a.txt": "2"})
    source.git("cherry-pick", "running~1")
    repository = Repository.open(source.path)
    between = repository.compare("running", "main")
    assert between.diverged
    assert [c.subject for c in between.commits] == ["hotfix", "work"]
    assert [c.subject for c in between.lost] == ["only here"]
    assert [c.subject for c in repository.compare("running", "main", "only.txt").lost] == ["only here"]
    assert not repository.compare("running", "main", "a.txt").diverged
    assert not repository.compare("main~2", "main").diverged


def test_going_back_brings_nothing_and_loses_all(source: Source) -> None:
    source.commit("one")
    source.commit("two", {"a.txt": "1"})
    between = Repository.open(source.path).compare("main", "main~1")
    assert between.commits == ()
    assert [c.subject for c in between.lost] == ["two"]


@pytest.fixture
def shallow(source: Source, tmp_path: Path) -> Path:
    """A clone that knows v2 and v3 of v1, v2, v3, and of v2 only the commit itself."""
    for number in (1, 2, 3):
        source.commit(f"work {number}", {"a.txt": str(number)})
        source.git("tag", f"v{number}")
    source.git("clone", "--quiet", "--depth=2", source.path.as_uri(), str(tmp_path / "shallow"))
    return tmp_path / "shallow"


def test_a_shallow_clone_with_the_range_in_it(shallow: Path) -> None:
    assert _subjects(Repository.open(shallow), "v2", "v3") == ["work 3"]


def test_a_shallow_clone_without_the_base(shallow: Path) -> None:
    with pytest.raises(RepositoryError) as caught:
        Repository.open(shallow).resolve("deployed-2026")
    assert "the clone is shallow" in caught.value.remedy


def test_a_shallow_clone_cut_off_inside_the_range(shallow: Path, source: Source) -> None:
    source.git("-C", str(shallow), "fetch", "--quiet", "--depth=1", "origin", "tag", "v1")
    source.git("-C", str(shallow), "fetch", "--quiet", "--depth=1", "origin", "tag", "v3")
    repository = Repository.open(shallow)
    assert repository.resolve("v1").sha == source.git("rev-parse", "v1")
    with pytest.raises(RepositoryError) as caught:
        repository.commits("v1", "v3")
    assert "cut off between" in caught.value.what
    assert "fetch --unshallow" in caught.value.remedy


def test_a_missing_object_is_explained(source: Source) -> None:
    source.commit("one", {"a.txt": "1", "sub/b.txt": "1"})
    source.commit("two", {"a.txt": "2", "sub/b.txt": "2"})
    lost = source.git("rev-parse", "HEAD:sub")
    (source.path / ".git/objects" / lost[:2] / lost[2:]).unlink()
    with pytest.raises(RepositoryError, match="missing or damaged objects"):
        Repository.open(source.path).commits("main~1", "main")


def test_missing_contents_of_a_partial_clone_are_never_fetched(source: Source, tmp_path: Path) -> None:
    source.commit("one", {"a.txt": "1"})
    source.git("config", "uploadpack.allowFilter", "true")
    copy = tmp_path / "partial"
    source.git("clone", "--quiet", "--no-checkout", "--filter=blob:none", source.path.as_uri(), str(copy))
    repository = Repository.open(copy)
    with pytest.raises(RepositoryError, match="without --filter"):
        repository.read("main", ["a.txt"])
    with pytest.raises(RepositoryError, match="without --filter"):
        repository.grep("main", ["1"])


def _store(source: Source, content: bytes) -> str:
    """Put a commit object into a repository that git itself would refuse to make."""
    data = b"commit %d\0" % len(content) + content
    name = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    path = source.path / ".git/objects" / name[:2] / name[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(data))
    return name


def test_bytes_that_are_not_utf8_are_visible(source: Source) -> None:
    base = source.commit("base")
    (source.path / os.fsdecode(b"bad\xff\n.txt")).write_text("needle")
    head = f"tree {source.tree()}\nparent {base}\n".encode() + _WHO
    undeclared = _store(source, head + b"\ncaf\xe9\n")
    declared = _store(source, head + b"encoding ISO-8859-1\n\ncaf\xe9\n")
    repository = Repository.open(source.path)
    (commit,) = repository.commits(base, undeclared)
    assert commit.subject == "caf\\xe9"
    assert commit.files == ("bad\\xff\n.txt",)
    assert _subjects(repository, base, declared) == ["café"]
    assert repository.read(declared, ["bad\\xff\n.txt"]) == {"bad\\xff\n.txt": b"needle"}
    assert [hit.path for hit in repository.grep(declared, ["needle"])] == ["bad\\xff\n.txt"]


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (b"1767225600 +0530", datetime(2026, 1, 1, 5, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))),
        (
            b"1767225600 -0330",
            datetime(2025, 12, 31, 20, 30, tzinfo=timezone(-timedelta(hours=3, minutes=30))),
        ),
        (b"1767225600 +9999", datetime(2026, 1, 1, tzinfo=UTC)),
        (b"99999999999999 +0000", datetime(1970, 1, 1, tzinfo=UTC)),
        (b"", datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_impossible_dates(source: Source, date: bytes, expected: datetime) -> None:
    base = source.commit("base")
    head = f"tree {source.tree()}\nparent {base}\n".encode()
    odd = _store(source, head + b"author A <a@x> %s\ncommitter A <a@x> 1767225600 +0000\n\nodd\n" % date)
    (commit,) = Repository.open(source.path).commits(base, odd)
    assert commit.at == expected
    assert commit.at.utcoffset() == expected.utcoffset()


def test_a_message_with_nul_does_not_begin_another_commit(source: Source) -> None:
    base = source.commit("base")
    forged = b"\0>\0" + b"f" * 40 + b"\0\0Eve\0eve@x\0" + b"1767225600 +0000\0forged\0\0"
    head = f"tree {source.tree()}\nparent {base}\n".encode()
    odd = _store(source, head + _WHO + b"\nhonest" + forged)
    (commit,) = Repository.open(source.path).commits(base, odd)
    assert (commit.sha, commit.subject) == (odd, "honest")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare repository to import into."""
    path = tmp_path_factory.mktemp("messages") / "store.git"
    subprocess.run(["git", "init", "--quiet", "--bare", path], check=True)
    return path


_MESSAGE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)
_FORGED = st.sampled_from(
    ["\n:100644 100644 0 0 M\n", "> ", "---\nkind: forged\n", "\x1b]52;c;x\x07", "[/bold]"]
)
_IGNORED = str.maketrans("", "", " \t\r\n")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    messages=st.lists(st.one_of(_MESSAGE, st.tuples(_MESSAGE, _FORGED).map("".join)), min_size=1, max_size=5)
)
def test_any_message_comes_back(store: Path, messages: list[str]) -> None:
    stream = [b"reset refs/heads/main\n"]
    for index, message in enumerate(["base", *messages]):
        data = message.encode()
        parent = b"" if index == 0 else b"from :%d\n" % index
        stream.append(
            b"commit refs/heads/main\nmark :%d\ncommitter N <n@x> %d +0000\n"
            b"data %d\n%s\n%sM 100644 inline %d\ndata 1\nx\n"
            % (index + 1, 1767225600 + index, len(data), data, parent, index)
        )
    subprocess.run(
        ["git", "-C", store, "fast-import", "--quiet", "--force"], input=b"".join(stream), check=True
    )
    commits = Repository.open(store).commits(f"main~{len(messages)}", "main")
    assert [c.files for c in commits] == [(str(index),) for index in range(len(messages), 0, -1)]
    for commit, message in zip(commits, reversed(messages), strict=True):
        assert (commit.subject + commit.body).translate(_IGNORED) == message.translate(_IGNORED)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SHOP-12: fix, SHOP-12 again and PAY-3", ("SHOP-12", "PAY-3")),
        ("Merge pull request #7 from x/y (#8)", ("#7", "#8")),
        ("UTF-8, SHA-256, CVE-2026-1, ISO-8601", ()),
        ("shop-12 A-1 xSHOP-1 #x a#5 &#39; ##2 #3a", ()),
        ("A1B2-3", ("A1B2-3",)),
    ],
)
def test_issue_keys(text: str, found: tuple[str, ...]) -> None:
    assert issues(text) == found


def test_several_paths_are_compared_as_each_alone(source: Source) -> None:
    base = source.commit("0", {"a/x": "1", "b/x": "1", "ab": "1"})
    source.commit("1", {"a/x": "2"})
    source.commit("2", {"b/x": "2", "a/y": "1"})
    straight = source.commit("3", {"ab": "2"})
    source.git("checkout", "--quiet", "-b", "side", base)
    source.commit("4", {"a/z": "1"})
    source.git("checkout", "--quiet", "main")
    merged = source.merge("side")
    repository = Repository.open(source.path)
    paths = ["a", "b", "ab", ".", "gone"]
    for target in (straight, merged):
        found = repository.compare_all(base, target, paths)
        for path in paths:
            alone = repository.compare(base, target, path)
            assert (found[path].commits, found[path].lost) == (alone.commits, alone.lost), path
