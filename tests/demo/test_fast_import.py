from __future__ import annotations

import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from runbook_tui.repositories.fast_import import NewCommit, NewTag, Person, create_repository
from runbook_tui.repositories.model import RepositoryError

ANN = Person("Ann Õ", "ann@shop.example")
AT = datetime(2026, 5, 4, 10, 12, 7, tzinfo=timezone(timedelta(hours=5, minutes=30)))
COMMITS = [
    NewCommit(
        ANN,
        AT,
        "First\n\nwith a body\n",
        (),
        {"a b.txt": b"one\r\n", "gone.txt": b"", 'quo"te\\.txt': b"\xff"},
    ),
    NewCommit(ANN, AT + timedelta(hours=1), "Beside\n", (0,), {"b.txt": b"two\n"}),
    NewCommit(ANN, AT + timedelta(hours=2), "On main\n", (0,), {"gone.txt": None}),
    NewCommit(ANN, AT + timedelta(hours=3), "Merge\n", (2, 1), {"b.txt": b"two\n"}),
]
TAGS = [NewTag("v1.0.0", 3, ANN, AT + timedelta(hours=4), "First release\n")]


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout


def test_what_is_made_is_what_was_said(tmp_path: Path) -> None:
    repository = tmp_path / "made"
    create_repository(repository, COMMITS, TAGS)
    assert _git(repository, "log", "--date-order", "--format=%an|%ae|%ai|%s", "main") == (
        "Ann Õ|ann@shop.example|2026-05-04 13:12:07 +0530|Merge\n"
        "Ann Õ|ann@shop.example|2026-05-04 12:12:07 +0530|On main\n"
        "Ann Õ|ann@shop.example|2026-05-04 11:12:07 +0530|Beside\n"
        "Ann Õ|ann@shop.example|2026-05-04 10:12:07 +0530|First\n"
    )
    assert _git(repository, "-c", "core.quotePath=true", "ls-tree", "-z", "--name-only", "v1.0.0").split(
        "\0"
    )[:-1] == [
        "a b.txt",
        "b.txt",
        'quo"te\\.txt',
    ]
    assert (repository / "a b.txt").read_bytes() == b"one\r\n"
    assert _git(repository, "status", "--porcelain") == ""
    assert _git(repository, "cat-file", "-t", "v1.0.0") == "tag\n"
    fsck = subprocess.run(
        ["git", "fsck", "--strict"], cwd=repository, capture_output=True, text=True, check=True
    )
    assert fsck.stdout == ""


def test_nothing_of_the_machine_goes_into_the_commits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_repository(tmp_path / "plain", COMMITS, TAGS)
    home = tmp_path / "home"
    (home / "hooks").mkdir(parents=True)
    hook = home / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n", "utf-8")
    hook.chmod(0o755)
    settings = (
        f"[core]\nautocrlf=true\nhooksPath={home}/hooks\n[commit]\ngpgSign=true\n[init]\ntemplateDir={home}\n"
    )
    (home / ".gitconfig").write_text(settings, "utf-8")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / ".gitconfig"))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2001-01-01T00:00:00Z")
    monkeypatch.setenv("TZ", "America/Lima")
    create_repository(tmp_path / "busy", COMMITS, TAGS)
    for name in ("GIT_CONFIG_GLOBAL", "GIT_DIR", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name)
    refs = "for-each-ref", "--format=%(objectname) %(refname)"
    assert _git(tmp_path / "busy", *refs) == _git(tmp_path / "plain", *refs)
    assert not (tmp_path / "ran").exists()
    assert not (tmp_path / "elsewhere").exists()


def test_what_git_refuses_is_told(tmp_path: Path) -> None:
    bad = NewCommit(ANN, AT, "Bad\n", (), {"../outside": b""})
    with pytest.raises(
        RepositoryError, match=r"git read-tree failed in .*: error: invalid path '../outside'"
    ):
        create_repository(tmp_path / "bad", [bad])
    assert not (tmp_path / "outside").exists()
    with pytest.raises(RepositoryError, match=r"git fast-import failed in .*: fatal: mark :9 not declared"):
        create_repository(tmp_path / "orphan", [NewCommit(ANN, AT, "Of nobody\n", (8,), {})])
