"""The migrations of a repository, a folder or some files, judged: without a manifest, and without being asked where.

With a ref to compare with, what is pending is what the files have and the ref has not. Without one every migration is
judged for itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from runbook_tui.migrations.discover import Folder, discover, files_of
from runbook_tui.migrations.engine import Engine, engine_family
from runbook_tui.migrations.engine_guess import EngineGuesser, Guess
from runbook_tui.migrations.model import Finding, Level, Migration, PendingMigrations, Phase
from runbook_tui.migrations.pending import pending
from runbook_tui.migrations.plain_sql import PlainSql, judge_sql
from runbook_tui.migrations.trees import LONGEST, CommitTree, Tree, is_below
from runbook_tui.migrations.whole import whole


@dataclass(frozen=True, slots=True)
class Entry:
    """One migration with everything found about it, or one file with findings that is no migration to be run."""

    path: str
    findings: tuple[Finding, ...]
    migration: Migration | None = None

    @property
    def phase(self) -> Phase:
        """Of a file that nobody could read a person has to say it."""
        if self.migration is not None:
            return self.migration.phase
        unread = any(finding.rule == "unreadable" for finding in self.findings)
        return Phase.ASK if unread else Phase.NONE


@dataclass(frozen=True, slots=True)
class Inspected:
    """One migration folder with what was found in it."""

    folder: str
    found: PendingMigrations
    engine: str
    """As written; empty when nobody says it."""
    engine_source: str = ""
    """What says so: a path, an option, the manifest."""
    total: int = 0
    """Migrations in the folder; 0 when only what is pending was looked at."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The migrations in their order, then the other files with findings."""
        return tuple(_entries(self.found, self.folder))


@dataclass(frozen=True, slots=True)
class _FolderSource:
    path: str
    tool: str
    datastore: str = ""


def inspect_tree(
    tree: Tree,
    wanted: Collection[str] = (".",),
    *,
    since: CommitTree | None = None,
    tool: str | None = None,
    engine: str | None = None,
) -> tuple[Inspected, ...]:
    """What is in the migration folders of a tree, sorted by path.

    Args:
        tree: a repository or folder.
        wanted: paths of the tree; only migrations and findings at or below them are told. They are judged in the
            context of their whole folder all the same.
        since: the commit to compare with; None to judge every migration for itself.
        tool: the only tool to look for.
        engine: the engine of all folders; guessed from the repository when None.

    Raises:
        ProblemsError: when the tool does not exist, or one of another package cannot be loaded.
        RepositoryError: when git cannot answer.
    """
    guesser = EngineGuesser(tree)
    result = []
    for folder in _folders(tree, since, tool):
        if not any(is_below(folder.path, path) or is_below(path, folder.path) for path in wanted):
            continue
        files = files_of(tree.paths, folder)
        guess = Guess(engine, "--engine") if engine else guesser.guess(folder.path, files)
        inspected = _only(_inspect(tree, since, folder, guess), wanted)
        if inspected.found.applied_head is not None or not _only_looks_so(inspected):
            result.append(inspected)
    return tuple(result)


def _only_looks_so(inspected: Inspected) -> bool:
    """Whether there is nothing in a folder but files that reminded somebody of a tool's."""
    findings = inspected.found.findings
    return not inspected.found.pending and all(finding.rule == "no-migrations" for finding in findings)


def inspect_file(tree: Tree, path: str, *, engine: str | None = None) -> Inspected:
    """A file that no tool knows: SQL is judged by itself, anything else is only said to be no migration."""
    folder = path.rpartition("/")[0] or "."
    data = tree.read([path]).get(path)
    if data is not None and path.lower().endswith(".sql"):
        guess = Guess(engine, "--engine") if engine else EngineGuesser(tree).guess(folder, [path])
        family = engine_family(guess.engine) or Engine.POSTGRES
        found = judge_sql(path, data, source=_FolderSource(folder, PlainSql.name), engine=family)
        return Inspected(folder, found, guess.engine, guess.source, 1)
    if path in tree.unread:
        finding = _unreadable(path, tree.unread[path])
    else:
        remedy = "Name it as its tool wants it, or leave it out."
        finding = Finding("not-recognised", Level.WARNING, path, 0, "no tool knows it as a migration", remedy)
    found = PendingMigrations("", "", "", None, (), linear=False, findings=(finding,))
    return Inspected(folder, found, "")


def _folders(tree: Tree, since: CommitTree | None, tool: str | None) -> Iterator[Folder]:
    """The folders of the tree, and those that only the other commit has: all their migrations are gone."""
    found = discover(tree, only=tool)
    yield from found
    if since is None:
        return
    there = frozenset(tree.paths)
    gone = _Part(since, tuple(path for path in since.paths if path not in there))
    for folder in discover(gone, only=tool):
        if not any(is_below(folder.path, other.path) for other in found):
            yield folder


@dataclass(frozen=True, slots=True)
class _Part:
    """Some files of a tree."""

    whole: CommitTree
    paths: tuple[str, ...]

    @property
    def unread(self) -> dict[str, str]:
        return {}

    def read(self, paths: Iterable[str], most: int = LONGEST) -> dict[str, bytes]:
        return self.whole.read(paths, most)


def _inspect(tree: Tree, since: CommitTree | None, folder: Folder, guess: Guess) -> Inspected:
    files = tree.read(files_of(tree.paths, folder))
    source = _FolderSource(folder.path, folder.tool)
    read_as = guess.engine or "postgres"
    if since is None:
        found = whole(files, service="", source=source, engine=read_as)
        total = len(found.pending)
    else:
        base = since.read(files_of(since.below(folder.path), folder))
        found = pending(base, files, service="", source=source, engine=read_as)
        total = 0
    extra = [*_unread(tree, folder), *_assumed(folder, guess, found)]
    found = replace(found, findings=(*extra, *found.findings))
    return Inspected(folder.path, found, guess.engine, guess.source, total)


def _unread(tree: Tree, folder: Folder) -> Iterator[Finding]:
    for path in sorted(path for path in tree.unread if is_below(path, folder.path)):
        yield _unreadable(path, tree.unread[path])


def _unreadable(path: str, why: str) -> Finding:
    message = f"the file cannot be read: {why}"
    return Finding("unreadable", Level.ERROR, path, 0, message, "Make it readable, or take it away.")


def _assumed(folder: Folder, guess: Guess, found: PendingMigrations) -> Iterator[Finding]:
    if guess.engine or not found.pending:
        return
    message = "nothing in the repository names the engine: the migrations are read as PostgreSQL"
    remedy = "Name it with --engine, or in a manifest."
    yield Finding("engine-assumed", Level.NOTE, folder.path, 0, message, remedy)


def _only(inspected: Inspected, wanted: Collection[str]) -> Inspected:
    """Migrations and findings at or below the wanted paths."""

    def is_wanted(path: str) -> bool:
        return any(is_below(path, other) for other in wanted)

    found = inspected.found
    migrations = tuple(migration for migration in found.pending if is_wanted(migration.path))
    # what concerns the folder as a whole concerns each of its migrations
    findings = tuple(
        finding
        for finding in found.findings
        if is_wanted(finding.path) or (finding.path == inspected.folder and migrations)
    )
    return replace(inspected, found=replace(found, pending=migrations, findings=findings))


def _entries(found: PendingMigrations, folder: str) -> Iterator[Entry]:
    by_path: dict[str, list[Migration]] = {}
    for migration in found.pending:
        by_path.setdefault(migration.path, []).append(migration)
    of_migration: dict[tuple[str, str], list[Finding]] = {}
    elsewhere: dict[str, list[Finding]] = {}
    for finding in found.findings:
        there = by_path.get(finding.path, [])
        if finding.path == folder:  # about all of it: told once, with the first
            there = list(found.pending[:1])
        if there:
            owner = _at(there, finding.line)
            of_migration.setdefault((owner.id, owner.path), []).append(finding)
        else:
            elsewhere.setdefault(finding.path, []).append(finding)
    for migration in found.pending:
        added = of_migration.pop((migration.id, migration.path), [])
        findings = dict.fromkeys((*added, *migration.findings))
        yield Entry(migration.path, tuple(sorted(findings, key=_by_line)), migration)
    for path, findings_there in sorted(elsewhere.items()):
        yield Entry(path, tuple(findings_there))


def _by_line(finding: Finding) -> tuple[int, int, str, str]:
    """Of what stands in one line the worst first."""
    return (finding.line, list(Level).index(finding.level), finding.rule, finding.message)


def _at(migrations: list[Migration], line: int) -> Migration:
    """The one of a file's migrations in which a line stands."""
    before = [migration for migration in migrations if migration.line <= line]
    return max(before, key=lambda migration: migration.line) if before else migrations[0]
