"""Questions about a JavaScript syntax tree that need no values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from runbook_tui.migrations.syntax import text_of, walk

if TYPE_CHECKING:
    from tree_sitter import Node

_NAMES = frozenset({"identifier", "shorthand_property_identifier_pattern"})
_ASSIGNING = frozenset({"assignment_expression", "augmented_assignment_expression", "update_expression"})
_FUNCTIONS = frozenset({"arrow_function", "function_expression", "function_declaration", "method_definition"})
_LEAVING = frozenset({"break_statement", "continue_statement", "return_statement"})


def key_of(node: Node) -> str:
    """The name of a property, without its quotes."""
    text = text_of(node)
    return text[1:-1] if node.type == "string" else text


def identifiers(node: Node) -> Iterator[str]:
    """The names that stand inside."""
    return (text_of(found) for found in walk(node) if found.type in _NAMES)


def assigned(node: Node) -> Iterator[str]:
    """The names that are set inside."""
    for found in walk(node):
        if found.type in _ASSIGNING:
            target = found.child_by_field_name("left") or found.child_by_field_name("argument")
            if target is not None and target.type == "identifier":
                yield text_of(target)


def leaves(node: Node) -> bool:
    """Whether a round of a loop may end early."""
    return any(found.type in _LEAVING for found in walk(node, but=_FUNCTIONS))


def returns(node: Node) -> bool:
    """Whether the function may end here."""
    return any(found.type in ("return_statement", "throw_statement") for found in walk(node, but=_FUNCTIONS))
