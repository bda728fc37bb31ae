"""Expressions of a JavaScript or TypeScript file: what they give, as far as it is written out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from runbook_tui.migrations.following.follower import LONGEST
from runbook_tui.migrations.following.values import UNKNOWN, Text
from runbook_tui.migrations.javascript.names import Names
from runbook_tui.migrations.javascript.nodes import identifiers, key_of
from runbook_tui.migrations.javascript.operators import number, unescaped
from runbook_tui.migrations.javascript.values import Foreign, Function, Host, items_of, truth
from runbook_tui.migrations.syntax import line_of, sides, text_at, text_of

if TYPE_CHECKING:
    from tree_sitter import Node


class Expressions(Names):
    """Gives the values of expressions, and hands the calls of what is not of the file to the subclass."""

    # for subclasses

    def call(self, node: Node) -> object:
        """What a call gives."""
        return UNKNOWN

    def follow(self, function: Function, arguments: tuple[object, ...], this: object = UNKNOWN) -> object:
        """What a function of the file gives."""
        return UNKNOWN

    def new(self, node: Node) -> object:
        """``new Something(...)``."""
        return UNKNOWN

    def compare(self, left: object, right: object) -> bool | None:
        """Whether two values are equal; None when only running it would tell."""
        plain = (str, int, float, type(None))
        return left == right if isinstance(left, plain) and isinstance(right, plain) else None

    def negated(self, value: object) -> object:
        """``!value``."""
        known = truth(value)
        return UNKNOWN if known is None else not known

    # helpers

    def settle(self, value: object) -> object:
        """What ``await`` gives."""
        return value.settled() if isinstance(value, Host) else value

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
        return "".join(unescaped(child) for child in node.named_children)

    def _number(self, node: Node) -> object:
        return number(text_of(node))

    def _template(self, node: Node) -> object:
        parts: list[object] = []
        # what stands between the pieces has no node of its own in some versions of the grammar
        for child in node.named_children:
            if child.type == "template_substitution":
                inner = child.named_children
                parts.append(self.value(inner[0]) if inner else UNKNOWN)
            else:
                parts.append(unescaped(child))
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
                function = Function(child, self.scope)
                reads = any(part.type == "get" for part in child.children)  # runs when somebody looks at it
                found[key_of(name_node) if name_node is not None else ""] = UNKNOWN if reads else function
                if reads:
                    with self.maybe():
                        self.follow(function, ())
            elif child.type == "spread_element":
                inner = self.value(child.named_children[0])
                known = known and isinstance(inner, dict)
                found |= inner if isinstance(inner, dict) else {}
        return found if known else UNKNOWN

    def _computed(self, key: Node) -> object:
        if key.type == "computed_property_name":
            value = self.value(key.named_children[0]) if key.named_children else UNKNOWN
            return str(value) if isinstance(value, str | int) else None
        return key_of(key)

    def _function(self, node: Node) -> object:
        return Function(node, self.scope)

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
        sign = text_at(node, "operator")
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
        known = _is_there(left) if sign == "??" else truth(left)
        if known is None:
            with self.maybe():
                self._field(node, "right")
            return UNKNOWN
        return self._field(node, "right") if known == (sign == "&&") else left

    def _unary(self, node: Node) -> object:
        value, sign = self._field(node, "argument"), text_at(node, "operator")
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
        left, right = sides(node)
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
            for name in identifiers(left):
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
            for found in identifiers(holder):
                self.forget(found)

    def _update(self, node: Node) -> object:
        for name in identifiers(node):
            self.assign(name, UNKNOWN)
        return UNKNOWN


def _is_there(value: object) -> bool | None:
    """Whether a value is neither null nor undefined; None when only running it would tell."""
    return None if isinstance(value, Host | Foreign) or value is UNKNOWN else value is not None


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
    "class": Expressions._unknown,
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
    "call_expression": lambda reader, node: reader.call(node),
    "new_expression": lambda reader, node: reader.new(node),
}
