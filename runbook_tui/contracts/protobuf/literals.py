"""Numbers, texts and the values of options."""

from __future__ import annotations

import re

from runbook_tui.contracts.protobuf.cursor import (
    MAX_DEPTH,
    NAME,
    NUMBER,
    STRING,
    Cursor,
    MistakeError,
    is_closed,
)
from runbook_tui.contracts.protobuf.tree import Mistake, Option, Value

_ESCAPE = re.compile(
    rb"\\(?:([abfnrtv\\'\"?])|([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|u(.{4})|U(.{8}))", re.DOTALL
)
_INTEGER = re.compile(r"0[xX][0-9a-fA-F]{1,40}|0[0-7]{0,40}|[1-9][0-9]{0,40}")
_SIMPLE = dict(zip(b"abfnrtv\\'\"?", b"\a\b\f\n\r\t\v\\'\"?", strict=True))
_CLOSING = {"{": "}", "<": ">"}


def read_integer(cursor: Cursor, what: str) -> int:
    """A whole number, decimal, octal or hexadecimal, with its sign."""
    at = cursor.start
    negative = cursor.take("-")
    number = whole_number(cursor.text) if cursor.kind == NUMBER else None
    if number is None:
        raise cursor.unexpected(what)
    cursor.advance()
    if number.bit_length() > 64:
        raise MistakeError(Mistake(cursor.place(at), "the number is too large", "at most 64 bits"))
    return -number if negative else number


def whole_number(text: str) -> int | None:
    """The value of an integer literal; None when it is none."""
    if _INTEGER.fullmatch(text) is None:
        return None
    if text[:2] in ("0x", "0X"):
        return int(text[2:], 16)
    return int(text, 8) if text.startswith("0") else int(text)


def read_text(cursor: Cursor, what: str) -> bytes:
    """One or more string literals, put together."""
    if cursor.kind != STRING or not is_closed(cursor.text):
        raise cursor.unexpected(what)
    parts = []
    while cursor.kind == STRING:
        if not is_closed(cursor.text):
            raise cursor.unexpected(what)
        parts.append(unescaped(cursor.advance()[1:-1]))
    return b"".join(parts)


def unescaped(inside: str) -> bytes:
    """The bytes that the inside of a string literal means. Escapes that mean nothing stay as they are."""
    data = inside.encode("utf-8", "surrogatepass")
    return _ESCAPE.sub(_escape, data) if b"\\" in data else data


def _escape(found: re.Match[bytes]) -> bytes:
    simple, octal, hexadecimal, short, long = found.groups()
    if simple is not None:
        return bytes([_SIMPLE[simple[0]]])
    if octal is not None:
        return bytes([int(octal, 8) & 0xFF])
    if hexadecimal is not None:
        return bytes([int(hexadecimal, 16)])
    try:
        return chr(int(short or long, 16)).encode("utf-8")
    except (ValueError, OverflowError):
        return found[0]


def read_option_statement(cursor: Cursor) -> Option:
    """``option name = value;``, from its first token."""
    at = cursor.place()
    cursor.expect("option")
    name, value = _read_assignment(cursor)
    cursor.expect(";")
    return Option(name, value, at)


def read_options(cursor: Cursor) -> tuple[Option, ...]:
    """``[a = 1, b = 2]``; nothing when this token opens no bracket."""
    if not cursor.take("["):
        return ()
    found = []
    while not cursor.take("]"):
        at = cursor.place()
        found.append(Option(*_read_assignment(cursor), at))
        if cursor.text != "]":
            cursor.expect(",")
    return tuple(found)


def _read_assignment(cursor: Cursor) -> tuple[str, Value]:
    name = read_option_name(cursor)
    cursor.expect("=")
    return name, read_value(cursor)


def read_option_name(cursor: Cursor) -> str:
    """``java_package`` or ``(custom.option).part``, without blanks."""
    parts = []
    while True:
        if cursor.take("("):
            parts.append(f"({cursor.dotted_name('the name of an extension')})")
            cursor.expect(")")
        elif cursor.kind == NAME:
            parts.append(cursor.advance().removeprefix(".") if parts else cursor.advance())
        else:
            raise cursor.unexpected("the name of an option")
        if cursor.kind != NAME and not cursor.take("."):
            return ".".join(parts)


def read_value(cursor: Cursor) -> Value:
    """What stands behind an option's ``=``: a scalar, or an aggregate in braces."""
    if cursor.text == "{" and cursor.kind != STRING:
        return _read_aggregate(cursor)
    return _read_scalar(cursor)


def _read_scalar(cursor: Cursor) -> str | bytes:
    if cursor.kind == STRING:
        return read_text(cursor, "a text")
    sign = "-" if cursor.take("-") else ""
    if not sign:
        cursor.take("+")
    if cursor.kind not in (NAME, NUMBER):
        raise cursor.unexpected("a value")
    return sign + cursor.advance()


def _read_aggregate(cursor: Cursor) -> Value:
    """The text format (https://protobuf.dev/reference/protobuf/textformat-spec/) between two brackets."""
    closing = _CLOSING[cursor.text]
    deeper(cursor)
    cursor.advance()
    entries: list[tuple[str, Value]] = []
    while not cursor.take(closing):
        name = _read_entry_name(cursor)
        had_colon = cursor.take(":")
        if cursor.kind != STRING and cursor.text in ("{", "<", "["):
            entries.append((name, _read_nested(cursor)))
        elif had_colon:
            entries.append((name, _read_scalar(cursor)))
        else:
            raise cursor.unexpected("':' and a value")
        if not cursor.take(","):
            cursor.take(";")
    cursor.depth -= 1
    return tuple(entries)


def _read_nested(cursor: Cursor) -> Value:
    if cursor.text != "[":
        return _read_aggregate(cursor)
    deeper(cursor)
    cursor.advance()
    items: list[tuple[str, Value]] = []
    while not cursor.take("]"):
        is_aggregate = cursor.kind != STRING and cursor.text in ("{", "<", "[")
        items.append(("", _read_nested(cursor) if is_aggregate else _read_scalar(cursor)))
        if cursor.text != "]":
            cursor.expect(",")
    cursor.depth -= 1
    return tuple(items)


def _read_entry_name(cursor: Cursor) -> str:
    """``name``, ``[extension.name]`` as ``(extension.name)``, or the address of an Any's type."""
    if not cursor.take("["):
        return cursor.dotted_name("the name of a field")
    parts = []
    while not cursor.take("]"):
        if cursor.kind not in (NAME, NUMBER) and cursor.text not in ("/", "-", "."):
            raise cursor.unexpected("']'")
        parts.append(cursor.advance())
    return f"({''.join(parts)})"


def deeper(cursor: Cursor) -> None:
    """Count one more level; raises MistakeError where there are too many."""
    if cursor.depth >= MAX_DEPTH:
        what = f"nested deeper than {MAX_DEPTH} levels"
        raise MistakeError(Mistake(cursor.place(), what, "fewer levels", "check that this is the right file"))
    cursor.depth += 1
