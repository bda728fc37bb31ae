"""Blocks, and the statements that messages and enums share: options, reserved numbers and names, ranges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from runbook_tui.contracts.protobuf.cursor import END, NAME, STRING, SYMBOL, Cursor, MistakeError
from runbook_tui.contracts.protobuf.literals import deeper, read_integer, read_options, read_text
from runbook_tui.contracts.protobuf.tree import Mistake, Range

MAX_FIELD = 2**29 - 1
"""The largest field number (https://protobuf.dev/programming-guides/proto3/#assigning)."""
MAX_ENUM = 2**31 - 1


@dataclass(slots=True)
class Reserved:
    """Numbers and names that nothing may have again."""

    ranges: list[Range] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


def read_block(cursor: Cursor, read_statement: Callable[[], None]) -> None:
    """``{`` statements ``}``: a statement that cannot be read is reported and left out."""
    opened = cursor.place()
    if cursor.text == "{":
        deeper(cursor)
    cursor.expect("{")
    depth = cursor.depth
    while not cursor.take("}"):
        if cursor.kind == END:
            what = f"the block that line {opened[0]} opens is never closed"
            cursor.report(Mistake(cursor.place(), what, "'}'", "close it"))
            break
        read_or_skip(cursor, read_statement)
        cursor.depth = depth
    cursor.depth = depth - 1


def read_or_skip(cursor: Cursor, read_statement: Callable[[], None]) -> None:
    """Read one statement; when it cannot be read, report it and go behind it."""
    if cursor.take(";"):
        return
    before = cursor.start
    try:
        read_statement()
    except MistakeError as error:
        cursor.report(error.mistake)
        cursor.skip_statement()
        if cursor.start == before and cursor.kind != END:
            cursor.advance()


def read_reserved(cursor: Cursor, into: Reserved, highest: int) -> None:
    """``reserved 2, 9 to 11, 20 to max;`` or ``reserved "foo", "bar";``; in editions names without quotes."""
    cursor.expect("reserved")
    if cursor.kind == STRING:
        _read_list(cursor, lambda: into.names.append(read_text(cursor, "a name").decode("utf-8", "replace")))
    elif cursor.kind == NAME:
        _read_list(cursor, lambda: into.names.append(cursor.name("a name")))
    else:
        _read_list(cursor, lambda: into.ranges.append(_read_range(cursor, highest)))
    cursor.expect(";")


def read_extension_ranges(cursor: Cursor, into: list[Range]) -> None:
    """``extensions 4, 20 to 30 [declaration = {...}];``"""
    cursor.expect("extensions")
    _read_list(cursor, lambda: into.append(_read_range(cursor, MAX_FIELD)))
    read_options(cursor)
    cursor.expect(";")


def _read_list(cursor: Cursor, read_item: Callable[[], None]) -> None:
    read_item()
    while cursor.kind == SYMBOL and cursor.take(","):
        read_item()


def _read_range(cursor: Cursor, highest: int) -> Range:
    start = read_integer(cursor, "a number or a name")
    if not cursor.take("to"):
        return Range(start, start)
    end = highest if cursor.take("max") else read_integer(cursor, "a number or max")
    return Range(start, end)
