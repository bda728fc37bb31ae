"""Messages, enums, services and extensions that are gone from their file or package, and those that are new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from runbook_tui.contracts.model import Direction
from runbook_tui.contracts.protobuf.comparison import (
    GENERATED,
    GONE,
    HARMLESS,
    NARROWS,
    WIDENS,
    Comparison,
    Difference,
    Impact,
    Spot,
)
from runbook_tui.contracts.protobuf.names import rpc_names
from runbook_tui.contracts.protobuf.pairs import spot_of_gone
from runbook_tui.contracts.protobuf.schema import Definition, Schema
from runbook_tui.contracts.protobuf.tree import Field, Service

_OPTIONS = "google.protobuf."
"""Extensions of messages with this prefix are custom options: nothing sends them."""


@dataclass(frozen=True, slots=True)
class _Index:
    """The definitions of a version's own files, by kind and local name."""

    by_file: dict[tuple[str, str], set[str]]
    by_package: dict[tuple[str, str], set[str]]


def definition_differences(comparison: Comparison) -> Iterator[Difference]:
    """What is gone, and what is new."""
    old, new = comparison.old.schema, comparison.new.schema
    olds, news = _index(old), _index(new)
    for kind, found in _own(old):
        yield from _gone(comparison, kind, found, news)
    for kind, found in _own(new):
        if found.local not in olds.by_package[found.source.file.package, kind]:
            yield from _added(kind, found, olds)


def _own(schema: Schema) -> Iterator[tuple[str, Definition]]:
    kinds: dict[str, Iterator[Definition]] = {
        "message": (found for each in schema.messages.values() for found in each if not found.node.map_of),
        "enum": (found for each in schema.enums.values() for found in each),
        "service": (found for each in schema.services.values() for found in each),
        "extension": iter(schema.extensions),
    }
    for kind, definitions in kinds.items():
        for found in definitions:
            if found.source.own:
                yield kind, found


def _index(schema: Schema) -> _Index:
    index = _Index(defaultdict(set), defaultdict(set))
    for kind, found in _own(schema):
        index.by_file[found.source.module_path, kind].add(found.local)
        index.by_package[found.source.file.package, kind].add(found.local)
    return index


def _gone(comparison: Comparison, kind: str, before: Definition, news: _Index) -> Iterator[Difference]:
    package = before.source.file.package
    file = comparison.new.schema.by_module_path.get(before.source.module_path)
    left_file = file is not None and before.local not in news.by_file[file.module_path, kind]
    elsewhere = before.local in news.by_package[package, kind]
    impact, directions = _impact_of_gone(comparison, kind, before)
    if before.parent and before.parent.local not in news.by_package[package, "message"]:
        impact = HARMLESS  # the message around it is gone: that is told already
    names = _names(before)
    if left_file and file is not None:
        text = f"{'moves' if elsewhere else 'removes'} {kind} {before.full} from {file.module_path}"
        demands = GENERATED if elsewhere else impact
        where = spot_of_gone(comparison, before, file, anywhere=False)
        yield Difference(f"{kind}-no-delete", before.full, where, text, demands, names, directions)
    if not elsewhere and package in comparison.new.schema.packages:
        text = (
            f"removes {kind} {before.local} from package {package}"
            if package
            else f"removes {kind} {before.full}"
        )
        demands = HARMLESS if left_file else impact
        where = spot_of_gone(comparison, before, file, anywhere=kind == "message")
        yield Difference(f"package-{kind}-no-delete", before.full, where, text, demands, names, directions)


def _impact_of_gone(
    comparison: Comparison, kind: str, before: Definition
) -> tuple[Impact, tuple[Direction, ...]]:
    request = (Direction.REQUEST,)
    if kind == "service":
        return NARROWS, request
    if isinstance(before.node, Field):
        extended = comparison.old.schema.resolve(before.node.extendee or "", scope_of_extension(before))
        if extended.startswith(_OPTIONS):
            return GONE, request
        return WIDENS, comparison.reach.directions(extended)
    alone = kind == "message" and before.parent is None and before.full not in comparison.reach.parts
    return NARROWS if alone else GONE, request


def scope_of_extension(found: Definition) -> str:
    """Where the message that an extension extends is looked for."""
    return found.parent.full if found.parent else found.source.file.package


def _added(kind: str, after: Definition, olds: _Index) -> Iterator[Difference]:
    if after.parent and after.parent.local not in olds.by_package[after.source.file.package, "message"]:
        return  # the message around it is new: that is told already
    at = after.node.at
    yield Difference(
        f"{kind}-add",
        after.full,
        Spot(after.source, at),
        f"adds {kind} {after.full}",
        WIDENS if kind == "service" else HARMLESS,
        _names(after),
    )


def _names(found: Definition) -> tuple[str, ...]:
    if isinstance(found.node, Service):
        rpcs = (name for rpc in found.node.rpcs for name in rpc_names(rpc.name))
        return (found.node.name, *rpcs)
    return (found.node.name,)
