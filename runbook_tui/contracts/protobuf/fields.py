"""Fields with their types resolved and their features applied."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from runbook_tui.contracts.protobuf.features import Features, overridden
from runbook_tui.contracts.protobuf.schema import Found, Schema, scope_of
from runbook_tui.contracts.protobuf.tree import Field, Message

_VARINTS = ("int32", "int64", "uint32", "uint64", "sint32", "sint64")
_FIXED = ("fixed32", "fixed64", "sfixed32", "sfixed64")
SCALARS = frozenset({*_VARINTS, *_FIXED, "double", "float", "bool", "string", "bytes"})
MESSAGE_KINDS = frozenset({"message", "group"})
_WITH_PROTOC = "google.protobuf."
"""Messages of files that come with protoc begin like this; its enums that fields use are these."""
_KNOWN_ENUMS = frozenset({"google.protobuf.NullValue", "google.protobuf.Syntax"})


class Cardinality(StrEnum):
    """How often a field may be there. The values are shown."""

    EXPLICIT = "optional with explicit presence"
    IMPLICIT = "optional with implicit presence"
    REQUIRED = "required"
    REPEATED = "repeated"
    MAP = "map"


@dataclass(frozen=True, slots=True, eq=False)
class ResolvedField:
    """One field of one version."""

    node: Field
    owner: Found[Message] | Found[Field]
    """The message, or the extension itself."""
    full: str
    kind: str
    """A scalar type, ``message``, ``group`` or ``enum``."""
    type: str
    """Full name of the message or enum; empty for a scalar."""
    known: bool
    """Whether the type is defined in a file that is at hand."""
    cardinality: Cardinality
    features: Features

    @property
    def message(self) -> Found[Message] | None:
        """The message that it is a field of; None for an extension."""
        owner: Found[Message] | Found[Field] = self.owner
        return owner if isinstance(owner.node, Message) else None

    @property
    def json_name(self) -> str:
        """The name in JSON."""
        for option in self.node.options:
            if option.name == "json_name" and isinstance(option.value, bytes):
                return option.value.decode("utf-8", "replace")
        return json_name(self.node.name)

    @property
    def shown_type(self) -> str:
        """The type for people."""
        return self.type or self.kind

    @property
    def names(self) -> tuple[str, ...]:
        """The words that code which uses the field has to contain one of."""
        name = (isinstance(self.owner.node, Message) and self.owner.node.map_of) or self.node.name
        json = self.json_name if name == self.node.name else json_name(name)
        return tuple(dict.fromkeys((name, json, json_name(name))))


def json_name(name: str) -> str:
    """``line_items`` is ``lineItems`` in JSON (https://protobuf.dev/programming-guides/json/)."""
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


class Fields:
    """The fields of one version; each message's are resolved once."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._numbers: dict[Found[Message], dict[str, int]] = {}
        self._resolved: dict[Found[Message], dict[int, ResolvedField]] = {}

    def of(self, message: Found[Message]) -> dict[int, ResolvedField]:
        """The fields of a message by number."""
        if message not in self._resolved:
            self._resolved[message] = self._resolve(message)
        return self._resolved[message]

    def numbers(self, message: Found[Message]) -> dict[str, int]:
        """The numbers of a message's fields by name."""
        if message not in self._numbers:
            self._numbers[message] = {field.name: field.number for field in message.node.fields}
        return self._numbers[message]

    def _resolve(self, message: Found[Message]) -> dict[int, ResolvedField]:
        oneofs = {oneof.name: overridden(message.features, oneof.options) for oneof in message.node.oneofs}
        prefix = message.full
        if message.node.map_of and message.parent:
            prefix = f"{message.parent.full}.{message.node.map_of}"
        return {
            field.number: resolve_field(
                self.schema,
                message,
                field,
                oneofs.get(field.oneof or "", message.features),
                f"{prefix}.{field.name}",
            )
            for field in message.node.fields
        }

    def extensions(self) -> dict[tuple[str, int], ResolvedField]:
        """The extensions by the message that they extend and their number."""
        schema = self.schema
        return {
            (schema.resolve(found.node.extendee or "", scope_of(found)), found.node.number): resolve_field(
                schema, found, found.node, found.features, found.full
            )
            for found in reversed(schema.extensions)
        }


def resolve_field(
    schema: Schema, owner: Found[Message] | Found[Field], field: Field, inherited: Features, full: str
) -> ResolvedField:
    """A field with its type found."""
    features = overridden(inherited, field.options)
    kind, type_name, known = _type_of(schema, owner, field, features)
    in_entry = isinstance(owner.node, Message) and bool(owner.node.map_of)
    cardinality = Cardinality.EXPLICIT if in_entry else _cardinality(field, kind, features, owner)
    return ResolvedField(field, owner, full, kind, type_name, known, cardinality, features)


def _type_of(
    schema: Schema, owner: Found[Message] | Found[Field], field: Field, features: Features
) -> tuple[str, str, bool]:
    if field.type in SCALARS:
        return field.type, "", True
    full = schema.resolve(field.type, scope_of(owner))
    if full in schema.enums or full in _KNOWN_ENUMS:
        return "enum", full, True
    delimited = features.message_encoding == "DELIMITED" and not field.is_map
    known = full in schema.messages or full.startswith(_WITH_PROTOC)
    return "group" if field.is_group or delimited else "message", full, known


def _cardinality(
    field: Field, kind: str, features: Features, owner: Found[Message] | Found[Field]
) -> Cardinality:
    if field.label == "repeated":
        return Cardinality.MAP if field.is_map else Cardinality.REPEATED
    is_field = field.oneof is None and field.extendee is None
    if field.label == "required" or (is_field and features.field_presence == "LEGACY_REQUIRED"):
        return Cardinality.REQUIRED
    explicit = (
        not is_field
        or kind in MESSAGE_KINDS
        or features.field_presence == "EXPLICIT"
        or (field.label == "optional" and owner.source.file.edition == "proto3")
    )
    return Cardinality.EXPLICIT if explicit else Cardinality.IMPLICIT
