"""Messages with their fields, and what may be defined at the top of a file and inside of a message alike."""

from __future__ import annotations

from dataclasses import dataclass, field

from runbook_tui.contracts.protobuf.cursor import NAME, Cursor
from runbook_tui.contracts.protobuf.enums import read_enum
from runbook_tui.contracts.protobuf.literals import read_integer, read_option_statement, read_options
from runbook_tui.contracts.protobuf.repeated import report_repeated_members
from runbook_tui.contracts.protobuf.statements import (
    MAX_FIELD,
    Reserved,
    read_block,
    read_extension_ranges,
    read_reserved,
)
from runbook_tui.contracts.protobuf.tree import (
    Enum,
    Field,
    Message,
    Oneof,
    Option,
    Place,
    Range,
)

_LABELS = frozenset({"optional", "required", "repeated"})


@dataclass(slots=True)
class Scope:
    """What is being collected at the top of a file, or of one message."""

    fields: list[Field] = field(default_factory=list)
    oneofs: list[Oneof] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    enums: list[Enum] = field(default_factory=list)
    extensions: list[Field] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    reserved: Reserved = field(default_factory=Reserved)
    ranges: list[Range] = field(default_factory=list)

    def message(self, name: str, at: Place) -> Message:
        """The message that was collected."""
        return Message(
            name,
            at,
            tuple(self.fields),
            tuple(self.oneofs),
            tuple(self.messages),
            tuple(self.enums),
            tuple(self.extensions),
            tuple(self.options),
            tuple(self.reserved.ranges),
            tuple(self.reserved.names),
            tuple(self.ranges),
        )


def read_definition(cursor: Cursor, scope: Scope) -> bool:
    """Read a message, enum, extend block or option into ``scope``; False when this token begins none of them."""
    keyword = cursor.text
    if keyword in ("export", "local") and cursor.next_text() in ("message", "enum"):
        cursor.advance()  # edition 2024: who may use it
        keyword = cursor.text
    if keyword == "message":
        _read_message(cursor, scope)
    elif keyword == "enum":
        scope.enums.append(read_enum(cursor))
    elif keyword == "extend":
        _read_extend(cursor, scope)
    elif keyword == "option":
        scope.options.append(read_option_statement(cursor))
    else:
        return False
    return True


def _read_message(cursor: Cursor, scope: Scope) -> None:
    at = cursor.place()
    cursor.expect("message")
    name = cursor.name("the name of the message")
    scope.messages.append(_read_message_body(cursor, name, at))


def _read_message_body(cursor: Cursor, name: str, at: Place) -> Message:
    scope = Scope()
    cursor.scope += len(name) + 1
    try:
        read_block(cursor, lambda: _read_message_statement(cursor, scope))
    finally:
        cursor.scope -= len(name) + 1
    message = scope.message(name, at)
    report_repeated_members(cursor, message)
    return message


def _read_message_statement(cursor: Cursor, scope: Scope) -> None:
    keyword = cursor.text
    if keyword == "oneof":
        _read_oneof(cursor, scope)
    elif keyword == "reserved":
        read_reserved(cursor, scope.reserved, MAX_FIELD)
    elif keyword == "extensions":
        read_extension_ranges(cursor, scope.ranges)
    elif not read_definition(cursor, scope):
        scope.fields.append(_read_field(cursor, scope))


def _read_oneof(cursor: Cursor, scope: Scope) -> None:
    at = cursor.place()
    cursor.expect("oneof")
    name = cursor.name("the name of the oneof")
    options: list[Option] = []

    def statement() -> None:
        if cursor.text == "option":
            options.append(read_option_statement(cursor))
        else:
            scope.fields.append(_read_field(cursor, scope, _Place(oneof=name)))

    read_block(cursor, statement)
    scope.oneofs.append(Oneof(name, at, tuple(options)))


def _read_extend(cursor: Cursor, scope: Scope) -> None:
    cursor.expect("extend")
    extendee = cursor.dotted_name("the message to extend")
    read_block(cursor, lambda: scope.extensions.append(_read_field(cursor, scope, _Place(extendee=extendee))))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a field stands: in which oneof, or in the extension of which message."""

    oneof: str | None = None
    extendee: str | None = None


def _read_field(cursor: Cursor, scope: Scope, within: _Place = _Place()) -> Field:
    """A field; the message of a group or map is added to ``scope``."""
    at = cursor.place()
    label = cursor.advance() if cursor.text in _LABELS and cursor.kind == NAME else ""
    if cursor.text == "group" and cursor.next_text() != "=":
        return _read_group(cursor, scope, label, at, within)
    if cursor.text == "map" and cursor.next_text() == "<":
        return _read_map(cursor, scope, at)
    type_at = cursor.place()
    type_name = cursor.dotted_name("a field, or '}'")
    name_at = cursor.place()
    name = cursor.name("the name of the field")
    number, options = _read_number_and_options(cursor)
    cursor.expect(";")
    return Field(name, number, type_name, label, at, name_at, type_at, options, within.oneof, within.extendee)


def _read_number_and_options(cursor: Cursor) -> tuple[int, tuple[Option, ...]]:
    cursor.expect("=")
    return read_integer(cursor, "the number of the field"), read_options(cursor)


def _read_group(cursor: Cursor, scope: Scope, label: str, at: Place, within: _Place) -> Field:
    type_at = cursor.place()
    cursor.expect("group")
    name_at = cursor.place()
    name = cursor.name("the name of the group")
    number, options = _read_number_and_options(cursor)
    scope.messages.append(_read_message_body(cursor, name, at))
    return Field(
        name.lower(),
        number,
        name,
        label,
        at,
        name_at,
        type_at,
        options,
        within.oneof,
        within.extendee,
        is_group=True,
    )


def _read_map(cursor: Cursor, scope: Scope, at: Place) -> Field:
    """A map is a repeated message of a key and a value, which protoc makes as well."""
    cursor.expect("map")
    cursor.expect("<")
    key_at = cursor.place()
    key = cursor.dotted_name("the type of the keys")
    cursor.expect(",")
    value_at = cursor.place()
    value = cursor.dotted_name("the type of the values")
    cursor.expect(">")
    name_at = cursor.place()
    name = cursor.name("the name of the field")
    number, options = _read_number_and_options(cursor)
    cursor.expect(";")
    features = tuple(option for option in options if option.name.startswith("features"))
    entry = Message(
        entry_name(name),
        at,
        (
            Field("key", 1, key, "optional", at, at, key_at, features),
            Field("value", 2, value, "optional", at, at, value_at, features),
        ),
        map_of=name,
    )
    scope.messages.append(entry)
    return Field(name, number, entry.name, "repeated", at, name_at, at, options, is_map=True)


def entry_name(name: str) -> str:
    """The name of the message that protoc makes for a map: ``line_items`` has ``LineItemsEntry``."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_")) + "Entry"
