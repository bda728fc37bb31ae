"""Expressions of a JavaScript or TypeScript file: what they give, as far as it is written out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from runbook_tui.migrations.following.follower import LONGEST, MOST_ROUNDS, Follower, limited
from runbook_tui.migrations.following.scope import Scope
from runbook_tui.migrations.following.values import UNKNOWN, Text
from runbook_tui.migrations.javascript.values import Call, Foreign, Function, Host, items_of, truth
from runbook_tui.migrations.syntax import line_of, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "f": "\f", "v": "\v", "\n": ""}
_EACH = frozenset({"forEach", "map", "flatMap", "filter", "some", "every", "find"})


class Expressions(Follower):
    """Gives the values of expressions, and hands the calls of what is not of the file to the subclass."""

    most_steps = 40_000
    deepest = 12

    def __init__(self) -> None:
        super().__init__()
        self.scope = Scope()

    # for subclasses

    def follow(self, function: Function, arguments: tuple[object, ...], this: object = UNKNOWN) -> object:
        """What a function of the file gives."""
        return UNKNOWN

    def foreign(self, path: Foreign, call: Call) -> object:
        """A call of something imported or built in."""
        return UNKNOWN

    def unknown(self, name: str, call: Call, *, method: bool = False) -> object:
        """A call of something that is not known, or of its method."""
        return UNKNOWN

    def globally(self, name: str) -> object:
        """A name that the file does not define."""
        return Foreign(name)

    def compare(self, left: object, right: object) -> bool | None:
        """Whether two values are equal; None when only running it would tell."""
        plain = (str, int, float, type(None))
        return left == right if isinstance(left, plain) and isinstance(right, plain) else None

    def negated(self, value: object) -> object:
        """``!value``."""
        known = truth(value)
        return UNKNOWN if known is None else not known

    def define(self, node: Node) -> object:
        """A class."""
        return UNKNOWN

    # helpers

    def perhaps(self, call: Call) -> None:
        """Functions that are given away may or may not be called, with whatever."""
        for function in call.functions:
            with self.maybe():
                self.follow(function, ())

    def settle(self, value: object) -> object:
        """What ``await`` gives."""
        return value.settled() if isinstance(value, Host) else value

    def lookup(self, name: str) -> object:
        """The value of a name."""
        owner = self.scope.owner(name)
        return owner.names[name] if owner is not None else self.globally(name)

    def assign(self, name: str, value: object) -> None:
        """``name = value`` for a name that is declared already."""
        owner = self.scope.owner(name)
        if owner is None:
            self.scope.names[name] = value
        else:
            owner.names[name] = UNKNOWN if self.conditional else value

    def bind(self, pattern: Node, value: object) -> None:
        """Declare the names of a pattern."""
        kind = pattern.type
        if kind in ("identifier", "shorthand_property_identifier_pattern"):
            self.scope.names[text_of(pattern)] = value
        elif kind in ("assignment_pattern", "object_assignment_pattern"):
            left, right = pattern.child_by_field_name("left"), pattern.child_by_field_name("right")
            if left is not None and right is not None:
                self.bind(left, self.value(right) if value is None else value)
        elif kind == "object_pattern":
            for child in pattern.named_children:
                self._bind_property(child, value)
        elif kind == "array_pattern":
            items = items_of(value)
            for index, child in enumerate(pattern.named_children):
                known = items is not None and index < len(items) and child.type != "rest_pattern"
                self.bind(child, items[index] if known and items is not None else UNKNOWN)
        elif kind in ("rest_pattern", "required_parameter", "optional_parameter"):
            named = pattern.named_children
            inner = pattern.child_by_field_name("pattern") or (named[0] if named else None)
            default = pattern.child_by_field_name("value")
            if inner is not None:
                given = UNKNOWN if kind == "rest_pattern" else value
                self.bind(inner, self.value(default) if given is None and default is not None else given)

    def _bind_property(self, child: Node, value: object) -> None:
        if child.type == "pair_pattern":
            key, inner = child.child_by_field_name("key"), child.child_by_field_name("value")
            if key is not None and inner is not None:
                self.bind(inner, self.member(value, _key(key)))
        elif child.type == "object_assignment_pattern":
            left = child.child_by_field_name("left")
            if left is not None:
                found = (
                    self.member(value, text_of(left))
                    if not isinstance(value, dict)
                    else value.get(text_of(left))
                )
                self.bind(child, found)
        elif child.type == "shorthand_property_identifier_pattern":
            self.bind(child, self.member(value, text_of(child)))
        else:
            self.bind(child, UNKNOWN)

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

    def _field(self, node: Node, name: str) -> object:
        child = node.child_by_field_name(name)
        return self.value(child) if child is not None else None

    def _nothing(self, node: Node) -> object:
        return None

    def _unknown(self, node: Node) -> object:
        return UNKNOWN

    def _true(self, node: Node) -> object:
        return True

    def _false(self, node: Node) -> object:
        return False

    def _identifier(self, node: Node) -> object:
        return self.lookup(text_of(node))

    def _string(self, node: Node) -> object:
        return "".join(_piece(child) for child in node.named_children)

    def _number(self, node: Node) -> object:
        text = text_of(node).replace("_", "").rstrip("n")
        try:
            return int(text, 0) if not text.lstrip("0").startswith(".") and text.isalnum() else float(text)
        except ValueError:
            return UNKNOWN

    def _template(self, node: Node) -> object:
        parts: list[object] = []
        # what stands between the pieces has no node of its own in some versions of the grammar
        for child in node.named_children:
            if child.type == "template_substitution":
                inner = child.named_children
                parts.append(self.value(inner[0]) if inner else UNKNOWN)
            else:
                parts.append(_piece(child))
        if not all(isinstance(part, str | int) for part in parts):
            return UNKNOWN
        text = "".join(str(part) for part in parts)
        if len(text) > LONGEST:
            return UNKNOWN
        return Text.at(text, line_of(node)) if node.start_point[0] != node.end_point[0] else text

    def _array(self, node: Node) -> object:
        items: list[object] = []
        known = True
        for child in node.named_children:
            if child.type == "comment":
                continue
            if child.type == "spread_element":
                inner = items_of(self.value(child.named_children[0]))
                known = known and inner is not None
                items += inner or []
            else:
                items.append(self.value(child))
        return items if known and len(items) <= LONGEST else UNKNOWN

    def _object(self, node: Node) -> object:
        found: dict[str, object] = {}
        known = True
        for child in node.named_children:
            if child.type == "pair":
                key, value = child.child_by_field_name("key"), self._field(child, "value")
                name = self._computed(key) if key is not None else None
                known = known and isinstance(name, str)
                found[str(name)] = value
            elif child.type == "shorthand_property_identifier":
                found[text_of(child)] = self.lookup(text_of(child))
            elif child.type == "method_definition":
                name_node = child.child_by_field_name("name")
                found[_key(name_node) if name_node is not None else ""] = Function(child, self.scope)
            elif child.type == "spread_element":
                inner = self.value(child.named_children[0])
                known = known and isinstance(inner, dict)
                found |= inner if isinstance(inner, dict) else {}
        return found if known else UNKNOWN

    def _computed(self, key: Node) -> object:
        if key.type == "computed_property_name":
            value = self.value(key.named_children[0]) if key.named_children else UNKNOWN
            return str(value) if isinstance(value, str | int) else None
        return _key(key)

    def _function(self, node: Node) -> object:
        return Function(node, self.scope)

    def _class(self, node: Node) -> object:
        return self.define(node)

    def _inner(self, node: Node) -> object:
        """Brackets, and TypeScript's assurances about types."""
        inner = [child for child in node.named_children if child.type != "comment"]
        return self.value(inner[-1] if node.type == "type_assertion" else inner[0]) if inner else UNKNOWN

    def _sequence(self, node: Node) -> object:
        return [self.value(child) for child in node.named_children][-1]

    def _await(self, node: Node) -> object:
        return self.settle(self._inner(node))

    def _member(self, node: Node) -> object:
        owner, name = node.child_by_field_name("object"), node.child_by_field_name("property")
        if owner is None or name is None:
            return UNKNOWN
        return self.member(self.value(owner), text_of(name))

    def member(self, owner: object, name: str) -> object:
        """A property of a value."""
        if isinstance(owner, Host):
            return owner.member(name)
        if isinstance(owner, Foreign):
            return Foreign(f"{owner.path}.{name}", owner.imported)
        if isinstance(owner, dict):
            return owner.get(name, UNKNOWN)
        if isinstance(owner, list | str) and name == "length":
            return len(owner)
        return UNKNOWN

    def _subscript(self, node: Node) -> object:
        owner, index = self._field(node, "object"), self._field(node, "index")
        if isinstance(owner, list) and isinstance(index, int):
            return owner[index] if 0 <= index < len(owner) else None
        if isinstance(owner, Host | Foreign) and not isinstance(index, str):
            return Foreign(f"{owner.path}.?", owner.imported) if isinstance(owner, Foreign) else UNKNOWN
        return self.member(owner, str(index)) if isinstance(index, str | int) else UNKNOWN

    def _binary(self, node: Node) -> object:
        operator = node.child_by_field_name("operator")
        sign = text_of(operator) if operator is not None else ""
        if sign in ("&&", "||", "??"):
            return self._either(node, sign)
        left, right = self._field(node, "left"), self._field(node, "right")
        if sign == "+" and isinstance(left, str | int) and isinstance(right, str | int):
            if isinstance(left, str) or isinstance(right, str):
                joined = f"{left}{right}"
                start = left.line if isinstance(left, Text) else line_of(node)
                return Text.at(joined, start) if len(joined) <= LONGEST else UNKNOWN
            return left + right
        if sign in ("===", "==", "!==", "!="):
            same = self.compare(left, right)
            return UNKNOWN if same is None else same == (sign in ("===", "=="))
        return UNKNOWN

    def _either(self, node: Node, sign: str) -> object:
        left = self._field(node, "left")
        known = left is not None if not isinstance(left, Host | Foreign) and left is not UNKNOWN else None
        known = known if sign == "??" else truth(left)
        if known is None:
            with self.maybe():
                self._field(node, "right")
            return UNKNOWN
        return self._field(node, "right") if known == (sign == "&&") else left

    def _unary(self, node: Node) -> object:
        operator = node.child_by_field_name("operator")
        value = self._field(node, "argument")
        sign = text_of(operator) if operator is not None else ""
        if sign == "!":
            return self.negated(value)
        if sign == "void":
            return None
        return -value if sign == "-" and isinstance(value, int | float) else UNKNOWN

    def _ternary(self, node: Node) -> object:
        known = truth(self._field(node, "condition"))
        if known is not None:
            return self._field(node, "consequence" if known else "alternative")
        with self.maybe():
            one, other = self._field(node, "consequence"), self._field(node, "alternative")
        return one if isinstance(one, str | int | type(None)) and one == other else UNKNOWN

    def _assignment(self, node: Node) -> object:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return UNKNOWN
        value = self.value(right)
        if node.type == "augmented_assignment_expression":
            value = UNKNOWN
        if left.type == "identifier":
            self.assign(text_of(left), value)
        elif left.type in ("member_expression", "subscript_expression"):
            self.set_member(left, value)
        else:
            for name in _identifiers(left):
                self.assign(name, UNKNOWN)
        return value

    def set_member(self, left: Node, value: object) -> None:
        """``owner.name = value``."""
        holder, named = left.child_by_field_name("object"), left.child_by_field_name("property")
        owner = self.value(holder) if holder is not None else UNKNOWN
        name = text_of(named) if named is not None else self._field(left, "index")
        if isinstance(owner, dict) and isinstance(name, str) and not self.conditional:
            owner[name] = value
        elif isinstance(owner, dict | list) and holder is not None:  # what it holds is not known any more
            for found in _identifiers(holder):
                self.forget(found)

    def _update(self, node: Node) -> object:
        for name in _identifiers(node):
            self.assign(name, UNKNOWN)
        return UNKNOWN

    # calls

    def _call(self, node: Node) -> object:
        function, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if function is None or given is None:
            return UNKNOWN
        while (
            function.type in ("parenthesized_expression", "non_null_expression", "as_expression")
            and function.named_children
        ):
            function = function.named_children[0]
        if function.type == "member_expression":
            owner_node, name_node = (
                function.child_by_field_name("object"),
                function.child_by_field_name("property"),
            )
            if owner_node is not None and name_node is not None:
                owner = self.value(owner_node)
                call = self._arguments(given, line_of(name_node))
                return self._method(owner_node, owner, text_of(name_node), call)
        if function.type == "subscript_expression":  # knex["schema"]
            owner_node, index = function.child_by_field_name("object"), self._field(function, "index")
            owner = self.value(owner_node) if owner_node is not None else UNKNOWN
            call = self._arguments(given, line_of(node))
            if owner_node is not None and isinstance(index, str):
                return self._method(owner_node, owner, index, call)
            return self.unknown(text_of(function)[:60], call)
        callee = self.value(function)
        return self._calls(callee, text_of(function)[:60], self._arguments(given, line_of(node)))

    def _calls(self, callee: object, name: str, call: Call) -> object:
        if isinstance(callee, Function):
            return self.follow(callee, call.arguments if not call.partial else ())
        if isinstance(callee, Host):
            return callee.called(call, self)
        if isinstance(callee, Foreign):
            return self.foreign(callee, call)
        return self.unknown(name, call)

    def _arguments(self, node: Node, line: int) -> Call:
        if node.type == "template_string":
            return Call((self.value(node),), line)
        arguments: list[object] = []
        partial = False
        for child in node.named_children:
            if child.type == "comment":
                continue
            if child.type == "spread_element":
                items = items_of(self.value(child.named_children[0]))
                arguments += items or []
                partial = partial or items is None
            else:
                arguments.append(self.value(child))
        return Call(tuple(arguments), line, partial)

    def _method(self, node: Node, owner: object, name: str, call: Call) -> object:
        if name in ("then", "tap", "finally", "catch", "spread"):
            return self._then(owner, name, call)
        if isinstance(owner, Host):
            return owner.method(name, call, self)
        if isinstance(owner, Function) and name in ("call", "apply", "bind"):
            return (
                self.follow(owner, call.arguments[1:], call.get(0))
                if name == "call"
                else self._perhaps(owner)
            )
        if isinstance(owner, list):
            return self._list_method(node, owner, name, call)
        if isinstance(owner, dict):
            return self._calls(owner.get(name, UNKNOWN), name, call)
        if isinstance(owner, str):
            return _text_method(owner, name, call)
        if isinstance(owner, Foreign):
            return self.foreign(Foreign(f"{owner.path}.{name}", owner.imported), call)
        return self.unknown(name, call, method=True)

    def _perhaps(self, function: Function) -> object:
        with self.maybe():
            self.follow(function, ())
        return UNKNOWN

    def _then(self, owner: object, name: str, call: Call) -> object:
        """Promises are followed in the order in which they are written."""
        settled = self.settle(owner)
        for function in list(call.functions)[1:] if name == "then" else []:
            self._perhaps(function)
        first = call.get(0)
        if name == "catch":
            if isinstance(first, Function):
                self._perhaps(first)
            return settled
        if not isinstance(first, Function):
            if isinstance(first, Host | Foreign):
                self._calls(first, name, Call((settled,), call.line))
            return UNKNOWN
        given = (UNKNOWN,) * 8 if name == "spread" else () if name == "finally" else (settled,)
        result = self.follow(first, given)
        return settled if name in ("tap", "finally") else result

    def _list_method(self, node: Node, owner: list[object], name: str, call: Call) -> object:
        function = call.get(0)
        if isinstance(function, Function) and name in _EACH and len(owner) <= MOST_ROUNDS:
            results = [self.settle(self.follow(function, (item, index))) for index, item in enumerate(owner)]
            return results if name == "map" else UNKNOWN
        if isinstance(function, Function) and name == "reduce" and len(owner) <= MOST_ROUNDS:
            result = call.get(1)
            for index, item in enumerate(owner):
                result = self.follow(function, (result, item, index))
            return result
        if name in ("push", "unshift", "splice", "sort", "reverse", "pop", "shift"):
            fits = len(owner) + len(call.arguments) <= LONGEST
            if name == "push" and not self.conditional and not call.partial and fits:
                owner += call.arguments
            elif node.type == "identifier":
                self.forget(text_of(node))
            return UNKNOWN
        if name == "concat" and all(isinstance(item, list) for item in call.arguments):
            joined = owner + [item for part in call.arguments for item in items_of(part) or []]
            return joined if len(joined) <= LONGEST else UNKNOWN
        if name == "join" and all(isinstance(item, str | int) for item in owner):
            glue = "," if call.get(0) is None else call.get(0)
            return limited(glue.join(map(str, owner))) if isinstance(glue, str) else UNKNOWN
        if name == "includes" and len(call.arguments) == 1:
            found = [self.compare(call.arguments[0], item) for item in owner]
            return True if True in found else UNKNOWN if None in found else False
        self.perhaps(call)
        return UNKNOWN

    def forget(self, name: str) -> None:
        """What a name stands for is not known any more."""
        owner = self.scope.owner(name)
        if owner is not None:
            owner.names[name] = UNKNOWN

    def _new(self, node: Node) -> object:
        constructor, given = node.child_by_field_name("constructor"), node.child_by_field_name("arguments")
        made = self.value(constructor) if constructor is not None else UNKNOWN
        call = self._arguments(given, line_of(node)) if given is not None else Call((), line_of(node))
        if isinstance(made, Foreign):
            return self.foreign(Foreign(f"new {made.path}", made.imported), call)
        self.perhaps(call)
        return UNKNOWN


def _key(node: Node) -> str:
    text = text_of(node)
    return text[1:-1] if node.type == "string" else text


def _piece(node: Node) -> str:
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


def _identifiers(node: Node) -> Iterator[str]:
    waiting = [node]
    while waiting:
        found = waiting.pop()
        if found.type in ("identifier", "shorthand_property_identifier_pattern"):
            yield text_of(found)
        waiting += found.named_children


def _text_method(text: str, name: str, call: Call) -> object:
    if name in ("trim", "toLowerCase", "toUpperCase", "toString") and not call.arguments:
        plain = str(
            getattr(
                text, {"trim": "strip", "toLowerCase": "lower", "toUpperCase": "upper"}.get(name, "__str__")
            )()
        )
        # the line on which it begins stays that of its first word
        return (
            Text.at(plain, text.line + text[: text.find(plain[:1])].count("\n"))
            if isinstance(text, Text)
            else plain
        )
    return UNKNOWN


_HANDLERS: dict[str, Callable[[Expressions, Node], object]] = {
    "identifier": Expressions._identifier,
    "shorthand_property_identifier": Expressions._identifier,
    "this": Expressions._identifier,
    "string": Expressions._string,
    "number": Expressions._number,
    "template_string": Expressions._template,
    "true": Expressions._true,
    "false": Expressions._false,
    "null": Expressions._nothing,
    "undefined": Expressions._nothing,
    "regex": Expressions._unknown,
    "comment": Expressions._nothing,
    "array": Expressions._array,
    "object": Expressions._object,
    "arrow_function": Expressions._function,
    "function_expression": Expressions._function,
    "generator_function": Expressions._function,
    "class": Expressions._class,
    "parenthesized_expression": Expressions._inner,
    "as_expression": Expressions._inner,
    "satisfies_expression": Expressions._inner,
    "non_null_expression": Expressions._inner,
    "type_assertion": Expressions._inner,
    "sequence_expression": Expressions._sequence,
    "await_expression": Expressions._await,
    "yield_expression": Expressions._await,
    "member_expression": Expressions._member,
    "subscript_expression": Expressions._subscript,
    "binary_expression": Expressions._binary,
    "unary_expression": Expressions._unary,
    "ternary_expression": Expressions._ternary,
    "assignment_expression": Expressions._assignment,
    "augmented_assignment_expression": Expressions._assignment,
    "update_expression": Expressions._update,
    "call_expression": Expressions._call,
    "new_expression": Expressions._new,
}
