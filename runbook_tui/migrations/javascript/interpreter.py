"""Follows the statements of a JavaScript or TypeScript file by its syntax tree; runs nothing.

Functions of the file are followed where they are called, loops over lists that are written out are unrolled, and an
``if`` whose condition is known takes its branch. Everything else is walked through once, as something that may or may
not happen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from runbook_tui.migrations.following.branches import Ended, ended_by
from runbook_tui.migrations.following.follower import MOST_ROUNDS
from runbook_tui.migrations.following.scope import Scope
from runbook_tui.migrations.following.values import UNKNOWN
from runbook_tui.migrations.javascript.calls import Calls
from runbook_tui.migrations.javascript.nodes import assigned, leaves, returns
from runbook_tui.migrations.javascript.values import Foreign, Function, items_of, truth
from runbook_tui.migrations.syntax import text_at, text_of

if TYPE_CHECKING:
    from tree_sitter import Node


class Interpreter(Calls):
    """Loads a module: what it exports is in ``exports``.

    Raises:
        TooMuchError: from its methods, when the file is too tangled to be followed.
    """

    def __init__(self, root: Node) -> None:
        super().__init__()
        self._results: list[object] = []
        self.exports: dict[str, object] = {}
        self.loading = True
        """The module's own statements are read: they define, they do not migrate."""
        module = {"exports": self.exports}
        self.scope.names |= {"module": module, "exports": self.exports}
        self._hoist(root.named_children)
        self.run(root.named_children)
        exported = module["exports"]
        self.exports = exported if isinstance(exported, dict) else {}
        self.loading = False

    # for subclasses

    def guard(self, condition: object, *, holds: bool) -> object:
        """What has to be so for a branch to run; None when its condition is not known."""
        return None

    # functions

    def follow(self, function: Function, arguments: tuple[object, ...], this: object = UNKNOWN) -> object:
        """Into a function of the file, with the arguments that are known."""
        if self.loading:
            return UNKNOWN
        with self.deeper():
            outer, results = self.scope, self._results
            self.scope, self._results = Scope(function.scope), []
            try:
                if function.node.type != "arrow_function":
                    self.scope.names["this"] = this
                self._parameters(function.node, arguments)
                return self._body(function.node)
            finally:
                self.scope, self._results = outer, results

    def _body(self, function: Node) -> object:
        body = function.child_by_field_name("body")
        if body is None:
            return UNKNOWN
        if body.type != "statement_block":
            return self.value(body)
        self._hoist(body.named_children)
        ended = self.run(body.named_children)
        if len(self._results) == 1 and ended:
            return self._results[0]
        return None if not self._results and ended is False else UNKNOWN

    def _parameters(self, node: Node, arguments: tuple[object, ...]) -> None:
        single = node.child_by_field_name("parameter")
        several = node.child_by_field_name("parameters")
        patterns = [single] if single is not None else several.named_children if several is not None else []
        for index, pattern in enumerate(child for child in patterns if child.type != "comment"):
            if pattern.type == "rest_pattern":
                self.bind(pattern.named_children[0], list(arguments[index:]))
                continue
            self.bind(pattern, arguments[index] if index < len(arguments) else UNKNOWN)

    def _hoist(self, statements: Sequence[Node]) -> None:
        for statement in statements:
            node = (
                statement.child_by_field_name("declaration")
                if statement.type == "export_statement"
                else statement
            )
            name = node.child_by_field_name("name") if node is not None else None
            if node is not None and name is not None and "function_declaration" in node.type:
                self.scope.names[text_of(name)] = Function(node, self.scope)

    # statements

    def run(self, statements: Sequence[Node]) -> Ended:
        """Follow statements in order, and say whether they end the function."""
        for index, statement in enumerate(statements):
            self.step()
            if statement.type == "if_statement":
                decided = self._if_and_rest(statement, statements[index + 1 :])
                if decided is not ...:
                    return decided  # type: ignore[return-value]
                continue
            ended = self.statement(statement)
            if ended:
                return True
            if ended is None:  # it may have ended here, so the rest may or may not run
                with self.maybe():
                    self.run(statements[index + 1 :])
                return None
        return False

    def _if_and_rest(self, node: Node, rest: Sequence[Node]) -> object:
        """An ``if``; Ellipsis when the statements that follow are still to be followed."""
        condition = self._field(node, "condition")
        then, otherwise = node.child_by_field_name("consequence"), node.child_by_field_name("alternative")
        known = truth(condition)
        if known is not None:
            branch = then if known else otherwise
            ended = self.statement(branch) if branch is not None else False
            if ended is None:
                with self.maybe():
                    self.run(rest)
            return ... if ended is False else ended
        with self.maybe(self.guard(condition, holds=True)):
            first = self.statement(then) if then is not None else False
        with self.maybe(self.guard(condition, holds=False)):
            second = self.statement(otherwise) if otherwise is not None else False
        if first is False and second is False:
            return ...
        if first and second:
            return True
        only_one = {first, second} == {True, False}
        with self.maybe(self.guard(condition, holds=not first) if only_one else None):
            self.run(rest)
        return None

    def statement(self, node: Node) -> Ended:
        """Follow one statement."""
        handler = _STATEMENTS.get(node.type)
        if handler is not None:
            return handler(self, node)
        if node.type.endswith(("_declaration", "_signature", "type_alias_declaration")):
            return False
        self.value(node)
        return False

    def _block(self, node: Node) -> Ended:
        self.scope = Scope(self.scope)
        try:
            self._hoist(node.named_children)
            return self.run(node.named_children)
        finally:
            self.scope = self.scope.around or self.scope

    def _else(self, node: Node) -> Ended:
        return self.run(node.named_children)

    def _expression(self, node: Node) -> Ended:
        for child in node.named_children:
            self.value(child)
        return False

    def _declare(self, node: Node) -> Ended:
        for child in node.named_children:
            name = child.child_by_field_name("name")
            if child.type == "variable_declarator" and name is not None:
                self.bind(name, self._field(child, "value"))
        return False

    def _enum(self, node: Node) -> Ended:
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        found: dict[str, object] = {}
        for child in body.named_children if body is not None else []:
            key, value = child.child_by_field_name("name"), child.child_by_field_name("value")
            if key is not None:
                found[text_of(key).strip("'\"")] = self.value(value) if value is not None else UNKNOWN
        if name is not None:
            self.scope.names[text_of(name)] = found
        return False

    def _import(self, node: Node) -> Ended:
        source = self._field(node, "source")
        for clause in node.named_children:
            if clause.type == "import_clause":
                for child in clause.named_children:
                    self._imported(child, str(source))
        return False

    def _imported(self, node: Node, source: str) -> None:
        if node.type == "identifier":
            self.scope.names[text_of(node)] = Foreign(f"{source}#{text_of(node)}", imported=True)
        elif node.type == "namespace_import":
            name = text_of(node.named_children[-1])
            self.scope.names[name] = Foreign(f"{source}#{name}", imported=True)
        else:
            for child in node.named_children:
                name_node, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
                if name_node is not None:
                    name = text_of(name_node)
                    self.scope.names[text_of(alias or name_node)] = Foreign(f"{source}#{name}", imported=True)

    def _export(self, node: Node) -> Ended:
        declaration = node.child_by_field_name("declaration")
        value = node.child_by_field_name("value")
        if declaration is not None:
            before = set(self.scope.names)
            self.statement(declaration)
            name = declaration.child_by_field_name("name")
            names = {text_of(name)} if name is not None else set(self.scope.names) - before
            self.exports |= {name: self.scope.names[name] for name in names if name in self.scope.names}
        elif value is not None:
            found = self.value(value)
            if isinstance(found, dict):
                self.exports |= found
        for clause in node.named_children:
            for child in clause.named_children if clause.type == "export_clause" else []:
                inner, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
                if inner is not None:
                    elsewhere = node.child_by_field_name("source") is not None
                    self.exports[text_of(alias or inner)] = (
                        UNKNOWN if elsewhere else self.lookup(text_of(inner))
                    )
        return False

    def _for_each(self, node: Node) -> Ended:
        left, body = node.child_by_field_name("left"), node.child_by_field_name("body")
        value = self.settle(self._field(node, "right"))
        items = list(value) if isinstance(value, dict) else items_of(value)
        of = text_at(node, "operator") == "of"
        if left is None or body is None:
            return False
        if items is None or not (of or isinstance(value, dict)) or len(items) > MOST_ROUNDS or leaves(body):
            return self._once([body], target=left)
        for item in items:
            self.scope = Scope(self.scope)
            self.bind(left, item)
            self.statement(body)
            self.scope = self.scope.around or self.scope
        return False

    def _loop(self, node: Node) -> Ended:
        return self._once([child for child in node.named_children if child.type != "comment"])

    def _once(self, parts: Sequence[Node], *, target: Node | None = None) -> Ended:
        """A loop whose rounds are not known: once through, with everything it sets unknown."""
        for part in parts:
            for name in assigned(part):
                self.forget(name)
        self.scope = Scope(self.scope)
        try:
            if target is not None:
                self.bind(target, UNKNOWN)
            with self.maybe():
                for part in parts:
                    self.statement(part)
        finally:
            self.scope = self.scope.around or self.scope
        return None if any(returns(part) for part in parts) else False

    def _try(self, node: Node) -> Ended:
        body, handler = node.child_by_field_name("body"), node.child_by_field_name("handler")
        finalizer = node.child_by_field_name("finalizer")
        ended = self.statement(body) if body is not None else False
        if handler is not None:
            inner = handler.child_by_field_name("body")
            parameter = handler.child_by_field_name("parameter")
            if parameter is not None:
                self.bind(parameter, UNKNOWN)
            with self.maybe():
                caught = self.statement(inner) if inner is not None else False
            ended = ended_by((ended, caught))
        last = finalizer.child_by_field_name("body") if finalizer is not None else None
        return (self.statement(last) or ended) if last is not None else ended

    def _switch(self, node: Node) -> Ended:
        self._field(node, "value")
        body = node.child_by_field_name("body")
        for case in body.named_children if body is not None else []:
            with self.maybe():
                self._field(case, "value")
                self.run(case.children_by_field_name("body"))
        return None if body is not None and returns(body) else False

    def _label(self, node: Node) -> Ended:
        body = node.child_by_field_name("body")
        return self.statement(body) if body is not None else False

    def _return(self, node: Node) -> Ended:
        inner = [child for child in node.named_children if child.type != "comment"]
        self._results.append(self.value(inner[0]) if inner else None)
        return True

    def _end(self, node: Node) -> Ended:
        for child in node.named_children:
            self.value(child)
        return True

    def _leave(self, node: Node) -> Ended:
        return True

    def _nothing_done(self, node: Node) -> Ended:
        return False


_STATEMENTS: dict[str, Callable[[Interpreter, Node], Ended]] = {
    "statement_block": Interpreter._block,
    "else_clause": Interpreter._else,
    "expression_statement": Interpreter._expression,
    "lexical_declaration": Interpreter._declare,
    "variable_declaration": Interpreter._declare,
    "function_declaration": Interpreter._nothing_done,
    "generator_function_declaration": Interpreter._nothing_done,
    "enum_declaration": Interpreter._enum,
    "import_statement": Interpreter._import,
    "export_statement": Interpreter._export,
    "for_in_statement": Interpreter._for_each,
    "for_statement": Interpreter._loop,
    "while_statement": Interpreter._loop,
    "do_statement": Interpreter._loop,
    "try_statement": Interpreter._try,
    "switch_statement": Interpreter._switch,
    "labeled_statement": Interpreter._label,
    "return_statement": Interpreter._return,
    "throw_statement": Interpreter._end,
    "break_statement": Interpreter._leave,
    "continue_statement": Interpreter._leave,
    "empty_statement": Interpreter._nothing_done,
    "comment": Interpreter._nothing_done,
}
