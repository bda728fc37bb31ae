"""JSON values: their types, numbers without rounding, equality."""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction
from math import isfinite

MAX_EXPONENT = 400
"""Numbers beyond ten to this power are not calculated with."""


def kind_of(value: object) -> str:
    """The type of a value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"


def exact(value: object) -> Fraction | None:
    """A number as it is written in decimal; None where it is none, or endless."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, int):
        return Fraction(value) if value.bit_length() < 4 * MAX_EXPONENT else None
    return Fraction(repr(value)) if isfinite(value) else None


def plain(number: Fraction) -> int | float:
    """A number as JSON writes it; rounded where it has no end in decimal."""
    return number.numerator if number.denominator == 1 else float(number)


def key_of(value: object) -> Hashable:
    """What two values share exactly if they are the same to JSON Schema: 1 is 1.0, and never true."""
    kind = kind_of(value)
    if isinstance(value, list):
        return (kind, *map(key_of, value))
    if isinstance(value, dict):
        return (kind, frozenset((name, key_of(each)) for name, each in value.items()))
    number = exact(value)
    return (kind, value if number is None else number)


def equal(one: object, other: object) -> bool:
    """Whether two values are the same to JSON Schema."""
    return key_of(one) == key_of(other)
