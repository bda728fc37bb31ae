"""Whether two types of different names are the same in messages."""

from __future__ import annotations

from runbook_tui.contracts.protobuf.fields import Fields
from runbook_tui.contracts.protobuf.schema import Found
from runbook_tui.contracts.protobuf.tree import Enum

_MOST_PAIRS = 200


def same_messages(old: Fields, old_name: str, new: Fields, new_name: str) -> bool:
    """Whether two message types look the same in binary and in JSON, with all that they are made of.

    False as well where a type is not at hand, or there are too many of them.
    """
    waiting = [(old_name, new_name)]
    seen = set(waiting)
    while waiting:
        if len(seen) > _MOST_PAIRS:
            return False
        pair = waiting.pop()
        if _is_same_enum(old, pair[0], new, pair[1]):
            continue
        inner = _parts(old, pair[0], new, pair[1])
        if inner is None:
            return False
        waiting += inner - seen
        seen |= inner
    return True


def _is_same_enum(old: Fields, old_name: str, new: Fields, new_name: str) -> bool:
    before, after = old.schema.enum(old_name), new.schema.enum(new_name)
    return bool(before and after) and values_of(before) == values_of(after)


def values_of(enum: Found[Enum] | None) -> set[tuple[str, int]]:
    """Names and numbers of an enum."""
    return {(value.name, value.number) for value in enum.node.values} if enum else set()


def _parts(old: Fields, old_name: str, new: Fields, new_name: str) -> set[tuple[str, str]] | None:
    """The types of the fields of two messages, in pairs; None where the messages differ."""
    before, after = old.schema.message(old_name), new.schema.message(new_name)
    if before is None or after is None:
        return set() if before is after and old_name == new_name else None
    olds, news = old.of(before), new.of(after)
    if olds.keys() != news.keys():
        return None
    for number, field in olds.items():
        other = news[number]
        if (field.kind, field.cardinality, field.json_name, field.node.oneof is None) != (
            other.kind,
            other.cardinality,
            other.json_name,
            other.node.oneof is None,
        ):
            return None
    return {(olds[number].type, news[number].type) for number in olds if olds[number].type}
