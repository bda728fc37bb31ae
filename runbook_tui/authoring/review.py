"""Everything there is to see of a release's pending migrations: what was judged, and the files themselves."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runbook_tui.authoring.draft import Request
    from runbook_tui.authoring.migration_sections import Section
    from runbook_tui.catalog.manifest import LoadedManifest
    from runbook_tui.migrations.model import Finding, Migration
    from runbook_tui.release.model import ServiceChange

_LONGEST = 1024 * 1024
"""Bytes of a file that are shown; nobody reads on after that."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One pending migration with the file it is in."""

    migration: Migration
    findings: tuple[Finding, ...]
    """Those of the migration itself, then those of its place in the history; by line."""
    source: str
    """The file as it was judged."""
    folder: str = ""
    """Where its migrations are, for those that belong to no service."""


@dataclass(frozen=True, slots=True)
class Review:
    """The pending migrations of a release, by service and in the order of their tools."""

    migrations: tuple[Reviewed, ...]
    findings: tuple[Finding, ...]
    """Findings about folders and about files that are not pending: edited, lost, not a migration."""


def review_runbook(runbook_path: Path) -> Review:
    """Read the migrations of the release that a runbook was planned from.

    Raises:
        RunbookError: the runbook names no manifest, or what :func:`review` raises.
    """
    from runbook_tui.authoring.draft import request_of

    return review(request_of(runbook_path))


def review(request: Request) -> Review:
    """Read the pending migrations of a release.

    Raises:
        RunbookError: the manifest or a repository cannot be read.
    """
    from runbook_tui.catalog.direct import read_any
    from runbook_tui.release.read import read_release

    loaded = read_any(request.manifest, request.bases, request.targets)
    release = read_release(loaded, targets=request.targets, bases=request.bases, only=request.only)
    found: list[Reviewed] = []
    others: list[Finding] = []
    for change in release.changes:
        sources = _sources(loaded, change)
        for folder in change.pending:
            paths = {migration.path for migration in folder.pending}
            others += [finding for finding in folder.findings if finding.path not in paths]
            found += [
                Reviewed(migration, tuple(_findings(migration, folder.findings)), sources[migration.path])
                for migration in folder.pending
            ]
    return Review(tuple(found), tuple(others))


def _findings(migration: Migration, of_folder: tuple[Finding, ...]) -> Iterator[Finding]:
    about = [finding for finding in of_folder if finding.path == migration.path]
    yield from sorted([*migration.findings, *about], key=lambda finding: finding.line)


def _sources(loaded: LoadedManifest, change: ServiceChange) -> Mapping[str, str]:
    """Path -> text of the pending files at the target."""
    from runbook_tui.repositories.git import Repository

    paths = sorted({migration.path for folder in change.pending for migration in folder.pending})
    if not paths:
        return {}
    repository = Repository.open(loaded.repository_path(change.name))
    blobs = repository.files_under(change.target.sha, paths)
    contents = repository.read_blobs(blobs.values())
    return {path: shown_text(contents[blob]) for path, blob in blobs.items()}


def shown_text(data: bytes) -> str:
    """What is shown of a file."""
    return data[:_LONGEST].decode("utf-8-sig", "replace").replace("\r\n", "\n")


def review_of(found: Sequence[Section]) -> Review:
    """Everything in one table: first what manifests name, then what was found in folders."""
    from runbook_tui.authoring.draft import Request

    manifests = dict.fromkeys(section.manifest for section in found if section.manifest)
    parts = [review(Request(Path(manifest))) for manifest in manifests]
    migrations = [one for part in parts for one in part.migrations]
    findings = [finding for part in parts for finding in part.findings]
    for section in found:
        for entry in section.inspected.entries if not section.manifest else ():
            if entry.migration is None:
                findings += entry.findings
            else:
                source = _source(section.root, entry.path)
                migrations.append(Reviewed(entry.migration, entry.findings, source, _folder(section)))
    return Review(tuple(migrations), tuple(findings))


def _folder(section: Section) -> str:
    return os.path.normpath(os.path.join(section.root, section.inspected.folder))  # noqa: PTH118 - shown only


def _source(root: str, path: str) -> str:
    """The file as it lies there; what is only in a commit, or gone, is not shown."""
    from runbook_tui.migrations.trees import stored_path

    try:
        with Path(os.fsdecode(stored_path(root)), os.fsdecode(stored_path(path))).open("rb") as file:
            return shown_text(file.read(_LONGEST))
    except OSError as error:
        return f"({path} cannot be read: {error.strerror})"
