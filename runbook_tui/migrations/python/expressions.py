"""Expressions of a Python file that is read but never run: what they give, as far as it is written out."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from runbook_tui.migrations.following.follower import MOST_ROUNDS, Follower
from runbook_tui.migrations.following.values import UNKNOWN, Text
from runbook_tui.migrations.python.operators import (
    add,
    compared,
    hashable,
    items_of,
    percent,
    text_method,
    truth,
)
from runbook_tui.migrations.python.values import Call, Function, Member, Symbol


class Expressions(Follower):
    """Gives the values of expressions, and hands every call to the subclass, in the order of the file."""

    def __init__(self) -> None:
        super().__init__()
        self.module: dict[str, object] = {}
        """Names at the top of the file."""
        self.names = self.module
        """Names where we are."""
        self._fields = 0
        self.methods: dict[str, frozenset[str]] = {}
        """The functions in each class of the file."""

    def called(self, call: Call) -> object:
        """What a call outside the file gives. Subclasses note its effect."""
        return call

    def follow(self, function: Function, call: Call) -> object:
        """What a function of the file gives."""
        return UNKNOWN

    def attribute(self, member: Member) -> object:
        """An attribute of a value that is not written out."""
        return member

    def bind(self, target: ast.expr, value: object) -> None:
        """``target = value``."""

    def statement(self, node: ast.stmt) -> bool | None:
        """Follow a statement inside something that is not known."""
        return False

    def gives_a_value(self, call: Call) -> bool:
        """Whether a call only stands for one field of a row, ``{"id": make_id()}``: without arguments it has no
        connection to work with."""
        return self._fields > 0 and not call.arguments and not call.keywords and not call.partial

    @contextmanager
    def _field(self) -> Iterator[None]:
        self._fields += 1
        try:
            yield
        finally:
            self._fields -= 1

    def children(self, node: ast.AST) -> None:
        """Follow everything inside a node of a kind that is not known."""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.value(child)
            elif isinstance(child, ast.stmt):
                self.statement(child)
            else:
                self.children(child)

    def forget(self, node: ast.expr) -> None:
        """A list or dictionary was changed in place: what it holds is not known any more."""
        if isinstance(node, ast.Name):
            names = self.names if node.id in self.names else self.module
            names[node.id] = UNKNOWN

    def lookup(self, name: str) -> object:
        """The value of a name; one that the file does not define is a builtin."""
        if name in self.names:
            return self.names[name]
        return self.module[name] if name in self.module else Symbol(name)

    def value(self, node: ast.expr) -> object:
        """What an expression gives."""
        self.step()
        handler = _HANDLERS.get(type(node))
        if handler is not None:
            return handler(self, node)
        with self.maybe():
            self.children(node)
        return UNKNOWN

    def _constant(self, node: ast.Constant) -> object:
        several_lines = isinstance(node.value, str) and node.end_lineno != node.lineno
        return Text.at(str(node.value), node.lineno) if several_lines else node.value

    def _name(self, node: ast.Name) -> object:
        return self.lookup(node.id)

    def _attribute(self, node: ast.Attribute) -> object:
        owner = self.value(node.value)
        if isinstance(owner, Symbol) and node.attr in self.methods.get(owner.name, ()):
            return Symbol(f"{owner.name.strip('<>')}.{node.attr}")  # who calls it may do anything
        if isinstance(owner, Symbol):
            return Symbol(f"{owner.name}.{node.attr}")
        return self.attribute(Member(owner, node.attr))

    def _call(self, node: ast.Call) -> object:
        func = self.value(node.func)
        arguments: list[object] = []
        partial = False
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                items = items_of(self.value(argument.value))
                arguments += items or []
                partial = partial or items is None
            else:
                arguments.append(self.value(argument))
        keywords: dict[str, object] = {}
        for keyword in node.keywords:
            with self._field():
                value = self.value(keyword.value)
            if keyword.arg is not None:
                keywords[keyword.arg] = value
            elif isinstance(value, dict) and all(isinstance(name, str) for name in value):
                keywords.update(value)
            else:
                partial = True
        call = Call(func, tuple(arguments), keywords, node.lineno, partial)
        if isinstance(func, Function):
            return self.follow(func, call)
        if isinstance(func, Member) and isinstance(func.of, str | list | tuple | dict):
            return self._method(node, func, call)
        return self.called(call)

    def _method(self, node: ast.Call, func: Member, call: Call) -> object:
        """A method of a string, list or dictionary that is written out."""
        owner, arguments = func.of, call.arguments
        if isinstance(owner, str):
            return text_method(owner, func.name, call)
        if isinstance(owner, dict) and func.name in ("items", "keys", "values") and not arguments:
            return {"items": list(owner.items()), "keys": list(owner), "values": list(owner.values())}[
                func.name
            ]
        if isinstance(owner, dict) and func.name == "get" and arguments and hashable(arguments[0]):
            return owner.get(arguments[0], arguments[1] if len(arguments) > 1 else None)
        if isinstance(node.func, ast.Attribute):
            self.forget(node.func.value)
        return UNKNOWN

    def _joined(self, node: ast.JoinedStr) -> object:
        parts = [self.value(part) for part in node.values]
        return "".join(map(str, parts)) if all(isinstance(part, str | int) for part in parts) else UNKNOWN

    def _formatted(self, node: ast.FormattedValue) -> object:
        value = self.value(node.value)
        plain = node.format_spec is None and node.conversion in (-1, 115)
        return str(value) if plain and isinstance(value, str | int) else UNKNOWN

    def _binary(self, node: ast.BinOp) -> object:
        left, right = self.value(node.left), self.value(node.right)
        if isinstance(node.op, ast.Add):
            return add(left, right)
        if isinstance(node.op, ast.Mod) and isinstance(left, str):
            return percent(left, right)
        return UNKNOWN

    def _boolean(self, node: ast.BoolOp) -> object:
        decisive = isinstance(node.op, ast.Or)
        doubts = len(self.doubts)
        try:
            known = True
            for part in node.values:
                found = truth(self.value(part))
                if found is decisive:
                    return decisive if known else UNKNOWN
                if found is None and known:  # the rest may or may not be reached
                    known = False
                    self.doubts.append(None)
            return not decisive if known else UNKNOWN
        finally:
            del self.doubts[doubts:]

    def _unary(self, node: ast.UnaryOp) -> object:
        value = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            known = truth(value)
            return UNKNOWN if known is None else not known
        negative = isinstance(node.op, ast.USub) and isinstance(value, int | float)
        return -value if negative and isinstance(value, int | float) else UNKNOWN

    def _compare(self, node: ast.Compare) -> object:
        left = self.value(node.left)
        rights = [self.value(part) for part in node.comparators]
        return compared(left, node.ops[0], rights[0]) if len(rights) == 1 else UNKNOWN

    def _choice(self, node: ast.IfExp) -> object:
        condition = truth(self.value(node.test))
        if condition is not None:
            return self.value(node.body if condition else node.orelse)
        with self.maybe():
            self.value(node.body)
            self.value(node.orelse)
        return UNKNOWN

    def _sequence(self, node: ast.List | ast.Tuple | ast.Set) -> object:
        items: list[object] = []
        for element in node.elts:
            if isinstance(element, ast.Starred):
                inner = items_of(self.value(element.value))
                if inner is None:
                    return UNKNOWN
                items += inner
            else:
                items.append(self.value(element))
        return tuple(items) if isinstance(node, ast.Tuple) else items

    def _dictionary(self, node: ast.Dict) -> object:
        found: dict[object, object] = {}
        known = True
        for key, value in zip(node.keys, node.values, strict=True):
            name = self.value(key) if key is not None else UNKNOWN
            with self._field():
                item = self.value(value)
            known = known and hashable(name)
            if known:
                found[name] = item
        return found if known else UNKNOWN

    def _subscript(self, node: ast.Subscript) -> object:
        owner, index = self.value(node.value), self.value(node.slice)
        if isinstance(owner, list | tuple) and isinstance(index, int) and -len(owner) <= index < len(owner):
            return owner[index]
        if isinstance(owner, dict) and hashable(index) and index in owner:
            return owner[index]
        return UNKNOWN

    def _comprehension(self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp) -> object:
        generator = node.generators[0]
        items = items_of(self.value(generator.iter))
        simple = (
            len(node.generators) == 1
            and not generator.ifs
            and items is not None
            and len(items) <= MOST_ROUNDS
        )
        outer, self.names = self.names, dict(self.names)
        try:
            if simple and items is not None:
                found = []
                for item in items:
                    self.bind(generator.target, item)
                    found.append(self.value(node.elt))
                return found
            for other in node.generators:
                self.bind(other.target, UNKNOWN)
            with self.maybe():
                self.value(node.elt)
            return UNKNOWN
        finally:
            self.names = outer

    def _lambda(self, node: ast.Lambda) -> object:
        """Whoever gets it may call it, with arguments that are not known."""
        arguments = node.args
        known = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        known += [rest for rest in (arguments.vararg, arguments.kwarg) if rest is not None]
        outer, self.names = self.names, {**self.names, **dict.fromkeys((one.arg for one in known), UNKNOWN)}
        try:
            with self.maybe():
                self.value(node.body)
            return UNKNOWN
        finally:
            self.names = outer


_HANDLERS: dict[type[ast.expr], Callable[..., object]] = {
    ast.Constant: Expressions._constant,
    ast.Name: Expressions._name,
    ast.Attribute: Expressions._attribute,
    ast.Call: Expressions._call,
    ast.JoinedStr: Expressions._joined,
    ast.FormattedValue: Expressions._formatted,
    ast.BinOp: Expressions._binary,
    ast.BoolOp: Expressions._boolean,
    ast.UnaryOp: Expressions._unary,
    ast.Compare: Expressions._compare,
    ast.IfExp: Expressions._choice,
    ast.List: Expressions._sequence,
    ast.Tuple: Expressions._sequence,
    ast.Set: Expressions._sequence,
    ast.Dict: Expressions._dictionary,
    ast.Subscript: Expressions._subscript,
    ast.ListComp: Expressions._comprehension,
    ast.SetComp: Expressions._comprehension,
    ast.GeneratorExp: Expressions._comprehension,
    ast.Lambda: Expressions._lambda,
}
