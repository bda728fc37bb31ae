"""Types that no file at hand defines.

Most contracts import files that are kept elsewhere. A type that both versions name alike is taken to be the same; where
it differs, or a field is new with it, nobody knows what the change asks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from runbook_tui.contracts.model import Fault
from runbook_tui.contracts.protobuf.comparison import Comparison
from runbook_tui.contracts.protobuf.fields import Fields, ResolvedField
from runbook_tui.contracts.protobuf.imports import is_vendored
from runbook_tui.contracts.protobuf.names import listed
from runbook_tui.contracts.protobuf.pairs import pairs
from runbook_tui.contracts.protobuf.schema import Found, Schema, Source, scope_of
from runbook_tui.contracts.protobuf.tree import Message, Place, Service


@dataclass(frozen=True, slots=True)
class _Use:
    """Where one version names a type."""

    by: str
    """Full name of the field or method."""
    type: str
    known: bool
    source: Source
    at: Place

    @property
    def is_unknown(self) -> bool:
        return not (self.known or is_vendored(self.type) or is_vendored(self.source.file.package))

    def fault(self, version: str) -> Fault:
        missing = self.source.missing
        remedy = (
            f"add what it imports and is not found: {listed(missing)}" if missing else "define or import it"
        )
        what = f"the type {self.type[:80]} of {self.by} is not found"
        expected = "the same type in both versions, or one that is defined"
        return Fault(self.source.path, *self.at, what, expected, remedy, version)


_Uses = Mapping[tuple[str, object], _Use]


_MOST_FAULTS = 100
"""The first of them say enough."""


def unresolved_types(comparison: Comparison) -> Iterator[Fault]:
    """The types in definitions of both versions that are not known and not simply the same in both."""
    return islice(_faults(comparison), _MOST_FAULTS)


def _faults(comparison: Comparison) -> Iterator[Fault]:
    for olds, news in _both(comparison):
        for key, after in news.items():
            before = olds.get(key)
            if before is None:
                if after.is_unknown and key[0] == "field":  # that a method is new says enough
                    yield after.fault("new")
            elif before.is_unknown and not after.is_unknown and _last(before.type) == _last(after.type):
                continue  # the file that was missing has come; nobody can mend the old version any more
            elif (before.is_unknown, before.type) != (after.is_unknown, after.type):
                yield from (
                    use.fault(name) for use, name in ((before, "old"), (after, "new")) if use.is_unknown
                )


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _both(comparison: Comparison) -> Iterator[tuple[_Uses, _Uses]]:
    old, new = comparison.old, comparison.new
    for before, after in pairs(comparison, old.schema.messages, new.schema.messages):
        yield _of_message(old, before), _of_message(new, after)
    yield _of_extensions(old), _of_extensions(new)
    for one, other in pairs(comparison, old.schema.services, new.schema.services):
        yield _of_methods(old.schema, one), _of_methods(new.schema, other)


def _of_message(fields: Fields, message: Found[Message]) -> _Uses:
    if message.node.map_of:
        return {}  # the field has its type
    return {("field", number): _of_field(_held(fields, one)) for number, one in fields.of(message).items()}


def _held(fields: Fields, field: ResolvedField) -> ResolvedField:
    """Of a map what it holds."""
    entry = fields.schema.message(field.type) if field.node.is_map else None
    return fields.of(entry).get(2, field) if entry else field


def _of_extensions(fields: Fields) -> _Uses:
    own = {key: field for key, field in fields.extensions().items() if field.owner.source.own}
    return {("field", key): _of_field(field) for key, field in own.items()}


def _of_field(field: ResolvedField) -> _Use:
    return _Use(field.full, field.type, field.known, field.owner.source, field.node.type_at)


def _of_methods(schema: Schema, service: Found[Service]) -> _Uses:
    scope = scope_of(service)
    found: dict[tuple[str, object], _Use] = {}
    for rpc in service.node.rpcs:
        name = f"{service.full}.{rpc.name}"
        for part, written, at in (
            ("request", rpc.input, rpc.input_at),
            ("response", rpc.output, rpc.output_at),
        ):
            full = schema.resolve(written, scope)
            found[part, rpc.name] = _Use(name, full, full in schema.messages, service.source, at)
    return found
