"""AsyncAPI 3: operations that send to channels or receive from them, with replies."""

from __future__ import annotations

from runbook_tui.contracts.asyncapi.layers import Layers, layers_of
from runbook_tui.contracts.asyncapi.model import Api, Channel, Described, Messages, Operation, Reply
from runbook_tui.contracts.asyncapi.reading import Reader, add_operation, channel_at
from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.documents.resolving import Documents
from runbook_tui.contracts.model import Direction

_DIRECTIONS = {"send": Direction.EVENT, "receive": Direction.REQUEST}


class Reader3(Reader):
    """Reads AsyncAPI 3.x."""

    traits_win = False

    def __init__(self, root: Node, documents: Documents) -> None:
        super().__init__(root, documents)
        self._by_place: dict[tuple[str, str], Channel] = {}
        """Channels by where they are, and by where they are named."""
        self._replying: set[int] = set()
        """Channels that carry replies."""
        self._of_channel: dict[int, Messages] = {}
        self._by_address: dict[str, Channel] = {}

    def read(self) -> Api:
        """The API that the document describes."""
        for key, at in self.members(self.root.get("channels")):
            self._channel(key, at)
        operations: dict[int, tuple[Channel, Direction, Operation] | None] = {}
        for key, at in self.members(self.root.get("operations")):
            node = self.mapping(at)
            if node is None:
                continue
            if id(node.value) not in operations:
                operations[id(node.value)] = self._operation(key, at, node)
            found = operations[id(node.value)]
            if found is not None:
                add_operation(*found)
        channels = list(self._by_address.values())
        for channel in channels:
            channel.replies_only = not channel.flows and id(channel) in self._replying
        return Api(self.root, channels)

    def described(self, layers: Layers, keyword: str) -> Described | None:
        """The payload or the headers: a schema, or an object with a schema and its format."""
        node = self.schema_of(layers, keyword)
        if node is None or self.documents.is_remote(node):
            return Described(node, "", node) if node is not None else None
        found = self.mapping(node)
        schema = found.get("schema") if found is not None else None
        stated = found.get("schemaFormat") if found is not None else None
        if schema is None or (stated is None and _is_schema(found)):
            return Described(node, "", node)
        if stated is None or not isinstance(stated.value, str):
            return Described(schema, "", schema)
        return Described(schema, stated.value, stated)

    def _channel(self, key: str, at: Node) -> Channel | None:
        """A channel that is named at a node; channels of one address are one."""
        if at.identity in self._by_place:
            return self._by_place[at.identity]
        node = self.mapping(at)
        if node is None:
            return None
        found = channel_at(self._by_address, Channel(key, node.text("address"), at, node))
        self._by_place[at.identity] = self._by_place[node.identity] = found
        found.messages.append(self._messages_of(node))
        return found

    def _messages_of(self, channel: Node) -> Messages:
        if id(channel.value) not in self._of_channel:
            named = (((key,), each) for key, each in self.members(channel.get("messages")))
            self._of_channel[id(channel.value)] = self.messages(named)
        return self._of_channel[id(channel.value)]

    def _referenced_channel(self, holder: Node | None) -> tuple[Channel, Node] | None:
        """The channel that an operation or a reply refers to, and its own node: several may share an address."""
        if holder is None:
            return None
        target = self.target(holder)
        if target.node is None:
            return None
        first = self.documents.follow(holder) if target.names else holder
        key = target.names[0] if target.names else ""
        channel = self._channel(key, first if first is not None else target.node)
        return (channel, target.node) if channel is not None else None

    def _operation(self, key: str, at: Node, node: Node) -> tuple[Channel, Direction, Operation] | None:
        layers = layers_of(node, self.documents, traits_win=self.traits_win)
        referenced = self._referenced_channel(layers.get("channel"))
        action = layers.get("action")
        direction = _DIRECTIONS.get(layers.text("action"))
        if direction is None:
            expected, remedy = "send or receive", "correct it"
            self.documents.fault(
                action or node, f"the operation {key} says neither send nor receive", expected, remedy
            )
        if referenced is None and node.get("channel") is None:
            self.documents.fault(
                node, f"the operation {key} has no channel", "channel: {$ref: ...}", "add it"
            )
        if direction is None or referenced is None:
            return None
        channel, own = referenced
        messages = self._listed(layers.get("messages"), own)
        return channel, direction, Operation(key, at, messages, self._reply(layers.get("reply")))

    def _listed(self, stated: Node | None, channel: Node | None) -> Messages:
        """The messages that an operation lists, else all of its channel."""
        if stated is None:
            return self._messages_of(channel) if channel is not None else ()
        return self.messages(((), each) for each in stated.elements())

    def _reply(self, stated: Node | None) -> Reply | None:
        node = self.mapping(stated)
        if node is None:
            return None
        address = self.mapping(node.get("address"))
        location = address.text("location") if address is not None else ""
        referenced = self._referenced_channel(node.get("channel"))
        if referenced is None:
            return Reply(node, location, self._listed(node.get("messages"), None))
        channel, own = referenced
        self._replying.add(id(channel))
        return Reply(node, location or channel.address, self._listed(node.get("messages"), own))


def _is_schema(node: Node | None) -> bool:
    """Whether ``schema`` is a word of the node's own beside keywords, rather than the schema inside of an envelope."""
    return any(key != "schema" and not key.startswith("x-") for key, _ in node.items()) if node else False
