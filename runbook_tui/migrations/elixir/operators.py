"""What Elixir's operators and functions of text give when what they are applied to is written out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runbook_tui.migrations.elixir.values import Atom, Call
from runbook_tui.migrations.following.follower import LONGEST, limited
from runbook_tui.migrations.following.values import UNKNOWN, Text
from runbook_tui.migrations.syntax import text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "s": " ", "0": "\0", "e": "\x1b", "\n": ""}


def applied(sign: str, one: object, other: object, line: int) -> object:
    """What an operator gives for two values that are written out."""
    if sign == "<>" and isinstance(one, str) and isinstance(other, str) and len(one) + len(other) <= LONGEST:
        return Text.at(one + other, one.line if isinstance(one, Text) else line)
    if sign == "++" and isinstance(one, list) and isinstance(other, list):
        return one + other if len(one) + len(other) <= LONGEST else UNKNOWN
    plain = (str, int, type(None))
    if sign in ("==", "!=", "===", "!==") and isinstance(one, plain) and isinstance(other, plain):
        return (one == other) == (sign in ("==", "==="))
    return UNKNOWN


def unescaped(node: Node) -> str:
    """A piece of a string, with its escape undone."""
    text = text_of(node)
    if node.type != "escape_sequence" or len(text) < 2:
        return text
    return _ESCAPES.get(text[1], text[1:])


def text_function(name: str, call: Call) -> object:
    """A function of ``String`` or ``Atom`` on text that is written out."""
    given = call.arguments
    if not given or not all(isinstance(item, str) for item in given):
        return UNKNOWN
    text, more = str(given[0]), [str(item) for item in given[1:]]
    if name in ("to_atom", "to_existing_atom"):
        return Atom(text)
    if not more and name in ("upcase", "downcase", "trim", "to_string"):
        return {"upcase": text.upper(), "downcase": text.lower(), "trim": text.strip()}.get(name, text)
    if name == "trim_trailing" and len(more) == 1 and more[0]:
        while text.endswith(more[0]):
            text = text.removesuffix(more[0])
        return text
    if name == "replace" and len(more) == 2 and len(text) * (len(more[1]) + 1) <= LONGEST:
        return text.replace(more[0], more[1])
    return UNKNOWN


def joined(items: list[object], glue: object) -> object:
    """``Enum.join(items, glue)``."""
    known = isinstance(glue, str) and all(isinstance(item, str | int) for item in items)
    return limited(str(glue).join(map(str, items))) if known else UNKNOWN
