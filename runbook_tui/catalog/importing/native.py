"""An imported catalog in the words of the manifest.

What no catalog knows is never made up: which version runs (``deployed``), which one is released (``release``), where
the clone of a repository is. Names that a manifest could not have are changed; what it would refuse is left out.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from runbook_tui.catalog.importing.model import (
    EdgeKind,
    ImportedApi,
    ImportedCatalog,
    ImportedService,
    Kind,
    Stated,
)
from runbook_tui.files.problems import Place
from runbook_tui.text.terminal import plain

_ILLEGAL = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME = 80
_LONGEST_LINE = 500
_TYPES = {
    **{name: name for name in ("openapi", "asyncapi", "graphql", "grpc", "protobuf", "avro", "json-schema")},
    "swagger": "openapi",
    "jsonschema": "json-schema",
}
_LIFECYCLES = frozenset({"experimental", "production", "deprecated"})
_TIER = re.compile(r"(?:tier|t|p)?[ _-]?(\d)", re.IGNORECASE)
_WORD_TIERS = {
    "mission_critical": "0",
    "critical": "1",
    "high": "1",
    "medium": "2",
    "moderate": "2",
    "low": "3",
}
_STRENGTH = (EdgeKind.DEPENDS_ON, EdgeKind.CALLS, EdgeKind.STARTS_AFTER)
"""Of several reasons to need a service the first counts."""

FACTS = ("title", "owner", "on_call", "tier", "lifecycle", "path")
"""Keys with single values that a catalog may state."""

Value = str | dict[str, str]


@dataclass(frozen=True, slots=True)
class Filled:
    """A value of the manifest, and where the catalog says it."""

    value: Value
    place: Place


@dataclass(slots=True)
class NativeService:
    """A service as a manifest writes it."""

    source: ImportedService
    facts: dict[str, Filled] = field(default_factory=dict)
    """Single values, by key."""
    lists: dict[str, list[Filled]] = field(default_factory=dict)
    """Lists, by key."""
    left_out: list[tuple[str, Place]] = field(default_factory=list)
    """What the catalog says and a manifest cannot hold, in words."""


@dataclass(slots=True)
class Native:
    """The services of a catalog, and the engines of their data stores."""

    services: dict[str, NativeService]
    engines: dict[str, Filled]


def as_manifest_services(catalog: ImportedCatalog) -> dict[str, dict[str, object]]:
    """The services by name, each with what the catalog says in the keys of a manifest.

    ``repository``, ``deployed`` and ``release`` are never there; ``owner`` only where a catalog states one.
    """
    return {name: _plain(service) for name, service in native(catalog).services.items()}


def native(catalog: ImportedCatalog) -> Native:
    """The services that run, with their values and where each is said."""
    running = [service for service in catalog.services if service.kind is Kind.SERVICE and _runs(service)]
    names = _legal_names(service.name for service in running)
    stores = _legal_names(service.name for service in catalog.services if service.kind is Kind.DATASTORE)
    providers: dict[str, str] = {}
    for service in running:
        for api in service.provides:
            if api.type.lower() in _TYPES:
                providers.setdefault(api.name, service.name)
    apis = _legal_names(providers)
    found = Native({}, {})
    for service in running:
        made = NativeService(service)
        _add_facts(made)
        _add_apis(made, providers, apis)
        _add_datastores(made, stores, found)
        _add_dependencies(made, names)
        found.services[names[service.name]] = made
    return found


def line(text: str) -> str:
    """A text as one line that a manifest accepts."""
    return plain(" ".join(text.split()))[:_LONGEST_LINE]


def _runs(service: ImportedService) -> bool:
    return bool(service.source) and service.type not in {"library", "documentation"}


def _legal_names(names: Iterable[str]) -> dict[str, str]:
    """Each name as a manifest may have it, no two the same."""
    legal: dict[str, str] = {}
    taken: set[str] = set()
    for name in sorted(names):
        bare = (_ILLEGAL.sub("-", name).strip("-._") or "service")[:_LONGEST_NAME]
        made, number = bare, 2
        while made in taken:
            made, number = f"{bare[: _LONGEST_NAME - 4]}-{number}", number + 1
        taken.add(made)
        legal[name] = made
    return legal


def _add_facts(made: NativeService) -> None:
    service = made.source
    for key in ("title", "owner", "on_call"):
        value: Stated | None = getattr(service, key)
        if value is not None and line(value.text):
            made.facts[key] = Filled(line(value.text), value.place)
    if service.tier is not None:
        _add(made, "tier", _tier(service.tier.text), service.tier)
    if service.lifecycle is not None:
        known = service.lifecycle.text.lower()
        _add(made, "lifecycle", known if known in _LIFECYCLES else None, service.lifecycle)
    if service.path is not None:
        path = posixpath.normpath(service.path.text)
        inside = not path.startswith(("..", "/"))
        _add(made, "path", line(path) if inside else None, service.path)


def _add(made: NativeService, key: str, value: str | None, said: Stated) -> None:
    if value is None:
        made.left_out.append((f"{key} {line(said.text)}", said.place))
    elif not (key == "path" and value == "."):
        made.facts[key] = Filled(value, said.place)


def _tier(text: str) -> str | None:
    match = _TIER.fullmatch(text.strip())
    return match[1] if match is not None else _WORD_TIERS.get(text.strip().lower().replace(" ", "_"))


def _add_apis(made: NativeService, providers: Mapping[str, str], apis: Mapping[str, str]) -> None:
    for api in made.source.provides:
        if providers.get(api.name) == made.source.name:
            made.lists.setdefault("provides", []).append(Filled(_api(api, apis[api.name]), api.place))
        else:
            made.left_out.append((f"provides {line(api.name)} ({api.type or 'no type'})", api.place))
    for use in made.source.consumes:
        if use.name in providers and providers[use.name] != made.source.name:
            made.lists.setdefault("consumes", []).append(Filled(apis[use.name], use.place))
        elif use.name not in providers:
            made.left_out.append((f"consumes {line(use.name)}", use.place))


def _api(api: ImportedApi, name: str) -> dict[str, str]:
    value = {"api": name, "type": _TYPES[api.type.lower()]}
    inside = (
        api.definition is not None
        and "://" not in api.definition
        and not api.definition.startswith(("..", "/"))
    )
    return {**value, "definition": line(api.definition)} if inside and api.definition else value


def _add_datastores(made: NativeService, stores: Mapping[str, str], found: Native) -> None:
    for use in made.source.datastores:
        name = stores.get(use.name)
        if name is None:
            continue
        made.lists.setdefault("datastores", []).append(
            Filled({"name": name, "access": use.access}, use.place)
        )
        if use.engine and name not in found.engines:
            found.engines[name] = Filled(line(use.engine), use.place)


def _add_dependencies(made: NativeService, names: Mapping[str, str]) -> None:
    best: dict[str, tuple[int, Filled]] = {}
    for need in made.source.depends_on:
        name = names.get(need.name)
        if name is None:
            made.left_out.append((f"{need.kind} {line(need.name)}", need.place))
        elif need.name != made.source.name:
            rank = _STRENGTH.index(need.kind)
            if need.name not in best or rank < best[need.name][0]:
                best[need.name] = (rank, Filled(name, need.place))
    if best:
        made.lists["depends_on"] = [filled for _, filled in best.values()]


def _plain(service: NativeService) -> dict[str, object]:
    facts: dict[str, object] = {key: filled.value for key, filled in service.facts.items()}
    return facts | {key: [filled.value for filled in those] for key, those in service.lists.items()}
