"""What one service's release changes: commits, contract definitions, migrations."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from runbook_tui.catalog.model import Api, MigrationSource, Service
from runbook_tui.files.problems import Place, Problem, ProblemsError
from runbook_tui.migrations.live.model import LiveState, Refusal
from runbook_tui.migrations.model import PendingMigrations
from runbook_tui.migrations.registry import UnknownToolError
from runbook_tui.release.answered import apply_answers
from runbook_tui.release.checkouts import Pinned, problem
from runbook_tui.release.contracts import Version, contract_changes
from runbook_tui.release.model import ContractChange, ServiceChange
from runbook_tui.release.selection import Selection
from runbook_tui.repositories.git import Repository
from runbook_tui.repositories.model import Comparison, RepositoryError, Resolved

_SHORT = 12
"""Digits of a SHA that stands for a version: never ambiguous in practice, and still readable."""


@dataclass(frozen=True, slots=True)
class _Trees:
    """Path -> blob id of what the manifest names of a service, at both commits."""

    base: Mapping[str, str]
    target: Mapping[str, str]
    contents: Mapping[str, bytes]
    """Blob to content, of the files that were read already."""

    def under(self, path: str) -> tuple[dict[str, str], dict[str, str]]:
        """The files that are ``path`` or lie in it, at base and target."""
        return _under(self.base, path), _under(self.target, path)


def read_changes(
    selection: Selection, names: Sequence[str], pinned: Mapping[str, Pinned]
) -> list[ServiceChange]:
    """Read services of one repository: one git process for all their definitions, and then those of each.

    A service that does not move needs none, another one, or some more with migrations and definitions in folders.

    Raises ProblemsError with everything that is wrong with these services.
    """
    services = selection.loaded.manifest.services
    moving = [name for name in names if pinned[name].moves]
    wanted = {
        (commit, path) for name in moving for commit, path in _definitions(services[name], pinned[name])
    }
    read: dict[tuple[str, str], tuple[str, bytes]] = {}
    between: dict[str, Comparison] = {}
    if moving:
        try:
            read = pinned[moving[0]].repository.read_at(sorted(wanted))
            between = _between(services, moving, pinned)
        except RepositoryError as error:
            place = selection.loaded.places.place(("services", moving[0], "repository"))
            raise ProblemsError([problem(place, error)]) from error
    changes: list[ServiceChange] = []
    problems: list[Problem] = []
    for name in names:
        try:
            changes.append(_read_change(selection, name, pinned[name], read, between))
        except ProblemsError as error:
            problems.extend(error.problems)
    if problems:
        raise ProblemsError(problems)
    return changes


def _read_change(
    selection: Selection,
    name: str,
    pinned: Pinned,
    definitions: Mapping[tuple[str, str], tuple[str, bytes]],
    between: Mapping[str, Comparison],
) -> ServiceChange:
    service = selection.loaded.manifest.services[name]
    change = ServiceChange(
        name=name,
        service=service,
        base=pinned.base,
        target=pinned.target,
        version=selection.stated_version(name) or _version(pinned.repository, pinned.target),
        base_version=_version(pinned.repository, pinned.base),
        commits=(),
        pending=(),
        contracts=(),
    )
    return _Reader(selection, change, pinned, definitions).read(between[name]) if pinned.moves else change


def _between(
    services: Mapping[str, Service], names: Sequence[str], pinned: Mapping[str, Pinned]
) -> dict[str, Comparison]:
    """What lies between the commits of each service, by name; services that go the same way are asked for together."""
    ways: dict[tuple[str, str], list[str]] = {}
    for name in names:
        ways.setdefault((pinned[name].base.sha, pinned[name].target.sha), []).append(name)
    found: dict[str, Comparison] = {}
    for (base, target), together in ways.items():
        paths = list(dict.fromkeys(services[name].path for name in together))
        compared = pinned[together[0]].repository.compare_all(base, target, paths)
        found |= {name: compared[services[name].path] for name in together}
    return found


def _definitions(service: Service, pinned: Pinned) -> Iterator[tuple[str, str]]:
    """Commit and path of each definition that may be a single file; names that are not UTF-8 are listed first."""
    for api in service.provides:
        if api.definition and "\\x" not in api.definition:
            yield pinned.base.sha, inside(service, api.definition)
            yield pinned.target.sha, inside(service, api.definition)


def inside(service: Service, path: str) -> str:
    """A path of the service's manifest entry as a path of its repository."""
    return posixpath.normpath(posixpath.join(service.path, path))


class _Reader:
    """Reads one service that moves, and collects its problems."""

    def __init__(
        self,
        selection: Selection,
        change: ServiceChange,
        pinned: Pinned,
        definitions: Mapping[tuple[str, str], tuple[str, bytes]],
    ) -> None:
        self._selection = selection
        self._definitions = definitions
        self._change = change
        self._repository = pinned.repository
        self._problems: list[Problem] = []

    def read(self, between: Comparison) -> ServiceChange:
        change = self._change
        try:
            if not between.commits:
                self._check_path()
            trees = self._trees()
            contracts = tuple(self._contract_changes(trees))
            pending = tuple(self._pending(trees))
        except RepositoryError as error:
            self._problems.append(problem(self._place("repository"), error))
        if self._problems:
            raise ProblemsError(self._problems)
        return replace(
            change, commits=between.commits, lost=between.lost, contracts=contracts, pending=pending
        )

    def _check_path(self) -> None:
        """Tell a misspelt sub-directory of a monorepo from one in which nothing changed."""
        path = inside(self._change.service, ".")
        if path == ".":
            return
        commits = (self._change.base.sha, self._change.target.sha)
        if not any(self._repository.files(commit, path) for commit in commits):
            self._miss(path, "path")

    def _trees(self) -> _Trees:
        """Definitions that are single files were read already; folders are listed first."""
        service, change = self._change.service, self._change
        paths = {inside(service, api.definition) for api in service.provides if api.definition}
        commits = (change.base.sha, change.target.sha)
        pairs = [(commit, path) for commit in commits for path in paths]
        read = {pair: self._definitions[pair] for pair in pairs if pair in self._definitions}
        folders = [inside(service, source.path) for source in service.migration_sources]
        folders += sorted(paths - {path for _, path in read})
        listed = [self._repository.files_under(commit, folders) if folders else {} for commit in commits]
        base, target = (
            {**listed[number], **{path: blob for (at, path), (blob, _) in read.items() if at == commit}}
            for number, commit in enumerate(commits)
        )
        return _Trees(base, target, dict(read.values()))

    def _contract_changes(self, trees: _Trees) -> Iterator[ContractChange]:
        service = self._change.service
        apis: list[tuple[Api, str]] = []
        for index, api in enumerate(service.provides):
            if api.definition is None:
                continue
            path = inside(service, api.definition)
            if any(trees.under(path)):
                apis.append((api, path))
            else:
                self._miss(path, "provides", index, "definition")
        if not apis or self._problems:
            return
        yield from contract_changes(
            apis, *self._versions(trees), provider=self._change.name, consumers=self._selection.consumers
        )

    def _versions(self, trees: _Trees) -> tuple[Version, Version]:
        """What the manifest names of definitions at both commits, with the content of the files."""
        change, known = self._change, trees.contents
        paths = [inside(change.service, api.definition) for api in change.service.provides if api.definition]
        base = Version(self._repository, change.base.sha, _named(trees.base, paths), dict(known))
        target = Version(self._repository, change.target.sha, _named(trees.target, paths), dict(known))
        missing = {*base.blobs.values(), *target.blobs.values()} - trees.contents.keys()
        read = self._repository.read_blobs(sorted(missing))
        base.contents.update(read)
        target.contents.update(read)
        return base, target

    def _pending(self, trees: _Trees) -> Iterator[PendingMigrations]:
        service = self._change.service
        # From here on a folder is named by its path in the repository, as its files are.
        sources = [s.model_copy(update={"path": inside(service, s.path)}) for s in service.migration_sources]
        folders = [self._migration_files(trees, source.path) for source in sources]
        blobs = (blob for pair in folders for files in pair for blob in files.values())
        contents = self._repository.read_blobs(blobs)
        alone = isinstance(service.migrations, MigrationSource)
        for index, (source, (before, after)) in enumerate(zip(sources, folders, strict=True)):
            location = ("migrations", *(() if alone else (index,)), "path")
            if not after:
                self._miss(source.path, *location)
                continue
            base_files = {path: contents[blob] for path, blob in before.items()}
            target_files = {path: contents[blob] for path, blob in after.items()}
            try:
                yield self._read_pending(source, base_files, target_files)
            except ProblemsError as error:
                unknown = isinstance(error, UnknownToolError)
                place = self._place(*location[:-1], "tool") if unknown else self._place(*location)
                self._problems += [p if p.place.line else replace(p, place=place) for p in error.problems]

    def _migration_files(self, trees: _Trees, path: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """The files of a folder; of a file that names others, such as a root changelog, those beside it as well."""
        before, after = trees.under(path)
        folder = posixpath.dirname(path)
        if not folder or path not in before.keys() | after.keys():
            return before, after
        read = self._repository.files_under
        return read(self._change.base.sha, [folder]), read(self._change.target.sha, [folder])

    def _read_pending(
        self, source: MigrationSource, base_files: Mapping[str, bytes], target_files: Mapping[str, bytes]
    ) -> PendingMigrations:
        from runbook_tui.migrations.pending import pending

        engine = self._engine(source.datastore)
        source = self._with_tool(source, target_files or base_files)
        live = self._ask(source, target_files or base_files, engine)
        store = self._selection.loaded.manifest.datastores.get(source.datastore)
        found = pending(
            base_files,
            target_files,
            service=self._change.name,
            source=source,
            engine=engine,
            rows=live.rows if isinstance(live, LiveState) else None,
            small=store is not None and store.size == "small",
        )
        if live is not None:
            from runbook_tui.migrations.live.compare import compare

            told = compare(live, found, base_files, target_files, source)
            found = replace(found, findings=(*found.findings, *told))
        return apply_answers(found, self._selection.loaded.answers)

    def _with_tool(self, source: MigrationSource, files: Mapping[str, bytes]) -> MigrationSource:
        """With the tool that the files show, and those beside the folder; as it is when none does."""
        from runbook_tui.migrations.registry import detect_tool

        if source.tool is not None:
            return source
        others = self._repository.files(self._change.target.sha)
        return source.model_copy(update={"tool": detect_tool(files, source.path, others)})

    def _ask(
        self, source: MigrationSource, files: Mapping[str, bytes], engine: str
    ) -> LiveState | Refusal | None:
        """What the live database says is applied; None when it is not to be asked."""
        databases = self._selection.live
        if databases is None:
            return None
        from runbook_tui.migrations.read import origin_of

        tool = origin_of(source, files, service=self._change.name, engine=engine).tool.name
        return databases.ask(self._selection.loaded.manifest, source, tool=tool, engine=engine)

    def _engine(self, datastore: str) -> str:
        """The engine of a data store, as the service or else the manifest says; empty when nobody does."""
        return self._selection.loaded.manifest.engine_of(self._change.service, datastore)

    def _miss(self, path: str, *location: str | int) -> None:
        place = self._place(*location)
        ref = self._change.target.ref
        what = f"{path} does not exist in {self._repository.shown} at {ref}"
        self._problems.append(Problem(place, what, "an existing path", "correct it, or release another ref"))

    def _place(self, *location: str | int) -> Place:
        return self._selection.loaded.places.place(("services", self._change.name, *location))


def _version(repository: Repository, commit: Resolved) -> str:
    return commit.tag or repository.tag_at(commit.sha) or commit.sha[:_SHORT]


def _named(files: Mapping[str, str], paths: Iterable[str]) -> dict[str, str]:
    """Those of ``files`` that are one of ``paths`` or lie in it."""
    return {name: blob for path in paths for name, blob in _under(files, path).items()}


def _under(files: Mapping[str, str], path: str) -> dict[str, str]:
    folder = "" if path == "." else f"{path}/"
    return {name: blob for name, blob in files.items() if name == path or name.startswith(folder)}
