"""One version of a contract into a schema: its own files, and those that they import as far as they are there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from posixpath import basename, dirname

from runbook_tui.contracts.files import ContractFiles
from runbook_tui.contracts.format import Report
from runbook_tui.contracts.model import Fault
from runbook_tui.contracts.protobuf.parser import parse
from runbook_tui.contracts.protobuf.schema import Schema, Source
from runbook_tui.contracts.protobuf.tree import File
from runbook_tui.contracts.protobuf.workspace import Workspace

_WITH_PROTOC = "google/protobuf/"
"""Files that come with protoc: their types are known, and they do not change with a contract."""


def load_schema(files: ContractFiles, workspace: Workspace, version: str, report: Report) -> Schema:
    """Read a version. What is wrong with a file is added to the report; a missing import is nothing wrong.

    Args:
        files: the version.
        workspace: what it says about the roots of its modules.
        version: ``old`` or ``new``, for the faults.
        report: takes the faults.
    """
    sources: list[Source] = []
    imports = Imports(files)
    waiting = [path for path in files.own if path.endswith(".proto")]
    seen = set(waiting)
    while waiting:
        path = waiting.pop()
        data = files.read(path)
        if data is None:
            continue
        parsed = parse(data)
        report.faults += [
            Fault(path, *mistake.at, mistake.what, mistake.expected, mistake.remedy, version)
            for mistake in parsed.mistakes
        ]
        sources.append(Source(path, workspace.module_path(path), parsed.file, path in files.own))
        imported = set(imports.of(path, parsed.file)) - seen
        seen |= imported
        waiting += imported
    return Schema(sorted(sources, key=lambda source: source.path))


class Imports:
    """Finds the files behind import paths."""

    def __init__(self, files: ContractFiles) -> None:
        self._files = files

    def of(self, path: str, file: File) -> Iterator[str]:
        """The paths of the files that a file imports, as far as there are such files."""
        for each in file.imports:
            found = self._find(path, each.path)
            if found is not None:
                yield found

    def _find(self, path: str, reference: str) -> str | None:
        """An import path begins at some root: one of the folders around the importing file, else any folder."""
        folder = dirname(path)
        while True:
            candidate = f"{folder}/{reference}" if folder else reference
            if self._files.exists(candidate):
                return candidate
            if not folder or folder == dirname(folder):
                break
            folder = dirname(folder)
        if reference.startswith(_WITH_PROTOC):
            return None
        ending = f"/{reference.lstrip('/')}"
        found = [other for other in self._named_alike(reference) if other.endswith(ending)]
        return min(found, key=lambda other: (len(other), other), default=None)

    def _named_alike(self, reference: str) -> Iterator[str]:
        name = basename(reference)
        yield from _by_name(self._files.names).get(name, ())
        yield from self._own_by_name.get(name, ())

    @cached_property
    def _own_by_name(self) -> Mapping[str, list[str]]:
        return _grouped(self._files.own)


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
