"""Whether the default of a field can stand for a value that was not written.

Source: the Avro 1.12 specification, "Complex Types", table of field default values. A default that fits no type of its
field counts as none: a reader that needs it fails, and one that never needs it works.
"""

from __future__ import annotations

from runbook_tui.contracts.avro.model import (
    Array,
    Enum,
    Field,
    Fixed,
    Map,
    Primitive,
    Record,
    Schema,
    Union,
    resolved,
)

_INT = range(-(2**31), 2**31)
_LONG = range(-(2**63), 2**63)
MOST_STEPS = 10_000
"""Values of one default that are looked at; a larger one is taken as it is."""


def has_usable_default(field: Field) -> bool:
    """Whether a reader gets along without a field that was not written."""
    return field.has_default and _Check().fits(field.schema, field.default)


class _Check:
    def __init__(self) -> None:
        self.steps = 0

    def fits(self, schema: Schema, value: object) -> bool:
        self.steps += 1
        found = resolved(schema)
        if found is None or self.steps > MOST_STEPS:
            return True
        if isinstance(found, Union):
            return any(self.fits(branch, value) for branch in found.branches)
        if isinstance(found, Primitive):
            return _primitive(found.type, value)
        if isinstance(found, Array):
            return isinstance(value, list) and all(self.fits(found.items, item) for item in value)
        if isinstance(found, Map):
            return isinstance(value, dict) and all(self.fits(found.values, item) for item in value.values())
        return self._named(found, value)

    def _named(self, found: Schema, value: object) -> bool:
        if isinstance(found, Enum):
            return isinstance(value, str) and value in found.symbols
        if isinstance(found, Fixed):
            return _is_bytes(value) and len(str(value)) == found.size
        assert isinstance(found, Record)
        if not isinstance(value, dict):
            return False
        return all(
            self.fits(field.schema, value[field.name]) if field.name in value else field.has_default
            for field in found.fields
        )


def _primitive(name: str, value: object) -> bool:
    if name == "null":
        return value is None
    if name == "boolean":
        return isinstance(value, bool)
    if name == "string":
        return isinstance(value, str)
    if name == "bytes":
        return _is_bytes(value)
    if isinstance(value, bool):
        return False
    if name in ("int", "long"):
        return isinstance(value, int) and value in (_INT if name == "int" else _LONG)
    # the Java library takes these words for the numbers that JSON cannot write
    return isinstance(value, (int, float)) or value in ("NaN", "Infinity", "-Infinity", "INF", "-INF")


def _is_bytes(value: object) -> bool:
    return isinstance(value, str) and all(ord(character) < 256 for character in value)
