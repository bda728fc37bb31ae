"""Paths of a manifest: inside the repository what has to be inside it, and on this machine what has to be local."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from runbook_tui.catalog.model import Manifest, Service
from runbook_tui.catalog.places import Report
from runbook_tui.files.suggestions import quoted
from runbook_tui.files.yaml_source import Location

_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|[^/\s]+@[^/\s:]+:")
"""A URL, or the short form ``user@host:path`` of git."""


def check_paths(manifest: Manifest, report: Report) -> None:
    """Add paths that leave their repository, and repositories that are not local."""
    for name, service in manifest.services.items():
        if _REMOTE.match(service.repository):
            what = f"the repository {quoted(service.repository)} is not on this machine"
            report.value(
                ("services", name, "repository"), what, "a local path", "clone it, and name the clone's path"
            )
        for location, path in _inner_paths(name, service):
            _check_inside(location, path, report)


def _inner_paths(name: str, service: Service) -> Iterator[tuple[Location, str]]:
    yield ("services", name, "path"), service.path
    for index, api in enumerate(service.provides):
        if api.definition is not None:
            yield ("services", name, "provides", index, "definition"), api.definition
    several = isinstance(service.migrations, tuple)
    for index, source in enumerate(service.migration_sources):
        yield ("services", name, "migrations", *((index,) if several else ()), "path"), source.path


def _check_inside(location: Location, written: str, report: Report) -> None:
    path = PurePosixPath(written)
    if path.is_absolute() or ".." in path.parts:
        what = f"{location[-1]}: {quoted(written)} leads out of the repository"
        report.value(
            location, what, "a path inside it, without '..'", "write it relative to the repository or 'path'"
        )
