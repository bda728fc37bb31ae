"""Syntax trees of other languages, through tree-sitter's grammars. Nothing is ever run.

The grammars are an extra: without them the files of such a tool become questions that say what to install.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

LONGEST = 1024 * 1024
"""Bytes of a file; a migration that a person wrote is far shorter."""

_GRAMMARS = {
    "ruby": ("tree_sitter_ruby", "language"),
    "javascript": ("tree_sitter_javascript", "language"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "elixir": ("tree_sitter_elixir", "language"),
}


class UnparsedError(Exception):
    """A file of which there is no tree, with the line (from 1) and the reason."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


def parse(data: bytes, language: str) -> Node:
    """The root of the syntax tree of a file.

    Args:
        data: the file, UTF-8; other bytes are part of the tree as they are.
        language: ``ruby``, ``javascript``, ``typescript`` or ``elixir``.

    Raises:
        UnparsedError: when it is too long, has a syntax error, or the grammar is not installed.
    """
    if len(data) > LONGEST:
        raise UnparsedError(1, f"{len(data)} bytes are too many to read")
    root = _parser(language).parse(data).root_node
    if root.has_error:
        raise UnparsedError(_first_error(root), f"it does not parse as {language.capitalize()}")
    return root


def text_of(node: Node) -> str:
    """The source text of a node."""
    return (node.text or b"").decode("utf-8", "replace")


def line_of(node: Node) -> int:
    """The line on which a node begins, from 1."""
    return node.start_point[0] + 1


def text_at(node: Node, field: str) -> str:
    """The source text of a field such as ``operator``; empty when there is none."""
    child = node.child_by_field_name(field)
    return text_of(child) if child is not None else ""


def sides(node: Node) -> tuple[Node | None, Node | None]:
    """What stands left and right of an operator."""
    return node.child_by_field_name("left"), node.child_by_field_name("right")


def walk(node: Node, *, but: Collection[str] = ()) -> Iterator[Node]:
    """A node and all inside of it, but for what is inside of nodes of some types. A tree may be too deep to recurse."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += [child for child in reversed(found.named_children) if child.type not in but]


@cache
def _parser(language: str) -> Parser:
    module, function = _GRAMMARS[language]
    try:
        from tree_sitter import Language, Parser

        grammar = getattr(import_module(module), function)()
    except ImportError as error:
        reason = f"reading {language.capitalize()} needs the extra: pip install 'runbook-tui[polyglot]'"
        raise UnparsedError(1, reason) from error
    return Parser(Language(grammar))


def _first_error(root: Node) -> int:
    """The line of the first part that is wrong or missing. A tree may be too deep to walk by recursion."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            return line_of(node)
        waiting += [child for child in reversed(node.children) if child.has_error]
    return 1
