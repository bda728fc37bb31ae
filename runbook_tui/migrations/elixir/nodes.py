"""Parts of an Elixir syntax tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runbook_tui.migrations.syntax import text_at, text_of

if TYPE_CHECKING:
    from tree_sitter import Node


def child_of(node: Node, kind: str) -> Node | None:
    """The first child of that type."""
    return next((child for child in node.named_children if child.type == kind), None)


def keyword_value(arguments: Node, name: str) -> Node | None:
    """What is given for a keyword: the body of ``do: ...``."""
    for child in arguments.named_children:
        for pair in child.named_children if child.type == "keywords" else []:
            key = pair.child_by_field_name("key")
            if key is not None and text_of(key).strip() == f"{name}:":
                return pair.child_by_field_name("value")
    return None


def operand_of(node: Node) -> Node | None:
    """What a sign stands before, without the parentheses around it."""
    return next((child for child in reversed(node.named_children) if child.type != "comment"), None)


def operator_of(node: Node) -> str:
    """The sign of an operation."""
    return text_at(node, "operator")
