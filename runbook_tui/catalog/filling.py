"""What the catalogs of a manifest add to it: values that it leaves out, and services that it does not release.

A manifest with ``catalog: [../catalog-info.yaml]`` needs to say of each service only what no catalog knows: where it is
cloned, what runs and what is released. Whatever stands in the manifest counts; a catalog fills the rest. Services that
only a catalog knows are not released from here, but a change may break them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from runbook_tui.catalog.importing.collect import read_catalog
from runbook_tui.catalog.importing.fill import fill as fill_services
from runbook_tui.catalog.importing.model import CatalogFinding, ImportedCatalog, ImportedService, Level
from runbook_tui.catalog.importing.native import native
from runbook_tui.files.problems import Place, Problem, ProblemsError
from runbook_tui.files.suggestions import quoted
from runbook_tui.files.yaml_source import Location, YamlSource


@dataclass(frozen=True, slots=True)
class OutsideService:
    """A service that a catalog knows and that is not released from here: nobody has its code."""

    name: str
    consumes: frozenset[str]
    """APIs."""
    provides: frozenset[str]
    datastores: Mapping[str, str]
    """Data store to ``owner``, ``write`` or ``read``."""


@dataclass(frozen=True, slots=True)
class Filling:
    """What catalogs add to a manifest."""

    outside: tuple[OutsideService, ...] = ()
    """By name."""
    defects: tuple[CatalogFinding, ...] = ()
    """Errors and warnings."""
    places: Mapping[Location, Place] = field(default_factory=dict)
    """Where each value that was filled in stands."""

    @property
    def apis(self) -> frozenset[str]:
        """APIs that services outside of the manifest provide."""
        return frozenset(api for service in self.outside for api in service.provides)


def read_catalogs_of(source: YamlSource, folder: Path, problems: list[Problem]) -> ImportedCatalog | None:
    """The catalogs that a manifest names; None when it names none. What is wrong with the entries is added.

    Args:
        source: the manifest as it was read; it need not be valid.
        folder: the manifest's: entries are relative to it.
        problems: where problems are added.
    """
    entries = source.data.get("catalog") if isinstance(source.data, dict) else None
    if not isinstance(entries, list) or not entries:
        return None
    paths: list[Path] = []
    for index, entry in enumerate(entries):
        if not isinstance(entry, str) or not entry:
            continue
        path = Path(os.path.normpath(folder / entry))
        try:
            read_catalog([path])
            paths.append(path)
        except ProblemsError as error:
            place = source.place(("catalog", index))
            problems += [
                Problem(place, f"{quoted(entry)}: {one.what}", one.expected, one.remedy)
                for one in error.problems
            ]
    return read_catalog(paths) if paths else None


def fill(source: YamlSource, catalog: ImportedCatalog, folder: Path) -> tuple[YamlSource, Filling]:
    """The manifest with what the catalogs know of its services, and everything else that they know.

    Args:
        source: the manifest as it was read.
        catalog: what its catalogs say.
        folder: the manifest's.
    """
    data = source.data
    if not isinstance(data, dict) or not isinstance(data.get("services"), dict):
        return source, Filling()
    known = native(catalog).services
    own: dict[str, object] = data["services"]
    cloned = {
        name: {**_code(known[name].source, folder), **entry}
        if isinstance(entry, dict) and name in known
        else entry
        for name, entry in own.items()
    }
    filled = fill_services({**data, "services": cloned}, catalog)
    _rebase(filled.data["services"], filled.places, folder)
    outside = tuple(_outside(name, known[name].source) for name in sorted(known.keys() - own.keys()))
    defects = tuple(one for one in catalog.findings if one.level is not Level.NOTE)
    whole = YamlSource(source.path, filled.data, source.values, source.keys)
    return whole, Filling(outside, defects, filled.places)


def _code(known: ImportedService, folder: Path) -> dict[str, object]:
    """Where the service is on this machine: the clone that the catalog's file lies in, and its folder there."""
    home = Path(known.place.file).resolve().parent
    root = next((place for place in (home, *home.parents) if (place / ".git").exists()), None)
    if root is None:
        return {}
    inside = os.path.relpath(home, root)
    if known.path is not None and (root / known.path.text).is_dir():
        inside = os.path.normpath(known.path.text)
    return {
        "repository": os.path.relpath(root, folder.resolve()),
        **({"path": inside} if inside != "." else {}),
    }


def _rebase(services: object, places: Mapping[Location, Place], folder: Path) -> None:
    """Definitions are relative to the file of the catalog; in a manifest they are relative to the service."""
    for name, entry in services.items() if isinstance(services, dict) else ():
        if ("services", name, "provides") not in places or not isinstance(entry, dict):
            continue
        root = folder / str(entry.get("repository", ".")) / str(entry.get("path", "."))
        for index, api in enumerate(entry["provides"]):
            place = places.get(("services", name, "provides", index))
            if place is not None and "definition" in api:
                file = Path(place.file).resolve().parent / api["definition"]
                inside = os.path.relpath(file, root.resolve())
                entry["provides"][index] = {**api, "definition": inside}
                if inside.startswith(".."):
                    del entry["provides"][index]["definition"]


def _outside(name: str, known: ImportedService) -> OutsideService:
    return OutsideService(
        name=name,
        consumes=frozenset(one.name for one in known.consumes),
        provides=frozenset(one.name for one in known.provides),
        datastores={one.name: one.access for one in known.datastores},
    )
