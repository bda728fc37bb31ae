"""The migrations behind the paths of a command line, judged: folder by folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from runbook_tui.authoring.migration_paths import Group, Inquiry, sort_paths, wrong_names
from runbook_tui.authoring.migration_squawk import Read, Squawk
from runbook_tui.files.problems import Place, Problem, ProblemsError
from runbook_tui.migrations.discover import unknown_folders
from runbook_tui.migrations.inspection import Inspected, inspect_file, inspect_tree
from runbook_tui.migrations.trees import CommitTree, FolderTree, Tree, is_below
from runbook_tui.planning.words import plural
from runbook_tui.repositories.git import Repository
from runbook_tui.repositories.model import RepositoryError

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


def sections(inquiry: Inquiry, tell: Callable[[str], None]) -> list[Section]:
    """Everything asked for, in the order of its roots.

    Args:
        inquiry: the paths, and how to look at them.
        tell: is called with what was passed over.

    Raises:
        ProblemsError: paths, tools, engines, refs and manifests that cannot be used, all at once.
    """
    problems = list(wrong_names(inquiry))
    manifests, groups = sort_paths(inquiry, problems)
    if problems:
        raise ProblemsError([*problems, *_problems_of(manifests)])
    squawk = Squawk(tell) if inquiry.squawk else None
    found: list[Section] = []
    readers: list[Callable[[], Iterable[Section]]] = [
        *(partial(_of_manifest, path, tell, squawk) for path in manifests),
        *(partial(_of_group, group, inquiry, tell, squawk) for group in groups),
    ]
    for read in readers:
        try:
            found += read()
        except ProblemsError as error:
            problems += error.problems
    if problems:
        raise ProblemsError(problems)
    return found


def _of_group(
    group: Group, inquiry: Inquiry, tell: Callable[[str], None], squawk: Squawk | None
) -> list[Section]:
    try:
        return list(_read_group(group, inquiry, tell, squawk))
    except RepositoryError as error:
        where = f"--since {inquiry.since}" if inquiry.since else group.shown
        raise ProblemsError([Problem(Place(where), error.what, error.expected, error.remedy)]) from error


def _read_group(
    group: Group, inquiry: Inquiry, tell: Callable[[str], None], squawk: Squawk | None
) -> Iterator[Section]:
    if inquiry.since is not None and not group.repository:
        what = f"{group.shown} is in no git repository"
        raise ProblemsError([Problem(Place("--since"), what, "a repository", "leave the option out")])
    repository = Repository.open(group.root) if inquiry.since is not None or group.bare else None
    tree: Tree
    if repository is not None and group.bare:
        tree = CommitTree(repository, "HEAD")
    else:
        given = map(Path, group.wanted.values())
        tree = FolderTree(group.root, (path if path.is_dir() else path.parent for path in given))
    since = CommitTree(repository, inquiry.since) if repository is not None and inquiry.since else None
    found = inspect_tree(tree, tuple(group.wanted), since=since, tool=inquiry.tool, engine=inquiry.engine)
    for inspected in found:
        yield _heard(Section(group.shown, inspected, pending=since is not None), tree.read, squawk)
    for section in _others(group, inquiry, tree, found, tell):
        yield _heard(section, tree.read, squawk)
    if inquiry.tool is None:
        _tell_unknown(group, tree, found, tell)
    gone = any(finding.rule == "gone" for inspected in found for finding in inspected.found.findings)
    if repository is not None and inquiry.since and gone and _is_behind(repository, inquiry.since):
        tell(
            f"{group.shown} lacks commits of {inquiry.since}, and what they add looks gone: "
            "merge or rebase first, or compare with the commit where they part"
        )


def _heard(section: Section, read: Read, squawk: Squawk | None) -> Section:
    return replace(section, inspected=squawk.heard(section.inspected, read)) if squawk else section


def _read_at(root: str, commit: str, paths: Sequence[str]) -> dict[str, bytes]:
    return CommitTree(Repository.open(Path(root)), commit).read(paths)


def _is_behind(repository: Repository, ref: str) -> bool:
    try:
        return repository.compare(ref, "HEAD").diverged
    except RepositoryError:  # a shallow clone
        return False


def _tell_unknown(group: Group, tree: Tree, found: Sequence[Inspected], tell: Callable[[str], None]) -> None:
    """Say which folders are called migrations and hold none that a tool knows: they were not judged."""
    unknown = unknown_folders(tree, [inspected.folder for inspected in found])
    asked = [
        (path, count) for path, count in unknown if any(is_below(path, wanted) for wanted in group.wanted)
    ]
    for path, count in asked[:_MOST_UNKNOWN]:
        tell(f"{path}: no tool knows what is in it ({plural(count, 'file')}), so it is not judged")
    if len(asked) > _MOST_UNKNOWN:
        tell(f"and {plural(len(asked) - _MOST_UNKNOWN, 'more folder')} of that kind")


def _others(
    group: Group, inquiry: Inquiry, tree: Tree, found: Sequence[Inspected], tell: Callable[[str], None]
) -> Iterator[Section]:
    """Paths at which there is no migration."""
    told = [entry.path for inspected in found for entry in inspected.entries]
    passed_over = 0
    for inside, given in group.wanted.items():
        compared = inquiry.since is not None and any(
            is_below(item.folder, inside) or is_below(inside, item.folder) for item in found
        )
        if compared or any(is_below(path, inside) for path in told):
            continue
        if inside in group.listed:
            passed_over += 1
        elif Path(given).is_dir():
            tell(f"no migrations are found in {given}")
        else:
            yield Section(group.shown, inspect_file(tree, inside, engine=inquiry.engine))
    if passed_over:
        tell(f"{plural(passed_over, 'listed path')} without a migration passed over")


def _problems_of(manifests: Sequence[Path]) -> Iterator[Problem]:
    from runbook_tui.catalog.manifest import read_manifest

    for path in manifests:
        try:
            read_manifest(path)
        except ProblemsError as error:
            yield from error.problems


def _of_manifest(path: Path, tell: Callable[[str], None], squawk: Squawk | None) -> Iterator[Section]:
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
            section = Section(root, inspected, manifest=str(path), pending=True)
            yield _heard(section, partial(_read_at, root, change.target.sha), squawk)
    if empty:
        tell(f"no service of {path} that moves has migrations")
