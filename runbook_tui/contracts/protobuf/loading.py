"""One version of a contract into a schema: its own files, and those that they import as far as they are there."""

from __future__ import annotations

from collections.abc import Iterable

from runbook_tui.contracts.files import ContractFiles
from runbook_tui.contracts.format import Report
from runbook_tui.contracts.model import Fault
from runbook_tui.contracts.protobuf.imports import Imports
from runbook_tui.contracts.protobuf.parser import parse
from runbook_tui.contracts.protobuf.schema import Schema, Source
from runbook_tui.contracts.protobuf.tree import Mistake
from runbook_tui.contracts.protobuf.workspace import Workspace


def load_schema(files: ContractFiles, workspace: Workspace, version: str, report: Report) -> Schema:
    """Read a version. What is wrong with a file is added to the report, unless the file is only a guess; an import
    that is not found is nothing wrong as such.

    Args:
        files: the version.
        workspace: what it says about the roots of its modules.
        version: ``old`` or ``new``, for the faults.
        report: takes the faults.
    """
    sources: list[Source] = []
    imports = Imports(files)
    waiting = [path for path in files.own if path.endswith(".proto")]
    guessed: list[str] = []
    sure, seen = set(waiting), set[str]()
    while waiting or guessed:
        path = waiting.pop() if waiting else guessed.pop()  # what is sure comes first, as it may be both
        data = files.read(path) if path not in seen else None
        seen.add(path)
        if data is None:
            continue
        parsed, module_path = parse(data), workspace.module_path(path)
        found = list(imports.of(path, module_path, parsed.file))
        if path in sure:
            wrong = [each.mistake for each in found if each.mistake is not None]
            report.faults += _faults(path, [*parsed.mistakes, *wrong], version)
        missing = tuple(each.written.path for each in found if each.is_missed)
        sources.append(Source(path, module_path, parsed.file, path in files.own, missing))
        for each in found:
            if each.path is not None and each.path not in seen:
                is_sure = path in sure and not each.is_guess
                sure |= {each.path} if is_sure else set()
                (waiting if is_sure else guessed).append(each.path)
    return Schema(sorted(sources, key=lambda source: source.path))


def _faults(path: str, mistakes: Iterable[Mistake], version: str) -> list[Fault]:
    return [
        Fault(path, *mistake.at, mistake.what, mistake.expected, mistake.remedy, version)
        for mistake in mistakes
    ]
