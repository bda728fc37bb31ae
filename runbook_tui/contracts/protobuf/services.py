"""Services as they are written."""

from __future__ import annotations

from runbook_tui.contracts.protobuf.cursor import Cursor
from runbook_tui.contracts.protobuf.literals import read_option_statement
from runbook_tui.contracts.protobuf.repeated import report_repeated
from runbook_tui.contracts.protobuf.statements import read_block
from runbook_tui.contracts.protobuf.tree import Option, Place, Rpc, Service


def read_service(cursor: Cursor) -> Service:
    """A service, from its first token."""
    at = cursor.place()
    cursor.expect("service")
    name = cursor.name("the name of the service")
    rpcs: list[Rpc] = []
    options: list[Option] = []

    def statement() -> None:
        if cursor.text == "option":
            options.append(read_option_statement(cursor))
        else:
            rpcs.append(_read_rpc(cursor))

    read_block(cursor, statement)
    report_repeated(cursor, rpcs, f"rpc of {name}")
    return Service(name, at, tuple(rpcs), tuple(options))


def _read_rpc(cursor: Cursor) -> Rpc:
    at = cursor.place()
    if cursor.text != "rpc":
        raise cursor.unexpected("rpc, option or '}'")
    cursor.advance()
    name = cursor.name("the name of the rpc")
    client_streaming, input_at, input_type = _read_rpc_type(cursor)
    cursor.expect("returns")
    server_streaming, output_at, output_type = _read_rpc_type(cursor)
    options: list[Option] = []
    if cursor.text == "{":
        read_block(cursor, lambda: options.append(read_option_statement(cursor)))
    else:
        cursor.expect(";")
    return Rpc(
        name,
        at,
        input_type,
        output_type,
        input_at,
        output_at,
        client_streaming,
        server_streaming,
        tuple(options),
    )


def _read_rpc_type(cursor: Cursor) -> tuple[bool, Place, str]:
    cursor.expect("(")
    streaming = cursor.text == "stream" and cursor.next_text() != ")"
    if streaming:
        cursor.advance()
    at = cursor.place()
    name = cursor.dotted_name("the name of a message")
    cursor.expect(")")
    return streaming, at, name
