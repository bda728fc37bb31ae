"""Whether types and oneofs of two versions are alike, whatever they are called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from runbook_tui.contracts.protobuf.fields import Fields, ResolvedField
from runbook_tui.contracts.protobuf.schema import Found
from runbook_tui.contracts.protobuf.tree import Message

_MOST_PAIRS = 200
"""Most types that two types are compared through."""

_Members = Mapping[str, frozenset[int]]


class Likeness:
    """Answers for two versions; each question is worked out once, for many fields may ask the same."""

    def __init__(self, old: Fields, new: Fields) -> None:
        self._old = old
        self._new = new
        self._messages: dict[tuple[str, str], bool] = {}
        self._enums: dict[tuple[str, str], tuple[bool, bool]] = {}
        self._members: dict[tuple[Found[Message], Found[Message]], tuple[_Members, _Members]] = {}
        self._oneofs: dict[tuple[Found[Message], Found[Message], str, str], bool] = {}

    def messages(self, old: str, new: str) -> bool:
        """Whether two message types look the same in binary and in JSON, with all that they are made of.

        False as well where a type is not at hand, or there are too many of them.
        """
        if (old, new) not in self._messages:
            self._messages[old, new] = self._same_messages(old, new)
        return self._messages[old, new]

    def enums(self, old: str, new: str) -> tuple[bool, bool]:
        """Whether the new enum has all values of the old one, and the old one all of the new one."""
        if (old, new) not in self._enums:
            before = self._old.schema.enum_numbers(old).items()
            after = self._new.schema.enum_numbers(new).items()
            known = bool(before) and bool(after)
            self._enums[old, new] = (known and before <= after, known and after <= before)
        return self._enums[old, new]

    def oneofs(
        self, old: Found[Message], new: Found[Message], old_oneof: str | None, new_oneof: str | None
    ) -> bool:
        """Whether a field that is in both excludes the same fields, among those that both versions have.

        Then the messages are the same (https://protobuf.dev/programming-guides/proto3/#updating: a single field may
        move into a new oneof).
        """
        if (old, new) not in self._members:
            self._members[old, new] = (_members(old, new), _members(new, old))
        before, after = self._members[old, new]
        if old_oneof is None or new_oneof is None:
            members = after[new_oneof] if new_oneof else before[old_oneof or ""]
            return len(members) == 1
        key = (old, new, old_oneof, new_oneof)
        if key not in self._oneofs:
            self._oneofs[key] = before[old_oneof] == after[new_oneof]
        return self._oneofs[key]

    def _same_messages(self, old: str, new: str) -> bool:
        waiting = [(old, new)]
        seen = set(waiting)
        while waiting:
            if len(seen) > _MOST_PAIRS:
                return False
            pair = waiting.pop()
            if self.enums(*pair) == (True, True):
                continue
            inner = self._parts(*pair)
            if inner is None:
                return False
            waiting += inner - seen
            seen |= inner
        return True

    def _parts(self, old: str, new: str) -> set[tuple[str, str]] | None:
        """The types of the fields of two messages, in pairs; None where the messages differ."""
        before, after = self._old.schema.message(old), self._new.schema.message(new)
        if before is None or after is None:
            return set() if before is after and old == new else None
        olds, news = self._old.of(before), self._new.of(after)
        if olds.keys() != news.keys() or any(_form(olds[number]) != _form(news[number]) for number in olds):
            return None
        return {(olds[number].type, news[number].type) for number in olds if olds[number].type}


def _form(field: ResolvedField) -> tuple[str, str, str, bool]:
    return field.kind, field.cardinality, field.json_name, field.node.oneof is None


def _members(message: Found[Message], other: Found[Message]) -> _Members:
    shared = {field.number for field in other.node.fields}
    members: dict[str, set[int]] = defaultdict(set)
    for field in message.node.fields:
        if field.oneof is not None and field.number in shared:
            members[field.oneof].add(field.number)
    return {name: frozenset(numbers) for name, numbers in members.items()}
