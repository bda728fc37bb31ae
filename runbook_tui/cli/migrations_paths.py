"""What ``runbook migrations`` is asked to look at: manifests, repositories, folders, files."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from runbook_tui.files.problems import Place, Problem, ProblemsError
from runbook_tui.files.suggestions import did_you_mean, one_of
from runbook_tui.migrations.discover import unknown_folders
from runbook_tui.migrations.inspection import Inspected, inspect_file, inspect_tree
from runbook_tui.migrations.trees import CommitTree, FolderTree, Tree, is_below, shown_path
from runbook_tui.planning.words import plural
from runbook_tui.repositories.git import Repository
from runbook_tui.repositories.model import RepositoryError

MANIFESTS = ("services.yaml", "services.yml")
"""Names of a manifest that is found in the current folder."""
_CHANGELOG = re.compile(rb"^\s*-?\s*[\"']?databaseChangeLog\b", re.MULTILINE)
_SYSTEM = re.compile(rb"^system\s*:", re.MULTILINE)
_OF_ONE = frozenset({"migration.sql", "up.sql", "down.sql"})
"""Files of tools that keep a folder for each migration."""

_OF_PROJECTS = (
    *(
        "Gemfile",
        "package.json",
        "pyproject.toml",
        "requirements.txt",
        "manage.py",
        "alembic.ini",
        "Cargo.toml",
    ),
    *("mix.exs", "go.mod", "pom.xml", "build.gradle", "build.gradle.kts", "sqitch.conf", "flyway.conf"),
    *(
        "flyway.toml",
        "liquibase.properties",
        "atlas.hcl",
        "diesel.toml",
        "docker-compose.yml",
        "compose.yaml",
    ),
)
"""What the folder of a project has."""
_FARTHEST = 4
_MOST_UNKNOWN = 5


@dataclass(frozen=True, slots=True)
class Section:
    """One migration folder, and what is needed to tell of it."""

    root: str
    """The repository or folder, as it is reached from here."""
    inspected: Inspected
    manifest: str = ""
    """The manifest that names it."""
    pending: bool = False
    """Whether only what is pending was looked at, not every migration of the folder."""


@dataclass(slots=True)
class Request:
    """The command line."""

    paths: list[str]
    listed: list[str] | None = None
    """Paths of standard input: what is no migration, or no file any more, is passed over."""
    tool: str | None = None
    engine: str | None = None
    since: str | None = None


@dataclass(slots=True)
class _Group:
    """The paths that lie in one repository or folder."""

    root: Path
    shown: str
    repository: bool
    bare: bool = False
    wanted: dict[str, str] = field(default_factory=dict)
    """Path in the root -> as it was given."""
    listed: set[str] = field(default_factory=set)


def sections(request: Request, tell: Callable[[str], None]) -> list[Section]:
    """Everything asked for, in the order of its roots.

    Args:
        request: the command line.
        tell: is called with what was passed over.

    Raises:
        ProblemsError: paths, tools, engines, refs and manifests that cannot be used, all at once.
    """
    problems = list(_wrong_names(request))
    manifests, groups = _sorted(request, problems)
    if problems:
        raise ProblemsError([*problems, *_problems_of(manifests)])
    found: list[Section] = []
    readers: list[Callable[[], Iterable[Section]]] = [
        *(partial(_of_manifest, path, tell) for path in manifests),
        *(partial(_of_group, group, request, tell) for group in groups),
    ]
    for read in readers:
        try:
            found += read()
        except ProblemsError as error:
            problems += error.problems
    if problems:
        raise ProblemsError(problems)
    return found


def _sorted(request: Request, problems: list[Problem]) -> tuple[list[Path], list[_Group]]:
    """The manifests, and the other paths by their repository."""
    manifests: list[Path] = []
    groups: dict[Path, _Group] = {}
    for text in request.paths or ([] if request.listed is not None else [_default()]):
        path = Path(text)
        try:
            if not path.exists():
                problems.append(_missing(path))
            elif _is_manifest(path):
                manifests.append(path)
                problems += _not_of_manifests(path, request)
            else:
                _add(groups, path)
        except (OSError, RuntimeError) as error:  # RuntimeError: pathlib's word for a loop of links
            problems.append(Problem(Place(shown_path(os.fsencode(text))), f"it cannot be read: {error}"))
    for text in request.listed or ():
        if os.path.lexists(text) or request.since is not None:  # one that is gone is news then
            _add(groups, Path(text), listed=True)
    return manifests, list(groups.values())


def _not_of_manifests(path: Path, request: Request) -> Iterator[Problem]:
    for option in ("tool", "engine", "since"):
        if getattr(request, option) is not None:
            yield Problem(
                Place(f"--{option}"), f"{path} is a manifest, which says it itself", "", "leave it out"
            )


def _default() -> str:
    """The manifest of the current folder; other programs have files of that name too."""
    for name in MANIFESTS:
        path = Path(name)
        if path.is_file() and _SYSTEM.search(_head(path)):
            return name
    return "."


def _wrong_names(request: Request) -> Iterator[Problem]:
    from runbook_tui.migrations.engine import Engine, engine_family
    from runbook_tui.migrations.registry import tool_names

    if request.tool is not None and request.tool not in tool_names():
        known = tool_names()
        what = f"there is no migration tool {request.tool}"
        yield Problem(
            Place("--tool"), what, one_of(known, most=len(known)), did_you_mean(request.tool, known)
        )
    if request.engine is not None and engine_family(request.engine) is None:
        engines = [engine.value for engine in Engine]
        what = f"the engine {request.engine} is not known"
        yield Problem(Place("--engine"), what, one_of(engines), did_you_mean(request.engine, engines))


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


def _add(groups: dict[Path, _Group], path: Path, *, listed: bool = False) -> None:
    whole = path.resolve() if not path.is_symlink() else path.parent.resolve() / path.name
    folder = whole if whole.is_dir() else whole.parent
    if all((folder / name).exists() for name in ("HEAD", "objects", "refs")):
        group = groups.setdefault(folder, _Group(folder, _from_here(folder), repository=True, bare=True))
        group.wanted["."] = str(path)
        return
    repository = next((place for place in (folder, *folder.parents) if (place / ".git").exists()), None)
    root = repository or _project(folder.parent if whole.name in _OF_ONE else folder)
    group = groups.setdefault(root, _Group(root, _from_here(root), repository=repository is not None))
    inside = shown_path(os.path.relpath(os.fsencode(whole), os.fsencode(group.root)))
    group.wanted[inside] = str(path)
    if listed:
        group.listed.add(inside)


def _project(folder: Path) -> Path:
    """The nearest folder of a project, outside of any repository; the folder itself when there is none near."""
    above = [folder, *folder.parents[:_FARTHEST]]
    if Path.home() in above:
        above = above[: above.index(Path.home())]
    return next((place for place in above if any((place / name).exists() for name in _OF_PROJECTS)), folder)


def _from_here(folder: Path) -> str:
    """The shortest way to a folder: relative, unless it is somewhere else altogether."""
    here = Path.cwd()
    if folder.is_relative_to(here) or here.is_relative_to(folder):
        return shown_path(os.path.relpath(os.fsencode(folder), os.fsencode(here)))
    return shown_path(os.fsencode(folder))


def _of_group(group: _Group, request: Request, tell: Callable[[str], None]) -> list[Section]:
    try:
        return list(_read_group(group, request, tell))
    except RepositoryError as error:
        where = f"--since {request.since}" if request.since else group.shown
        raise ProblemsError([Problem(Place(where), error.what, error.expected, error.remedy)]) from error


def _read_group(group: _Group, request: Request, tell: Callable[[str], None]) -> Iterator[Section]:
    if request.since is not None and not group.repository:
        what = f"{group.shown} is in no git repository"
        raise ProblemsError([Problem(Place("--since"), what, "a repository", "leave the option out")])
    repository = Repository.open(group.root) if request.since is not None or group.bare else None
    tree: Tree
    if repository is not None and group.bare:
        tree = CommitTree(repository, "HEAD")
    else:
        given = map(Path, group.wanted.values())
        tree = FolderTree(group.root, (path if path.is_dir() else path.parent for path in given))
    since = CommitTree(repository, request.since) if repository is not None and request.since else None
    found = inspect_tree(tree, tuple(group.wanted), since=since, tool=request.tool, engine=request.engine)
    for inspected in found:
        yield Section(group.shown, inspected, pending=since is not None)
    yield from _others(group, request, tree, found, tell)
    if request.tool is None:
        _tell_unknown(group, tree, found, tell)
    gone = any(finding.rule == "gone" for inspected in found for finding in inspected.found.findings)
    if repository is not None and request.since and gone and _is_behind(repository, request.since):
        tell(
            f"{group.shown} lacks commits of {request.since}, and what they add looks gone: "
            "merge or rebase first, or compare with the commit where they part"
        )


def _is_behind(repository: Repository, ref: str) -> bool:
    try:
        return repository.compare(ref, "HEAD").diverged
    except RepositoryError:  # a shallow clone
        return False


def _tell_unknown(group: _Group, tree: Tree, found: Sequence[Inspected], tell: Callable[[str], None]) -> None:
    """Say which folders are called migrations and hold none that a tool knows: they were not judged."""
    unknown = unknown_folders(tree, [inspected.folder for inspected in found])
    asked = [
        (path, count) for path, count in unknown if any(is_below(path, wanted) for wanted in group.wanted)
    ]
    for path, count in asked[:_MOST_UNKNOWN]:
        tell(f"{path}: no tool knows what is in it ({plural(count, 'file')}), so it is not judged")
    if len(asked) > _MOST_UNKNOWN:
        tell(f"and {len(asked) - _MOST_UNKNOWN} more folders of that kind")


def _others(
    group: _Group, request: Request, tree: Tree, found: Sequence[Inspected], tell: Callable[[str], None]
) -> Iterator[Section]:
    """Paths at which there is no migration."""
    told = [entry.path for inspected in found for entry in inspected.entries]
    passed_over = 0
    for inside, given in group.wanted.items():
        compared = request.since is not None and any(
            is_below(item.folder, inside) or is_below(inside, item.folder) for item in found
        )
        if compared or any(is_below(path, inside) for path in told):
            continue
        if inside in group.listed:
            passed_over += 1
        elif Path(given).is_dir():
            tell(f"no migrations are found in {given}")
        else:
            yield Section(group.shown, inspect_file(tree, inside, engine=request.engine))
    if passed_over:
        tell(f"{plural(passed_over, 'listed path')} without a migration passed over")


def _problems_of(manifests: Sequence[Path]) -> Iterator[Problem]:
    from runbook_tui.catalog.manifest import read_manifest

    for path in manifests:
        try:
            read_manifest(path)
        except ProblemsError as error:
            yield from error.problems


def _of_manifest(path: Path, tell: Callable[[str], None]) -> Iterator[Section]:
    from runbook_tui.catalog.manifest import read_manifest
    from runbook_tui.release.changes import inside
    from runbook_tui.release.read import read_release

    loaded = read_manifest(path)
    empty = True
    for change in read_release(loaded).changes:
        service = change.service
        root = os.path.normpath(path.parent / service.repository)
        # a data store has one folder of migrations in a service, or they are told apart by their paths
        folders = [(source.datastore, inside(service, source.path)) for source in service.migration_sources]
        for found in change.pending:
            empty = False
            own = [folder for datastore, folder in folders if datastore == found.datastore]
            holding = (folder for folder in own for item in found.pending[:1] if is_below(item.path, folder))
            engine = loaded.manifest.engine_of(service, found.datastore)
            inspected = Inspected(next(holding, own[0]), found, engine, str(path) if engine else "")
            yield Section(root, inspected, manifest=str(path), pending=True)
    if empty:
        tell(f"no service of {path} that moves has migrations")
