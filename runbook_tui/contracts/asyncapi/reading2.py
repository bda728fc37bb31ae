"""AsyncAPI 2: channels by their address, with what subscribers get from the application and publishers send to it."""

from __future__ import annotations

from collections.abc import Iterator

from runbook_tui.contracts.asyncapi.layers import Layers
from runbook_tui.contracts.asyncapi.model import Api, Channel, Described, Messages, Operation
from runbook_tui.contracts.asyncapi.reading import Reader, add_operation
from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.model import Direction

_DIRECTIONS = {"subscribe": Direction.EVENT, "publish": Direction.REQUEST}
"""They are named from the point of view of the others ("Channel Item Object" of AsyncAPI 2.6.0)."""


class Reader2(Reader):
    """Reads AsyncAPI 2.x."""

    traits_win = True

    def read(self) -> Api:
        """The API that the document describes."""
        api = Api(self.root)
        operations: dict[int, Operation] = {}
        for address, at in self.members(self.root.get("channels")):
            item = self.mapping(at)
            if item is None:
                continue
            channel = Channel(address, address, at, item)
            for keyword, direction in _DIRECTIONS.items():
                stated = item.get(keyword)
                node = self.mapping(stated)
                if stated is not None and node is not None:
                    key = id(node.value)
                    if key not in operations:
                        operations[key] = self._operation(stated, node)
                    add_operation(channel, direction, operations[key])
            api.channels.append(channel)
        return api

    def described(self, layers: Layers, keyword: str) -> Described | None:
        """The payload, in the format that the message states, or the headers."""
        node = self.schema_of(layers, keyword)
        if node is None:
            return None
        stated = layers.get("schemaFormat") if keyword == "payload" else None
        if stated is None or not isinstance(stated.value, str):
            return Described(node, "", node)
        return Described(node, stated.value, stated)

    def _operation(self, at: Node, node: Node) -> Operation:
        return Operation(node.text("operationId"), at, self._messages(node))

    def _messages(self, node: Node) -> Messages:
        stated = node.get("message")
        return self.messages(self._alternatives(stated)) if stated is not None else ()

    def _alternatives(self, stated: Node) -> Iterator[tuple[tuple[str, ...], Node]]:
        one = self.target(stated).node
        several = one.get("oneOf") if one is not None else None
        if several is None:
            yield (), stated
        else:
            yield from (((), each) for each in several.elements())
