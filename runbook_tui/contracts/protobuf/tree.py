"""What a .proto file says, as written: names are not resolved and options not applied.

Trees are immutable, so that one tree can stand for every version that has the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

Place = tuple[int, int]
"""Line and column, from 1."""

Value = str | bytes | tuple[tuple[str, "Value"], ...]
"""An option's value: an identifier or number as written, a string literal, or an aggregate in its order (a list is an
aggregate with empty names)."""


@dataclass(frozen=True, slots=True)
class Option:
    """``option java_package = "a";`` or one entry of ``[deprecated = true]``."""

    name: str
    """``java_package``, ``(my.option).part``, ``features.(pb.cpp).string_type``."""
    value: Value
    at: Place


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers that are reserved, or set aside for extensions. Both ends belong to it."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Field:
    """A field, a member of a oneof, a map, a group, or an extension."""

    name: str
    number: int
    type: str
    """As written, such as ``int32`` or ``.shop.Order``; of a map or group the name of its message."""
    label: str
    """``optional``, ``required``, ``repeated`` or empty."""
    at: Place
    name_at: Place
    type_at: Place
    options: tuple[Option, ...] = ()
    oneof: str | None = None
    extendee: str | None = None
    """As written; only of extensions."""
    is_group: bool = False
    is_map: bool = False


@dataclass(frozen=True, slots=True)
class Oneof:
    """Fields of which one at most is set."""

    name: str
    at: Place
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class EnumValue:
    """A name for a number."""

    name: str
    number: int
    at: Place
    number_at: Place


@dataclass(frozen=True, slots=True)
class Enum:
    """An enumeration."""

    name: str
    at: Place
    values: tuple[EnumValue, ...] = ()
    options: tuple[Option, ...] = ()
    reserved: tuple[Range, ...] = ()
    reserved_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """A message with everything that is defined inside of it."""

    name: str
    at: Place
    fields: tuple[Field, ...] = ()
    oneofs: tuple[Oneof, ...] = ()
    messages: tuple[Message, ...] = ()
    enums: tuple[Enum, ...] = ()
    extensions: tuple[Field, ...] = ()
    options: tuple[Option, ...] = ()
    reserved: tuple[Range, ...] = ()
    reserved_names: tuple[str, ...] = ()
    extension_ranges: tuple[Range, ...] = ()
    map_of: str = ""
    """Of the entries of a map: the name of the field; such a message is made by the parser, as protoc does."""


@dataclass(frozen=True, slots=True)
class Rpc:
    """A method of a service."""

    name: str
    at: Place
    input: str
    output: str
    input_at: Place
    output_at: Place
    client_streaming: bool = False
    server_streaming: bool = False
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """A service with its methods."""

    name: str
    at: Place
    rpcs: tuple[Rpc, ...] = ()
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Import:
    """Another file whose names are used."""

    path: str
    is_public: bool
    """Those who import this file see its names as well."""
    at: Place = (0, 0)
    """Of the path."""


@dataclass(frozen=True, slots=True)
class File:
    """One .proto file."""

    edition: str = "proto2"
    """``proto2``, ``proto3``, ``2023``, ``2024`` ...; a file that does not say is proto2."""
    edition_at: Place = (0, 0)
    package: str = ""
    package_at: Place = (0, 0)
    imports: tuple[Import, ...] = ()
    messages: tuple[Message, ...] = ()
    enums: tuple[Enum, ...] = ()
    services: tuple[Service, ...] = ()
    extensions: tuple[Field, ...] = ()
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with the text of a file."""

    at: Place
    what: str
    expected: str = ""
    remedy: str = ""
