"""How much of what some catalogs say is read: ``python -m tests.benchmarks.catalogs FOLDER``.

Below FOLDER every folder with an ``EXPECTED.yaml`` is read. Its keys name edges, as a mapping from a service to what it
needs: ``depends_on`` (compose), ``calls`` and ``edges_inferable_from_manifest`` (addresses in the configuration),
``edges_by_naming_convention``, and ``edges_from_project_architecture_doc``, which must not be found. ``tiers`` and
``tier0`` are levels of starting, ``expected_order_constraints`` pairs of a provider and a consumer. It asserts nothing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from runbook_tui.catalog.importing.collect import read_catalog
from runbook_tui.catalog.importing.model import EdgeKind, ImportedCatalog

Pair = tuple[str, str]
_CONFIGURED = (EdgeKind.CALLS, EdgeKind.USES_DATASTORE)
_KINDS: Mapping[str, tuple[EdgeKind, ...]] = {
    "depends_on": (EdgeKind.STARTS_AFTER,),
    "calls": _CONFIGURED,
    "edges_inferable_from_manifest": _CONFIGURED,
    "edges_by_naming_convention": (EdgeKind.BY_NAME,),
}


def run(folder: Path) -> None:
    """Measure every folder with an ``EXPECTED.yaml`` and print what was found, missed and made up."""
    for file in sorted(folder.rglob("EXPECTED.yaml")):
        expected: Any = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
        began = time.perf_counter()
        catalog = read_catalog([file.parent])
        took = time.perf_counter() - began
        print(
            f"{file.parent.name}: {len(catalog.services)} entries, {len(catalog.edges)} edges, {took:.2f} s"
        )
        for name, wanted, found in _compared(catalog, expected):
            wrong = _told("missed", sorted(wanted - found)) + _told("made up", sorted(found - wanted))
            print(f"  {name}: {len(wanted & found)} of {len(wanted)} found{wrong}")
        rules = sorted({f"{finding.level}:{finding.rule}" for finding in catalog.findings})
        print(f"  findings: {', '.join(rules) or 'none'}")


def _compared(
    catalog: ImportedCatalog, expected: Mapping[str, Any]
) -> Iterator[tuple[str, set[Any], set[Any]]]:
    """What is compared: its name, what is expected, what was found."""
    for key, kinds in _KINDS.items():
        if key in expected:
            sources = set(expected[key]) if key == "depends_on" else None
            yield key, _pairs(expected[key]), _edges(catalog, kinds, sources)
    documented = _pairs(expected.get("edges_from_project_architecture_doc", {}))
    stated = {pair for key in _KINDS for pair in _pairs(expected.get(key, {}))}
    if documented:
        every = {(edge.source, edge.target) for edge in catalog.edges}
        yield "edges that only the documentation has", set(), (documented - stated) & every
    if "expected_order_constraints" in expected:
        wanted = {(first, later) for first, later in expected["expected_order_constraints"]}
        yield "order", wanted, {(edge.target, edge.source) for edge in catalog.edges}
    levels = _levels(catalog)
    for number, names in enumerate(expected.get("tiers", [expected["tier0"]] if "tier0" in expected else [])):
        yield f"level {number}", set(names), {name for name, level in levels.items() if level == number}


def _pairs(edges: Mapping[str, Iterable[str]]) -> set[Pair]:
    return {(source, target) for source, targets in edges.items() for target in targets}


def _edges(catalog: ImportedCatalog, kinds: Iterable[EdgeKind], sources: set[str] | None) -> set[Pair]:
    """Edges of some kinds, of all services or of those that the expectation lists."""
    chosen = [edge for edge in catalog.edges if edge.kind in kinds]
    return {(edge.source, edge.target) for edge in chosen if sources is None or edge.source in sources}


def _levels(catalog: ImportedCatalog) -> dict[str, int]:
    """The longest way of starting that leads to each entry; nothing in a cycle has one."""
    needs: dict[str, set[str]] = {service.name: set() for service in catalog.services}
    for edge in catalog.edges:
        if edge.kind is EdgeKind.STARTS_AFTER:
            needs[edge.source].add(edge.target)
    levels: dict[str, int] = {}
    while ready := [name for name in needs if name not in levels and needs[name] <= levels.keys()]:
        levels |= {name: max((levels[need] + 1 for need in needs[name]), default=0) for name in ready}
    return levels


def _told(word: str, pairs: Iterable[Any]) -> str:
    names = [" -> ".join(pair) if isinstance(pair, tuple) else str(pair) for pair in pairs]
    return f"; {word}: {', '.join(names)}" if names else ""


if __name__ == "__main__":
    run(Path(sys.argv[1]))
