"""Follows an Elixir module by its syntax tree; runs nothing.

Functions of the module are followed where they are called, loops over lists that are written out are unrolled, and an
``if`` whose condition is known takes its branch. Everything else is walked through once, as something that may or may
not happen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from runbook_tui.migrations.elixir.functions import Functions
from runbook_tui.migrations.elixir.nodes import child_of, keyword_value, operator_of
from runbook_tui.migrations.elixir.values import Keywords, truth
from runbook_tui.migrations.following.follower import MOST_ROUNDS
from runbook_tui.migrations.following.values import UNKNOWN
from runbook_tui.migrations.syntax import sides, text_at, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_DEFINING = frozenset({"def", "defp", "defmacro", "defmacrop"})
_DECLARING = frozenset(
    {"use", "import", "alias", "require", "defmodule", "defstruct", "defdelegate", "quote"}
)
_BRANCHING = frozenset({"case", "cond", "with", "try", "receive"})


class Interpreter(Functions):
    """Follows branches and loops, which are calls in Elixir.

    Raises:
        TooMuchError: from its methods, when the file is too tangled to be followed.
    """

    def macro(self, name: str, node: Node, piped: tuple[object, ...]) -> object:
        """A call whose arguments are no plain expressions; Ellipsis when it is not one."""
        return ...

    def called(self, node: Node, *piped: object) -> object:
        """What a call gives."""
        target = node.child_by_field_name("target")
        if target is None:
            return UNKNOWN
        if target.type == "identifier":
            name = text_of(target)
            special = _SPECIAL.get(name)
            if special is not None and (not piped or name in _BRANCHING):
                return special(self, node)
            if name in _DEFINING | _DECLARING:
                return None
            made = self.macro(name, node, piped)
            return self.named(name, self.arguments(node, *piped)) if made is ... else made
        if target.type == "dot":
            left, right = sides(target)
            call = self.arguments(node, *piped)
            if left is not None and right is not None and text_of(left) == "__MODULE__":
                return self.named(text_of(right), call)
            owner = self.value(left) if left is not None else UNKNOWN
            if right is None:  # fun.(x)
                return self.call(owner, *call.arguments)
            return self.remote(owner, text_of(right), call)
        return UNKNOWN

    def _parts(self, node: Node) -> tuple[Node | None, Node | None, Node | None]:
        """The condition, the block and the else of ``if``."""
        given = child_of(node, "arguments")
        condition = given.named_children[0] if given is not None and given.named_children else None
        block = child_of(node, "do_block")
        if block is not None:
            return condition, block, child_of(block, "else_block")
        if given is None:
            return condition, None, None
        return condition, keyword_value(given, "do"), keyword_value(given, "else")

    def _if(self, node: Node) -> object:
        condition, then, otherwise = self._parts(node)
        known = truth(self.value(condition)) if condition is not None else None
        if text_at(node, "target") == "unless":
            then, otherwise = otherwise, then
        if known is not None:
            chosen = then if known else otherwise
            with self.block():
                return self.body(chosen) if chosen is not None else None
        with self.maybe():
            for branch in (then, otherwise):
                with self.block():
                    if branch is not None:
                        self.body(branch)
        return UNKNOWN

    def _branches(self, node: Node) -> object:
        """``case``, ``cond``, ``with``, ``try``: what is inside may or may not run."""
        given = child_of(node, "arguments")
        tries = text_at(node, "target") == "try"
        for child in given.named_children if given is not None else []:
            if child.type == "binary_operator" and operator_of(child) == "<-":
                right = child.child_by_field_name("right")
                if right is not None:
                    self.value(right)
            elif child.type != "keywords":
                self.value(child)
        block = child_of(node, "do_block")
        for child in block.named_children if block is not None else []:
            certain = tries and not child.type.endswith("_block")
            with self.block():
                if certain:
                    self.value(child)
                else:
                    with self.maybe():
                        self.branch(child)
        return UNKNOWN

    def branch(self, node: Node) -> None:
        """One branch of several."""
        if node.type == "stab_clause":
            left, right = sides(node)
            with self.block():
                if left is not None:
                    self.bind(left, UNKNOWN)
                if right is not None:
                    self.body(right)
        elif node.type.endswith("_block"):
            for child in node.named_children:
                self.branch(child)
        elif node.type != "comment":
            self.value(node)

    def _for(self, node: Node) -> object:
        given = child_of(node, "arguments")
        parts = given.named_children if given is not None else []
        block = child_of(node, "do_block") or (keyword_value(given, "do") if given is not None else None)
        generators = [part for part in parts if part.type == "binary_operator" and operator_of(part) == "<-"]
        filters = [
            part for part in parts if part not in generators and part.type not in ("keywords", "comment")
        ]
        return self._rounds(generators, block, unknown=bool(filters))

    def _rounds(self, generators: Sequence[Node], block: Node | None, *, unknown: bool) -> object:
        if not generators:
            with self.block():
                return self.body(block) if block is not None else None
        left, right = sides(generators[0])
        items = self.value(right) if right is not None else UNKNOWN
        if isinstance(items, Keywords | dict):
            items = list(items.items())
        if left is None:
            return UNKNOWN
        if unknown or not isinstance(items, list) or len(items) > MOST_ROUNDS:
            with self.maybe(), self.block():
                self.bind(left, UNKNOWN)
                self._rounds(generators[1:], block, unknown=unknown)
            return UNKNOWN
        results: list[object] = []
        for item in items:
            with self.block():
                self.bind(left, item)
                results.append(self._rounds(generators[1:], block, unknown=unknown))
        return results

    def _raise(self, node: Node) -> object:
        return UNKNOWN


_SPECIAL: dict[str, Callable[[Interpreter, Node], object]] = {
    "if": Interpreter._if,
    "unless": Interpreter._if,
    "for": Interpreter._for,
    "raise": Interpreter._raise,
    **dict.fromkeys(_BRANCHING, Interpreter._branches),
}
