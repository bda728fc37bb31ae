"""Names and numbers that are given twice, which protoc refuses: it would not be known which of the two is compared."""

from __future__ import annotations

from collections.abc import Iterable

from runbook_tui.contracts.protobuf.cursor import Cursor
from runbook_tui.contracts.protobuf.tree import Enum, EnumValue, Field, Message, Mistake, Rpc, Service


def report_repeated(
    cursor: Cursor, found: Iterable[Field | Message | Enum | EnumValue | Service | Rpc], what: str
) -> None:
    """Report every definition whose name an earlier one of ``found`` has."""
    first: dict[str, object] = {}
    lines: dict[str, int] = {}
    for each in found:
        if first.setdefault(each.name, each) is each:
            lines[each.name] = each.at[0]
        else:
            _report(cursor, each, f"{what} '{each.name[:80]}'", lines[each.name])


def report_repeated_members(cursor: Cursor, message: Message) -> None:
    """Report the fields and definitions inside of a message that are there twice."""
    report_repeated(cursor, message.fields, f"field of {message.name}")
    report_repeated(cursor, [*message.messages, *message.enums], f"type in {message.name}")
    numbers: dict[int, Field] = {}
    for field in message.fields:
        first = numbers.setdefault(field.number, field)
        if first is not field and first.name != field.name:
            _report(cursor, field, f"number {field.number} of {message.name}", first.at[0])


def _report(
    cursor: Cursor, second: Field | Message | Enum | EnumValue | Service | Rpc, what: str, line: int
) -> None:
    cursor.report(
        Mistake(second.at, f"{what} is defined twice", f"one definition; line {line} has the other")
    )
