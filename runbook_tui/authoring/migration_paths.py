"""What ``runbook migrations`` is asked to look at: manifests, repositories, folders, files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from runbook_tui.files.problems import Place, Problem
from runbook_tui.files.suggestions import did_you_mean, one_of
from runbook_tui.migrations.trees import shown_path

_MANIFESTS = ("services.yaml", "services.yml")
"""Names of a manifest that is found in the current folder."""
_CHANGELOG = re.compile(rb"^[ \t]*-?\s*[\"']?databaseChangeLog\b", re.MULTILINE)
_SYSTEM = re.compile(rb"^system\s*:", re.MULTILINE)
_OF_ONE = frozenset({"migration.sql", "up.sql", "down.sql"})
"""Files of tools that keep a folder for each migration."""

_OF_PROJECTS = (
    *("Cargo.toml", "Gemfile", "alembic.ini", "atlas.hcl", "build.gradle", "build.gradle.kts"),
    *("compose.yaml", "diesel.toml", "docker-compose.yml", "flyway.conf", "flyway.toml", "go.mod"),
    *("liquibase.properties", "manage.py", "mix.exs", "package.json", "pom.xml", "pyproject.toml"),
    *("requirements.txt", "sqitch.conf"),
)
"""What the folder of a project has."""
_OF_ENVIRONMENTS = ("env.py", "script.py.mako", "sqitch.plan", "atlas.sum", "migration_lock.toml")
"""What the folder of a tool's migrations has."""
_DECLARING = frozenset({"expand", "contract", "migrate", "post_migrate"})
"""Folders whose names say when their migrations run: they are looked at from outside."""
_FARTHEST = 4
"""Folders above a path in which a project is looked for."""


@dataclass(slots=True)
class Inquiry:
    """What somebody wants to be told of."""

    paths: list[str]
    listed: list[str] | None = None
    """Paths of standard input: what is no migration, or no file any more, is passed over."""
    tool: str | None = None
    engine: str | None = None
    since: str | None = None
    squawk: bool = False
    """Whether squawk is asked as well."""


@dataclass(slots=True)
class Group:
    """The paths that lie in one repository or folder."""

    root: Path
    shown: str
    repository: bool
    bare: bool = False
    wanted: dict[str, str] = field(default_factory=dict)
    """Path in the root -> as it was given."""
    listed: set[str] = field(default_factory=set)


def sort_paths(inquiry: Inquiry, problems: list[Problem]) -> tuple[list[Path], list[Group]]:
    """The manifests, and the other paths by their repository.

    Args:
        inquiry: the paths, and how to look at them.
        problems: gets what is wrong with paths.
    """
    manifests: list[Path] = []
    groups: dict[Path, Group] = {}
    for text in inquiry.paths or ([] if inquiry.listed is not None else [_default()]):
        path = Path(text)
        try:
            if not text:
                problems.append(_empty("PATH", "a file or folder"))
            elif not path.exists():
                problems.append(_missing(path))
            elif _is_manifest(path):
                manifests.append(path)
                problems += _not_of_manifests(path, inquiry)
            else:
                _add(groups, path)
        except (OSError, RuntimeError) as error:  # RuntimeError: pathlib's word for a loop of links
            problems.append(Problem(Place(shown_path(os.fsencode(text))), f"it cannot be read: {error}"))
    for text in inquiry.listed or ():
        if os.path.lexists(text) or inquiry.since is not None:  # one that is gone is news then
            _add(groups, Path(text), listed=True)
    return manifests, list(groups.values())


def _empty(where: str, expected: str) -> Problem:
    return Problem(Place(where), "it is empty, as a variable of a script is that nobody set", expected)


def _not_of_manifests(path: Path, inquiry: Inquiry) -> Iterator[Problem]:
    for option in ("tool", "engine", "since"):
        if getattr(inquiry, option) is not None:
            yield Problem(
                Place(f"--{option}"), f"{path} is a manifest, which says it itself", "", "leave it out"
            )


def _default() -> str:
    """The manifest of the current folder; other programs have files of that name too."""
    for name in _MANIFESTS:
        path = Path(name)
        if path.is_file() and _SYSTEM.search(_head(path)):
            return name
    return "."


def wrong_names(inquiry: Inquiry) -> Iterator[Problem]:
    """Tools and engines that do not exist, and what is empty."""
    from runbook_tui.migrations.engine import Engine, engine_family
    from runbook_tui.migrations.registry import tool_names

    if inquiry.since == "":
        yield _empty("--since", "a tag, branch or SHA")
    if inquiry.tool is not None and inquiry.tool not in tool_names():
        known = tool_names()
        what = f"there is no migration tool {inquiry.tool}"
        yield Problem(
            Place("--tool"), what, one_of(known, most=len(known)), did_you_mean(inquiry.tool, known)
        )
    if inquiry.engine is not None and engine_family(inquiry.engine) is None:
        engines = [engine.value for engine in Engine]
        what = f"the engine {inquiry.engine} is not known"
        yield Problem(Place("--engine"), what, one_of(engines), did_you_mean(inquiry.engine, engines))


def _missing(path: Path) -> Problem:
    try:
        beside = [str(path.parent / name) for name in os.listdir(path.parent) if name != path.name]  # noqa: PTH208 - the names are enough
    except OSError:
        beside = []
    what = "there is no such file or folder" if not path.is_symlink() else "the link leads nowhere"
    return Problem(Place(shown_path(os.fsencode(path))), what, "", did_you_mean(str(path), beside))


def _is_manifest(path: Path) -> bool:
    if path.suffix.lower() not in {".yaml", ".yml"} or not path.is_file():
        return False
    return _CHANGELOG.search(_head(path)) is None


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(64 * 1024)


def _add(groups: dict[Path, Group], path: Path, *, listed: bool = False) -> None:
    whole = path.resolve() if not path.is_symlink() else path.parent.resolve() / path.name
    folder = whole if whole.is_dir() else whole.parent
    if all((folder / name).exists() for name in ("HEAD", "objects", "refs")):
        group = groups.setdefault(folder, Group(folder, _from_here(folder), repository=True, bare=True))
        group.wanted["."] = str(path)
        return
    repository = next((place for place in (folder, *folder.parents) if (place / ".git").exists()), None)
    root = repository or _project(folder.parent if whole.name in _OF_ONE else folder)
    group = groups.setdefault(root, Group(root, _from_here(root), repository=repository is not None))
    inside = shown_path(os.path.relpath(os.fsencode(whole), os.fsencode(group.root)))
    group.wanted[inside] = str(path)
    if listed:
        group.listed.add(inside)


def _project(folder: Path) -> Path:
    """Where to look from, outside of any repository: the nearest project, else what holds all of a tool's files."""
    above = [folder, *folder.parents[:_FARTHEST]]
    if Path.home() in above:
        above = above[: above.index(Path.home())]
    for names in (_OF_PROJECTS, _OF_ENVIRONMENTS):
        for place in above:
            if any((place / name).exists() for name in names):
                return place
    return folder.parent if folder.name in _DECLARING else folder


def _from_here(folder: Path) -> str:
    """The shortest way to a folder: relative, unless it is somewhere else altogether."""
    here = Path.cwd()
    if folder.is_relative_to(here) or here.is_relative_to(folder):
        return shown_path(os.path.relpath(os.fsencode(folder), os.fsencode(here)))
    return shown_path(os.fsencode(folder))
