"""What changes in a field, or extension, that both versions have under one number."""

from __future__ import annotations

from collections.abc import Iterator

from runbook_tui.contracts.model import Direction, Effect
from runbook_tui.contracts.protobuf.comparison import (
    GENERATED,
    NARROWS,
    NEITHER,
    RENAMED,
    WIDENS,
    Comparison,
    Difference,
    Impact,
    Spot,
)
from runbook_tui.contracts.protobuf.defaults import default_of, same_default
from runbook_tui.contracts.protobuf.field_options import option_differences
from runbook_tui.contracts.protobuf.field_types import breaks_json, breaks_wire, impact_of_type, is_same_type
from runbook_tui.contracts.protobuf.fields import Cardinality, ResolvedField
from runbook_tui.contracts.protobuf.tree import Place

_SINGLE = (Cardinality.EXPLICIT, Cardinality.IMPLICIT)
_WIRE_GROUPS = {Cardinality.IMPLICIT: Cardinality.EXPLICIT, Cardinality.MAP: Cardinality.REPEATED}
_JSON_GROUPS = {Cardinality.IMPLICIT: Cardinality.EXPLICIT}

_Directions = tuple[Direction, ...]


def extension_differences(comparison: Comparison) -> Iterator[Difference]:
    """Extensions with one number of one message in both versions."""
    news = comparison.new.extensions()
    for key, before in comparison.old.extensions().items():
        after = news.get(key)
        if after is not None and before.owner.source.own:
            yield from field_differences(comparison, before, after, comparison.reach.directions(key[0]))


def field_differences(
    comparison: Comparison, before: ResolvedField, after: ResolvedField, directions: _Directions
) -> Iterator[Difference]:
    """Everything in which two fields with one number differ."""
    unchanged = before.owner.source.file is after.owner.source.file
    if unchanged and before.kind == after.kind and before.type == after.type:
        yield from _default(comparison, before, after, directions)  # an enum's first value may be another one
        return
    yield from _name(comparison, before, after, directions)
    yield from _type(comparison, before, after, directions)
    yield from _cardinality(before, after, directions)
    yield from _oneof(comparison, before, after, directions)
    yield from _default(comparison, before, after, directions)
    yield from option_differences(before, after, directions)


def where(before: ResolvedField, after: ResolvedField, at: Place | None = None) -> Spot:
    """A place in the new version of a field; its beginning unless another one is given."""
    return Spot(after.owner.source, after.node.at if at is None else at, before.owner.source)


def _name(
    comparison: Comparison, before: ResolvedField, after: ResolvedField, directions: _Directions
) -> Iterator[Difference]:
    is_extension = before.node.extendee is not None
    old, new = (before.full, after.full) if is_extension else (before.node.name, after.node.name)
    same_json = before.json_name == after.json_name and not is_extension
    if old != new:
        yield Difference(
            "field-same-name",
            after.full,
            where(before, after, after.node.name_at),
            f"renames field {before.full} ({after.node.number}) to {new}",
            NEITHER if _moved(comparison, before, after) else GENERATED if same_json else RENAMED,
            before.names,
            directions,
        )
    if before.json_name != after.json_name and not is_extension:
        option = next((one for one in after.node.options if one.name == "json_name"), None)
        yield Difference(
            "field-same-json-name",
            after.full,
            where(before, after, option.at if option else None),
            f"renames {before.full} in JSON from {before.json_name} to {after.json_name}",
            RENAMED,
            before.names,
            directions,
        )


def _moved(comparison: Comparison, before: ResolvedField, after: ResolvedField) -> bool:
    """Whether the old name has another number now: then what was meant by this number changes."""
    if after.message is None:
        return False
    number = comparison.new.numbers(after.message).get(before.node.name)
    return number is not None and number != after.node.number


def _type(
    comparison: Comparison, before: ResolvedField, after: ResolvedField, directions: _Directions
) -> Iterator[Difference]:
    if is_same_type(before, after):
        return
    impact = impact_of_type(comparison, before, after)
    place = where(before, after, after.node.type_at)
    change = f"{before.full} from {before.shown_type} to {after.shown_type}{_holds(impact)}"
    found = [("field-same-type", f"changes the type of {change}")]
    if breaks_json(comparison, before, after):
        found.append(("field-wire-json-compatible-type", f"changes the JSON form of {change}"))
    if breaks_wire(comparison, before, after):
        found.append(("field-wire-compatible-type", f"changes the binary form of {change}"))
    for rule, text in found:
        yield Difference(rule, after.full, place, text, impact, before.names, directions)


def _holds(impact: Impact) -> str:
    """What still holds, in words."""
    if impact.build is not None:
        return ", which look the same in messages"
    if impact.json is None and impact.wire is Effect.WIDENS:
        return ", which reads all old values"
    return ", which old readers read" if impact.json is None and impact.wire is Effect.NARROWS else ""


def _cardinality(
    before: ResolvedField, after: ResolvedField, directions: _Directions
) -> Iterator[Difference]:
    old, new = before.cardinality, after.cardinality
    if old is new or (not (before.known and after.known) and {old, new} <= set(_SINGLE)):
        return
    impact = _impact_of_cardinality(old, new)
    text = f"changes {before.full} from {old} to {new}"
    rules = ["field-same-cardinality"]
    if _JSON_GROUPS.get(old, old) is not _JSON_GROUPS.get(new, new):
        rules.append("field-wire-json-compatible-cardinality")
    if _WIRE_GROUPS.get(old, old) is not _WIRE_GROUPS.get(new, new):
        rules.append("field-wire-compatible-cardinality")
    for rule in rules:
        yield Difference(rule, after.full, where(before, after), text, impact, before.names, directions)


def _impact_of_cardinality(old: Cardinality, new: Cardinality) -> Impact:
    if {old, new} <= set(_SINGLE):
        return GENERATED  # both read the same bytes; only code can ask whether it was set
    if old is Cardinality.REQUIRED and new in _SINGLE:
        return WIDENS
    if new is Cardinality.REQUIRED and old in _SINGLE:
        return NARROWS
    if Cardinality.REQUIRED not in (old, new) and not {old, new} & set(_SINGLE):
        return Impact(json=Effect.NEITHER, build=GENERATED.build)  # map and repeated
    return NEITHER


def _oneof(
    comparison: Comparison, before: ResolvedField, after: ResolvedField, directions: _Directions
) -> Iterator[Difference]:
    old, new = before.node.oneof, after.node.oneof
    if old == new or before.message is None or after.message is None:
        return
    if old and new:
        text = f"moves {after.full} from oneof {old} to oneof {new}"
    else:
        text = f"moves {after.full} into oneof {new}" if new else f"moves {after.full} out of oneof {old}"
    same = comparison.alike.oneofs(before.message, after.message, old, new)
    impact = GENERATED if same else NEITHER
    yield Difference(
        "field-same-oneof", after.full, where(before, after), text, impact, before.names, directions
    )


def _default(
    comparison: Comparison, before: ResolvedField, after: ResolvedField, directions: _Directions
) -> Iterator[Difference]:
    old = default_of(comparison.old.schema, before)
    new = default_of(comparison.new.schema, after)
    if old is None or new is None or same_default(old, new):
        return
    option = next((one for one in after.node.options if one.name == "default"), None)
    yield Difference(
        "field-same-default",
        after.full,
        where(before, after, option.at if option else None),
        f"changes the default of {after.full} from {_shown(old)} to {_shown(new)}",
        NEITHER,
        before.names,
        directions,
    )


def _shown(value: bytes | float) -> str:
    return repr(value[:80].decode("utf-8", "replace")) if isinstance(value, bytes) else str(value)
