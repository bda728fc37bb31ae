"""The files behind import paths.

An import path begins at a root that only the build knows: one of the folders around the importing file, as a rule.
Where none of them has the file, a file elsewhere whose path ends alike is a guess.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from posixpath import basename, dirname, isabs, normpath

from runbook_tui.contracts.files import ContractFiles
from runbook_tui.contracts.protobuf.parser import parse
from runbook_tui.contracts.protobuf.tree import File, Import, Mistake

_WITH_PROTOC = "google/protobuf/"
"""Files that come with protoc: their types are known, and they do not change with a contract."""
_VENDORED = ("google", "buf", "validate")
"""First parts of the paths and packages that builds fetch from elsewhere, and that do not change with a contract."""
_MOST_COPIES = 20
"""Copies of a guessed file that are compared."""
_MOST_ALIKE = 2_000
"""Files of one name among which one is guessed."""
_MOST_FOLDERS = 100
"""Folders around a file that may be a root."""


@dataclass(frozen=True, slots=True)
class Imported:
    """An import of a file, and what it leads to."""

    written: Import
    path: str | None
    """None where no file is found."""
    is_guess: bool = False
    mistake: Mistake | None = None

    @property
    def is_missed(self) -> bool:
        """Whether types may be unknown because of it."""
        return self.path is None and not is_vendored(self.written.path.replace("/", "."))


def is_vendored(name: str) -> bool:
    """Whether a package, or a type by its full name, is one that builds fetch from elsewhere."""
    return name.partition(".")[0] in _VENDORED


class Imports:
    """Finds the files behind the import paths of one version."""

    def __init__(self, files: ContractFiles) -> None:
        self._files = files
        self._guesses: dict[tuple[str, ...], str | None] = {}
        self._alike: dict[str, Mapping[str, Sequence[str]]] = {}

    def paths(self, path: str, file: File) -> Iterator[str]:
        """The files that a file imports, as far as there are such files."""
        for imported in self.of(path, path, file):
            if imported.path is not None:
                yield imported.path

    def of(self, path: str, module_path: str, file: File) -> Iterator[Imported]:
        """Every import of a file.

        Args:
            path: of the file.
            module_path: how others import it.
            file: what it says.
        """
        for each in file.imports:
            yield self._find(path, module_path, each)

    def _find(self, path: str, module_path: str, written: Import) -> Imported:
        reference = normpath(written.path) if written.path else ""
        if isabs(reference) or reference.split("/")[0] == "..":
            return self._relative(path, written)
        around = [f"{folder}/{reference}" if folder else reference for folder in _around(path)]
        found = [candidate for candidate in around if self._files.exists(candidate)]
        others = [candidate for candidate in found if candidate != path]
        if found != others and (not others or reference == module_path):
            what = f"the import {_shown(written)} is the file itself"
            return Imported(
                written, None, mistake=Mistake(written.at, what, "another file", "remove the import")
            )
        if others:
            return Imported(written, others[0])
        if reference.startswith(_WITH_PROTOC):
            return Imported(written, None)
        return Imported(written, self._guess(path, reference), is_guess=True)

    def _relative(self, path: str, written: Import) -> Imported:
        """Only some builds take an import path from the importing file on; protoc refuses it
        (protocolbuffers/protobuf:src/google/protobuf/compiler/importer.cc, DiskSourceTree::OpenVirtualFile)."""
        beside = self._files.beside(path, written.path)
        if beside is not None and beside != path and self._files.exists(beside):
            return Imported(written, beside)
        what = f"the import {_shown(written)} leads out of its import root"
        return Imported(
            written,
            None,
            mistake=Mistake(written.at, what, "a path below an import root", "name it from there"),
        )

    def _guess(self, path: str, reference: str) -> str | None:
        """The only file of that name in the smallest folder around that has one; a broken one is another one."""
        alike = self._ending(reference)
        nearest = next((alike[folder] for folder in _around(path) if folder in alike), ())
        key = (reference, *nearest[:1], str(len(nearest)))
        if key not in self._guesses:
            found = self._only(nearest)
            data = self._files.read(found) if found is not None else None
            self._guesses[key] = found if data is not None and not parse(data).mistakes else None
        return self._guesses[key]

    def _only(self, paths: Sequence[str]) -> str | None:
        """One of several that are copies of one file."""
        if len(paths) > _MOST_COPIES:
            return None
        copies = {self._files.read(path) for path in paths} if len(paths) > 1 else ()
        return min(paths, key=lambda path: (len(path), path), default=None) if len(copies) <= 1 else None

    def _ending(self, reference: str) -> Mapping[str, Sequence[str]]:
        """The files whose paths end alike, by each folder that they are in."""
        if reference not in self._alike:
            name, ending = basename(reference), f"/{reference}"
            others, own = _by_name(self._files.names).get(name, []), self._own_by_name.get(name, [])
            named = {*others, *own} if len(others) + len(own) <= _MOST_ALIKE else ()
            found: dict[str, list[str]] = defaultdict(list)
            for path in sorted(named):
                if path.endswith(ending):
                    for folder in _around(path.removesuffix(ending) + "/"):
                        found[folder].append(path)
            self._alike[reference] = found
        return self._alike[reference]

    @cached_property
    def _own_by_name(self) -> Mapping[str, list[str]]:
        return _grouped(self._files.own)


def _shown(written: Import) -> str:
    return repr(written.path[:80])


def _around(path: str) -> Iterator[str]:
    """The folders around a path, from the inside outwards; the empty one last."""
    folder = dirname(path)
    for _ in range(_MOST_FOLDERS):
        if not folder.strip("/"):
            break
        yield folder
        folder = dirname(folder)
    yield ""


@lru_cache(maxsize=4)
def _by_name(paths: frozenset[str]) -> Mapping[str, list[str]]:
    """Kept because one version is asked by many contracts."""
    return _grouped(paths)


def _grouped(paths: Iterable[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        if path.endswith(".proto"):
            found[basename(path)].append(path)
    return found
