"""What JavaScript's escapes and methods of text give when what they are applied to is written out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from runbook_tui.migrations.following.values import UNKNOWN, Text
from runbook_tui.migrations.javascript.values import Call
from runbook_tui.migrations.syntax import text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "f": "\f", "v": "\v", "\n": ""}
_TEXT_METHODS: dict[str, Callable[[str], str]] = {
    "trim": str.strip,
    "toLowerCase": str.lower,
    "toUpperCase": str.upper,
    "toString": str,
}


def unescaped(node: Node) -> str:
    """A part of a string, with its escape undone."""
    text = text_of(node)
    if node.type != "escape_sequence" or len(text) < 2:
        return text
    if text[1] in "ux":
        digits = text[2:].strip("{}")
        try:
            return chr(int(digits, 16))
        except (ValueError, OverflowError):
            return text
    return _ESCAPES.get(text[1], text[1:])


def number(text: str) -> object:
    """A number as it is written; UNKNOWN for a form that is unusual."""
    text = text.replace("_", "").rstrip("n")
    try:
        return int(text, 0) if not text.lstrip("0").startswith(".") and text.isalnum() else float(text)
    except ValueError:
        return UNKNOWN


def text_method(text: str, name: str, call: Call) -> object:
    """A method of a string."""
    if name not in _TEXT_METHODS or call.arguments:
        return UNKNOWN
    plain = _TEXT_METHODS[name](text)
    if not isinstance(text, Text):
        return plain
    # the line on which it begins stays that of its first word
    return Text.at(plain, text.line + text[: text.find(plain[:1])].count("\n"))
