"""What changes in an enum that both versions have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from runbook_tui.contracts.model import Direction, Effect
from runbook_tui.contracts.protobuf.comparison import (
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
from runbook_tui.contracts.protobuf.names import MOST_LISTED, listed
from runbook_tui.contracts.protobuf.pairs import pairs, spot
from runbook_tui.contracts.protobuf.ranges import Numbers, shown, shrunk
from runbook_tui.contracts.protobuf.schema import Found
from runbook_tui.contracts.protobuf.statements import MAX_ENUM
from runbook_tui.contracts.protobuf.tree import Enum, EnumValue

_Values = Mapping[int, list[EnumValue]]
_Both = tuple[Found[Enum], Found[Enum]]
_Directions = tuple[Direction, ...]


def enum_differences(comparison: Comparison) -> Iterator[Difference]:
    """Everything inside of the enums that both versions have."""
    for both in pairs(comparison, comparison.old.schema.enums, comparison.new.schema.enums):
        before, after = both
        directions = comparison.reach.directions(before.full)
        olds, news = _by_number(before.node), _by_number(after.node)
        yield from _gone_values(both, olds, news, directions)
        yield from _new_values(both, olds, news, directions)
        left = {value.name: value.number for value in after.node.values}
        for number in olds.keys() & news.keys():
            yield from _names(both, olds[number], news[number], left, directions)
        yield from _reserved(both)
        yield from _features(both, directions)


def _by_number(enum: Enum) -> _Values:
    values: dict[int, list[EnumValue]] = defaultdict(list)
    for value in enum.values:
        values[value.number].append(value)
    return values


def _gone_values(both: _Both, olds: _Values, news: _Values, directions: _Directions) -> Iterator[Difference]:
    before, after = both
    where = spot(before, after)
    reserved, reserved_names = Numbers(after.node.reserved), set(after.node.reserved_names)
    left = {value.name: value.number for value in after.node.values}
    for number in olds.keys() - news.keys():
        names = tuple(value.name for value in olds[number])
        pointer = f"{after.full}.{names[0]}"
        moved = next((left[name] for name in names if name in left), None)
        text = f"removes value {listed(names)} ({number}) of {after.full}"
        if moved is not None:
            text = f"changes the number of value {listed(names)} of {after.full} from {number} to {moved}"
        impact = NARROWS if moved is None else NEITHER
        yield Difference("enum-value-no-delete", pointer, where, text, impact, names, directions)
        if number not in reserved:
            rule = "enum-value-no-delete-unless-number-reserved"
            text = f"leaves number {number} of {after.full} free for another value"
            yield Difference(rule, pointer, where, text, GUARD, names, directions)
        if not reserved_names.issuperset(names):
            rule = "enum-value-no-delete-unless-name-reserved"
            text = f"leaves the name {listed(names)} of {after.full} free for another value"
            yield Difference(rule, pointer, where, text, GUARD, names, directions)


def _new_values(both: _Both, olds: _Values, news: _Values, directions: _Directions) -> Iterator[Difference]:
    before, after = both
    reserved = Numbers(before.node.reserved)
    gone = {value.name for number, values in olds.items() if number not in news for value in values}
    for number in news.keys() - olds.keys():
        names = tuple(value.name for value in news[number])
        if gone & set(names):
            continue  # told as a changed number
        text, impact = f"adds value {listed(names)} ({number}) to {after.full}", WIDENS
        if number in reserved:
            text, impact = f"uses the reserved number {number} of {after.full} again for {names[0]}", NEITHER
        where = spot(before, after, news[number][0].at)
        yield Difference("enum-value-add", f"{after.full}.{names[0]}", where, text, impact, names, directions)


def _names(
    both: _Both,
    olds: list[EnumValue],
    news: list[EnumValue],
    left: Mapping[str, int],
    directions: _Directions,
) -> Iterator[Difference]:
    before, after = both
    old, new = {value.name for value in olds}, {value.name for value in news}
    gone = tuple(sorted(old - new))
    if not gone:
        yield from _new_names(both, old, news, directions)
        return
    number = news[0].number
    text = f"renames value {number} of {after.full} from {listed(sorted(old))} to {listed(sorted(new))}"
    swapped = any(left.get(name, number) != number for name in gone)
    for value in news:
        yield Difference(
            "enum-value-same-name",
            f"{after.full}.{value.name}",
            spot(before, after, value.number_at),
            text,
            NEITHER if swapped else RENAMED,
            gone[:MOST_LISTED],
            directions,
        )


def _new_names(
    both: _Both, old: set[str], news: list[EnumValue], directions: _Directions
) -> Iterator[Difference]:
    before, after = both
    for value in news:
        if value.name not in old:
            text = f"adds the name {value.name} for value {value.number} of {after.full}"
            where = spot(before, after, value.at)
            pointer = f"{after.full}.{value.name}"
            yield Difference("enum-value-add", pointer, where, text, HARMLESS, (value.name,), directions)


def _reserved(both: _Both) -> Iterator[Difference]:
    before, after = both
    where, rule = spot(before, after), "reserved-enum-no-delete"
    for old, missing in shrunk(before.node.reserved, after.node.reserved):
        text = f"no longer reserves {shown(missing, old, MAX_ENUM)} of {after.full}"
        yield Difference(rule, after.full, where, text, GUARD)
    for name in sorted(set(before.node.reserved_names) - set(after.node.reserved_names)):
        text = f"no longer reserves the name {name} of {after.full}"
        yield Difference(rule, after.full, where, text, GUARD)


def _features(both: _Both, directions: _Directions) -> Iterator[Difference]:
    before, after = both
    old, new = before.features, after.features
    if old.enum_type != new.enum_type:
        chosen = feature_option(after.node.options, "features.enum_type")
        yield Difference(
            "enum-same-type",
            after.full,
            spot(before, after, chosen.at if chosen else None),
            f"makes {after.full} {new.enum_type.lower()}: values that it does not list are"
            f" {'kept' if new.enum_type == 'OPEN' else 'set aside'}",
            WIDENS if new.enum_type == "OPEN" else NARROWS,
            (after.node.name,),
            directions,
        )
    if old.json_format == "ALLOW" and new.json_format != "ALLOW":
        chosen = feature_option(after.node.options, "features.json_format")
        yield Difference(
            "enum-same-json-format",
            after.full,
            spot(before, after, chosen.at if chosen else None),
            f"no longer promises that {after.full} has a JSON form",
            Impact(json=Effect.NARROWS),
            (after.node.name,),
            directions,
        )
