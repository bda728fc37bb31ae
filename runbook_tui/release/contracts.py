"""The API and event definitions of one service that differ between what runs and what is released."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from runbook_tui.catalog.model import Api
from runbook_tui.contracts.files import ContractFiles, may_need_others
from runbook_tui.contracts.model import Change, ContractDiff, Direction, Effect, Fault, Verdict
from runbook_tui.release.model import BrokenPromise, ContractChange, Introduction
from runbook_tui.repositories.git import Repository

_MOST_COMMITS = 200
"""Commits of a release that are looked at for the first one that a definition cannot go along with."""

_MOST_FILES = 2000
"""Files that one definition may lead to."""


@dataclass
class Version:
    """The definitions of a service at one commit, with everything that they refer to."""

    repository: Repository
    commit: str
    blobs: Mapping[str, str]
    """Path to blob of what the manifest names."""
    contents: dict[str, bytes] = field(default_factory=dict)
    """Blob to content, as far as it was read."""

    @property
    def all_blobs(self) -> Mapping[str, str]:
        """Path to blob of every file of the commit."""
        return self.repository.listing(self.commit).blobs

    def load(self, path: str) -> bytes | None:
        """Content of any file of the commit."""
        blob = self.all_blobs.get(path)
        if blob is None:
            return None
        if blob not in self.contents:
            self.contents.update(self.repository.read_blobs([blob]))
        return self.contents[blob]

    def files(self, own: Mapping[str, str], *, whole: bool = False) -> ContractFiles:
        """One definition, given by path and blob; ``whole``: with the names of all files even if it refers to none."""
        data = {path: self.contents[blob] for path, blob in own.items()}
        if not whole and not may_need_others(data):
            return ContractFiles(data)
        return ContractFiles(data, self.repository.listing(self.commit).names, self.load)


def read_all(*versions: Version) -> None:
    """Read the content of what the manifest names, at all these commits of one repository: one process."""
    contents = versions[0].repository.read_blobs(blob for one in versions for blob in one.blobs.values())
    for version in versions:
        version.contents = dict(contents)


def contract_changes(
    apis: Iterable[tuple[Api, str]],
    base: Version,
    target: Version,
    *,
    provider: str,
    consumers: Callable[[str], tuple[str, ...]],
) -> Iterator[ContractChange]:
    """The definitions that differ, or that something they refer to makes differ.

    Args:
        apis: those with a definition, each with its path inside the repository.
        base, target: read by :func:`read_all`.
        provider: the service.
        consumers: the services that consume an API, sorted.
    """
    for api, path in apis:
        found = _Definition(api, path, base, target)
        if found.differs:
            yield ContractChange(
                api=api.api,
                provider=provider,
                type=api.type,
                path=path,
                consumers=consumers(api.api),
                kind="modified"
                if found.old.own and found.new.own
                else "added"
                if found.new.own
                else "removed",
                digest=found.digest,
                diff=_diff(api, path, *found.compared()),
                compatibility=api.compatibility,
                broken_promises=tuple(found.broken_promises()),
            )


class _Definition:
    """One definition at both commits."""

    def __init__(self, api: Api, path: str, base: Version, target: Version) -> None:
        self._api, self._path = api, path
        self._base, self._target = base, target
        self.old = base.files(_under(base.blobs, path))
        self.new = target.files(_under(target.blobs, path))

    def compared(self) -> tuple[ContractFiles, ContractFiles]:
        """Both versions for their comparison: what is said of Protobuf also depends on a ``buf.yaml`` beside it."""
        if self._api.type not in ("grpc", "protobuf"):
            return self.old, self.new
        versions = ((self._base, self.old), (self._target, self.new))
        old, new = (
            one.files({path: one.blobs[path] for path in files.own}, whole=True) for one, files in versions
        )
        return old, new

    @property
    def differs(self) -> bool:
        """Whether it, or something that it leads to, is not the same at both commits."""
        return self._parts(self._base, self.old) != self._parts(self._target, self.new)

    @property
    def digest(self) -> str:
        """Of everything that was compared: an answer holds as long as that stays."""
        parts = (self._parts(self._base, self.old), self._parts(self._target, self.new))
        return sha256(repr(parts).encode()).hexdigest()[:12]

    def _parts(self, version: Version, files: ContractFiles) -> list[tuple[str, str]]:
        own = sorted((path, version.blobs[path]) for path in files.own)
        return own + sorted(_closure(self._api, version, files).items())

    def broken_promises(self) -> Iterator[BrokenPromise]:
        """What the registry of an event will refuse, or its consumers cannot read.

        Source: Confluent's compatibility types; transitive ones look at every version still retained.
        """
        mode = self._api.compatibility
        if mode is None or not self.old.own or not self.new.own:
            return
        versions = [(self._base.commit, self.old)]
        if mode.endswith("_TRANSITIVE"):
            versions += _retained(self._api, self._path, self._base)
        told: set[tuple[str, str]] = set()
        for commit, files in versions:
            for change in _diff(self._api, self._path, files, self.new).changes:
                if forbids(mode, change) and (change.rule, change.pointer) not in told:
                    told.add((change.rule, change.pointer))
                    yield BrokenPromise(change, commit, running=commit == self._base.commit)


def _diff(api: Api, path: str, old: ContractFiles, new: ContractFiles) -> ContractDiff:
    from runbook_tui.contracts.compare import compare, other_type

    for version, files in (("old", old), ("new", new)):
        if path in files.own:
            found = other_type(path, files.own[path], api.type)
            if found is not None:
                what = f"this is {found}, and the manifest says {api.type}"
                remedy = f"write type: {found}, or name the file that is {api.type}"
                fault = Fault(path, 1, 1, what, api.type, remedy, version)
                return ContractDiff(api.type, (), (), (fault,))
    return compare(old, new, api.type)


def introduction(contract: ContractChange, api: Api, base: Version, target: str) -> Introduction | None:
    """The commit that a release can stop before, so that what the contract demands of it can be met.

    That is the first one after which consumers have to go first, or the first change where they never have to.
    """
    old = base.files(_under(base.blobs, contract.path))
    changes = reversed(base.repository.changes_of(contract.path, target, base.commit))
    first: Introduction | None = None
    for commit, parent in list(changes)[:_MOST_COMMITS]:
        if parent is None:
            continue
        version = Version(base.repository, commit, base.repository.files_under(commit, [contract.path]))
        read_all(version)
        found = _diff(api, contract.path, old, version.files(version.blobs)).verdict
        made = Introduction(f"contract:{contract.api}", commit, parent)
        if found in (Verdict.CONSUMER_FIRST, Verdict.SPLIT):
            return made
        if found is Verdict.PROVIDER_FIRST:
            first = first or made
    return first


def forbids(mode: str, change: Change) -> bool:
    """Whether a compatibility mode forbids a change of an event."""
    if change.direction is not Direction.EVENT or change.effect is None:
        return False
    forbidden = {
        "BACKWARD": {Effect.NARROWS, Effect.NEITHER},
        "FORWARD": {Effect.WIDENS, Effect.NEITHER},
        "FULL": set(Effect),
    }
    return change.effect in forbidden.get(mode.removesuffix("_TRANSITIVE"), set())


def _retained(api: Api, path: str, base: Version) -> Iterator[tuple[str, ContractFiles]]:
    """Older versions of a definition whose messages are still kept, newest first."""
    seen = {tuple(sorted(_under(base.blobs, path).items()))}
    since = api.retained_since
    commits = [commit for commit, _ in base.repository.changes_of(path, base.commit, since)]
    for commit in commits if since is None else [*commits, since]:
        blobs = base.repository.files_under(commit, [path])
        if blobs and tuple(sorted(blobs.items())) not in seen:
            seen.add(tuple(sorted(blobs.items())))
            version = Version(base.repository, commit, blobs)
            read_all(version)
            yield commit, version.files(blobs)


def _closure(api: Api, version: Version, files: ContractFiles) -> dict[str, str]:
    """Path to blob of every file that a definition leads to, itself left out."""
    from runbook_tui.contracts.registry import format_named

    if not files.names:
        return {}
    found: dict[str, str] = {}
    waiting = list(files.own.items())
    while waiting and len(found) < _MOST_FILES:
        path, data = waiting.pop()
        for reference in format_named(api.type).references(path, data, files):
            if reference not in found and reference not in files.own and reference in version.all_blobs:
                found[reference] = version.all_blobs[reference]
                waiting.append((reference, files.read(reference) or b""))
    return found


def _under(files: Mapping[str, str], path: str) -> dict[str, str]:
    folder = "" if path == "." else f"{path}/"
    return {name: blob for name, blob in files.items() if name == path or name.startswith(folder)}
