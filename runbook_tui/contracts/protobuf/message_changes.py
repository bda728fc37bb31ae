"""What changes in a message besides the fields that both versions have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from runbook_tui.contracts.model import Direction, Effect
from runbook_tui.contracts.protobuf.comparison import (
    GENERATED,
    GUARD,
    HARMLESS,
    NARROWS,
    NEITHER,
    RENAMED,
    WIDENS,
    Comparison,
    Difference,
    Impact,
)
from runbook_tui.contracts.protobuf.features import feature_option
from runbook_tui.contracts.protobuf.field_changes import field_differences
from runbook_tui.contracts.protobuf.fields import Cardinality, ResolvedField
from runbook_tui.contracts.protobuf.pairs import pairs, spot
from runbook_tui.contracts.protobuf.ranges import Numbers, shown, shrunk
from runbook_tui.contracts.protobuf.schema import Found
from runbook_tui.contracts.protobuf.statements import MAX_FIELD
from runbook_tui.contracts.protobuf.tree import Message, Option

_Fields = Mapping[int, ResolvedField]
_Both = tuple[Found[Message], Found[Message]]


def message_differences(comparison: Comparison) -> Iterator[Difference]:
    """Everything inside of the messages that both versions have."""
    old, new = comparison.old.schema.messages, comparison.new.schema.messages
    for before, after in pairs(comparison, old, new):
        directions = comparison.reach.directions(before.full)
        both = (before, after)
        olds, news = comparison.old.of(before), comparison.new.of(after)
        for number in olds.keys() & news.keys():
            yield from field_differences(comparison, olds[number], news[number], directions)
        yield from _gone_fields(both, olds, news, directions)
        yield from _new_fields(both, olds, news, directions)
        yield from _required_fields(both, olds, news, directions)
        yield from _oneofs(both)
        yield from _ranges(both, directions)
        yield from _options(both, directions)


def _gone_fields(
    both: _Both, olds: _Fields, news: _Fields, directions: tuple[Direction, ...]
) -> Iterator[Difference]:
    before, after = both
    renumbered = {field.node.name: number for number, field in news.items() if number not in olds}
    where = spot(before, after)
    reserved, names = Numbers(after.node.reserved), set(after.node.reserved_names)
    for number in olds.keys() - news.keys():
        field = olds[number]
        moved = renumbered.get(field.node.name)
        if moved is None:
            text, impact = f"removes field {field.full} ({number})", WIDENS
        else:
            text, impact = f"changes the number of {field.full} from {number} to {moved}", NEITHER
        yield Difference("field-no-delete", field.full, where, text, impact, field.names, directions)
        if number not in reserved:
            yield Difference(
                "field-no-delete-unless-number-reserved",
                field.full,
                where,
                f"leaves number {number} of {after.full} free for another field",
                GUARD,
                field.names,
                directions,
            )
        if field.node.name not in names:
            yield Difference(
                "field-no-delete-unless-name-reserved",
                field.full,
                where,
                f"leaves the name {field.node.name} of {after.full} free for another field",
                GUARD,
                field.names,
                directions,
            )


def _new_fields(
    both: _Both, olds: _Fields, news: _Fields, directions: tuple[Direction, ...]
) -> Iterator[Difference]:
    before, after = both
    gone = {field.node.name for number, field in olds.items() if number not in news}
    shared = {field.node.oneof for number, field in news.items() if number in olds} - {None}
    reserved, names = Numbers(before.node.reserved), set(before.node.reserved_names)
    for number in news.keys() - olds.keys():
        field = news[number]
        if field.node.name in gone:
            continue  # told as a changed number
        text, impact = f"adds field {field.full} ({number})", HARMLESS
        if number in reserved:
            text, impact = f"uses the reserved number {number} again for field {field.full}", NEITHER
        elif field.node.name in names:
            text, impact = f"uses the reserved name {field.node.name} again in {after.full}", RENAMED
        elif field.node.oneof in shared:
            text = f"adds field {field.full} ({number}) to the oneof {field.node.oneof}"
            impact = WIDENS  # an old reader sees none of the choices that it knows
        where = spot(before, after, field.node.at)
        yield Difference("field-add", field.full, where, text, impact, field.names, directions)


def _required_fields(
    both: _Both, olds: _Fields, news: _Fields, directions: tuple[Direction, ...]
) -> Iterator[Difference]:
    """A reader refuses a message without a required field: requiring it narrows what is legal, and the other way
    round."""
    before, after = both
    rule = "message-same-required-fields"
    was = {number for number, field in olds.items() if field.cardinality is Cardinality.REQUIRED}
    now = {number for number, field in news.items() if field.cardinality is Cardinality.REQUIRED}
    for number in was - now:
        field = olds[number]
        text = f"no longer requires field {field.full} ({number})"
        yield Difference(rule, field.full, spot(before, after), text, WIDENS, field.names, directions)
    for number in now - was:
        field = news[number]
        text = f"requires field {field.full} ({number})"
        where = spot(before, after, field.node.at)
        yield Difference(rule, field.full, where, text, NARROWS, field.names, directions)


def _oneofs(both: _Both) -> Iterator[Difference]:
    before, after = both
    left = {oneof.name for oneof in after.node.oneofs}
    for oneof in before.node.oneofs:
        if oneof.name not in left:
            yield Difference(
                "oneof-no-delete",
                f"{before.full}.{oneof.name}",
                spot(before, after),
                f"removes oneof {oneof.name} of {after.full}",
                GENERATED,
                (oneof.name,),
            )
    had = {oneof.name for oneof in before.node.oneofs}
    for oneof in after.node.oneofs:
        if oneof.name not in had:
            yield Difference(
                "oneof-add",
                f"{after.full}.{oneof.name}",
                spot(before, after, oneof.at),
                f"adds oneof {oneof.name} to {after.full}",
                HARMLESS,
                (oneof.name,),
            )


def _ranges(both: _Both, directions: tuple[Direction, ...]) -> Iterator[Difference]:
    before, after = both
    where = spot(before, after)
    for old, missing in shrunk(before.node.extension_ranges, after.node.extension_ranges):
        yield Difference(
            "extension-message-no-delete",
            before.full,
            where,
            f"takes extension numbers {shown(missing, old, MAX_FIELD)} from {after.full}",
            NARROWS,
            (after.node.name,),
            directions,
        )
    for old, missing in shrunk(before.node.reserved, after.node.reserved):
        yield Difference(
            "reserved-message-no-delete",
            before.full,
            where,
            f"no longer reserves {shown(missing, old, MAX_FIELD)} of {after.full}",
            GUARD,
        )
    for name in sorted(set(before.node.reserved_names) - set(after.node.reserved_names)):
        text = f"no longer reserves the name {name} of {after.full}"
        yield Difference("reserved-message-no-delete", before.full, where, text, GUARD)


def _options(both: _Both, directions: tuple[Direction, ...]) -> Iterator[Difference]:
    before, after = both
    if before.features.json_format == "ALLOW" and after.features.json_format != "ALLOW":
        chosen = feature_option(after.node.options, "features.json_format")
        yield Difference(
            "message-same-json-format",
            after.full,
            spot(before, after, chosen.at if chosen else None),
            f"no longer promises that {after.full} has a JSON form",
            Impact(json=Effect.NARROWS),
            (after.node.name,),
            directions,
        )
    accessor = _set(after, "no_standard_descriptor_accessor")
    if accessor and not _set(before, "no_standard_descriptor_accessor"):
        yield Difference(
            "message-no-remove-standard-descriptor-accessor",
            after.full,
            spot(before, after, accessor.at),
            f"takes the descriptor accessor from {after.full}",
            GENERATED,
            (after.node.name,),
        )
    was, now = _set(before, "message_set_wire_format"), _set(after, "message_set_wire_format")
    if (was is None) is not (now is None):
        yield Difference(
            "message-same-message-set-wire-format",
            after.full,
            spot(before, after, now.at if now else None),
            f"changes how {after.full} is encoded (message_set_wire_format)",
            NEITHER,
            (after.node.name,),
            directions,
        )


def _set(found: Found[Message], name: str) -> Option | None:
    return next((one for one in found.node.options if one.name == name and one.value == "true"), None)
