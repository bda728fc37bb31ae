"""Enums as they are written."""

from __future__ import annotations

from runbook_tui.contracts.protobuf.cursor import Cursor
from runbook_tui.contracts.protobuf.literals import read_integer, read_option_statement, read_options
from runbook_tui.contracts.protobuf.repeated import report_repeated
from runbook_tui.contracts.protobuf.statements import MAX_ENUM, Reserved, read_block, read_reserved
from runbook_tui.contracts.protobuf.tree import Enum, EnumValue, Option


def read_enum(cursor: Cursor) -> Enum:
    """An enum, from its first token."""
    at = cursor.place()
    cursor.expect("enum")
    name = cursor.name("the name of the enum")
    values: list[EnumValue] = []
    options: list[Option] = []
    reserved = Reserved()

    def statement() -> None:
        if cursor.next_text() != "=" and cursor.text == "option":
            options.append(read_option_statement(cursor))
        elif cursor.next_text() != "=" and cursor.text == "reserved":
            read_reserved(cursor, reserved, MAX_ENUM)
        else:
            values.append(_read_enum_value(cursor))

    read_block(cursor, statement)
    report_repeated(cursor, values, f"value of {name}")
    return Enum(name, at, tuple(values), tuple(options), tuple(reserved.ranges), tuple(reserved.names))


def _read_enum_value(cursor: Cursor) -> EnumValue:
    at = cursor.place()
    name = cursor.name("a value, or '}'")
    cursor.expect("=")
    number_at = cursor.place()
    number = read_integer(cursor, "the number of the value")
    read_options(cursor)
    cursor.expect(";")
    return EnumValue(name, number, at, number_at)
