"""A catalog used as the manifest itself: what runs and what is released is given with the command."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from runbook_tui.catalog.importing.collect import has_name_of_catalog, read_catalog
from runbook_tui.catalog.importing.files import UnreadableError, read_bounded
from runbook_tui.catalog.importing.native import native
from runbook_tui.catalog.manifest import LoadedManifest, loaded_from, read_manifest
from runbook_tui.files.problems import Place, Problem, ProblemsError
from runbook_tui.files.suggestions import did_you_mean, one_of
from runbook_tui.files.yaml_source import Location, YamlSource

_NATIVE = re.compile(rb"^system:|^ +deployed:", re.MULTILINE)
"""What only our own manifests have; compose and Backstage write ``name`` and ``metadata``, and no ref that runs."""


def read_any(
    path: Path, bases: Mapping[str, str] | None = None, targets: Mapping[str, str] | None = None
) -> LoadedManifest:
    """Read a manifest, or a catalog (a file or a folder of a kind that ``runbook catalog`` reads) in its place.

    Args:
        path: the manifest or catalog.
        bases, targets: service to ref: of a catalog, the services with both are the release.

    Raises:
        ProblemsError: all problems; of a catalog also that no service has both refs.
    """
    return _from_catalog(path, bases or {}, targets or {}) if is_catalog(path) else read_manifest(path)


def is_catalog(path: Path) -> bool:
    """Whether a path is a folder, or a file with the name and content of a catalog. Never raises."""
    try:
        if path.is_dir():
            return True
        data = read_bounded(path)
        return _NATIVE.search(data) is None and has_name_of_catalog(path, data)
    except (OSError, ValueError, UnreadableError):
        return False


def _from_catalog(path: Path, bases: Mapping[str, str], targets: Mapping[str, str]) -> LoadedManifest:
    catalog = read_catalog([path])
    services = {name: service.source for name, service in native(catalog).services.items()}
    problems = [
        Problem(Place(f"--{option} {name}={ref}"), f"there is no service {name} in {path}", one_of(sorted(services)),
                did_you_mean(name, services))
        for option, refs in (("base", bases), ("target", targets))
        for name, ref in refs.items()
        if name not in services
    ]  # fmt: skip
    moving = sorted(bases.keys() & targets.keys() & services.keys())
    if not moving and not problems:
        what = "a catalog says what there is, not what runs and what is released"
        remedy = (
            "give --base SERVICE=REF and --target SERVICE=REF for every service that moves, or write a manifest with "
            f"`runbook catalog {path} -o services.yaml`"
        )
        problems.append(Problem(Place(str(path)), what, "at least one service with both refs", remedy))
    if problems:
        raise ProblemsError(problems)
    folder = path if path.is_dir() else path.parent
    data: dict[str, object] = {
        "version": "1",
        "system": next(iter(catalog.systems), None) or _system(folder),
        "catalog": ["." if path.is_dir() else path.name],
        "services": {name: {"deployed": bases[name], "release": targets[name]} for name in moving},
    }
    # a place of the whole is that of the catalog's own entry, where it has one
    values: dict[Location, tuple[int, int]] = {
        ("services", name): _line_of(services[name].place) for name in moving
    }
    return loaded_from(
        YamlSource(str(path), data, values, values), folder / "catalog" if path.is_dir() else path
    )


def _system(folder: Path) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", folder.resolve().name).strip("-._")[:80] or "system"


def _line_of(place: Place) -> tuple[int, int]:
    return (place.line, max(place.column, 1)) if place.line else (1, 1)
