"""Literals of a Ruby file: text with its escapes and heredocs, symbols, numbers, arrays and hashes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from runbook_tui.migrations.following.follower import Follower
from runbook_tui.migrations.following.values import UNKNOWN, Text
from runbook_tui.migrations.ruby.operators import bounded
from runbook_tui.migrations.ruby.values import Constant
from runbook_tui.migrations.syntax import line_of, text_of, walk

if TYPE_CHECKING:
    from tree_sitter import Node

_ESCAPES = {"n": "\n", "t": "\t", "s": " ", "r": "\r", "e": "\x1b", "0": "\0", "\n": ""}
_IGNORED = frozenset({"comment", "heredoc_body"})
_WORDS = {"true": True, "false": False, "nil": None}


def parts(node: Node) -> list[Node]:
    """The parts of a node that mean something."""
    return [child for child in node.named_children if child.type not in _IGNORED]


class Literals(Follower, ABC):
    """Gives the values of what is written out."""

    def __init__(self, root: Node) -> None:
        super().__init__()
        self.names: dict[str, object] = {}
        """Variables where we are."""
        self.constants: dict[str, object] = {}
        self._heredocs = _heredocs(root)

    @abstractmethod
    def value(self, node: Node, *, effect: bool = False) -> object:
        """What an expression gives; ``effect`` when nobody looks at it."""

    def quoted(self, value: object) -> str | None:
        """A stand-in for a value that is surely one literal or one name inside of SQL."""
        return None

    def word(self, node: Node) -> object:
        """``true``, ``false`` and ``nil``."""
        return _WORDS[node.type]

    def number(self, node: Node) -> object:
        """A number in the decimal system."""
        text = text_of(node).replace("_", "")
        try:
            return float(text) if node.type == "float" else int(text, 10)
        except ValueError:
            return UNKNOWN

    def symbol(self, node: Node) -> object:
        """``:name``; strings and symbols are the same here."""
        return text_of(node).lstrip(":")

    def text(self, node: Node) -> object:
        """Strings and symbols in quotes; UNKNOWN when a part of it is."""
        quote = node.children[0] if node.children else node
        raw = text_of(quote) in ("'", ":'") or text_of(quote).startswith("%q")
        return self.joined(node, raw=raw)

    def joined(self, node: Node, *, raw: bool = False) -> object:
        """The pieces of a string; UNKNOWN when one of them is."""
        found: list[str] = []
        for part in node.named_children:
            if part.type in ("string_content", "heredoc_content"):
                found.append(_single_quoted(text_of(part)) if raw else text_of(part))
            elif part.type == "escape_sequence":
                found.append(_unescaped(part))
            elif part.type == "interpolation":
                text = self._interpolated(part)
                if text is None:
                    return UNKNOWN
                found.append(text)
        text = "".join(found)
        if bounded(text) is UNKNOWN:
            return UNKNOWN
        return Text.at(text, line_of(node)) if "\n" in text else text

    def _interpolated(self, node: Node) -> str | None:
        inner = [self.value(part) for part in parts(node)]
        value = inner[-1] if inner else ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return self.quoted(value)
        return str(value)

    def heredoc(self, node: Node) -> object:
        """The text of ``<<~SQL``."""
        body = self._heredocs.get(node.start_byte)
        return self.joined(body) if body is not None else UNKNOWN

    def chained(self, node: Node) -> object:
        """Strings that stand side by side."""
        found = [self.value(part) for part in parts(node)]
        return bounded("".join(map(str, found))) if all(isinstance(item, str) for item in found) else UNKNOWN

    def array(self, node: Node) -> object:
        """An array; one with pairs has a hash as its last item."""
        found: list[object] = []
        options: dict[str, object] = {}
        for part in parts(node):
            if part.type == "splat_argument":
                inner = [self.value(item) for item in parts(part)]
                if not (inner and isinstance(inner[0], list)):
                    return UNKNOWN
                found += inner[0]
            elif part.type == "pair":
                self.pair(part, options)
            else:
                found.append(self.value(part))
        return bounded([*found, options] if options else found)

    def hash(self, node: Node) -> object:
        """A hash; UNKNOWN when a key of it is."""
        found: dict[str, object] = {}
        for part in parts(node):
            if part.type != "pair":
                inner = [self.value(item) for item in parts(part)]
                if not (inner and isinstance(inner[0], dict)):
                    return UNKNOWN
                found.update(inner[0])
            elif not self.pair(part, found):
                return UNKNOWN
        return found

    def pair(self, node: Node, into: dict[str, object]) -> bool:
        """One pair of a hash; False when its key is not known."""
        key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
        if key is None:
            return False
        plain = key.type in ("hash_key_symbol", "simple_symbol")
        name = text_of(key).lstrip(":") if plain else self.value(key)
        if value is None:  # the shorthand {name:}
            result: object = self.names.get(str(name), UNKNOWN)
        else:
            result = self.value(value)
        if isinstance(name, str | int):
            into[str(name)] = result
        return isinstance(name, str | int)

    def constant(self, node: Node) -> object:
        """A constant of the file, or one of somebody else."""
        name = text_of(node).removeprefix("::")
        last = name.rpartition("::")[2]
        if name in self.constants:
            return self.constants[name]
        # Migration::NAME and self.class::NAME are constants of the file as well
        if last.isupper() and last in self.constants:
            return self.constants[last]
        return Constant(name)

    def variable(self, node: Node) -> object:
        """An instance, class or global variable."""
        return self.names.get(text_of(node), UNKNOWN)


def _heredocs(root: Node) -> dict[int, Node]:
    """The body of each heredoc, by the place where it begins: bodies stand in the order of their beginnings."""
    begun: list[int] = []
    bodies: list[Node] = []
    for node in walk(root):
        if node.type == "heredoc_beginning":
            begun.append(node.start_byte)
        elif node.type == "heredoc_body":
            bodies.append(node)
    return dict(zip(begun, bodies, strict=False))


def _unescaped(node: Node) -> str:
    """The character of an ``escape_sequence``; an unusual one is left as it is written."""
    written = text_of(node)[1:]
    return _ESCAPES.get(written, written)


def _single_quoted(text: str) -> str:
    """The content of ``'...'``, where only two escapes are known."""
    return text.replace("\\'", "'").replace("\\\\", "\\")
