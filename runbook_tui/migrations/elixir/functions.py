"""Functions of an Elixir module: how they are declared, and followed where they are called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from runbook_tui.migrations.elixir.expressions import Expressions
from runbook_tui.migrations.elixir.nodes import child_of, keyword_value, operand_of, operator_of
from runbook_tui.migrations.elixir.values import Alias, Call, Clause, Function, Keywords
from runbook_tui.migrations.following.scope import Scope
from runbook_tui.migrations.following.values import UNKNOWN
from runbook_tui.migrations.syntax import line_of, sides, text_at, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_HANDLING = frozenset({"rescue_block", "catch_block", "else_block", "after_block"})
"""What a function may have behind its body, as ``try`` has."""


class Functions(Expressions):
    """Loads a module, and follows its functions. Subclasses say what a call of another one means."""

    def __init__(self, module: Node) -> None:
        super().__init__()
        self.functions: dict[str, list[Clause]] = {}
        self._load(module)

    # for subclasses

    def local(self, name: str, call: Call) -> object:
        """A call of a function that the module does not define."""
        return UNKNOWN

    def remote(self, module: object, name: str, call: Call) -> object:
        """``Module.function(...)``, or a function of a value."""
        return UNKNOWN

    def branch(self, node: Node) -> None:
        """What may or may not run."""

    def bare(self, name: str, line: int) -> object:
        """A name without brackets that is bound nowhere: a function of Ecto, or what a query calls its rows."""
        return UNKNOWN

    # what the module declares

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
        values = self.arguments(inner)
        name = text_of(target)
        if values.arguments or values.keywords:
            self.attributes[name] = values.arguments[0] if values.arguments else values.keywords

    def _declare(self, node: Node) -> None:
        target = node.child_by_field_name("target")
        word = text_of(target) if target is not None else ""
        given = child_of(node, "arguments")
        if word == "alias" and given is not None and given.named_children:
            self._alias(given)
        if word not in ("def", "defp") or given is None or not given.named_children:
            return
        head, guarded = given.named_children[0], False
        if head.type == "binary_operator":  # def f(x) when ...
            left = head.child_by_field_name("left")
            head, guarded = (left, True) if left is not None else (head, False)
        body = child_of(node, "do_block") or keyword_value(given, "do")
        name, inner = text_at(head, "target") or text_of(head), child_of(head, "arguments")
        parameters = tuple(inner.named_children) if inner is not None else ()
        self.functions.setdefault(name, []).append(Clause(parameters, body, guarded))

    def _alias(self, given: Node) -> None:
        name = text_of(given.named_children[0])
        renamed = keyword_value(given, "as")
        self.aliases[text_of(renamed) if renamed is not None else name.rpartition(".")[2]] = name

    # calls

    def run_function(self, name: str, arguments: Sequence[object] = ()) -> object:
        """Follow a function of the module; of several clauses all may run."""
        clauses = [clause for clause in self.functions.get(name, ()) if _fits(clause, arguments)]
        if not clauses:
            return self.local(name, Call(tuple(arguments), Keywords(), 1))
        if len(clauses) == 1 and not clauses[0].guarded:
            return self._clause(clauses[0], arguments)
        with self.maybe():
            for clause in clauses:
                self._clause(clause, arguments)
        return UNKNOWN

    def _clause(self, clause: Clause, arguments: Sequence[object]) -> object:
        with self._inside(Scope()):
            for index, parameter in enumerate(clause.parameters):
                self._parameter(parameter, arguments[index] if index < len(arguments) else ...)
            result = self.body(clause.body) if clause.body is not None else None
            for child in clause.body.named_children if clause.body is not None else ():
                if child.type in _HANDLING:
                    with self.maybe(), self.block():
                        self.branch(child)
            return result

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
        if node.type == "binary_operator" and operator_of(node) == "\\\\":
            left, right = sides(node)
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
            operand = operand_of(function.node)
            if operand is None:
                return UNKNOWN
            if operand.type == "binary_operator" and operator_of(operand) == "/":
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
            left, right = sides(clause)
            with self.block():
                for index, parameter in enumerate(left.named_children if left is not None else []):
                    self.bind(parameter, arguments[index] if index < len(arguments) else UNKNOWN)
                if len(clauses) == 1:
                    return self.body(right) if right is not None else None
                with self.maybe():
                    result = self.body(right) if right is not None else None
        return result if len(clauses) == 1 else UNKNOWN

    def unbound(self, name: str, line: int) -> object:
        """A function of the module may be called without brackets."""
        return self.run_function(name) if name in self.functions else self.bare(name, line)

    def named(self, name: str, call: Call) -> object:
        """A function of the module, or of nobody that it names."""
        if name in self.functions:
            arguments = (*call.arguments, call.keywords) if call.keywords else call.arguments
            return self.run_function(name, arguments)
        return self.local(name, call)

    def arguments(self, node: Node, *piped: object) -> Call:
        """What is given to a call, with what is piped into it first."""
        arguments: list[object] = list(piped)
        keywords, block = Keywords(), child_of(node, "do_block")
        given = child_of(node, "arguments")
        for child in given.named_children if given is not None else []:
            if child.type == "keywords":
                keywords = self.keywords(child)
                block = block or keyword_value(given, "do") if given is not None else block
            elif child.type != "comment":
                arguments.append(self.value(child))
        return Call(tuple(arguments), keywords, line_of(node), block)


def _fits(clause: Clause, arguments: Sequence[object]) -> bool:
    needed = sum(1 for node in clause.parameters if operator_of(node) != "\\\\")
    if not needed <= len(arguments) <= len(clause.parameters):
        return False
    for node, value in zip(clause.parameters, arguments, strict=False):
        if node.type == "atom" and isinstance(value, str) and text_of(node).lstrip(":") != value:
            return False
    return True
