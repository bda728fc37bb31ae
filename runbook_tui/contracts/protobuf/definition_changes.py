"""Messages, enums, services and extensions that are gone from their file or package, and those that are new."""

from __future__ import annotations

from collections.abc import Iterator

from runbook_tui.contracts.model import Direction
from runbook_tui.contracts.protobuf.comparison import (
    GONE,
    HARMLESS,
    MOVED,
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


def definition_differences(comparison: Comparison) -> Iterator[Difference]:
    """What is gone, and what is new."""
    olds, news = _Names(comparison.old.schema), _Names(comparison.new.schema)
    for kind, found in _own(comparison.old.schema):
        yield from _gone(comparison, kind, found, news)
    for kind, found in _own(comparison.new.schema):
        if (kind, found.full) not in olds.full:
            yield from _added(kind, found, olds)


class _Names:
    """The definitions of a version by kind and name."""

    def __init__(self, schema: Schema) -> None:
        self.by_file = {(kind, found.source.module_path, found.local) for kind, found in _own(schema)}
        self.full = {(kind, found.full) for kind, found in _all(schema)}
        """Also of imported files."""

    def has_around(self, found: Definition) -> bool:
        """Whether there is the message around a definition, or the definition is at the top of its file."""
        return found.parent is None or ("message", found.parent.full) in self.full


def _own(schema: Schema) -> Iterator[tuple[str, Definition]]:
    return ((kind, found) for kind, found in _all(schema) if found.source.own)


def _all(schema: Schema) -> Iterator[tuple[str, Definition]]:
    for messages in schema.messages.values():
        yield from (("message", found) for found in messages if not found.node.map_of)
    for enums in schema.enums.values():
        yield from (("enum", found) for found in enums)
    for services in schema.services.values():
        yield from (("service", found) for found in services)
    yield from (("extension", found) for found in schema.extensions)


def _gone(comparison: Comparison, kind: str, before: Definition, news: _Names) -> Iterator[Difference]:
    package = before.source.file.package
    file = comparison.new.schema.by_module_path.get(before.source.module_path)
    left_file = file is not None and (kind, file.module_path, before.local) not in news.by_file
    moved = (kind, before.full) in news.full
    impact, directions = _impact_of_gone(comparison, kind, before)
    if not news.has_around(before):
        impact = HARMLESS  # the message around it is gone: that is told already
    names = _names(before)
    if left_file and file is not None:
        text = f"{'moves' if moved else 'removes'} {kind} {before.full} from {file.module_path}"
        where = spot_of_gone(comparison, before, file, anywhere=False)
        demands = MOVED if moved else impact
        yield Difference(f"{kind}-no-delete", before.full, where, text, demands, names, directions)
    if not moved and package in comparison.new.schema.packages:
        text = f"removes {kind} {before.full} from " + (f"package {package}" if package else "every file")
        where = spot_of_gone(comparison, before, file, anywhere=kind == "message")
        demands = HARMLESS if left_file else impact
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


def _added(kind: str, after: Definition, olds: _Names) -> Iterator[Difference]:
    if not olds.has_around(after):
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
