"""Which folders can be opened, and what is said about those that cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runbook_tui.repositories.git import Repository
from runbook_tui.repositories.model import RepositoryError

if TYPE_CHECKING:
    from tests.repositories.conftest import MakeSource, Source


def _refused(path: Path) -> RepositoryError:
    with pytest.raises(RepositoryError) as caught:
        Repository.open(path)
    return caught.value


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    error = _refused(tmp_path / "gone")
    assert error.what == f"{tmp_path / 'gone'} does not exist"
    assert "clone" in error.remedy


def test_a_plain_folder_is_no_repository(tmp_path: Path) -> None:
    assert "is not a git repository" in str(_refused(tmp_path))


def test_paths_that_the_system_refuses(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / ".git").write_text("gitdir: ../loop\n")
    for path in (tmp_path / ("x" * 300), tmp_path / "loop", tmp_path / "in"):
        error = _refused(path)
        assert error.what.startswith(str(path))
        assert error.remedy


def test_a_folder_inside_a_repository_is_not_searched_upwards(source: Source) -> None:
    source.commit("one", {"services/billing/app.py": "1"})
    error = _refused(source.path / "services/billing")
    assert "inside the repository" in error.what
    assert error.remedy == "write the root as `repository` and `path: services/billing`"


def test_a_repository_without_commits(source: Source) -> None:
    assert "has no commits yet" in str(_refused(source.path))


def test_a_detached_head_without_any_ref_is_not_empty(source: Source) -> None:
    sha = source.commit("one")
    source.git("checkout", "--quiet", "--detach")
    source.git("branch", "--delete", "--force", "main")
    assert Repository.open(source.path).resolve("HEAD").sha == sha


@pytest.mark.parametrize("options", [(), ("--bare",), ("--object-format=sha256",)])
def test_bare_and_sha256_repositories(
    make_source: MakeSource, tmp_path: Path, options: tuple[str, ...]
) -> None:
    origin = make_source("origin", *(o for o in options if o != "--bare"))
    base = origin.commit("one", {"a.txt": "1"})
    target = origin.commit("two", {"b.txt": "2"})
    origin.git("tag", "-a", "v1", "-m", "first", base)
    copy = tmp_path / "copy.git"
    origin.git("clone", "--quiet", *(o for o in options if o == "--bare"), str(origin.path), str(copy))
    repository = Repository.open(copy)
    assert repository.resolve("v1").sha == base
    assert [c.sha for c in repository.commits("v1", "main")] == [target]
    assert repository.read(target, ["a.txt", "b.txt"]) == {"a.txt": b"1", "b.txt": b"2"}
    assert [hit.path for hit in repository.grep(target, ["2"])] == ["b.txt"]


def test_packed_refs(source: Source) -> None:
    base = source.commit("one")
    source.git("tag", "-a", "v1", "-m", "first")
    source.commit("two")
    source.git("pack-refs", "--all")
    assert Repository.open(source.path).resolve("v1").sha == base


def test_a_linked_work_tree(source: Source, tmp_path: Path) -> None:
    source.commit("one")
    source.git("worktree", "add", "--quiet", "-b", "hotfix", str(tmp_path / "linked"))
    sha = source.git("rev-parse", "hotfix")
    linked = Repository.open(tmp_path / "linked")
    assert linked.resolve("HEAD").sha == linked.resolve("main").sha == sha


def test_a_work_tree_whose_repository_is_gone(source: Source, tmp_path: Path) -> None:
    source.commit("one")
    source.git("worktree", "add", "--quiet", str(tmp_path / "linked"))
    source.path.rename(tmp_path / "moved")
    assert "which does not exist" in str(_refused(tmp_path / "linked"))


def test_a_submodule_is_a_repository_of_its_own(make_source: MakeSource) -> None:
    library = make_source("library")
    sha = library.commit("one", {"lib.py": "1"})
    shop = make_source("shop")
    shop.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library.path), "lib")
    shop.commit("use it")
    assert Repository.open(shop.path / "lib").resolve("main").sha == sha


def test_a_path_that_looks_like_a_variable(make_source: MakeSource) -> None:
    odd = make_source("~$HOME 'x' é")
    sha = odd.commit("one")
    assert Repository.open(odd.path).resolve("main").sha == sha


def test_an_unknown_repository_format(source: Source) -> None:
    source.commit("one")
    source.git("config", "core.repositoryFormatVersion", "99")
    assert "format that this git cannot read" in str(_refused(source.path))


def test_a_broken_configuration_file(source: Source) -> None:
    source.commit("one")
    (source.path / ".git/config").write_text("[core\n")
    assert "git configuration" in str(_refused(source.path))


def test_variables_of_a_surrounding_git_are_not_inherited(
    source: Source, make_source: MakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_source("other")
    other.commit("elsewhere")
    sha = source.commit("one", {"a.txt": "1"})
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other.path / ".git/objects"))
    monkeypatch.setenv("GIT_NAMESPACE", "hidden")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    repository = Repository.open(source.path)
    assert repository.resolve("main").sha == sha
    assert repository.read(sha, ["a.txt"]) == {"a.txt": b"1"}


@pytest.fixture
def foreign(source: Source) -> Source:
    """A repository of another user; only root can make one."""
    if os.geteuid() != 0:
        pytest.skip("giving files away needs root")
    source.commit("one")
    os.chown(source.path / ".git", 12345, 12345)
    return source


def test_a_repository_of_another_user_is_refused(foreign: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    error = _refused(foreign.path)
    assert "belongs to another user (user id 12345)" in error.what
    assert f"safe.directory {foreign.path}" in error.remedy


@pytest.mark.parametrize(
    ("declared", "opens"),
    [("{path}", True), ("{parent}/*", True), ("*", True), ("{path}-not", False), ("", False)],
)
def test_the_users_own_safe_directories_count(
    foreign: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, declared: str, opens: bool
) -> None:
    settings = tmp_path / "gitconfig"
    value = declared.format(path=foreign.path, parent=foreign.path.parent)
    settings.write_text(
        f'[safe]\n directory = "{foreign.path if not value else "/x"}"\n directory = "{value}"\n'
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    if opens:
        Repository.open(foreign.path)
    else:
        _refused(foreign.path)


def test_a_repository_cannot_declare_itself_safe(foreign: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    with (foreign.path / ".git/config").open("a") as config:
        config.write("[safe]\n directory = *\n")
    _refused(foreign.path)


def test_without_git_the_user_is_told(source: Source) -> None:
    source.commit("one")
    script = (
        "import sys\nfrom pathlib import Path\nfrom runbook_tui.repositories.git import Repository\n"
        "from runbook_tui.repositories.model import RepositoryError\n"
        "try:\n    Repository.open(Path(sys.argv[1]))\nexcept RepositoryError as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, source.path],
        env={"PATH": "/nonexistent"},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    assert done.stdout == "git cannot be started; expected the program git on PATH; install git\n"
