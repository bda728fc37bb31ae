"""Names of a JavaScript or TypeScript file, and the patterns that bind them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from runbook_tui.migrations.following.follower import Follower
from runbook_tui.migrations.following.scope import Scope
from runbook_tui.migrations.following.values import UNKNOWN
from runbook_tui.migrations.javascript.nodes import key_of
from runbook_tui.migrations.javascript.values import Foreign, items_of
from runbook_tui.migrations.syntax import sides, text_of

if TYPE_CHECKING:
    from tree_sitter import Node


class Names(Follower, ABC):
    """Knows what each name stands for where we are."""

    most_steps = 40_000
    deepest = 12

    def __init__(self) -> None:
        super().__init__()
        self.scope = Scope()

    @abstractmethod
    def value(self, node: Node) -> object:
        """What an expression gives."""

    @abstractmethod
    def member(self, owner: object, name: str) -> object:
        """A property of a value."""

    def lookup(self, name: str) -> object:
        """The value of a name; one that the file does not define is built in."""
        owner = self.scope.owner(name)
        return owner.names[name] if owner is not None else Foreign(name)

    def assign(self, name: str, value: object) -> None:
        """``name = value`` for a name that is declared already."""
        owner = self.scope.owner(name)
        if owner is None:
            self.scope.names[name] = value
        else:
            owner.names[name] = UNKNOWN if self.conditional else value

    def forget(self, name: str) -> None:
        """What a name stands for is not known any more."""
        owner = self.scope.owner(name)
        if owner is not None:
            owner.names[name] = UNKNOWN

    def bind(self, pattern: Node, value: object) -> None:
        """Declare the names of a pattern."""
        kind = pattern.type
        if kind in ("identifier", "shorthand_property_identifier_pattern"):
            self.scope.names[text_of(pattern)] = value
        elif kind in ("assignment_pattern", "object_assignment_pattern"):
            left, right = sides(pattern)
            if left is not None and right is not None:
                if value is UNKNOWN:
                    with self.maybe():
                        self.value(right)
                self.bind(left, self.value(right) if value is None else value)
        elif kind == "object_pattern":
            for child in pattern.named_children:
                self._bind_property(child, value)
        elif kind == "array_pattern":
            items = items_of(value)
            for index, child in enumerate(pattern.named_children):
                known = items is not None and index < len(items) and child.type != "rest_pattern"
                self.bind(child, items[index] if known and items is not None else UNKNOWN)
        elif kind in ("rest_pattern", "required_parameter", "optional_parameter"):
            named = pattern.named_children
            inner = pattern.child_by_field_name("pattern") or (named[0] if named else None)
            default = pattern.child_by_field_name("value")
            if inner is not None:
                given = UNKNOWN if kind == "rest_pattern" else value
                self.bind(inner, self.value(default) if given is None and default is not None else given)

    def _bind_property(self, child: Node, value: object) -> None:
        if child.type == "pair_pattern":
            key, inner = child.child_by_field_name("key"), child.child_by_field_name("value")
            if key is not None and inner is not None:
                self.bind(inner, self.member(value, key_of(key)))
        elif child.type == "object_assignment_pattern":
            left = child.child_by_field_name("left")
            if left is not None:
                name = text_of(left)
                self.bind(child, value.get(name) if isinstance(value, dict) else self.member(value, name))
        elif child.type == "shorthand_property_identifier_pattern":
            self.bind(child, self.member(value, text_of(child)))
        else:
            self.bind(child, UNKNOWN)
