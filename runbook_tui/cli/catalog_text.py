"""An imported catalog in words, and as data for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from runbook_tui.catalog.importing.model import (
    STATED,
    CatalogFinding,
    Edge,
    ImportedCatalog,
    ImportedService,
    Kind,
    Level,
    Stated,
)
from runbook_tui.cli.output import styled, table
from runbook_tui.files.problems import Place
from runbook_tui.planning.words import plural
from runbook_tui.text.terminal import plain

_LEVELS = {Level.ERROR: "red", Level.WARNING: "yellow", Level.NOTE: "dim"}
_KINDS = {
    Kind.SERVICE: "service",
    Kind.DATASTORE: "data store",
    Kind.QUEUE: "queue",
    Kind.EXTERNAL: "other name",
}


def lines(catalog: ImportedCatalog, *, everything: bool) -> Iterator[str]:
    """A table of the services and what each needs, then the findings.

    Args:
        catalog: what was read.
        everything: also notes, guessed needs, and entries that are no services.
    """
    shown = [service for service in catalog.services if everything or service.kind is Kind.SERVICE]
    rows = [_row(catalog, service, everything=everything) for service in shown]
    if rows:
        head, *rest = table([("name", "owner", "paged", "needs"), *rows]).split("\n")
        yield styled(head, "dim")
        yield from rest
    found = [finding for finding in catalog.findings if everything or finding.level is not Level.NOTE]
    if rows and found:
        yield ""
    for finding in found:
        level = styled(finding.level.value, _LEVELS[finding.level])
        yield f"{plain(_source(finding.place))}: {level} {finding.rule}: {plain(finding.text)}"
        if finding.remedy:
            yield styled(f"    {plain(finding.remedy)}", "dim")


def summary(catalog: ImportedCatalog) -> str:
    """Everything in one line."""
    kinds = Counter(service.kind for service in catalog.services)
    levels = Counter(finding.level for finding in catalog.findings)
    told = ", ".join(plural(kinds[kind], word) for kind, word in _KINDS.items() if kinds[kind])
    found = ", ".join(plural(levels[level], level.value) for level in Level)
    hidden = " (--all shows them)" if levels[Level.NOTE] else ""
    return f"{told or 'nothing'}; {plural(len(catalog.edges), 'edge')}; {found}{hidden}"


def as_data(catalog: ImportedCatalog) -> dict[str, Any]:
    """What ``runbook catalog --json`` prints."""
    return {
        "services": [_service(service) for service in catalog.services],
        "edges": [_edge(edge) for edge in catalog.edges],
        "findings": [_finding(finding) for finding in catalog.findings],
    }


def _row(
    catalog: ImportedCatalog, service: ImportedService, *, everything: bool
) -> tuple[str, str, str, str]:
    name = service.name if service.kind is Kind.SERVICE else f"{service.name} ({_KINDS[service.kind]})"
    own = [edge for edge in catalog.edges if edge.source == service.name]
    needs = [_need(edge) for edge in own if everything or edge.kind in STATED]
    return name, _text(service.owner) or "", _text(service.on_call) or "", ", ".join(dict.fromkeys(needs))


def _need(edge: Edge) -> str:
    if edge.kind not in STATED:
        return f"{edge.target}?"
    return f"{edge.target} ({edge.api})" if edge.api and edge.api != edge.target else edge.target


def _service(service: ImportedService) -> dict[str, Any]:
    return {
        "name": service.name,
        "kind": service.kind.value,
        "type": service.type or None,
        "title": _text(service.title),
        "owner": _text(service.owner),
        "on_call": _text(service.on_call),
        "tier": _text(service.tier),
        "lifecycle": _text(service.lifecycle),
        "repository": _text(service.repository),
        "path": _text(service.path),
        "provides": [
            {"api": api.name, "type": api.type or None, "definition": api.definition}
            for api in service.provides
        ],
        "consumes": [use.name for use in service.consumes],
        "datastores": [
            {"name": use.name, "engine": use.engine or None, "access": use.access, "guessed": use.guessed}
            for use in service.datastores
        ],
        "depends_on": [{"name": need.name, "kind": need.kind.value} for need in service.depends_on],
        "format": service.source or None,
        "source": _source(service.place),
    }


def _edge(edge: Edge) -> dict[str, Any]:
    return {
        "from": edge.source,
        "to": edge.target,
        "kind": edge.kind.value,
        "api": edge.api,
        "guessed": edge.guessed,
        "source": _source(edge.place),
    }


def _finding(finding: CatalogFinding) -> dict[str, str]:
    return {
        "rule": finding.rule,
        "level": finding.level.value,
        "text": finding.text,
        "source": _source(finding.place),
        "remedy": finding.remedy,
    }


def _source(place: Place) -> str:
    """``file:line``; of a file as a whole its name."""
    return f"{place.file}:{place.line}" if place.line else place.file


def _text(value: Stated | None) -> str | None:
    return None if value is None else value.text
