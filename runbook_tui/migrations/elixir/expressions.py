"""Expressions of an Elixir file that is read but never run: what they give, as far as it is written out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from runbook_tui.migrations.elixir.nodes import child_of, operand_of, operator_of
from runbook_tui.migrations.elixir.operators import applied, unescaped
from runbook_tui.migrations.elixir.values import Alias, Atom, Call, Function, Keywords, truth
from runbook_tui.migrations.following.follower import LONGEST, Follower
from runbook_tui.migrations.following.scope import Scope
from runbook_tui.migrations.following.values import UNKNOWN, Text
from runbook_tui.migrations.syntax import line_of, sides, text_at, text_of

if TYPE_CHECKING:
    from tree_sitter import Node


class Expressions(Follower):
    """Gives the values of expressions, and hands calls to the subclass, in the order of the file."""

    most_steps = 40_000
    deepest = 12

    def __init__(self) -> None:
        super().__init__()
        self.scope = Scope()
        self.attributes: dict[str, object] = {}
        """``@name value`` of the module."""
        self.aliases: dict[str, str] = {}
        """Short names of modules to their whole names."""

    # for subclasses

    def called(self, node: Node, *piped: object) -> object:
        """What a call gives; ``if``, ``for`` and definitions are calls as well."""
        return UNKNOWN

    def named(self, name: str, call: Call) -> object:
        """What a call without a module gives."""
        return UNKNOWN

    def unbound(self, name: str, line: int) -> object:
        """What a name that is bound nowhere gives."""
        return UNKNOWN

    def statement(self, name: str, line: int) -> None:
        """A name that stands alone as a statement, and is bound nowhere."""

    # names and blocks

    @contextmanager
    def block(self) -> Iterator[None]:
        """Names that are bound inside are not seen outside."""
        outer, self.scope = self.scope, Scope(self.scope)
        try:
            yield
        finally:
            self.scope = outer

    def bind(self, pattern: Node, value: object) -> None:
        """``pattern = value``."""
        if pattern.type == "identifier":
            self.scope.names[text_of(pattern)] = value
        elif pattern.type in ("tuple", "list"):
            items = list(value) if isinstance(value, list | tuple) else []
            fits = len(items) == len(pattern.named_children)
            for index, child in enumerate(pattern.named_children):
                self.bind(child, items[index] if fits else UNKNOWN)
        elif pattern.type not in ("atom", "string", "integer", "quoted_content"):
            for child in pattern.named_children:
                self.bind(child, UNKNOWN)

    def body(self, node: Node) -> object:
        """The statements of a block, and the value of the last."""
        if node.type not in ("do_block", "body", "block", "else_block", "after_block"):
            return self.value(node)
        result: object = None
        for child in node.named_children:
            if child.type in ("else_block", "rescue_block", "catch_block", "after_block", "comment"):
                continue
            result = self.value(child)
            if child.type == "identifier" and result is UNKNOWN:
                self.statement(text_of(child), line_of(child))
        return result

    # expressions

    def value(self, node: Node) -> object:
        """What an expression gives."""
        self.step()
        handler = _HANDLERS.get(node.type)
        if handler is not None:
            return handler(self, node)
        with self.maybe():
            for child in node.named_children:
                self.value(child)
        return UNKNOWN

    def _at(self, node: Node, field: str) -> object:
        child = node.child_by_field_name(field)
        return self.value(child) if child is not None else UNKNOWN

    def _identifier(self, node: Node) -> object:
        name = text_of(node)
        found = self.scope.get(name)
        return self.unbound(name, line_of(node)) if found is ... else found

    def _atom(self, node: Node) -> object:
        return Atom(text_of(node).lstrip(":").strip('"'))

    def _alias_value(self, node: Node) -> object:
        first, dot, rest = text_of(node).partition(".")
        return Alias(f"{self.aliases.get(first, first)}{dot}{rest}")

    def _integer(self, node: Node) -> object:
        try:
            return int(text_of(node).replace("_", ""), 0)
        except ValueError:
            return UNKNOWN

    def _float(self, node: Node) -> object:
        return float(text_of(node).replace("_", ""))

    def _boolean(self, node: Node) -> object:
        return text_of(node) == "true"

    def _nothing(self, node: Node) -> object:
        return None

    def _string(self, node: Node) -> object:
        parts: list[object] = []
        for child in node.named_children:
            if child.type == "interpolation":
                inner = child.named_children
                parts.append(self.value(inner[0]) if inner else UNKNOWN)
            elif child.type in ("quoted_content", "escape_sequence"):
                parts.append(unescaped(child))
        if not all(isinstance(part, str | int) and not isinstance(part, bool) for part in parts):
            return UNKNOWN
        text = "".join(map(str, parts))
        if len(text) > LONGEST:
            return UNKNOWN
        # the text of a heredoc begins on the line after its quotes, with the line break as its first character
        return Text.at(text, line_of(node)) if node.start_point[0] != node.end_point[0] else text

    def _sigil(self, node: Node) -> object:
        name = child_of(node, "sigil_name")
        modifiers = child_of(node, "sigil_modifiers")
        text = self._string(node)
        kind = text_of(name) if name is not None else ""
        if kind in ("s", "S", "SQL"):
            return text
        if kind in ("w", "W") and isinstance(text, str):
            atoms = modifiers is not None and text_of(modifiers) == "a"
            return [Atom(word) if atoms else word for word in text.split()]
        return UNKNOWN

    def _list(self, node: Node) -> object:
        items: list[object] = []
        for child in node.named_children:
            if child.type == "keywords":
                found = self.keywords(child)
                if not items:
                    return found
                items += [(Atom(key), value) for key, value in found.items()]
            elif child.type == "binary_operator" and operator_of(child) == "|":
                return UNKNOWN
            elif child.type != "comment":
                items.append(self.value(child))
        return items

    def _tuple(self, node: Node) -> object:
        return tuple(self.value(child) for child in node.named_children if child.type != "comment")

    def _map(self, node: Node) -> object:
        found: dict[object, object] = {}
        content = child_of(node, "map_content")
        for child in content.named_children if content is not None else []:
            if child.type == "keywords":
                found |= dict(self.keywords(child).items())
            elif child.type == "binary_operator" and operator_of(child) == "=>":
                key = self._at(child, "left")
                if not isinstance(key, str | int):
                    return UNKNOWN
                found[key] = self._at(child, "right")
            else:
                self.value(child)
                return UNKNOWN
        return found

    def keywords(self, node: Node) -> Keywords:
        """``a: 1, b: 2``; a block behind ``do:`` is none of them."""
        found = Keywords()
        for pair in node.named_children:
            key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            if key is not None and value is not None and text_of(key).strip() != "do:":
                found[text_of(key).strip().rstrip(":").strip('"')] = self.value(value)
        return found

    def _unary(self, node: Node) -> object:
        operand, sign = operand_of(node), operator_of(node)
        if operand is None:
            return UNKNOWN
        if sign == "@":
            return self.attributes.get(text_of(operand), UNKNOWN) if operand.type == "identifier" else None
        if sign == "&":
            if operand.type == "integer":
                found = self.scope.get(f"&{text_of(operand)}")
                return UNKNOWN if found is ... else found
            return Function(node, self.scope)
        value = self.value(operand)
        if sign in ("not", "!"):
            known = truth(value)
            return UNKNOWN if known is None else not known
        return -value if sign == "-" and isinstance(value, int | float) else UNKNOWN

    def _function(self, node: Node) -> object:
        return Function(node, self.scope)

    def _binary(self, node: Node) -> object:
        sign = operator_of(node)
        left, right = sides(node)
        if left is None or right is None:
            return UNKNOWN
        if sign == "=":
            value = self.value(right)
            self.bind(left, value)
            return value
        if sign == "|>":
            return self._pipe(left, right)
        if sign in ("and", "or", "&&", "||"):
            known = truth(self.value(left))
            if known is None:
                with self.maybe():
                    self.value(right)
                return UNKNOWN
            return self.value(right) if known == (sign in ("and", "&&")) else known
        return applied(sign, self.value(left), self.value(right), line_of(node))

    def _pipe(self, left: Node, right: Node) -> object:
        given = self.value(left)
        if right.type == "call":
            return self.called(right, given)
        if right.type == "identifier":
            return self.named(text_of(right), Call((given,), Keywords(), line_of(right)))
        self.value(right)
        return UNKNOWN

    def _access(self, node: Node) -> object:
        owner, name = self._at(node, "target"), self._at(node, "key")
        return owner.get(name) if isinstance(owner, dict) and isinstance(name, str) else UNKNOWN

    def _dot(self, node: Node) -> object:
        owner = self._at(node, "left")
        return owner.get(text_at(node, "right"), UNKNOWN) if isinstance(owner, dict) else UNKNOWN


_HANDLERS: dict[str, Callable[[Expressions, Node], object]] = {
    "identifier": Expressions._identifier,
    "atom": Expressions._atom,
    "quoted_atom": Expressions._atom,
    "alias": Expressions._alias_value,
    "integer": Expressions._integer,
    "float": Expressions._float,
    "boolean": Expressions._boolean,
    "nil": Expressions._nothing,
    "comment": Expressions._nothing,
    "string": Expressions._string,
    "charlist": Expressions._string,
    "sigil": Expressions._sigil,
    "list": Expressions._list,
    "tuple": Expressions._tuple,
    "map": Expressions._map,
    "keywords": Expressions.keywords,
    "unary_operator": Expressions._unary,
    "binary_operator": Expressions._binary,
    "anonymous_function": Expressions._function,
    "call": lambda reader, node: reader.called(node),
    "access_call": Expressions._access,
    "dot": Expressions._dot,
    "block": Expressions.body,
    "body": Expressions.body,
    "do_block": Expressions.body,
}
