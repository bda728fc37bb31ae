"""Reads the catalogs behind some paths and puts together what they say.

The result is the same for every order of the paths: entries of one name are one entry, and of two catalogs that
describe it the one with the smaller ``order`` of its reader counts.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from runbook_tui.catalog.importing.assemble import assemble
from runbook_tui.catalog.importing.files import (
    MAX_FOUND,
    MAX_TOTAL,
    Files,
    Source,
    UnreadableError,
    candidates,
    files_around,
    missing,
)
from runbook_tui.catalog.importing.model import ImportedCatalog
from runbook_tui.catalog.importing.reader import CatalogReader
from runbook_tui.catalog.importing.registry import all_readers
from runbook_tui.catalog.importing.report import Report
from runbook_tui.files.problems import Place, Problem, ProblemsError
from runbook_tui.files.suggestions import quoted

_Found = dict[str, dict[Path, Source]]


def read_catalog(paths: Sequence[Path]) -> ImportedCatalog:
    """Everything that the catalogs behind some paths say, and what is wrong with them.

    Args:
        paths: files, or folders in which files of all known kinds are searched.

    Raises:
        ProblemsError: a path does not exist, is no catalog, or no catalog was found in a folder.
    """
    report = Report()
    found: _Found = {reader.name: {} for reader in all_readers()}
    problems: list[Problem] = []
    for path in dict.fromkeys(paths):
        try:
            is_folder = os.path.isdir(path)  # noqa: PTH112 - bears endless names
            count = _folder(path, found, report) if is_folder else _file(path, found)
        except ProblemsError as error:
            problems += error.problems
        else:
            problems += [] if count else [_no_catalog(path)]
    if problems:
        raise ProblemsError(problems)
    files = files_around(paths)
    for reader in all_readers():
        sources = sorted(found[reader.name].values(), key=lambda source: source.path)
        if sources:
            reader.read(sources, files, report)
    return assemble(report)


def has_name_of_catalog(path: Path, data: bytes) -> bool:
    """Whether a file is a catalog by its name as well as by its content."""
    return _reader(path, data) is not None


def _folder(folder: Path, found: _Found, report: Report) -> int:
    """Look for catalogs in a folder; gives how many there are."""
    count, size, looked_at = 0, 0, 0
    for path in islice(candidates(folder), MAX_FOUND + 1):
        looked_at += 1
        if looked_at > MAX_FOUND or size > MAX_TOTAL:
            what = f"{folder} has more files than are read"
            report.find("too-many-files", what, Place(str(path)), "name the folders with catalogs")
            break
        try:
            data = Files((str(folder.resolve()),)).read(path)
        except UnreadableError as error:
            if _may_be_catalog(path):
                report.find(
                    "unreadable-file", f"{quoted(path.name)} cannot be read: {error}", Place(str(path))
                )
                count += 1
            continue
        reader = _reader(path, data)
        if reader is not None:
            count += 1
            size += len(data)
            found[reader.name].setdefault(path, Source(path, data, named=False))
    return count


def _may_be_catalog(path: Path) -> bool:
    return any(path.name in reader.file_names.split() for reader in all_readers())


def _reader(path: Path, data: bytes) -> CatalogReader | None:
    recognising = (reader for reader in all_readers() if reader.recognises(path.name, path.parent.name, data))
    return next(recognising, None)


def _file(path: Path, found: _Found) -> int:
    """Read a file that a person named."""
    if not os.path.exists(path):  # noqa: PTH110
        raise missing(path)
    try:
        data = Files(("/",)).read(path)
    except UnreadableError as error:
        raise ProblemsError([Problem(Place(str(path)), f"the file is not read: {error}")]) from error
    reader = _reader(path, data) or next((r for r in all_readers() if r.accepts(path.name, data)), None)
    if reader is None:
        return 0
    found[reader.name][path] = Source(path, data, named=True)
    return 1


def _no_catalog(path: Path) -> Problem:
    known = ", ".join(reader.file_names for reader in all_readers())
    is_folder = os.path.isdir(path)  # noqa: PTH112
    what = "there is no catalog in this folder" if is_folder else "this is no catalog that is known"
    return Problem(Place(str(path)), what, f"one of {known}", "check the path")
