"""Default values of fields, comparable between types."""

from __future__ import annotations

import struct
from math import isnan

from runbook_tui.contracts.protobuf.fields import MESSAGE_KINDS, Cardinality, ResolvedField
from runbook_tui.contracts.protobuf.literals import whole_number
from runbook_tui.contracts.protobuf.schema import Schema
from runbook_tui.contracts.protobuf.tree import Value

Default = bytes | int | float


def default_of(schema: Schema, field: ResolvedField) -> Default | None:
    """What a reader takes for a field that is not in the message; None where it can have no default."""
    if field.cardinality in (Cardinality.REPEATED, Cardinality.MAP) or field.kind in MESSAGE_KINDS:
        return None
    value = next((option.value for option in field.node.options if option.name == "default"), None)
    if field.kind in ("string", "bytes"):
        return value if isinstance(value, bytes) else b""
    if field.kind == "enum":
        return _enum_default(schema, field.type, value)
    return _number(value, field.kind) if isinstance(value, str) else 0


def same_default(old: Default, new: Default) -> bool:
    """Whether two defaults are the same, also of two types; all zeros are the same as none."""
    if not old and not new:
        return True
    if isinstance(old, float) and isinstance(new, float) and isnan(old) and isnan(new):
        return True
    return old == new or (isinstance(old, float) and isinstance(new, float) and _single(old) == _single(new))


def _enum_default(schema: Schema, name: str, value: Value | None) -> int:
    numbers = schema.enum_numbers(name)
    if isinstance(value, str) and value in numbers:
        return numbers[value]
    return next(iter(numbers.values()), 0)


def _number(text: str, kind: str) -> int | float:
    if kind == "bool":
        return int(text == "true")
    whole = whole_number(text.lstrip("-"))
    if whole is not None and kind not in ("double", "float"):
        return -whole if text.startswith("-") else whole
    try:
        number = float(text)
    except ValueError:
        return float(whole or 0)
    return _single(number) if kind == "float" else number


def _single(number: float) -> float:
    """The number as far as 32 bits hold it."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", number))[0])
    except OverflowError:
        return number
