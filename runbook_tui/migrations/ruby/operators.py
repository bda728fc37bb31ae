"""What Ruby's operators and methods of strings, arrays and hashes give when what they are applied to is written out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import add, mul, sub

from runbook_tui.migrations.following.values import UNKNOWN, Text
from runbook_tui.migrations.ruby.values import texts_of, truth

_SAME = frozenset({
    "to_s", "to_sym", "to_str", "freeze", "dup", "squish", "strip", "strip_heredoc", "chomp", "lstrip",
    "rstrip", "html_safe", "to_a", "to_h", "uniq", "compact", "presence", "itself",
    "with_indifferent_access", "symbolize_keys", "stringify_keys", "lazy", "to_set", "sort", "entries",
    "deep_dup", "clone",
})  # fmt: skip
"""Methods after which a value reads the same; what they change, as spaces in SQL, does not matter here."""
_LARGE, _LONGEST, _MOST = 1 << 40, 200_000, 1000
"""Numbers, characters and items beyond which nobody writes a migration: code that grows them is not followed."""
_ARITHMETIC: dict[str, Callable[[int, int], int]] = {"+": add, "-": sub, "*": mul}
LOST = frozenset({
    "push", "append", "<<", "concat", "unshift", "prepend", "delete", "delete_if", "reject!", "select!",
    "map!", "merge!", "update", "store", "[]=", "clear", "pop", "shift", "insert", "replace", "gsub!",
    "sub!", "fill",
})  # fmt: skip
"""Methods after which a value is not what it was."""


def method_of(value: object, name: str, arguments: tuple[object, ...]) -> object:
    """What a method of a string, number, array or hash gives; UNKNOWN when that is not known here."""
    return bounded(_method_of(value, name, arguments))


def bounded(value: object) -> object:
    """The value, unless it has grown beyond what anybody writes."""
    most = _LONGEST if isinstance(value, str) else _MOST
    return UNKNOWN if isinstance(value, str | list | dict) and len(value) > most else value


def _method_of(value: object, name: str, arguments: tuple[object, ...]) -> object:
    if name in _SAME:
        return value
    if name == "==" and len(arguments) == 1:
        other = arguments[0]
        return value == other if isinstance(value, str | int) and isinstance(other, str | int) else UNKNOWN
    if isinstance(value, str):
        return _text_method(value, name, arguments)
    if isinstance(value, list):
        return _list_method(value, name, arguments)
    if isinstance(value, Mapping):
        return _hash_method(value, name, arguments)
    return UNKNOWN


def _text_method(value: str, name: str, arguments: tuple[object, ...]) -> object:
    if name in ("upcase", "downcase"):
        return value.upper() if name == "upcase" else value.lower()
    if name == "+" and isinstance(arguments[0], str):
        return (
            Text.at(str(value) + str(arguments[0]), value.line)
            if isinstance(value, Text)
            else value + arguments[0]
        )
    if name == "include?" and arguments and isinstance(arguments[0], str):
        return arguments[0] in value
    return UNKNOWN


def _list_method(value: list[object], name: str, arguments: tuple[object, ...]) -> object:
    if name in ("first", "last") and not arguments:
        return (value[0] if name == "first" else value[-1]) if value else None
    if name == "+" and isinstance(arguments[0], list):
        return [*value, *arguments[0]]
    if name == "join" and all(isinstance(item, str | int) for item in value):
        glue = arguments[0] if arguments else ""
        return glue.join(map(str, value)) if isinstance(glue, str) else UNKNOWN
    if name in ("any?", "empty?", "none?", "blank?", "present?") and not arguments:
        return bool(value) if name in ("any?", "present?") else not value
    if name == "reverse":
        return value[::-1]
    if name in ("size", "length", "count") and not arguments:
        return len(value)
    if name == "[]" and len(arguments) == 1 and isinstance(arguments[0], int):
        return value[arguments[0]] if -len(value) <= arguments[0] < len(value) else None
    return UNKNOWN


def _hash_method(value: Mapping[str, object], name: str, arguments: tuple[object, ...]) -> object:
    if name in ("keys", "values") and not arguments:
        return list(value) if name == "keys" else list(value.values())
    if name in ("[]", "fetch", "dig") and len(arguments) == 1 and isinstance(arguments[0], str):
        return value.get(arguments[0], None if name == "[]" else UNKNOWN)
    if name == "merge" and all(isinstance(item, Mapping) for item in arguments):
        merged = dict(value)
        for item in arguments:
            merged.update(item if isinstance(item, Mapping) else {})
        return merged
    if name in ("except", "slice"):
        wanted = {item for item in arguments if isinstance(item, str)}
        return {key: item for key, item in value.items() if (key in wanted) is (name == "slice")}
    return UNKNOWN


def compared(operator: str, left: object, right: object) -> object:
    """``left operator right`` of known values; UNKNOWN otherwise."""
    plain = (str, int, float, bool, type(None))
    if operator in ("==", "!="):
        if isinstance(left, plain) and isinstance(right, plain):
            return (left == right) is (operator == "==")
        return UNKNOWN
    if operator == "+" and isinstance(left, str | list):
        return method_of(left, "+", (right,))
    if operator == "-" and isinstance(left, list) and isinstance(right, list):
        names = set(texts_of(right))
        return [item for item in left if item not in names] if texts_of(left) and names else UNKNOWN
    if (
        operator == "*"
        and isinstance(left, str)
        and isinstance(right, int)
        and 0 <= right * len(left) < _LONGEST
    ):
        return left * right
    if operator in _ARITHMETIC and isinstance(left, int) and isinstance(right, int):
        return _ARITHMETIC[operator](left, right) if abs(left) < _LARGE and abs(right) < _LARGE else UNKNOWN
    return UNKNOWN


def known(value: object) -> bool:
    """Whether a value is written out, so that Ruby's own methods of it are known."""
    return value is None or isinstance(value, str | int | float | bool | list | dict)


def conjunction(operator: str, left: object) -> bool | None:
    """Whether the right side of ``&&`` or ``||`` is looked at; None when that is not known."""
    known_left = truth(left)
    return None if known_left is None else known_left is (operator in ("&&", "and"))
