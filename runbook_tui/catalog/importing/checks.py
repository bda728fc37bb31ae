"""What is wrong with a catalog as a whole, or has to be known before its edges are believed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from runbook_tui.catalog.importing.cycles import cycles
from runbook_tui.catalog.importing.entries import Entry
from runbook_tui.catalog.importing.model import (
    STATED,
    CatalogFinding,
    Edge,
    EdgeKind,
    ImportedService,
    Kind,
    Level,
)
from runbook_tui.catalog.importing.report import Report
from runbook_tui.catalog.importing.rules import RULES
from runbook_tui.files.problems import Place
from runbook_tui.files.suggestions import quoted

_ORDERING = frozenset({EdgeKind.DEPENDS_ON, EdgeKind.CONSUMES_API, EdgeKind.STARTS_AFTER})
"""Edges that cannot all be respected where they form a cycle. Services may well call each other."""
_NAMED = 12
"""Names that one finding lists."""


def check(
    report: Report, entries: Sequence[Entry], services: Sequence[ImportedService], edges: Sequence[Edge]
) -> Iterator[CatalogFinding]:
    """Everything that only the whole catalog shows."""
    yield from _cycles(entries, edges)
    yield from _apis(report, entries)
    yield from _deprecated(report, entries, edges)
    yield from _people(entries, services)
    yield from _orders(entries, edges)
    yield from _start_up(entries, edges)


def _find(rule: str, what: str, place: Place, remedy: str = "", level: Level | None = None) -> CatalogFinding:
    return CatalogFinding(rule, level or RULES[rule].level, what, place, remedy)


def _cycles(entries: Sequence[Entry], edges: Sequence[Edge]) -> Iterator[CatalogFinding]:
    strict = {entry.name for entry in entries if entry.head.source in {"compose", "helmfile"}}
    ordering = [edge for edge in edges if edge.kind in _ORDERING]
    for edge in ordering:
        if edge.source == edge.target:
            through = f", through its own API {quoted(edge.api)}" if edge.api else ""
            level = Level.ERROR if edge.source in strict and edge.api is None else None
            yield _find("self-cycle", f"{edge.source} needs itself{through}", edge.place, "remove it", level)
    for cycle in cycles([edge for edge in ordering if edge.source != edge.target]):
        told = ", ".join(
            f"{edge.source} needs {edge.target} ({edge.kind}, {edge.place})" for edge in cycle[:_NAMED]
        )
        refused = all({edge.source, edge.target} <= strict and edge.api is None for edge in cycle)
        level = Level.ERROR if refused else None
        yield _find(
            "cycle", f"no order respects them all: {told}", cycle[0].place, "remove one of them", level
        )


def _apis(report: Report, entries: Sequence[Entry]) -> Iterator[CatalogFinding]:
    providers: dict[str, list[tuple[str, Place]]] = defaultdict(list)
    for entry in entries:
        for use in entry.provides:
            providers[use.name].append((entry.name, use.place))
    for api in report.apis:
        if api.name not in providers:
            what = f"no service provides the API {quoted(api.name)}"
            yield _find("api-not-provided", what, api.place, "name it in providesApis, or remove it")
    for name, those in sorted(providers.items()):
        (first, where), *others = sorted(those, key=lambda provider: provider[1])
        for other, place in others:
            what = f"{other} provides the API {quoted(name)}, which {first} provides at {where}"
            yield _find("provided-twice", what, place, "let one of them provide it")


def _deprecated(report: Report, entries: Sequence[Entry], edges: Sequence[Edge]) -> Iterator[CatalogFinding]:
    old = {entry.name for entry in entries if (fact := entry.fact("lifecycle")) and fact.text == "deprecated"}
    old_apis = {api.name for api in report.apis if api.deprecated}
    for edge in edges:
        if (
            edge.kind in STATED
            and edge.target in old
            and edge.source != edge.target
            and edge.source not in old
        ):
            yield _find(
                "deprecated-consumed", f"{edge.source} needs {edge.target}, which is deprecated", edge.place
            )
    for entry in entries:
        for use in entry.consumes:
            if use.name in old_apis:
                what = f"{entry.name} consumes the API {quoted(use.name)}, which is deprecated"
                yield _find("deprecated-consumed", what, use.place)


def _people(entries: Sequence[Entry], services: Sequence[ImportedService]) -> Iterator[CatalogFinding]:
    """Entries without an owner or a pager. Of formats that have no owners it is told once."""
    unowned: list[Entry] = []
    for entry, service in zip(entries, services, strict=True):
        drafts = [draft for draft in entry.drafts if not draft.unsaid]
        if service.owner is None and any(draft.owned for draft in drafts):
            yield _find("missing-owner", f"{entry.name} has no owner", entry.head.place, "add it")
        elif service.owner is None and entry.kind is Kind.SERVICE and drafts:
            unowned += [entry] if all(not _has_owners(draft.source) for draft in drafts) else []
        if service.on_call is None and any(draft.paged for draft in drafts):
            yield _find("no-pager", f"nobody is paged for {entry.name}", entry.head.place, "name a pager")
    if unowned:
        what = f"nothing says who owns {_names(unowned)}"
        place = min(entry.head.place for entry in unowned)
        yield _find(
            "missing-owner", what, place, "add a CODEOWNERS, or a catalog that has owners", Level.NOTE
        )


def _has_owners(source: str) -> bool:
    return source in {"backstage", "datadog", "opslevel", "cortex"}


def _orders(entries: Sequence[Entry], edges: Sequence[Edge]) -> Iterator[CatalogFinding]:
    linked = {name for edge in edges if edge.kind in STATED for name in (edge.source, edge.target)}
    running = [
        entry for entry in entries if entry.kind is Kind.SERVICE and entry.described and entry.head.runs
    ]
    alone = [entry for entry in running if entry.name not in linked]
    if alone and len(running) > 1:
        what = f"their order is unknown, as nothing says what they need or who needs them: {_names(alone)}"
        remedy = "add what they depend on, or read another catalog as well"
        yield _find("order-unknown", what, min(entry.head.place for entry in alone), remedy)


def _start_up(entries: Sequence[Entry], edges: Sequence[Edge]) -> Iterator[CatalogFinding]:
    starting = [edge for edge in edges if edge.kind is EdgeKind.STARTS_AFTER]
    if starting:
        what = "start-up edges are not the call graph: a service may start after one that it never calls"
        yield _find("start-up-edges", what, min(edge.place for edge in starting))
    for registry in (entry for entry in entries if entry.head.registry):
        found = sorted(
            {edge.source for edge in edges if edge.target == registry.name and edge.kind in STATED}
        )
        if len(found) > 1:
            what = f"{', '.join(found[:_NAMED])} find each other through {registry.name}: what they call is not stated"
            yield _find("calls-through-registry", what, registry.head.place, "add their depends_on by hand")


def _names(entries: Sequence[Entry]) -> str:
    names = [entry.name for entry in entries]
    left = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {left} more" if left > 0 else "")
