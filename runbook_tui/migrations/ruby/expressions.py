"""Expressions of a Ruby file that is read but never run: what they give, as far as it is written out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from runbook_tui.migrations.following.values import UNKNOWN
from runbook_tui.migrations.ruby.literals import Literals, parts
from runbook_tui.migrations.ruby.operators import LOST, bounded, compared, conjunction, known, method_of
from runbook_tui.migrations.ruby.values import SELF, Block, Call, Exists, Lambda, truth
from runbook_tui.migrations.syntax import line_of, sides, text_at, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_PLAIN = frozenset({"string", "chained_string", "constant", "simple_symbol", "identifier"})


class Expressions(Literals):
    """Gives the values of expressions, and hands every call to the subclass, in the order of the file."""

    # for subclasses

    def called(self, call: Call, *, effect: bool) -> object:
        """What a call gives. ``effect``: nobody looks at what it gives."""
        return UNKNOWN

    def changed(self, owner: object, name: str, line: int) -> None:
        """An attribute or element of something is set, or something is added to it (``<<``)."""

    def control(self, node: Node) -> object:
        """``if`` and its like where a value is wanted."""
        return UNKNOWN

    def yielded(self, arguments: tuple[object, ...]) -> object:
        """``yield``."""
        return UNKNOWN

    # expressions

    def value(self, node: Node, *, effect: bool = False) -> object:
        """What an expression gives; ``effect`` when nobody looks at it."""
        self.step()
        if node.type == "call":
            return self._call(node, effect=effect)
        if node.type == "identifier":
            return self._identifier(node, effect=effect)
        handler = _VALUES.get(node.type)
        if handler is not None:
            return handler(self, node)
        if node.type in _CONTROL:
            return self.control(node)
        return self._unread(node)

    def _unread(self, node: Node) -> object:
        """An expression of another kind: what stands in it may happen."""
        with self.maybe():
            for part in parts(node):
                self.value(part)
        return UNKNOWN

    def _self(self, node: Node) -> object:
        return SELF

    def _identifier(self, node: Node, *, effect: bool = False) -> object:
        name = text_of(node)
        if name in self.names:
            return self.names[name]
        return self.called(Call(None, name, (), {}, line_of(node)), effect=effect)

    def _lambda(self, node: Node) -> object:
        """Known is what gives text or a name: ``-> { "now()" }``."""
        body = node.child_by_field_name("body")
        outer = parts(body) if body is not None else []
        inner = [part for item in outer for part in (parts(item) if item.type == "block_body" else [item])]
        given = [part for part in inner if part.type not in ("lambda_parameters", "block_parameters")]
        plain = len(given) == 1 and given[0].type in _PLAIN
        return Lambda(self.value(given[0]) if plain else UNKNOWN)

    def _element(self, node: Node) -> object:
        inner = [self.value(part) for part in parts(node)]
        return method_of(inner[0], "[]", tuple(inner[1:])) if inner and known(inner[0]) else UNKNOWN

    def _unary(self, node: Node) -> object:
        operand, sign = node.child_by_field_name("operand"), text_at(node, "operator")
        if operand is None or sign == "defined?":
            return UNKNOWN
        value = self.value(operand)
        if sign in ("!", "not"):
            if isinstance(value, Exists):
                return value.negated
            answer = truth(value)
            return UNKNOWN if answer is None else not answer
        return -value if sign == "-" and isinstance(value, int | float) else UNKNOWN

    def _binary(self, node: Node) -> object:
        left, right = sides(node)
        sign = text_at(node, "operator")
        if left is None or right is None:
            return UNKNOWN
        first = self.value(left)
        if sign in ("&&", "and", "||", "or"):
            return self._conjunction(sign, first, right)
        second = self.value(right)
        if sign == "<<":
            if left.type == "identifier" and text_of(left) in self.names:
                grown = bounded([*first, second]) if isinstance(first, list) and not self.doubts else UNKNOWN
                self.names[text_of(left)] = grown
                return grown
            self.changed(first, sign, line_of(node))
            return UNKNOWN
        return compared(sign, first, second)

    def _conjunction(self, sign: str, first: object, right: Node) -> object:
        looks, both, effect = conjunction(sign, first), sign in ("&&", "and"), sign in ("and", "or")
        if looks is not None:
            return self.value(right, effect=effect) if looks else first
        with self.maybe(first if isinstance(first, Exists) and both else None):
            second = self.value(right, effect=effect)
        return second if both and _table_of_it(first, second) else UNKNOWN

    def _assign(self, node: Node) -> object:
        left, right = sides(node)
        value = self.value(right) if right is not None else UNKNOWN
        if left is not None:
            self._bind(left, value)
        return value

    def _bind(self, target: Node, value: object) -> None:
        if target.type in ("identifier", "instance_variable", "global_variable", "class_variable"):
            self.names[text_of(target)] = value
        elif target.type == "constant":
            self.constants[text_of(target)] = value
        elif target.type == "left_assignment_list":
            inner = parts(target)
            items = value if isinstance(value, list) and len(value) == len(inner) else [UNKNOWN] * len(inner)
            for part, item in zip(inner, items, strict=True):
                self._bind(part, item)
        else:
            owner = target.child_by_field_name("receiver") or target.child_by_field_name("object")
            if owner is not None:
                if text_of(owner) in self.names and target.type == "element_reference":
                    self.names[text_of(owner)] = UNKNOWN
                name = target.child_by_field_name("method")
                self.changed(self.value(owner), text_of(name) if name is not None else "[]", line_of(target))

    def _several_values(self, node: Node) -> object:
        return [self.value(part) for part in parts(node)]

    def _operated(self, node: Node) -> object:
        left, right = sides(node)
        if left is None or right is None:
            return UNKNOWN
        sign = text_at(node, "operator").removesuffix("=")
        before = self.names.get(text_of(left), UNKNOWN)
        if sign in ("||", "&&"):
            value = self._conjunction(sign, before, right)
        else:
            value = compared(sign, before, self.value(right))
        self._bind(left, value)
        return value

    def _unseen(self, node: Node) -> object:
        """``super`` and shell commands."""
        return self.called(Call(None, node.type, (), {}, line_of(node)), effect=True)

    def _yield(self, node: Node) -> object:
        arguments = [self.value(part) for inner in parts(node) for part in parts(inner)]
        return self.yielded(tuple(arguments))

    # calls

    def _call(self, node: Node, *, effect: bool) -> object:
        call = self._read_call(node)
        owner = node.child_by_field_name("receiver")
        if owner is not None and known(call.receiver) and call.block is None and call.name != "!":
            if call.name in LOST and owner.type == "identifier" and text_of(owner) in self.names:
                self.names[text_of(owner)] = UNKNOWN
                return UNKNOWN
            value = method_of(call.receiver, call.name, call.arguments)
            if value is not UNKNOWN:
                return value
        return self.called(call, effect=effect)

    def _read_call(self, node: Node) -> Call:
        """The call with its receiver and arguments, in the order in which Ruby looks at them."""
        owner, method = node.child_by_field_name("receiver"), node.child_by_field_name("method")
        receiver = self.value(owner) if owner is not None else None
        given = node.child_by_field_name("arguments")
        arguments: list[object] = []
        options: dict[str, object] = {}
        partial, passed = False, None
        for part in parts(given) if given is not None else ():
            if part.type == "pair":
                partial = not self.pair(part, options) or partial
            elif part.type in ("splat_argument", "hash_splat_argument"):
                inner = [self.value(item) for item in parts(part)]
                if inner and isinstance(inner[0], list) and part.type == "splat_argument":
                    arguments += inner[0]
                elif inner and isinstance(inner[0], dict) and part.type == "hash_splat_argument":
                    options.update(inner[0])
                else:
                    partial = True
            elif part.type == "block_argument":
                inner = [self.value(item) for item in parts(part)]
                passed = inner[0] if inner else UNKNOWN
            else:
                arguments.append(self.value(part))
        if arguments and isinstance(arguments[-1], dict) and not options:
            options = dict(arguments.pop())  # type: ignore[call-overload]
        block = node.child_by_field_name("block")
        name = text_of(method) if method is not None else "call"
        body = Block(block, self.names, self.depth) if block is not None else None
        if isinstance(passed, Block):
            body, passed = passed, None
        if receiver is None and owner is not None:
            receiver = UNKNOWN  # nil.something, or a value that turned out to be nil
        return Call(receiver, name, tuple(arguments), options, line_of(method or node), body, partial, passed)


def _table_of_it(first: object, second: object) -> bool:
    """``table_exists?(:t) && column_exists?(:t, :c)``: the second says it all."""
    if not (isinstance(first, Exists) and isinstance(second, Exists)):
        return False
    return (first.what, first.there, first.table) == ("table", True, second.table)


_CONTROL = frozenset({
    "if", "unless", "conditional", "case", "case_match", "begin", "parenthesized_statements", "if_modifier",
    "unless_modifier", "rescue_modifier", "while", "until", "for", "while_modifier", "until_modifier",
    "method", "singleton_method", "class", "module", "return", "next", "break", "then",
})  # fmt: skip
_VALUES: dict[str, Callable[[Expressions, Node], object]] = {
    "true": Expressions.word,
    "false": Expressions.word,
    "nil": Expressions.word,
    "integer": Expressions.number,
    "float": Expressions.number,
    "simple_symbol": Expressions.symbol,
    "string": Expressions.text,
    "delimited_symbol": Expressions.text,
    "bare_string": Expressions.joined,
    "bare_symbol": Expressions.joined,
    "chained_string": Expressions.chained,
    "heredoc_beginning": Expressions.heredoc,
    "array": Expressions.array,
    "string_array": Expressions.array,
    "symbol_array": Expressions.array,
    "hash": Expressions.hash,
    "constant": Expressions.constant,
    "scope_resolution": Expressions.constant,
    "self": Expressions._self,
    "instance_variable": Expressions.variable,
    "global_variable": Expressions.variable,
    "class_variable": Expressions.variable,
    "lambda": Expressions._lambda,
    "element_reference": Expressions._element,
    "unary": Expressions._unary,
    "binary": Expressions._binary,
    "assignment": Expressions._assign,
    "operator_assignment": Expressions._operated,
    "right_assignment_list": Expressions._several_values,
    "argument_list": Expressions._several_values,
    "yield": Expressions._yield,
    "super": Expressions._unseen,
    "subshell": Expressions._unseen,
}
