"""How large the result of a template's operation would be, so that a huge one can be refused before it is made.

A template such as ``{{ 'a' * 10 ** 9 }}`` or ``{{ 'x' | center(10 ** 9) }}`` would otherwise take all the memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any

from jinja2.exceptions import SecurityError

LONGEST = 1_000_000
"""Most characters or elements that one operation may make."""

_MOST_BITS = 4096
_FORMAT_FIELD = re.compile(r"%(?:\([^)]*\))?[#0\- +]*(\*|\d+)?(?:\.(\*|\d+))?")

Sizer = Callable[..., int]


def operation_size(operator: str, left: object, right: object) -> int:
    """About how many characters or elements ``left operator right`` has; 0 when it cannot be large."""
    if operator == "+":
        return _size(left) + _size(right)
    if operator == "%":
        return _format_size(left, right) if isinstance(left, str) else 0
    if isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length() * right if operator == "**" else left.bit_length() + right.bit_length()
        return LONGEST + 1 if bits > _MOST_BITS else 0
    if operator == "*":
        return max(_size(left) * _count(right), _size(right) * _count(left))
    return 0


def capped_filters(filters: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """The filters whose result can be longer than what goes in, each with a limit on it."""
    return {name: _capped(name, filters[name], sizer) for name, sizer in _SIZERS.items()}


def _capped(name: str, function: Callable[..., Any], sizer: Sizer) -> Callable[..., Any]:
    # Filters that Jinja gives its own first argument (evaluation context, environment) are marked so.
    own = 1 if hasattr(function, "jinja_pass_arg") else 0

    @wraps(function)
    def capped(*arguments: Any, **options: Any) -> object:  # noqa: ANN401 - passed on as they are
        if sizer(*arguments[own:], **options) > LONGEST:
            raise SecurityError(
                f"the result of the filter '{name}' would be longer than {LONGEST:,} characters"
            )
        return function(*arguments, **options)

    return capped


def _size(value: object) -> int:
    return len(value) if isinstance(value, (str, bytes, list, tuple, dict)) else 1


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def _format_size(template: str, values: object) -> int:
    size = len(template) + sum(_size(value) for value in (values if isinstance(values, tuple) else (values,)))
    for width, precision in _FORMAT_FIELD.findall(template):
        if "*" in {width, precision}:
            return LONGEST + 1
        size += int(width or 0) + int(precision or 0)
    return size


def _center(value: object, width: int = 80) -> int:
    return max(len(str(value)), width)


def _format(value: str, *arguments: object, **named: object) -> int:
    return _format_size(str(value), (*arguments, *named.values()))


def _indent(value: str, width: int | str = 4, *_: object, **__: object) -> int:
    return len(value) + (value.count("\n") + 1) * (width if isinstance(width, int) else len(width))


def _join(values: Iterable[object], d: str = "", attribute: object = None) -> int:
    if not isinstance(values, (str, list, tuple, dict)):
        # Anything else could be read only once; what templates iterate over is bounded by their own data.
        return 0
    return sum(len(d) + (len(item) if isinstance(item, str) else 1) for item in values)


def _replace(value: object, old: str, new: str, count: int | None = None) -> int:
    text = str(value)
    return len(text) + text.count(str(old)) * len(str(new))


def _round(value: float, precision: int = 0, method: str = "common") -> int:
    return LONGEST + 1 if abs(precision) > 300 else 0


def _tojson(value: object, indent: int | None = None) -> int:
    return LONGEST + 1 if (indent or 0) > 16 else 0


def _wordwrap(
    value: str, width: int = 79, break_long_words: bool = True, wrapstring: str | None = None, *_: object
) -> int:
    return len(value) * (1 + len(wrapstring or ""))


_SIZERS: dict[str, Sizer] = {
    "center": _center,
    "format": _format,
    "indent": _indent,
    "join": _join,
    "replace": _replace,
    "round": _round,
    "tojson": _tojson,
    "wordwrap": _wordwrap,
}
