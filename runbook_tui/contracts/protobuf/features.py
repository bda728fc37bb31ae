"""Features of editions: how fields, enums and texts behave, inherited from the file down to the field.

proto2 and proto3 are read as the editions that they are equal to. Defaults: protocolbuffers/protobuf:
src/google/protobuf/descriptor.proto, cpp_features.proto and java_features.proto (``edition_defaults``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from runbook_tui.contracts.protobuf.tree import Option, Value


@dataclass(frozen=True, slots=True)
class Features:
    """The features that change what messages or generated code look like."""

    field_presence: str = "EXPLICIT"
    enum_type: str = "OPEN"
    utf8_validation: str = "VERIFY"
    message_encoding: str = "LENGTH_PREFIXED"
    json_format: str = "ALLOW"
    cpp_string_type: str = "STRING"
    java_utf8_validation: str = "DEFAULT"


_PROTO2 = Features("EXPLICIT", "CLOSED", "NONE", json_format="LEGACY_BEST_EFFORT")
_PROTO3 = Features("IMPLICIT")
_ATTRIBUTES = {
    "features.field_presence": "field_presence",
    "features.enum_type": "enum_type",
    "features.utf8_validation": "utf8_validation",
    "features.message_encoding": "message_encoding",
    "features.json_format": "json_format",
    "features.(pb.cpp).string_type": "cpp_string_type",
    "features.(pb.java).utf8_validation": "java_utf8_validation",
}


@lru_cache(maxsize=64)
def defaults_of(edition: str) -> Features:
    """The features of a file that sets none, such as of ``proto3`` or ``2023``."""
    if edition in ("proto2", "proto3"):
        return _PROTO2 if edition == "proto2" else _PROTO3
    return Features() if edition < "2024" else Features(cpp_string_type="VIEW")


def overridden(inherited: Features, options: Iterable[Option]) -> Features:
    """The features of an element with these options inside of one with the inherited ones."""
    changed = {
        _ATTRIBUTES[name]: value
        for option in options
        if option.name.startswith("features")
        for name, value in _flat(option.name, option.value)
        if name in _ATTRIBUTES
    }
    return replace(inherited, **changed) if changed else inherited


def feature_option(options: Iterable[Option], name: str) -> Option | None:
    """The option that sets a feature by its full name, such as ``features.(pb.cpp).string_type``."""
    for option in options:
        if option.name.startswith("features") and any(
            found == name for found, _ in _flat(option.name, option.value)
        ):
            return option
    return None


def _flat(name: str, value: Value) -> Iterator[tuple[str, str]]:
    """``features = {enum_type: OPEN [pb.cpp] {...}}`` as names and values. Features are nested three deep at most."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, tuple) and name.count(".") < 4:
        for part, inner in value:
            yield from _flat(f"{name}.{part}", inner)
