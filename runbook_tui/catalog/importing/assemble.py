"""From what all readers found to one catalog: one entry a name, edges between them, and checks of the whole."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence

from runbook_tui.catalog.importing.checks import check
from runbook_tui.catalog.importing.engines import service_of_store
from runbook_tui.catalog.importing.entries import Entry, merge_entries
from runbook_tui.catalog.importing.model import (
    CatalogFinding,
    Edge,
    EdgeKind,
    ImportedApi,
    ImportedCatalog,
    ImportedConsumption,
    ImportedDatastore,
    ImportedDependency,
    ImportedService,
    Kind,
    Level,
)
from runbook_tui.catalog.importing.report import Api, DescribedApi, Report
from runbook_tui.files.suggestions import quoted

_NEEDS = frozenset({EdgeKind.DEPENDS_ON, EdgeKind.CALLS, EdgeKind.STARTS_AFTER})


def assemble(report: Report) -> ImportedCatalog:
    """Put together what the readers found."""
    entries = merge_entries(report)
    edges = _edges(report, entries)
    described = {api.name: api for api in reversed(report.apis)}
    own: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        if edge.source != edge.target:
            own[edge.source].append(edge)
    stores = {entry.name: entry for entry in entries if entry.kind is Kind.DATASTORE}
    services = [_service(entry, own[entry.name], stores, described, report) for entry in entries]
    findings = [*report.findings, *check(report, entries, services, edges)]
    return ImportedCatalog(
        tuple(sorted(services, key=lambda service: (service.name, service.kind))),
        tuple(sorted(edges, key=lambda edge: (edge.source, edge.target, edge.kind.value, edge.api or ""))),
        tuple(sorted(set(findings), key=lambda found: (found.place, found.rule, found.text))),
        tuple(sorted(set(report.read))),
        tuple(sorted(set(report.systems))),
    )


def _edges(report: Report, entries: Sequence[Entry]) -> list[Edge]:
    """All edges; of several that say the same the one that stands first."""
    by_draft = {id(draft): entry for entry in entries for draft in entry.drafts}
    found = [
        Edge(
            by_draft[id(link.source)].name,
            by_draft[id(link.target)].name,
            link.kind,
            link.place,
            None,
            link.guessed,
        )
        for link in report.links
    ]
    found += _by_api(report, entries)
    found += _by_name(entries)
    edges: dict[tuple[str, str, EdgeKind, str | None], Edge] = {}
    for edge in sorted(found, key=lambda edge: (edge.guessed, edge.place)):
        edges.setdefault((edge.source, edge.target, edge.kind, edge.api), edge)
    return list(edges.values())


def _by_api(report: Report, entries: Sequence[Entry]) -> list[Edge]:
    """From each consumer of an API to its providers; names of APIs that nobody describes or provides are told."""
    provided: dict[str, list[tuple[str, Api]]] = defaultdict(list)
    for entry in entries:
        for use in entry.provides:
            provided[use.name].append((entry.name, use))
    described = {api.name for api in report.apis}
    edges = []
    for entry in entries:
        for use in entry.consumes:
            providers = dict.fromkeys(name for name, _ in provided.get(use.name, ()))
            edges += [
                Edge(entry.name, name, EdgeKind.CONSUMES_API, use.place, use.name) for name in providers
            ]
            if use.name not in described and not providers:
                report.findings.append(_unknown_api(use, described | provided.keys(), report))
    for name in sorted(provided.keys() - described):
        report.findings.append(_unknown_api(provided[name][0][1], described, report))
    return edges


def _unknown_api(use: Api, known: set[str], report: Report) -> CatalogFinding:
    remedy = report.meant(use.name, known - {use.name}) or "describe it, or read its file as well"
    what = f"no file describes the API {quoted(use.name)}"
    return CatalogFinding("unknown-name", Level.WARNING, what, use.place, remedy)


def _by_name(entries: Sequence[Entry]) -> list[Edge]:
    """Guesses from names such as ``user`` and ``user-db``, inside of one project."""
    services = {
        (draft.scope, draft.name): entry.name
        for entry in entries
        if entry.kind is Kind.SERVICE
        for draft in entry.drafts
    }
    edges = []
    for entry in entries:
        for draft in entry.drafts if entry.kind is Kind.DATASTORE else ():
            service = services.get((draft.scope, service_of_store(draft.name)))
            if service is not None:
                edges.append(Edge(service, entry.name, EdgeKind.BY_NAME, draft.place, None, guessed=True))
    return edges


def _service(
    entry: Entry,
    own: Sequence[Edge],
    stores: dict[str, Entry],
    described: dict[str, DescribedApi],
    report: Report,
) -> ImportedService:
    is_service = entry.kind is Kind.SERVICE
    return ImportedService(
        name=entry.name,
        kind=entry.kind,
        place=entry.head.place,
        source=entry.head.source,
        type=entry.type,
        title=entry.fact("title"),
        owner=entry.owner(report),
        on_call=entry.fact("on_call"),
        tier=entry.fact("tier"),
        lifecycle=entry.fact("lifecycle"),
        repository=entry.fact("repository"),
        path=entry.fact("path"),
        provides=tuple(_provided(entry, use, described.get(use.name)) for use in entry.provides),
        consumes=tuple(ImportedConsumption(use.name, use.place) for use in entry.consumes),
        datastores=_datastores(own, stores) if is_service else (),
        depends_on=_dependencies(own, stores),
    )


def _provided(entry: Entry, use: Api, api: DescribedApi | None) -> ImportedApi:
    if api is None:
        return ImportedApi(use.name, "", None, use.place)
    definition = api.definition
    if definition is not None and "://" not in definition:
        definition = os.path.relpath(definition, os.path.dirname(entry.head.place.file) or ".")  # noqa: PTH120
    return ImportedApi(use.name, api.type, definition, use.place)


def _datastores(own: Sequence[Edge], stores: dict[str, Entry]) -> tuple[ImportedDatastore, ...]:
    used: dict[str, ImportedDatastore] = {}
    for edge in sorted(own, key=lambda edge: (edge.target, edge.guessed)):
        if edge.kind is EdgeKind.USES_DATASTORE and edge.target not in used:
            store = stores.get(edge.target)
            engine = store.type if store is not None else ""
            used[edge.target] = ImportedDatastore(edge.target, engine, "write", True, edge.place)
    return tuple(used.values())


def _dependencies(own: Sequence[Edge], stores: dict[str, Entry]) -> tuple[ImportedDependency, ...]:
    found = [edge for edge in own if edge.kind in _NEEDS and edge.target not in stores]
    ordered = sorted(found, key=lambda edge: (edge.target, edge.kind.value))
    return tuple(ImportedDependency(edge.target, edge.kind, edge.place) for edge in ordered)
