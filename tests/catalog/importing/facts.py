"""What tests ask a catalog, in few words."""

from __future__ import annotations

from collections.abc import Iterable

from runbook_tui.catalog.importing.model import CatalogFinding, EdgeKind, ImportedCatalog, ImportedService


def service(catalog: ImportedCatalog, name: str) -> ImportedService:
    """The only entry of a name."""
    (found,) = [one for one in catalog.services if one.name == name]
    return found


def edges(catalog: ImportedCatalog, *kinds: EdgeKind) -> set[tuple[str, str]]:
    """Pairs of edges of some kinds, or of all but guesses from names."""
    wanted = kinds or tuple(kind for kind in EdgeKind if kind is not EdgeKind.BY_NAME)
    return {(edge.source, edge.target) for edge in catalog.edges if edge.kind in wanted}


def found(catalog: ImportedCatalog, rule: str) -> list[CatalogFinding]:
    """The findings of one rule."""
    return [finding for finding in catalog.findings if finding.rule == rule]


def lines(findings: Iterable[CatalogFinding]) -> list[int]:
    """Where findings stand."""
    return [finding.place.line for finding in findings]


def rules(catalog: ImportedCatalog) -> set[str]:
    """All rules that found something which is more than a note."""
    return {finding.rule for finding in catalog.findings if finding.level != "note"}
