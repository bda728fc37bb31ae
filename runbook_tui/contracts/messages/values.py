"""JSON values: their types, numbers without rounding, equality."""

from __future__ import annotations

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


def equal(one: object, other: object) -> bool:
    """Whether two values are the same to JSON Schema: 1 is 1.0, and never true."""
    kind = kind_of(one)
    if kind != kind_of(other):
        return False
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(value, other[key]) for key, value in one.items())
    if kind == "number":
        numbers = exact(one), exact(other)
        return numbers[0] == numbers[1] if None not in numbers else one is other
    return one == other
