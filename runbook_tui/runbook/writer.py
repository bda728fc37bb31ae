"""Plain data as YAML that people like to read and every YAML parser reads the same way.

Written by hand because the layout is the point: the order of keys, which values stand on one line, which text is a
literal block. What can be read as another type, by YAML 1.1 or 1.2, is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ON_ONE_LINE = frozenset({"window", "only", "approvers", "issues", "authors"})
"""Keys whose value is written as ``{a: b}`` or ``[a, b]`` where it is short."""
_LONGEST_ON_ONE_LINE = 80

_OTHER_TYPE = re.compile(
    r"~|null|true|false|yes|no|on|off|y|n"
    r"|[-+]?\.(?:inf|nan)"
    r"|[-+]?0[xob][0-9a-f_]+"
    r"|[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9_]+)(?:e[-+]?[0-9]+)?"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[t\s]+[0-9]{1,2}:[0-9]{2}:[0-9]{2}.*)?",
    re.IGNORECASE,
)
"""Plain scalars that YAML 1.1 or 1.2 reads as null, a truth value, a number, a time or a date."""
_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`=<](?:.*\S)?|-[^\s\-].*(?<=\S)")
_FLOW_MARKS = re.compile(r"[,\[\]{}?]")


@dataclass(frozen=True, slots=True)
class Style:
    """How a file is laid out."""

    indent: int = 2
    """Columns from a key to the keys below it."""
    dash: int = 2
    """Columns from a key to the dashes of its list."""
    newline: str = "\n"


def is_plain(text: str) -> bool:
    """Whether a text can stand without quotes, outside brackets, and is read as that text by every parser."""
    return (
        text.isprintable()
        and _PLAIN.fullmatch(text) is not None
        and ": " not in text
        and " #" not in text
        and not text.endswith(":")
        and _OTHER_TYPE.fullmatch(text) is None
    )


def _escaped(character: str) -> str:
    if character in {'"', "\\"}:
        return "\\" + character
    if character.isprintable():
        return character
    short = {"\n": "\\n", "\t": "\\t"}.get(character)
    code = ord(character)
    return short or (
        f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    )


def scalar(value: object, quote: str = "") -> str:
    """One value on one line.

    Args:
        value: a text, a number or a truth value.
        quote: the quotation mark to prefer for a text, where it is able to hold it; none when empty.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    if not quote and is_plain(value):
        return value
    prefers_single = '"' in value or "\\" in value if not quote else quote == "'"
    if prefers_single and value.isprintable() and "'" not in value:
        return f"'{value}'"
    return '"' + "".join(map(_escaped, value)) + '"'


def _is_literal(value: object) -> bool:
    """Whether a text of several lines keeps every character as a literal block that editors leave alone."""
    if not isinstance(value, str) or "\n" not in value:
        return False
    lines = value.removesuffix("\n").split("\n")
    return (
        all(line.isprintable() and line == line.rstrip() for line in lines)
        and lines[0] != ""
        and lines[-1] != ""
        and not lines[0].startswith(" ")
    )


def _on_one_line(value: object) -> str | None:
    """A short list or mapping of scalars in brackets; None when it has to be written over several lines."""

    def part(item: object) -> str:
        text = scalar(item)
        return scalar(item, '"') if text[0] not in "\"'" and _FLOW_MARKS.search(text) else text

    if isinstance(value, Mapping):
        if any(isinstance(item, (Mapping, list)) for item in value.values()):
            return None
        text = "{" + ", ".join(f"{part(key)}: {part(item)}" for key, item in value.items()) + "}"
    elif isinstance(value, list):
        if any(isinstance(item, (Mapping, list)) for item in value):
            return None
        text = "[" + ", ".join(map(part, value)) + "]"
    else:
        return None
    return text if len(text) <= _LONGEST_ON_ONE_LINE and "\\" not in text else None


def entry_lines(key: str, value: object, column: int, style: Style, quote: str = "") -> list[str]:
    """The lines of ``key: value`` in a block mapping whose keys begin at ``column``; each with its line end."""
    start = " " * column + scalar(key) + ":"
    end = style.newline
    if isinstance(value, (Mapping, list)):
        short = _on_one_line(value) if key in ON_ONE_LINE or not value else None
        if short:
            return [f"{start} {short}{end}"]
        if isinstance(value, list):
            return [
                start + end,
                *(line for item in value for line in item_lines(item, column + style.dash, style)),
            ]
        return [start + end, *mapping_lines(value, column + style.indent, style)]
    if not quote and _is_literal(value):
        text = str(value)
        body = text.removesuffix("\n").split("\n")
        mark = "|" if text.endswith("\n") else "|-"
        inner = " " * (column + style.indent)
        return [f"{start} {mark}{end}", *((inner + line if line else "") + end for line in body)]
    return [f"{start} {scalar(value, quote)}{end}"]


def mapping_lines(value: Mapping[str, object], column: int, style: Style) -> list[str]:
    """The lines of a block mapping whose keys begin at ``column``."""
    return [line for key, item in value.items() for line in entry_lines(key, item, column, style)]


def item_lines(value: object, column: int, style: Style) -> list[str]:
    """The lines of one item of a list whose dashes stand at ``column``; items are mappings or scalars."""
    if not isinstance(value, Mapping):
        return [f"{' ' * column}- {scalar(value)}{style.newline}"]
    lines = mapping_lines(value, column + 2, style)
    return [f"{' ' * column}- {lines[0][column + 2 :]}", *lines[1:]]


def sequence_lines(values: Sequence[object], column: int, style: Style) -> list[str]:
    """The lines of a list whose dashes stand at ``column``."""
    return [line for value in values for line in item_lines(value, column, style)]
