"""Calls in a JavaScript or TypeScript file: of its own functions, of lists and text, of promises, and of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runbook_tui.migrations.following.follower import LONGEST, MOST_ROUNDS, limited
from runbook_tui.migrations.following.values import UNKNOWN
from runbook_tui.migrations.javascript.expressions import Expressions
from runbook_tui.migrations.javascript.operators import text_method
from runbook_tui.migrations.javascript.values import Call, Foreign, Function, Host, items_of
from runbook_tui.migrations.syntax import line_of, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_EACH = frozenset({"forEach", "map", "flatMap", "filter", "some", "every", "find"})
_WRAPPED = frozenset({"parenthesized_expression", "non_null_expression", "as_expression"})


class Calls(Expressions):
    """Follows calls as far as what is called is written out, and hands the rest to the subclass."""

    # for subclasses

    def foreign(self, path: Foreign, call: Call) -> object:
        """A call of something imported or built in."""
        return UNKNOWN

    def unknown(self, name: str, call: Call, *, method: bool = False) -> object:
        """A call of something that is not known, or of its method."""
        return UNKNOWN

    # calls

    def perhaps(self, call: Call) -> None:
        """Functions that are given away may or may not be called, with whatever."""
        for function in call.functions:
            with self.maybe():
                self.follow(function, ())

    def call(self, node: Node) -> object:
        """What a call gives."""
        function, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if function is None or given is None:
            return UNKNOWN
        while function.type in _WRAPPED and function.named_children:
            function = function.named_children[0]
        owner_node = function.child_by_field_name("object")
        name_node = function.child_by_field_name("property")
        if function.type == "member_expression" and owner_node is not None and name_node is not None:
            owner = self.value(owner_node)
            call = self._arguments(given, line_of(name_node))
            return self._method(owner_node, owner, text_of(name_node), call)
        if function.type == "subscript_expression":  # knex["schema"]
            index = self._field(function, "index")
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
            return text_method(owner, name, call)
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

    def new(self, node: Node) -> object:
        """``new Something(...)``."""
        constructor, given = node.child_by_field_name("constructor"), node.child_by_field_name("arguments")
        made = self.value(constructor) if constructor is not None else UNKNOWN
        call = self._arguments(given, line_of(node)) if given is not None else Call((), line_of(node))
        if isinstance(made, Foreign):
            return self.foreign(Foreign(f"new {made.path}", made.imported), call)
        self.perhaps(call)
        return UNKNOWN
