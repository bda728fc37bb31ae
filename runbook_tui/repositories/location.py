"""Finds the git directory that belongs to a path, by looking at that path only.

Git itself would search the parent directories and could end in another repository than the manifest names.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from runbook_tui.repositories.command import user_settings
from runbook_tui.repositories.model import RepositoryError

_CLONE = "clone it there, or correct `repository` in the manifest"


@dataclass(frozen=True, slots=True)
class Location:
    """Where one repository lies."""

    shown: str
    """The path as people know it."""
    git_dir: Path
    """Absolute. For a linked work tree its own directory inside the main repository's."""
    common_dir: Path
    """Where objects and refs are; the same as ``git_dir`` but for linked work trees."""


def locate(path: Path) -> Location:
    """The repository whose work tree root, linked work tree, submodule or bare directory is ``path``.

    Raises RepositoryError when there is none, and when it is somebody else's and not declared safe.
    """
    try:
        if not path.exists():
            raise RepositoryError(f"{path} does not exist", "a git repository", _CLONE)
        git_dir = _git_dir(path)
        if git_dir is None:
            raise _not_a_repository(path)
        location = Location(shown=str(path), git_dir=git_dir, common_dir=_common_dir(git_dir))
        _check_owner(path, location)
    except (OSError, RuntimeError) as error:  # RuntimeError: pathlib's word for a loop of links
        reason = getattr(error, "strerror", None) or "a loop of symbolic links"
        raise RepositoryError(
            f"{path} cannot be looked into ({reason})", "a git repository", _CLONE
        ) from error
    return location


def shallow_boundary(location: Location) -> frozenset[str]:
    """Full names of the commits at which a shallow clone was cut off; empty for a complete one."""
    try:
        return frozenset((location.common_dir / "shallow").read_text("ascii", "replace").split())
    except FileNotFoundError:
        return frozenset()


def _git_dir(path: Path) -> Path | None:
    dot_git = path / ".git"
    if dot_git.is_dir():
        return dot_git.resolve()
    if dot_git.is_file():
        return _linked(path, dot_git)
    return path.resolve() if _looks_like_git_dir(path) else None


def _linked(path: Path, dot_git: Path) -> Path:
    """Follow the ``gitdir:`` line of a linked work tree or submodule."""
    pointer = dot_git.read_bytes()[:4096].decode("utf-8", "surrogateescape")
    target = pointer.removeprefix("gitdir:").strip(" \r\n")
    if not pointer.startswith("gitdir:") or not target or "\0" in target:
        raise RepositoryError(
            f"{dot_git} does not name a git directory", "a line `gitdir: PATH`", "clone it again"
        )
    git_dir = (path / target).resolve()
    if not git_dir.is_dir():
        raise RepositoryError(
            f"{path} is linked to {git_dir}, which does not exist",
            remedy="run `git worktree repair` in the main repository, or clone it again",
        )
    return git_dir


def _common_dir(git_dir: Path) -> Path:
    try:
        named = (git_dir / "commondir").read_text("utf-8", "surrogateescape").strip("\n")
    except FileNotFoundError:
        return git_dir
    return (git_dir / named).resolve()


def _looks_like_git_dir(path: Path) -> bool:
    return (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir()


def _not_a_repository(path: Path) -> RepositoryError:
    whole = path.resolve()
    for parent in whole.parents:
        if (parent / ".git").exists() or _looks_like_git_dir(parent):
            inside = whole.relative_to(parent).as_posix()
            return RepositoryError(
                f"{path} is a folder inside the repository {parent}",
                "the root of a repository",
                f"write the root as `repository` and `path: {inside}`",
            )
    return RepositoryError(
        f"{path} is not a git repository",
        "a work tree with .git, or a bare repository",
        _CLONE,
    )


def _check_owner(path: Path, location: Location) -> None:
    """Refuse a repository of somebody else, as git does for those it finds by itself (``safe.directory``).

    Told the git directory explicitly, git leaves this check to its caller.
    """
    mine = {os.geteuid()}
    if os.geteuid() == 0 and os.environ.get("SUDO_UID", "").isdigit():
        mine.add(int(os.environ["SUDO_UID"]))
    looked_at = [path, location.git_dir, location.common_dir]
    if (path / ".git").exists():
        looked_at.append(path / ".git")
    foreign = next((p for p in looked_at if p.lstat().st_uid not in mine), None)
    if foreign is None or _declared_safe(path, location.git_dir):
        return
    raise RepositoryError(
        f"{path} belongs to another user (user id {foreign.lstat().st_uid})",
        "a repository of your own",
        f"if you trust it, run `git config --global --add safe.directory {path.resolve()}`",
    )


def _declared_safe(path: Path, git_dir: Path) -> bool:
    names = {str(path.resolve()), str(git_dir)}
    safe = False
    for _, value in user_settings(r"^safe\.directory$"):
        if value == "":
            safe = False  # an empty value takes back what stood before it
        elif value == "*" or value.rstrip("/") in names:
            safe = True
        elif value.endswith("/*"):
            safe = safe or any(name.startswith(value[:-1]) for name in names)
    return safe
