"""The contracts of two folders, paired by path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from posixpath import basename

from runbook_tui.contracts.disk import MOST_FILES, NotAFileError, UnreadableFileError
from runbook_tui.contracts.files import MAX_BYTES
from runbook_tui.contracts.model import Fault
from runbook_tui.contracts.pairs import Comparison, compare_own, faulty
from runbook_tui.contracts.registry import TYPES, detect, format_named, may_hold_contract
from runbook_tui.contracts.sides import Side
from runbook_tui.files.problems import Place, Problem, ProblemsError
from runbook_tui.files.suggestions import one_of

ONE_CONTRACT = frozenset({"graphql", "protobuf"})
"""Formats whose files in a folder are one contract: parts of a schema, or of packages."""
WHOLE = "."


def compare_folders(old: Side, new: Side, type_name: str | None) -> tuple[Comparison, ...]:
    """Every contract that one of two folders has, by path.

    Raises:
        ProblemsError: a folder has too many files, or neither has a contract.
    """
    _refuse_huge(old, new)
    chosen = format_named(type_name).name if type_name else None
    sides = (old, new)
    before, after = (_Contracts(side, chosen) for side in sides)
    before.look()
    after.look()
    found = before.types | after.types
    if not found and not before.denied and not after.denied:
        raise ProblemsError([_nothing_in(side, type_name) for side in sides])
    compared = [
        faulty(fault.path, chosen or "", [fault]) for each in (before, after) for fault in each.denied
    ]
    for name in sorted(ONE_CONTRACT & set(found.values())):
        paths = sorted(path for path, type_ in found.items() if type_ == name)
        compared.append(_compare(WHOLE, paths, name, (before, after)))
    for path, name in sorted(found.items()):
        if name not in ONE_CONTRACT:
            compared.append(_compare(path, [path], name, (before, after)))
    return tuple(compared)


@dataclass(slots=True)
class _Contracts:
    """The contracts of one folder."""

    side: Side
    chosen: str | None
    types: dict[str, str] = field(default_factory=dict)
    """Path to type."""
    denied: list[Fault] = field(default_factory=list)
    """Files that may be contracts and that nobody lets us read."""
    _contents: dict[str, bytes] = field(default_factory=dict)

    def look(self) -> None:
        """Find them by name and content."""
        for path in self.side.folder.paths:
            if not self._may_be_one(path):
                continue
            try:
                data = self.side.folder.read(path)
            except NotAFileError:
                continue
            except UnreadableFileError as error:
                self.denied.append(self.side.fault(path, f"it cannot be read: {error}"))
                continue
            found = self._type_of(path, data[:MAX_BYTES])
            if found is not None:
                self.types[path] = found
                self._contents[path] = data

    def has(self, path: str) -> bool:
        """Whether there is such a file, a contract or not."""
        return path in self.side.folder.names

    def content(self, path: str) -> bytes | Fault:
        """What a file holds that the one or the other version has as a contract."""
        data = self._contents.get(path, b"")
        return data if data and len(data) <= MAX_BYTES else self.side.read(path)

    def _may_be_one(self, path: str) -> bool:
        if self.chosen is None:
            return may_hold_contract(path)
        return any(fnmatch(basename(path), pattern) for pattern in format_named(self.chosen).patterns)

    def _type_of(self, path: str, data: bytes) -> str | None:
        if self.chosen is None:
            return detect(path, data)
        return self.chosen if format_named(self.chosen).recognises(path, data) else None


def _compare(path: str, paths: list[str], name: str, versions: tuple[_Contracts, _Contracts]) -> Comparison:
    """One contract; files that only one version recognises are read in the other one as well."""
    faults = list(_other_types(paths, name, versions))
    own: list[dict[str, bytes]] = []
    for each in versions:
        read: dict[str, bytes] = {}
        for one in paths:
            content = each.content(one) if each.has(one) else None
            if isinstance(content, Fault):
                faults.append(content)
            elif content is not None:
                read[one] = content
        own.append(read)
    if faults:
        return faulty(path, name, faults)
    return compare_own(path, name, (versions[0].side, versions[1].side), (own[0], own[1]))


def _other_types(paths: list[str], name: str, versions: tuple[_Contracts, _Contracts]) -> Iterator[Fault]:
    for each in versions:
        for path in paths:
            found = each.types.get(path, name)
            if found != name:
                what = f"this is {found}, and the other version is {name}"
                yield each.side.fault(
                    path, what, "two versions of one contract", "force one type with --type"
                )


def _refuse_huge(*sides: Side) -> None:
    problems = [
        Problem(
            Place(str(side.given)), f"it has more than {MOST_FILES:,} files", "", "name a folder of contracts"
        )
        for side in sides
        if len(side.folder.paths) > MOST_FILES
    ]
    if problems:
        raise ProblemsError(problems)


def _nothing_in(side: Side, type_name: str | None) -> Problem:
    where = Place(str(side.given))
    if type_name is None:
        what, expected = "no kind of contract is recognised in it", one_of(TYPES)
        return Problem(where, what, expected, "name another folder, or a file with --type")
    expected = " or ".join(format_named(type_name).patterns)
    return Problem(where, f"there is no {type_name} contract in it", expected, "name another folder or type")
