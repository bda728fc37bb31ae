"""Repositories for the tests of discovery: real ones, made of a few lines."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

MakeRepository = Callable[..., Path]


def git(folder: Path, *arguments: str) -> str:
    """Run git as somebody whose settings are not the developer's."""
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_AUTHOR_DATE": "2026-03-01T10:00:00+00:00",
        "GIT_COMMITTER_DATE": "2026-03-01T10:00:00+00:00",
    }
    who = ["-c", "user.name=Ann Lee", "-c", "user.email=ann@shop.example", "-c", "init.defaultBranch=main"]
    ran = subprocess.run(
        ["git", *who, *arguments], cwd=folder, env=environment, check=True, capture_output=True, text=True
    )
    return ran.stdout


def commit(folder: Path, files: dict[str, str], message: str = "change", *tags: str) -> None:
    """Write files, commit them, and tag the commit."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", message)
    for tag in tags:
        git(folder, "tag", tag)


@pytest.fixture
def make(tmp_path: Path) -> MakeRepository:
    """Makes a repository below a folder of the test; a name of ``.`` makes that folder one."""

    def made(name: str, files: dict[str, str], *tags: str) -> Path:
        folder = tmp_path / "system" / name
        folder.mkdir(parents=True, exist_ok=True)
        git(folder, "init", "--quiet")
        commit(folder, files, "begin", *tags)
        return folder

    (tmp_path / "system").mkdir()
    return made


@pytest.fixture
def system(tmp_path: Path) -> Path:
    """The folder in which ``make`` makes repositories."""
    return tmp_path / "system"
