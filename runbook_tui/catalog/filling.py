"""What catalogs say of services, put where a manifest says nothing.

A manifest with ``catalog: [../catalog-info.yaml]`` needs to say of each service only what no catalog knows: where it is
cloned, what runs and what is released. Whatever stands in the manifest counts; a catalog fills the rest. Services that
only a catalog knows are not released from here, but a change may break them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from runbook_tui.catalog.importing.collect import read_catalog
from runbook_tui.catalog.importing.model import (
    STATED,
    CatalogFinding,
    ImportedApi,
    ImportedCatalog,
    ImportedService,
    Kind,
    Level,
    Stated,
)
from runbook_tui.catalog.model import Api
from runbook_tui.files.problems import Problem, ProblemsError
from runbook_tui.files.suggestions import quoted
from runbook_tui.files.yaml_source import YamlSource

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_LINE = re.compile(r"[^\x00-\x1f\x7f]{1,500}")
_LIFECYCLES = frozenset({"experimental", "production", "deprecated"})
_TYPES = frozenset(get_args(Api.model_fields["type"].annotation))
_WORDS = {
    "json_schema": "json-schema",
    "jsonschema": "json-schema",
    "proto": "protobuf",
    "swagger": "openapi",
}
"""What catalogs call the types of APIs otherwise."""


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
    """What the catalogs of a manifest add to it."""

    outside: tuple[OutsideService, ...] = ()
    """By name."""
    defects: tuple[CatalogFinding, ...] = ()
    """Errors and warnings."""

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
    stated = {(edge.source, edge.target) for edge in catalog.edges if edge.kind in STATED}
    known = {
        entry.name: _without_guesses(entry, stated)
        for entry in catalog.services
        if entry.kind is Kind.SERVICE
    }
    own: dict[str, object] = data["services"]
    services = {
        name: _filled(entry, known[name], folder) if isinstance(entry, dict) and name in known else entry
        for name, entry in own.items()
    }
    _drop_unknown(own, services, catalog)
    outside = tuple(
        _outside(known[name]) for name in sorted(known.keys() - own.keys()) if _NAME.fullmatch(name)
    )
    defects = tuple(one for one in catalog.findings if one.level is not Level.NOTE)
    filled = YamlSource(source.path, {**data, "services": services}, source.values, source.keys)
    return filled, Filling(outside, defects)


def _without_guesses(entry: ImportedService, stated: Collection[tuple[str, str]]) -> ImportedService:
    """With the data stores that some file names, not those that only have a fitting name."""
    kept = tuple(one for one in entry.datastores if (entry.name, one.name) in stated)
    return replace(entry, datastores=kept)


def _filled(entry: dict[str, object], known: ImportedService, folder: Path) -> dict[str, object]:
    """The manifest's entry of a service, with what a catalog says where it says nothing itself."""
    found = {**dict(_facts(known)), **_code(known, folder), **entry}
    if "provides" not in entry and known.provides:
        root = folder / str(found.get("repository", ".")) / str(found.get("path", "."))
        provides = [api for one in known.provides if (api := _api(one, root)) is not None]
        found = {**found, "provides": provides} if provides else found
    return found


def _facts(known: ImportedService) -> Iterator[tuple[str, object]]:
    for key in ("title", "owner", "on_call"):
        stated: Stated | None = getattr(known, key)
        if stated is not None and _LINE.fullmatch(stated.text):
            yield key, stated.text
    if known.tier is not None and (digit := re.search(r"\d", known.tier.text)):
        yield "tier", digit[0]
    if known.lifecycle is not None and known.lifecycle.text in _LIFECYCLES:
        yield "lifecycle", known.lifecycle.text
    if known.consumes:
        yield "consumes", list(dict.fromkeys(one.name for one in known.consumes))
    stores = [
        {"name": one.name, "access": one.access, **({"engine": one.engine} if one.engine else {})}
        for one in known.datastores
        if _NAME.fullmatch(one.name)
    ]
    if stores:
        yield "datastores", stores
    needed = dict.fromkeys(one.name for one in known.depends_on if one.kind in STATED)
    if needed:
        yield "depends_on", list(needed)


def _code(known: ImportedService, folder: Path) -> dict[str, object]:
    """Where the service is on this machine: the clone that the catalog's file lies in."""
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


def _api(known: ImportedApi, root: Path) -> dict[str, object] | None:
    type_name = known.type.lower()
    type_name = _WORDS.get(type_name, type_name)
    if type_name not in _TYPES or not _NAME.fullmatch(known.name):
        return None
    found: dict[str, object] = {"api": known.name, "type": type_name}
    if known.definition is not None and "://" not in known.definition:
        place = Path(known.place.file).resolve().parent / known.definition
        inside = os.path.relpath(place, root.resolve())
        if not inside.startswith(".."):
            found["definition"] = inside
    return found


def _drop_unknown(own: Mapping[str, object], services: dict[str, object], catalog: ImportedCatalog) -> None:
    """Take out of what was filled in whatever the manifest cannot have: it was not written by a person."""
    provided = {
        str(api.get("api"))
        for entry in services.values()
        if isinstance(entry, dict)
        for api in _dicts(entry.get("provides"))
    }
    seen: set[str] = set()
    for name, entry in services.items():
        written = own.get(name)
        if not isinstance(entry, dict) or not isinstance(written, dict):
            continue
        if "consumes" in entry and "consumes" not in written:
            entry["consumes"] = [api for api in _names(entry["consumes"]) if api in provided]
        if "depends_on" in entry and "depends_on" not in written:
            entry["depends_on"] = [
                one for one in _names(entry["depends_on"]) if one in services and one != name
            ]
        if "provides" in entry and "provides" not in written:
            entry["provides"] = [api for api in _dicts(entry["provides"]) if str(api["api"]) not in seen]
        seen |= {str(api.get("api")) for api in _dicts(entry.get("provides"))}


def _dicts(value: object) -> list[dict[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _names(value: object) -> Sequence[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _outside(known: ImportedService) -> OutsideService:
    return OutsideService(
        name=known.name,
        consumes=frozenset(one.name for one in known.consumes),
        provides=frozenset(one.name for one in known.provides),
        datastores={one.name: one.access for one in known.datastores},
    )
