"""What operators and methods give when what they are applied to is written out."""

from __future__ import annotations

import ast
import re

from runbook_tui.migrations.following.follower import LONGEST, limited
from runbook_tui.migrations.following.values import UNKNOWN
from runbook_tui.migrations.python.values import Call, Function, Symbol

_PLAIN_FIELDS = re.compile(r"(?:[^{}]|\{\{|\}\}|\{\w*\})*")
"""A template whose fields have no attribute, index or format: those can ask for anything."""


def truth(value: object) -> bool | None:
    """Whether a condition holds; None when only running it would tell."""
    if value is None or isinstance(value, bool | int | float | str | list | tuple | dict):
        return bool(value)
    return True if isinstance(value, Function) else None


def items_of(value: object) -> list[object] | None:
    """The items of a list, tuple or dictionary that is written out."""
    if isinstance(value, list | tuple):
        return list(value)
    if isinstance(value, dict):
        return list(value)
    if isinstance(value, Call) and value.path in ("sorted", "list", "tuple", "set", "reversed"):
        return items_of(value.arguments[0]) if len(value.arguments) == 1 else None
    return None


def hashable(value: object) -> bool:
    """Whether a value can be a key of a dictionary that is written out."""
    if isinstance(value, tuple):
        return all(hashable(item) for item in value)
    return isinstance(value, str | int | float | bool | bytes | Symbol) or value is None


def add(left: object, right: object) -> object:
    """``left + right`` for strings, numbers and lists."""
    if isinstance(left, str) and isinstance(right, str) and len(left) + len(right) <= LONGEST:
        return left + right
    if isinstance(left, list) and isinstance(right, list) and len(left) + len(right) <= LONGEST:
        return left + right
    if isinstance(left, tuple) and isinstance(right, tuple) and len(left) + len(right) <= LONGEST:
        return left + right
    return left + right if isinstance(left, int) and isinstance(right, int) else UNKNOWN


def percent(template: str, values: object) -> object:
    """``"DROP TABLE %s" % name``, with plain ``%s`` and ``%d`` only."""
    given = values if isinstance(values, tuple) else (values,)
    if not all(isinstance(value, str | int) for value in given):
        return UNKNOWN
    pieces = template.replace("%%", "\0").replace("%d", "%s").split("%s")
    if len(pieces) != len(given) + 1 or any("%" in piece for piece in pieces):
        return UNKNOWN
    text = pieces[0] + "".join(f"{value}{piece}" for value, piece in zip(given, pieces[1:], strict=True))
    return limited(text.replace("\0", "%"))


def text_method(text: str, name: str, call: Call) -> object:
    """A method of a string."""
    arguments = call.arguments
    if name == "format" and not call.partial:
        return _formatted(text, call)
    if name == "join" and len(arguments) == 1:
        items = items_of(arguments[0])
        texts = [item for item in items or [] if isinstance(item, str)]
        known = items is not None and len(texts) == len(items)
        return text.join(texts) if known else UNKNOWN
    if name in ("strip", "lower", "upper") and not arguments:
        return str(getattr(text, name)())
    if name == "split" and not arguments:
        return text.split()
    return UNKNOWN


def _formatted(text: str, call: Call) -> object:
    values = [*call.arguments, *call.keywords.values()]
    if not _PLAIN_FIELDS.fullmatch(text) or not all(isinstance(value, str | int) for value in values):
        return UNKNOWN
    if len(text) + text.count("{") * max((len(str(value)) for value in values), default=0) > LONGEST:
        return UNKNOWN
    try:
        return text.format(*call.arguments, **dict(call.keywords))
    except (ValueError, IndexError, KeyError):
        return UNKNOWN


def compared(left: object, operator: ast.cmpop, right: object) -> object:
    """A comparison of two known values."""
    if isinstance(operator, ast.In | ast.NotIn):
        items = items_of(right)
        if items is None or not all(_is_plain(item) for item in [left, *items]):
            return UNKNOWN
        return (left in items) is isinstance(operator, ast.In)
    if not (_is_plain(left) and _is_plain(right)):
        return UNKNOWN
    if isinstance(operator, ast.Eq | ast.Is):
        return left == right
    return left != right if isinstance(operator, ast.NotEq | ast.IsNot) else UNKNOWN


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | bool)
