"""A repository whose own files and settings try to run programs or to bend what is read."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runbook_tui.repositories.git import Repository
from runbook_tui.repositories.model import RepositoryError

if TYPE_CHECKING:
    from tests.repositories.conftest import MakeSource, Source

_COMMANDS = [
    "core.fsmonitor",
    "core.pager",
    "core.editor",
    "core.sshCommand",
    "core.askPass",
    "core.alternateRefsCommand",
    "core.gitProxy",
    "pager.log",
    "pager.grep",
    "pager.diff-tree",
    "diff.external",
    "diff.trap.textconv",
    "diff.trap.command",
    "filter.trap.clean",
    "filter.trap.smudge",
    "merge.trap.driver",
    "gpg.program",
    "credential.helper",
    "remote.origin.uploadpack",
    "interactive.diffFilter",
    "sequence.editor",
    "trailer.trap.command",
    "submodule.trap.update",
    "uploadpack.packObjectsHook",
]

_SETTINGS = {
    "log.showSignature": "true",
    "diff.trap.cachetextconv": "false",
    "remote.origin.promisor": "true",
    "remote.origin.partialclonefilter": "blob:none",
    "protocol.ext.allow": "always",
    "color.ui": "always",
    "grep.fullName": "false",
    "grep.column": "true",
    "grep.patternType": "perl",
    "grep.fallbackToNoIndex": "true",
    "submodule.recurse": "true",
    "diff.renames": "copies",
    "diff.relative": "true",
    "diff.orderFile": "/nonexistent",
    "diff.noprefix": "true",
    "core.quotePath": "true",
    "core.abbrev": "4",
    "log.follow": "true",
    "log.diffMerges": "off",
    "log.date": "relative",
    "log.mailmap": "true",
    "format.pretty": "oneline",
    "notes.displayRef": "*",
    "i18n.logOutputEncoding": "UTF-16",
    "core.worktree": "/",
}

_SIGNATURE = "-----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----"


@pytest.fixture
def trapped(source: Source, tmp_path: Path) -> Source:
    """Two tagged versions in a repository where everything that can be a program writes a file into ``markers``."""
    markers = tmp_path / "markers"
    markers.mkdir()
    source.commit("base", {".gitattributes": "* diff=trap filter=trap merge=trap\n", "a.txt": "one\n"})
    source.git("tag", "-a", "v1", "-m", "v1")
    source.commit("work", {"a.txt": "two\n", "db/1.sql": "three\n"})
    signed = source.git("cat-file", "commit", "HEAD").replace("\n\n", f"\ngpgsig {_SIGNATURE}\n\n", 1)
    source.git(
        "reset", source.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=f"{signed}\n".encode())
    )
    source.git("tag", "-a", "v2", "-m", "v2")
    source.commit("latest", {"a.txt": "three\n"})
    source.git("update-ref", "refs/remotes/origin/main", "main")

    def trap(name: str) -> str:
        script = tmp_path / f"trap-{name}"
        script.write_text(f"#!/bin/sh\n: > '{markers}/{name}'\ncat \"$1\" 2>/dev/null\n")
        script.chmod(0o755)
        return str(script)

    included = tmp_path / "included"
    lines = ['[remote "origin"]', f" url = {source.path}/nowhere.git"]
    for setting in _COMMANDS:
        section, _, name = setting.rpartition(".")
        head, _, middle = section.partition(".")
        lines += [f'[{head} "{middle}"]' if middle else f"[{head}]", f" {name} = {trap(setting)}"]
    lines += ["[alias]", *(f' {name} = "!{trap("alias")}"' for name in ("log", "cat-file", "grep"))]
    hooks = source.path / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    for name in (
        "reference-transaction",
        "post-index-change",
        "post-checkout",
        "fsmonitor-watchman",
        "pre-auto-gc",
    ):
        (hooks / name).write_bytes(Path(trap(f"hook-{name}")).read_bytes())
        (hooks / name).chmod(0o755)
    included.write_text("\n".join(lines))
    for setting, value in _SETTINGS.items():
        source.git("config", setting, value)
    with (source.path / ".git/config").open("a") as config:
        config.write(f"[include]\n path = {included}\n")
    return source


def _markers(trapped: Source) -> list[str]:
    return sorted(path.name for path in (trapped.path.parent / "markers").iterdir())


def _call_everything(path: Path) -> None:
    repository = Repository.open(path)
    base, target = repository.resolve("v1").sha, repository.resolve("v*").sha
    between = repository.compare(base, target)
    assert [(c.author, c.subject, c.files) for c in between.commits] == [
        ("Ann", "work", ("a.txt", "db/1.sql"))
    ]
    assert repository.compare(target, base).lost == between.commits
    assert [c.files for c in repository.commits(base, target, "db")] == [("db/1.sql",)]
    assert sorted(repository.files(target)) == [".gitattributes", "a.txt", "db/1.sql"]
    assert repository.read(target, ["a.txt"]) == {"a.txt": b"two\n"}
    assert repository.changed(base, target) == {"a.txt": "M", "db/1.sql": "A"}
    assert [hit.path for hit in repository.grep(target, ["two", "three"])] == ["a.txt", "db/1.sql"]
    assert repository.introduced(base, target, "db/1.sql") == (target, base)
    assert repository.tag_at(target) == "v2"


def test_nothing_that_the_repository_names_is_run(trapped: Source) -> None:
    _call_everything(trapped.path)
    assert _markers(trapped) == []
    # The traps are real: these are what a careless reader would have called.
    for command in (
        ["status"],
        ["log", "-2"],
        ["cat-file", "--textconv", "HEAD:a.txt"],
        ["diff", "HEAD~1"],
        ["--paginate", "tag"],
    ):
        options = [f"--work-tree={trapped.path}", "-c", "diff.orderFile=/dev/null"]
        subprocess.run(["git", *options, *command], cwd=trapped.path, capture_output=True, check=False)
    assert {"core.fsmonitor", "gpg.program", "diff.trap.textconv", "filter.trap.clean"} <= set(
        _markers(trapped)
    )


def test_a_missing_object_asks_no_promisor(trapped: Source) -> None:
    lost = trapped.git("rev-parse", "v2:db/1.sql")
    (trapped.path / ".git/objects" / lost[:2] / lost[2:]).unlink()
    (trapped.path.parent / "markers/remote.origin.uploadpack").unlink(missing_ok=True)
    repository = Repository.open(trapped.path)
    with pytest.raises(RepositoryError):
        repository.read("v2", ["db/1.sql"])
    with pytest.raises(RepositoryError):
        repository.grep("v2", ["three"])
    assert _markers(trapped) == []


def test_a_fetch_runs_nothing_that_the_repository_names(trapped: Source, make_source: MakeSource) -> None:
    origin = make_source("origin")
    sha = origin.commit("elsewhere")
    origin.git("tag", "v9")
    trapped.git("config", "remote.origin.url", origin.path.as_uri())
    trapped.git("config", "--unset", "core.worktree")
    repository = Repository.open(trapped.path)
    repository.fetch()
    assert repository.resolve("v9").sha == sha
    trapped.git("config", "remote.origin.url", "ssh://127.0.0.1:1/shop.git")
    with pytest.raises(RepositoryError, match="could not be fetched"):
        repository.fetch()
    assert _markers(trapped) == []


@pytest.mark.parametrize(
    "url", ["ext::sh -c 'touch {}/ext' x", "-oProxyCommand=x", "nope://x/y", "/nonexistent"]
)
def test_a_fetch_from_an_impossible_place_is_explained(source: Source, tmp_path: Path, url: str) -> None:
    source.commit("one")
    source.git("config", "protocol.ext.allow", "always")
    source.git("config", "remote.origin.url", url.format(tmp_path))
    with pytest.raises(RepositoryError, match=r"could not be fetched: .*yourself"):
        Repository.open(source.path).fetch()
    assert not (tmp_path / "ext").exists()


def test_files_in_the_git_directory_do_not_shadow_refs(source: Source) -> None:
    first = source.commit("one")
    source.git("tag", "v1")
    second = source.commit("two")
    (source.path / ".git/v1").write_text(f"{second}\n")
    (source.path / ".git/main").write_text(f"{first}\n")
    repository = Repository.open(source.path)
    assert (repository.resolve("v1").sha, repository.resolve("main").sha) == (first, second)


def test_replacements_and_grafts_do_not_change_history(source: Source) -> None:
    for message in ("one", "two", "three"):
        source.commit(message)
    source.git("replace", "--graft", "main", "main~2")
    (source.path / ".git/info").mkdir(exist_ok=True)
    (source.path / ".git/info/grafts").write_text(f"{source.head}\n")
    repository = Repository.open(source.path)
    assert [c.subject for c in repository.commits("main~2", "main")] == ["three", "two"]
