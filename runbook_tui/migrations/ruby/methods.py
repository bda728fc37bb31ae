"""Methods and blocks of a Ruby file: followed where they are called, with the arguments that are known."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

from runbook_tui.migrations.following.branches import Ended
from runbook_tui.migrations.following.follower import MOST_ROUNDS
from runbook_tui.migrations.following.values import UNKNOWN
from runbook_tui.migrations.ruby.expressions import Expressions
from runbook_tui.migrations.ruby.literals import parts
from runbook_tui.migrations.ruby.values import Block, Call
from runbook_tui.migrations.syntax import text_of, walk

if TYPE_CHECKING:
    from tree_sitter import Node


class Methods(Expressions):
    """Enters methods and blocks, and says what they give."""

    def __init__(self, root: Node) -> None:
        super().__init__(root)
        self.methods: dict[str, Node] = {}
        """Methods of the migration."""
        self.result: object = UNKNOWN
        """What the last statement gave."""
        self._given: Block | None = None

    @abstractmethod
    def run(self, nodes: Sequence[Node]) -> Ended:
        """Follow statements in order, and say whether they end the method."""

    def follow(self, name: str, call: Call) -> object:
        """Into a method of the file, with the arguments that are known."""
        node = self.methods[name]
        outer, given = self.names, self._given
        with self.deeper():
            self.names, self._given = self._parameters(node, call), call.block
            try:
                return self._body(node)
            finally:
                self.names, self._given = outer, given

    def _body(self, node: Node) -> object:
        body = node.child_by_field_name("body")
        if body is None:
            return None
        self.result = UNKNOWN
        ended = self.run([body])
        return UNKNOWN if ended is None else self.result

    def _parameters(self, node: Node, call: Call) -> dict[str, object]:
        given = list(call.arguments)
        found: dict[str, object] = {}
        parameters = node.child_by_field_name("parameters")
        for part in parts(parameters) if parameters is not None else ():
            name = _name(part)
            if part.type in ("identifier", "optional_parameter"):
                default = part.child_by_field_name("value")
                if given:
                    found[name] = given.pop(0)
                else:
                    found[name] = UNKNOWN if default is None or call.partial else self.value(default)
            elif part.type == "keyword_parameter":
                default = part.child_by_field_name("value")
                fallback = self.value(default) if default is not None and not call.partial else UNKNOWN
                found[name] = call.options.get(name, fallback)
            elif part.type == "splat_parameter":
                found[name] = UNKNOWN if call.partial else given
                given = []
            elif part.type == "hash_splat_parameter":
                rest = {key: value for key, value in call.options.items() if key not in found}
                found[name] = UNKNOWN if call.partial else rest
            else:
                found[name] = call.block if part.type == "block_parameter" else UNKNOWN
        if given == [] and call.options and not call.partial:
            options = [name for name, value in found.items() if value is UNKNOWN]
            if len(options) == 1 and options[0] == list(found)[-1]:
                found[options[0]] = dict(call.options)
        return found

    def run_block(self, block: Block | None, *arguments: object) -> object:
        """Once through a block with the values of its parameters; what it gives."""
        if block is None:
            return None
        self.step()
        outer = self.names
        if block.depth != self.depth:
            self.names = block.names
        names = self._block_names(block.node, arguments)
        before = {name: self.names[name] for name in names if name in self.names}
        self.names.update(names)
        result, self.result = self.result, UNKNOWN
        try:
            body = block.node.child_by_field_name("body")
            if body is not None:
                self.run([body])
            return self.result
        finally:
            self.result = result
            for name in names:
                self.names.pop(name, None)
            self.names.update(before)
            if block.depth != self.depth:
                self.names = outer

    def _block_names(self, node: Node, arguments: Sequence[object]) -> dict[str, object]:
        parameters = node.child_by_field_name("parameters")
        first = arguments[0] if arguments else UNKNOWN
        if parameters is None:
            return {"it": first, "_1": first}
        wanted = parts(parameters)
        if len(arguments) == 1 and len(wanted) > 1 and isinstance(first, list):
            arguments = first
        found: dict[str, object] = {}
        for place, part in enumerate(wanted):
            value = arguments[place] if place < len(arguments) else UNKNOWN
            if part.type == "destructured_parameter":
                inner = parts(part)
                items = (
                    value if isinstance(value, list) and len(value) == len(inner) else [UNKNOWN] * len(inner)
                )
                found.update({_name(name): item for name, item in zip(inner, items, strict=True)})
            else:
                found[_name(part)] = value if part.type == "identifier" else UNKNOWN
        return found

    def each(self, block: Block, rounds: Sequence[tuple[object, ...]]) -> list[object] | None:
        """A loop over what is written out; None when it was walked through once only."""
        leaves = any(found.type in ("break", "return", "redo") for found in walk(block.node))
        if leaves or len(rounds) > MOST_ROUNDS:
            self.perhaps(block)
            return None
        return [self.run_block(block, *arguments) for arguments in rounds]

    def perhaps(self, block: Block | None, *arguments: object) -> object:
        """Once through a block that may run never, or many times: what it sets is not known."""
        if block is None:
            return UNKNOWN
        self.forget([block.node])
        with self.maybe():
            self.run_block(block, *arguments)
        self.forget([block.node])
        return UNKNOWN

    def yielded(self, arguments: tuple[object, ...]) -> object:
        """``yield``: the block that the method was given."""
        return self.run_block(self._given, *arguments) if self._given is not None else UNKNOWN

    def forget(self, nodes: Sequence[Node]) -> None:
        """What is assigned somewhere inside is not known any more."""
        for node in nodes:
            for found in walk(node):
                if found.type in ("assignment", "operator_assignment"):
                    left = found.child_by_field_name("left")
                    for target in (left, *parts(left)) if left is not None else ():
                        if text_of(target) in self.names:
                            self.names[text_of(target)] = UNKNOWN


def _name(node: Node) -> str:
    return text_of(node.child_by_field_name("name") or node)
