"""Follows the statements of a Ruby file by its syntax tree, and runs nothing.

Methods of the migration are followed where they are called, loops over what is written out are unrolled, and an
``if`` whose condition is known takes its branch. Everything else is walked through once, as something that may or may
not happen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from runbook_tui.migrations.following.branches import Ended, ended_by, joined
from runbook_tui.migrations.following.values import UNKNOWN
from runbook_tui.migrations.ruby.literals import parts
from runbook_tui.migrations.ruby.methods import Methods
from runbook_tui.migrations.ruby.values import Exists, truth
from runbook_tui.migrations.syntax import text_of, walk

if TYPE_CHECKING:
    from tree_sitter import Node

_RAISING = frozenset({"raise", "fail", "abort", "exit"})


class Interpreter(Methods):
    """Follows branches, loops and errors. Subclasses say what a call means.

    Raises:
        TooMuchError: from its methods, when the file is too tangled to be followed.
    """

    def __init__(self, root: Node) -> None:
        super().__init__(root)
        self._left: Exists | None = None
        """What is known of the rest when an ``if`` may have ended the method."""
        self._failed = False
        """Whether what was left last was left by an error that nobody catches."""
        self._rescuing = 0
        """``begin`` with ``rescue`` around what is followed."""

    def define(self, node: Node) -> None:
        """A class or module inside of the migration. Subclasses remember models."""

    # statements

    def run(self, nodes: Sequence[Node]) -> Ended:
        """Follow statements in order, and say whether they end the method."""
        doubts = len(self.doubts)
        perhaps = False
        try:
            for node in nodes:
                ended = self.statement(node)
                if ended:
                    return None if perhaps else True
                if ended is None:
                    if not perhaps:  # it may have ended here, so the rest may or may not run
                        self.doubts.append(self._left)
                    perhaps = True
            return None if perhaps else False
        finally:
            del self.doubts[doubts:]

    def statement(self, node: Node) -> Ended:
        """Follow one statement; what it gives is kept, in case it is the last one of a method."""
        self.step()
        handler = _STATEMENTS.get(node.type)
        if handler is not None:
            return handler(self, node)
        self.result = self.value(node, effect=True)
        if not _raises(node):
            return False
        self._failed = not self._rescuing
        return True

    def control(self, node: Node) -> object:
        """``if`` and its like where a value is wanted."""
        self.result = UNKNOWN
        self.run([node])
        result, self.result = self.result, UNKNOWN
        return result

    def _several(self, node: Node) -> Ended:
        inner = parts(node)
        handlers = [part for part in inner if part.type == "rescue"]
        last = [part for part in inner if part.type == "ensure"]
        self._rescuing += bool(handlers)
        ended = self.run([part for part in inner if part.type not in ("rescue", "ensure")])
        self._rescuing -= bool(handlers)
        for handler in handlers:
            body, variable = handler.child_by_field_name("body"), handler.child_by_field_name("variable")
            self.names.update({text_of(name): UNKNOWN for name in (parts(variable) if variable else ())})
            with self.maybe():
                left = self.run([body]) if body is not None else False
            if left is not True and ended:
                ended = None
        for part in last:
            self.run(parts(part))
        return ended

    def _return(self, node: Node) -> Ended:
        values = [self.value(part) for inner in parts(node) for part in parts(inner)]
        self.result = values[0] if len(values) == 1 else values or None
        self._failed = False
        return True

    def _leave(self, node: Node) -> Ended:
        for part in parts(node):
            self.value(part)
        self._failed = False
        return True

    def _if(self, node: Node) -> Ended:
        condition = node.child_by_field_name("condition")
        value = self.value(condition) if condition is not None else UNKNOWN
        first = node.child_by_field_name("consequence") or node.child_by_field_name("body")
        branches = [first, node.child_by_field_name("alternative")]
        if node.type.startswith("unless"):
            branches.reverse()
        sure = truth(value)
        if sure is not None:
            chosen = branches[0] if sure else branches[1]
            self.result = None
            return self.run([chosen]) if chosen is not None else False
        guards = (value, value.negated) if isinstance(value, Exists) else (None, None)
        return self._branches(branches, guards)

    def _branches(self, blocks: Sequence[Node | None], guards: Sequence[Exists | None] = ()) -> Ended:
        """Blocks of which one runs: what they leave differently is not known afterwards."""
        before = dict(self.names)
        ended: list[Ended] = []
        after: list[dict[str, object]] = []
        results: list[object] = []
        for place, block in enumerate(blocks):
            self.names = dict(before)
            self.result, self._failed = None, False
            with self.maybe(guards[place] if place < len(guards) else None):
                left = self.run([block]) if block is not None else False
            if left and self._failed:  # what follows runs, or nothing of the migration does
                continue
            ended.append(left)
            after.append(self.names)
            results.append(self.result)
        self.names = joined(after) if after else before
        self.result = UNKNOWN
        self._failed = not ended
        together = ended_by(ended)
        if together is not None:
            return together
        # when one of two surely left, the rest runs where the other one would have
        stays = [place for place, found in enumerate(ended) if found is False]
        sure = len(blocks) == len(ended) == 2 and len(stays) == 1 and ended.count(True) == 1
        self._left = guards[stays[0]] if sure and guards else None
        return None

    def _case(self, node: Node) -> Ended:
        value = node.child_by_field_name("value")
        if value is not None:
            self.value(value)
        inner = [part for part in parts(node) if part.type in ("when", "in_clause", "else")]
        bodies = [part if part.type == "else" else part.child_by_field_name("body") for part in inner]
        if not any(part.type == "else" for part in inner):
            bodies.append(None)
        return self._branches(bodies)

    def _loop(self, node: Node) -> Ended:
        body = node.child_by_field_name("body")
        for name in ("condition", "value", "pattern"):
            part = node.child_by_field_name(name)
            if part is not None and name != "pattern":
                self.value(part)
            if part is not None and name == "pattern":
                self.names.update({text_of(inner): UNKNOWN for inner in (part, *parts(part))})
        if body is not None:
            self.forget([body])
            with self.maybe():
                self.run([body])
            self.forget([body])
        return None if body is not None and any(n.type == "return" for n in walk(body)) else False

    def _rescued(self, node: Node) -> Ended:
        body, handler = node.child_by_field_name("body"), node.child_by_field_name("handler")
        if body is not None:
            self.statement(body)
        if handler is not None:
            with self.maybe():
                self.statement(handler)
        return False

    def _define(self, node: Node) -> Ended:
        name = node.child_by_field_name("name")
        if name is not None:
            self.methods[text_of(name)] = node
        return False

    def _class(self, node: Node) -> Ended:
        self.define(node)
        return False


def _raises(node: Node) -> bool:
    if node.type == "identifier":
        return text_of(node) in _RAISING
    method = node.child_by_field_name("method") if node.type == "call" else None
    return method is not None and node.child_by_field_name("receiver") is None and text_of(method) in _RAISING


_STATEMENTS: dict[str, Callable[[Interpreter, Node], Ended]] = {
    "return": Interpreter._return,
    "next": Interpreter._leave,
    "break": Interpreter._leave,
    "if": Interpreter._if,
    "elsif": Interpreter._if,
    "unless": Interpreter._if,
    "if_modifier": Interpreter._if,
    "unless_modifier": Interpreter._if,
    "conditional": Interpreter._if,
    "case": Interpreter._case,
    "case_match": Interpreter._case,
    "while": Interpreter._loop,
    "until": Interpreter._loop,
    "while_modifier": Interpreter._loop,
    "until_modifier": Interpreter._loop,
    "for": Interpreter._loop,
    "begin": Interpreter._several,
    "body_statement": Interpreter._several,
    "block_body": Interpreter._several,
    "then": Interpreter._several,
    "else": Interpreter._several,
    "do": Interpreter._several,
    "parenthesized_statements": Interpreter._several,
    "rescue_modifier": Interpreter._rescued,
    "method": Interpreter._define,
    "singleton_method": Interpreter._define,
    "class": Interpreter._class,
    "module": Interpreter._class,
}
