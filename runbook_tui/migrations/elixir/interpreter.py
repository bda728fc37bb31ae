"""Follows an Elixir module by its syntax tree; runs nothing.

Functions of the module are followed where they are called, loops over lists that are written out are unrolled, and an
``if`` whose condition is known takes its branch. Everything else is walked through once, as something that may or may
not happen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from runbook_tui.migrations.elixir.values import Alias, Atom, Call, Clause, Function, Keywords, truth
from runbook_tui.migrations.following.follower import LONGEST, MOST_ROUNDS, Follower
from runbook_tui.migrations.following.scope import Scope
from runbook_tui.migrations.following.values import UNKNOWN, Text
from runbook_tui.migrations.syntax import line_of, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "s": " ", "0": "\0", "e": "\x1b", "\n": ""}
_DEFINING = frozenset({"def", "defp", "defmacro", "defmacrop"})
_DECLARING = frozenset(
    {"use", "import", "alias", "require", "defmodule", "defstruct", "defdelegate", "quote"}
)
_BRANCHING = frozenset({"case", "cond", "with", "try", "receive"})


class Interpreter(Follower):
    """Loads the module of a migration: its functions and attributes. Subclasses say what a call means.

    Raises:
        TooMuchError: from its methods, when the file is too tangled to be followed.
    """

    most_steps = 40_000
    deepest = 12

    def __init__(self, module: Node) -> None:
        super().__init__()
        self.scope = Scope()
        self.functions: dict[str, list[Clause]] = {}
        self.attributes: dict[str, object] = {}
        self.aliases: dict[str, str] = {}
        self._load(module)

    # for subclasses

    def local(self, name: str, call: Call) -> object:
        """A call of a function that the module does not define."""
        return UNKNOWN

    def remote(self, module: object, name: str, call: Call) -> object:
        """``Module.function(...)``, or a function of a value."""
        return UNKNOWN

    def macro(self, name: str, node: Node, piped: tuple[object, ...]) -> object:
        """A call whose arguments are no plain expressions; Ellipsis when it is not one."""
        return ...

    # helpers

    @contextmanager
    def block(self) -> Iterator[None]:
        """Names that are bound inside are not seen outside."""
        outer, self.scope = self.scope, Scope(self.scope)
        try:
            yield
        finally:
            self.scope = outer

    def _load(self, module: Node) -> None:
        for node in module.named_children:
            if node.type == "unary_operator" and text_of(node).startswith("@"):
                self._set_attribute(node)
            elif node.type == "call":
                self._declare(node)

    def _set_attribute(self, node: Node) -> None:
        inner = node.child_by_field_name("operand")
        target = inner.child_by_field_name("target") if inner is not None and inner.type == "call" else None
        if inner is None or target is None:
            return
        values = self._arguments(inner)
        name = text_of(target)
        if values.arguments or values.keywords:
            self.attributes[name] = values.arguments[0] if values.arguments else values.keywords

    def _declare(self, node: Node) -> None:
        target = node.child_by_field_name("target")
        word = text_of(target) if target is not None else ""
        given = _child(node, "arguments")
        if word == "alias" and given is not None and given.named_children:
            self._alias(given)
        if word not in ("def", "defp") or given is None or not given.named_children:
            return
        head, guarded = given.named_children[0], False
        if head.type == "binary_operator":  # def f(x) when ...
            left = head.child_by_field_name("left")
            head, guarded = (left, True) if left is not None else (head, False)
        body = _child(node, "do_block") or _keyword_value(given, "do")
        name, parameters = head, tuple(head.named_children[:0])
        if head.type == "call":
            found, inner = head.child_by_field_name("target"), _child(head, "arguments")
            name = found if found is not None else head
            parameters = tuple(inner.named_children) if inner is not None else ()
        self.functions.setdefault(text_of(name), []).append(Clause(parameters, body, guarded))

    def _alias(self, given: Node) -> None:
        name = text_of(given.named_children[0])
        renamed = _keyword_value(given, "as")
        self.aliases[text_of(renamed) if renamed is not None else name.rpartition(".")[2]] = name

    # functions

    def run_function(
        self, name: str, arguments: Sequence[object] = (), otherwise: object = UNKNOWN
    ) -> object:
        """Follow a function of the module; of several clauses all may run."""
        clauses = [clause for clause in self.functions.get(name, ()) if _fits(clause, arguments)]
        if not clauses:
            return self.local(name, Call(tuple(arguments), Keywords(), 1))
        if len(clauses) == 1 and not clauses[0].guarded:
            return self._clause(clauses[0], arguments)
        with self.maybe():
            for clause in clauses:
                self._clause(clause, arguments)
        return otherwise

    def _clause(self, clause: Clause, arguments: Sequence[object]) -> object:
        with self._inside(Scope()):
            for index, parameter in enumerate(clause.parameters):
                self._parameter(parameter, arguments[index] if index < len(arguments) else ...)
            return self.body(clause.body) if clause.body is not None else None

    @contextmanager
    def _inside(self, scope: Scope) -> Iterator[None]:
        """In a function that sees these names."""
        with self.deeper():
            outer, self.scope = self.scope, scope
            try:
                yield
            finally:
                self.scope = outer

    def _parameter(self, node: Node, value: object) -> None:
        if node.type == "binary_operator" and _operator(node) == "\\\\":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is not None and right is not None:
                self.bind(left, self.value(right) if value is ... else value)
        else:
            self.bind(node, UNKNOWN if value is ... else value)

    def call(self, function: object, *arguments: object) -> object:
        """A function value is called."""
        if not isinstance(function, Function):
            return UNKNOWN
        with self._inside(Scope(function.scope)):
            if function.node.type == "anonymous_function":
                return self._anonymous(function.node, arguments)
            operand = function.node.child_by_field_name("operand")
            if operand is None:
                return UNKNOWN
            if operand.type == "binary_operator" and _operator(operand) == "/":
                left = operand.child_by_field_name("left")
                name = text_of(left) if left is not None else ""
                if name in self.functions:
                    return self.run_function(name, arguments)
                module, _, last = name.rpartition(".")
                given = Call(arguments, Keywords(), line_of(operand))
                return self.remote(Alias(module), last, given) if module else self.local(name, given)
            self.scope.names |= {f"&{index + 1}": value for index, value in enumerate(arguments)}
            return self.value(operand)

    def _anonymous(self, node: Node, arguments: Sequence[object]) -> object:
        clauses = [child for child in node.named_children if child.type == "stab_clause"]
        result: object = UNKNOWN
        for clause in clauses:
            left, right = clause.child_by_field_name("left"), clause.child_by_field_name("right")
            with self.block():
                for index, parameter in enumerate(left.named_children if left is not None else []):
                    self.bind(parameter, arguments[index] if index < len(arguments) else UNKNOWN)
                if len(clauses) == 1:
                    return self.body(right) if right is not None else None
                with self.maybe():
                    result = self.body(right) if right is not None else None
        return result if len(clauses) == 1 else UNKNOWN

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

    # expressions

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

    def statement(self, name: str, line: int) -> None:
        """A name that stands alone as a statement, and is bound nowhere."""

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

    def _identifier(self, node: Node) -> object:
        name = text_of(node)
        found = self.scope.get(name)
        if found is not ...:
            return found
        if name in self.functions:
            return self.run_function(name)
        return self.bare(name, line_of(node))

    def bare(self, name: str, line: int) -> object:
        """A name without brackets that is bound nowhere: a function of Ecto, or what a query calls its rows."""
        return UNKNOWN

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
                value = self.value(inner[0]) if inner else UNKNOWN
                parts.append(value)
            elif child.type in ("quoted_content", "escape_sequence"):
                parts.append(_piece(child))
        if not all(isinstance(part, str | int) and not isinstance(part, bool) for part in parts):
            return UNKNOWN
        text = "".join(map(str, parts))
        if len(text) > LONGEST:
            return UNKNOWN
        # the text of a heredoc begins on the line after its quotes, with the line break as its first character
        return Text.at(text, line_of(node)) if node.start_point[0] != node.end_point[0] else text

    def _sigil(self, node: Node) -> object:
        name = _child(node, "sigil_name")
        modifiers = _child(node, "sigil_modifiers")
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
                found = self._keywords(child)
                if not items:
                    return found
                items += [(Atom(key), value) for key, value in found.items()]
            elif child.type == "binary_operator" and _operator(child) == "|":
                return UNKNOWN
            elif child.type != "comment":
                items.append(self.value(child))
        return items

    def _tuple(self, node: Node) -> object:
        return tuple(self.value(child) for child in node.named_children if child.type != "comment")

    def _map(self, node: Node) -> object:
        found: dict[object, object] = {}
        content = _child(node, "map_content")
        for child in content.named_children if content is not None else []:
            if child.type == "keywords":
                found |= dict(self._keywords(child).items())
            elif child.type == "binary_operator" and _operator(child) == "=>":
                left, right = child.child_by_field_name("left"), child.child_by_field_name("right")
                key = self.value(left) if left is not None else UNKNOWN
                if right is None or not isinstance(key, str | int):
                    return UNKNOWN
                found[key] = self.value(right)
            else:
                self.value(child)
                return UNKNOWN
        return found

    def _keywords(self, node: Node) -> Keywords:
        found = Keywords()
        for pair in node.named_children:
            key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            if key is not None and value is not None and text_of(key).strip() != "do:":
                found[text_of(key).strip().rstrip(":").strip('"')] = self.value(value)
        return found

    def _unary(self, node: Node) -> object:
        operator, operand = node.child_by_field_name("operator"), node.child_by_field_name("operand")
        sign = text_of(operator) if operator is not None else ""
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
        sign = _operator(node)
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
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
        return _applied(sign, self.value(left), self.value(right), line_of(node))

    def _pipe(self, left: Node, right: Node) -> object:
        given = self.value(left)
        if right.type == "call":
            return self._call(right, given)
        if right.type == "identifier":
            return self._named(text_of(right), Call((given,), Keywords(), line_of(right)))
        self.value(right)
        return UNKNOWN

    # calls

    def _call(self, node: Node, *piped: object) -> object:
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
            return self._named(name, self._arguments(node, *piped)) if made is ... else made
        if target.type == "dot":
            left, right = target.child_by_field_name("left"), target.child_by_field_name("right")
            owner = self.value(left) if left is not None else UNKNOWN
            call = self._arguments(node, *piped)
            if right is None:  # fun.(x)
                return self.call(owner, *call.arguments)
            return self.remote(owner, text_of(right), call)
        return UNKNOWN

    def _named(self, name: str, call: Call) -> object:
        if name in self.functions:
            arguments = (*call.arguments, call.keywords) if call.keywords else call.arguments
            return self.run_function(name, arguments)
        return self.local(name, call)

    def _arguments(self, node: Node, *piped: object) -> Call:
        arguments: list[object] = list(piped)
        keywords, block = Keywords(), _child(node, "do_block")
        given = _child(node, "arguments")
        for child in given.named_children if given is not None else []:
            if child.type == "keywords":
                keywords = self._keywords(child)
                block = block or _keyword_value(given, "do") if given is not None else block
            elif child.type != "comment":
                arguments.append(self.value(child))
        return Call(tuple(arguments), keywords, line_of(node), block)

    def _access(self, node: Node) -> object:
        target, key = node.child_by_field_name("target"), node.child_by_field_name("key")
        owner = self.value(target) if target is not None else UNKNOWN
        name = self.value(key) if key is not None else UNKNOWN
        if isinstance(owner, dict) and isinstance(name, str):
            return owner.get(name)
        return UNKNOWN

    def _dot(self, node: Node) -> object:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        owner = self.value(left) if left is not None else UNKNOWN
        name = text_of(right) if right is not None else ""
        return owner.get(name, UNKNOWN) if isinstance(owner, dict) else UNKNOWN

    # control

    def _parts(self, node: Node) -> tuple[Node | None, Node | None, Node | None]:
        """The condition, the block and the else of ``if``."""
        given = _child(node, "arguments")
        condition = given.named_children[0] if given is not None and given.named_children else None
        block = _child(node, "do_block")
        if block is not None:
            return condition, block, _child(block, "else_block")
        if given is None:
            return condition, None, None
        return condition, _keyword_value(given, "do"), _keyword_value(given, "else")

    def _if(self, node: Node) -> object:
        condition, then, otherwise = self._parts(node)
        known = truth(self.value(condition)) if condition is not None else None
        target = node.child_by_field_name("target")
        if target is not None and text_of(target) == "unless":
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
        given = _child(node, "arguments")
        target = node.child_by_field_name("target")
        tries = target is not None and text_of(target) == "try"
        for child in given.named_children if given is not None else []:
            if child.type == "binary_operator" and _operator(child) == "<-":
                right = child.child_by_field_name("right")
                if right is not None:
                    self.value(right)
            elif child.type != "keywords":
                self.value(child)
        block = _child(node, "do_block")
        for child in block.named_children if block is not None else []:
            certain = tries and not child.type.endswith("_block")
            with self.block():
                if certain:
                    self.value(child)
                else:
                    with self.maybe():
                        self._branch(child)
        return UNKNOWN

    def _branch(self, node: Node) -> None:
        if node.type == "stab_clause":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            with self.block():
                if left is not None:
                    self.bind(left, UNKNOWN)
                if right is not None:
                    self.body(right)
        elif node.type.endswith("_block"):
            for child in node.named_children:
                self._branch(child)
        elif node.type != "comment":
            self.value(node)

    def _for(self, node: Node) -> object:
        given = _child(node, "arguments")
        parts = given.named_children if given is not None else []
        block = _child(node, "do_block") or (_keyword_value(given, "do") if given is not None else None)
        generators = [part for part in parts if part.type == "binary_operator" and _operator(part) == "<-"]
        filters = [
            part for part in parts if part not in generators and part.type not in ("keywords", "comment")
        ]
        return self._rounds(generators, block, unknown=bool(filters))

    def _rounds(self, generators: Sequence[Node], block: Node | None, *, unknown: bool) -> object:
        if not generators:
            with self.block():
                return self.body(block) if block is not None else None
        left, right = generators[0].child_by_field_name("left"), generators[0].child_by_field_name("right")
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


def _child(node: Node, kind: str) -> Node | None:
    return next((child for child in node.named_children if child.type == kind), None)


def _keyword_value(arguments: Node, name: str) -> Node | None:
    for child in arguments.named_children:
        for pair in child.named_children if child.type == "keywords" else []:
            key = pair.child_by_field_name("key")
            if key is not None and text_of(key).strip() == f"{name}:":
                return pair.child_by_field_name("value")
    return None


def _operator(node: Node) -> str:
    operator = node.child_by_field_name("operator")
    return text_of(operator) if operator is not None else ""


def _applied(sign: str, one: object, other: object, line: int) -> object:
    """What an operator gives for two values that are written out."""
    if sign == "<>" and isinstance(one, str) and isinstance(other, str) and len(one) + len(other) <= LONGEST:
        return Text.at(one + other, one.line if isinstance(one, Text) else line)
    if sign == "++" and isinstance(one, list) and isinstance(other, list):
        return one + other if len(one) + len(other) <= LONGEST else UNKNOWN
    plain = (str, int, type(None))
    if sign in ("==", "!=", "===", "!==") and isinstance(one, plain) and isinstance(other, plain):
        return (one == other) == (sign in ("==", "==="))
    return UNKNOWN


def _piece(node: Node) -> str:
    text = text_of(node)
    if node.type != "escape_sequence" or len(text) < 2:
        return text
    return _ESCAPES.get(text[1], text[1:])


def _fits(clause: Clause, arguments: Sequence[object]) -> bool:
    needed = sum(1 for node in clause.parameters if _operator(node) != "\\\\")
    if not needed <= len(arguments) <= len(clause.parameters):
        return False
    for node, value in zip(clause.parameters, arguments, strict=False):
        if node.type == "atom" and isinstance(value, str) and text_of(node).lstrip(":") != value:
            return False
    return True


_SPECIAL: dict[str, Callable[[Interpreter, Node], object]] = {
    "if": Interpreter._if,
    "unless": Interpreter._if,
    "for": Interpreter._for,
    "raise": Interpreter._raise,
    **dict.fromkeys(_BRANCHING, Interpreter._branches),
}
_HANDLERS: dict[str, Callable[[Interpreter, Node], object]] = {
    "identifier": Interpreter._identifier,
    "atom": Interpreter._atom,
    "quoted_atom": Interpreter._atom,
    "alias": Interpreter._alias_value,
    "integer": Interpreter._integer,
    "float": Interpreter._float,
    "boolean": Interpreter._boolean,
    "nil": Interpreter._nothing,
    "comment": Interpreter._nothing,
    "string": Interpreter._string,
    "charlist": Interpreter._string,
    "sigil": Interpreter._sigil,
    "list": Interpreter._list,
    "tuple": Interpreter._tuple,
    "map": Interpreter._map,
    "keywords": Interpreter._keywords,
    "unary_operator": Interpreter._unary,
    "binary_operator": Interpreter._binary,
    "anonymous_function": Interpreter._function,
    "call": Interpreter._call,
    "access_call": Interpreter._access,
    "dot": Interpreter._dot,
    "block": Interpreter.body,
    "body": Interpreter.body,
    "do_block": Interpreter.body,
}
