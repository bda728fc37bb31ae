"""Which types can stand for each other.

Binary: https://protobuf.dev/programming-guides/proto3/#updating. JSON: https://protobuf.dev/programming-guides/json/
(readers take integers as numbers and as texts). buf's groups: bufbuild/buf: private/bufpkg/bufcheck/bufcheckserver/
internal/bufcheckserverhandle/breaking_util.go.
"""

from __future__ import annotations

from runbook_tui.contracts.model import Effect
from runbook_tui.contracts.protobuf.comparison import GENERATED, NARROWS, NEITHER, WIDENS, Comparison, Impact
from runbook_tui.contracts.protobuf.fields import ResolvedField

_WIDER: dict[str, frozenset[str]] = {
    "bool": frozenset({"int32", "int64", "uint32", "uint64"}),
    "int32": frozenset({"int64"}),
    "uint32": frozenset({"int64", "uint64"}),
    "sint32": frozenset({"sint64"}),
    "string": frozenset({"bytes"}),
    "enum": frozenset({"int32", "int64"}),
}
"""A type, and those that read everything that it can write in binary."""
_INTEGERS = frozenset({"int32", "int64", "uint32", "uint64", "sint32", "sint64"})
_WIRE_GROUPS = {
    **dict.fromkeys(("int32", "int64", "uint32", "uint64", "bool"), "varint"),
    **dict.fromkeys(("sint32", "sint64"), "zigzag"),
    **dict.fromkeys(("fixed32", "sfixed32"), "fixed32"),
    **dict.fromkeys(("fixed64", "sfixed64"), "fixed64"),
}
_JSON_GROUPS = {
    **dict.fromkeys(("int32", "uint32"), "int32"),
    **dict.fromkeys(("int64", "uint64"), "int64"),
    **dict.fromkeys(("fixed32", "sfixed32"), "fixed32"),
    **dict.fromkeys(("fixed64", "sfixed64"), "fixed64"),
}


def is_same_type(before: ResolvedField, after: ResolvedField) -> bool:
    """Whether two fields have the same type, as far as is known of types whose files are not at hand."""
    if before.known and after.known:
        return before.kind == after.kind and before.type == after.type
    longer, shorter = sorted((before.type, after.type), key=len, reverse=True)
    return bool(shorter) and f".{longer}".endswith(f".{shorter}")


def impact_of_type(comparison: Comparison, before: ResolvedField, after: ResolvedField) -> Impact:
    """What another type does to messages."""
    if before.kind == after.kind:
        return _impact_of_name(comparison, before, after)
    wire = _wire_effect(before.kind, after.kind)
    if {before.kind, after.kind} <= _INTEGERS:
        return Impact(wire)
    return Impact(wire, json=Effect.NEITHER)


def _wire_effect(old: str, new: str) -> Effect:
    if new in _WIDER.get(old, ()):
        return Effect.WIDENS
    return Effect.NARROWS if old in _WIDER.get(new, ()) else Effect.NEITHER


def _impact_of_name(comparison: Comparison, before: ResolvedField, after: ResolvedField) -> Impact:
    """A type of another name may be the same type all the same."""
    if before.kind != "enum":
        return GENERATED if comparison.alike.messages(before.type, after.type) else NEITHER
    wider, narrower = comparison.alike.enums(before.type, after.type)
    if wider and narrower:
        return GENERATED
    return WIDENS if wider else NARROWS if narrower else NEITHER


def breaks_wire(comparison: Comparison, before: ResolvedField, after: ResolvedField) -> bool:
    """Whether buf's rule for binary messages reports two types that are not the same."""
    if (before.kind, after.kind) == ("string", "bytes"):
        return False
    groups = _WIRE_GROUPS.get(before.kind, before.kind), _WIRE_GROUPS.get(after.kind, after.kind)
    return groups[0] != groups[1] or _is_another_type(comparison, before, after)


def breaks_json(comparison: Comparison, before: ResolvedField, after: ResolvedField) -> bool:
    """Whether buf's rule for JSON reports two types that are not the same."""
    groups = _JSON_GROUPS.get(before.kind, before.kind), _JSON_GROUPS.get(after.kind, after.kind)
    return groups[0] != groups[1] or _is_another_type(comparison, before, after)


def _is_another_type(comparison: Comparison, before: ResolvedField, after: ResolvedField) -> bool:
    if not before.type or not after.type or before.type == after.type:
        return False
    if before.kind != "enum" or before.type.rpartition(".")[2] != after.type.rpartition(".")[2]:
        return True
    return not comparison.alike.enums(before.type, after.type)[0]
