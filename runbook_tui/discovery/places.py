"""Which repositories a folder holds: itself, the folders in it, and those one level further down."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from runbook_tui.discovery.checkout import Checkout, nameable
from runbook_tui.files.problems import RunbookError
from runbook_tui.migrations.trees import SKIPPED
from runbook_tui.repositories.model import RepositoryError
from runbook_tui.text.terminal import plain

_DEPTH = 2
_MOST = 300
"""Repositories that are looked into."""


class NothingThere(RunbookError):
    """The folder is no repository and holds none."""


def checkouts(folder: Path, notes: list[str], progress: Callable[[str], None]) -> tuple[Checkout, ...]:
    """The repositories of a folder, by path. One that cannot be read becomes a note.

    Args:
        folder: a repository, a folder of one, or a folder with repositories in it.
        notes: where is added what cannot be read.
        progress: told each repository before it is read.

    Raises:
        NothingThere: there is no repository.
        RepositoryError: there is one only, and it cannot be read.
    """
    if not folder.is_dir():
        raise NothingThere(
            f"{folder} is no folder; expected a repository, or a folder with repositories in it"
        )
    found = [(path, ".") for path in _repositories(folder)] or list(_around(folder))
    if not found:
        raise NothingThere(
            f"there is no git repository in {folder}, or two levels below; "
            "clone the repositories of the system into it, or name another folder"
        )
    read: list[Checkout] = []
    problems: list[RepositoryError] = []
    for path, scope in found[:_MOST]:
        place = Path(os.path.relpath(path, folder)).as_posix()
        progress(place)
        if not nameable(place):
            notes.append(f"left out: {plain(place)}, whose name no manifest can have")
            continue
        try:
            read.append(Checkout(path, place, scope))
        except RepositoryError as error:
            problems.append(error)
            notes.append(f"left out: {error}")
    if not read:
        raise problems[0] if problems else NothingThere("\n".join(notes))
    if len(found) > _MOST:
        notes.append(f"only the first {_MOST} of {len(found)} repositories were looked into")
    return tuple(read)


def _repositories(folder: Path) -> list[Path]:
    """The folder itself where it is one, and those inside of it, sorted."""
    own = [folder] if (folder / ".git").exists() else []
    return own + sorted(_inside(folder, _DEPTH))


def _inside(folder: Path, depth: int) -> Iterator[Path]:
    for path in _folders(folder):
        if (path / ".git").exists():
            yield path
        elif depth > 1:
            yield from _inside(path, depth - 1)


def _folders(folder: Path) -> list[Path]:
    """Folders that may be somebody's own; links are not followed, so that none leads in a circle."""
    try:
        with os.scandir(folder) as entries:
            return [
                Path(entry.path)
                for entry in entries
                if entry.is_dir(follow_symlinks=False)
                and not entry.name.startswith(".")
                and entry.name not in SKIPPED
            ]
    except OSError:
        return []


def _around(folder: Path) -> Iterator[tuple[Path, str]]:
    """The repository that the folder lies in, with the folder's path in it."""
    whole = folder.resolve()
    for parent in whole.parents:
        if (parent / ".git").exists():
            yield parent, whole.relative_to(parent).as_posix()
            return
