"""Payloads that are described in Protobuf: the text of a .proto file, or a reference to one."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import unquote

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.documents.references import is_url
from runbook_tui.contracts.documents.resolving import Documents, reference_of
from runbook_tui.contracts.files import ContractFiles
from runbook_tui.contracts.format import Report
from runbook_tui.contracts.model import Change, Direction, Fault

_BLOCK = re.compile(rb":\s*[|][-+0-9]*\s*(#.*)?$")
_INLINE = "payload.proto"


@dataclass(frozen=True, slots=True)
class _Text:
    """The text of one version."""

    path: str
    """Of its file; a made-up one where it stands inside of the description."""
    data: bytes
    node: Node
    first_line: int = 0
    """Line before its first one in the description; 0 where only that of the node is known."""


def compare_protobuf_payloads(
    nodes: tuple[Node, Node], versions: tuple[Documents, Documents], direction: Direction, report: Report
) -> None:
    """Add what differs between two descriptions of a payload, old and new, to a report."""
    from runbook_tui.contracts.protobuf.compare import compare_protobuf

    old, new = (_text_of(node, documents) for node, documents in zip(nodes, versions, strict=True))
    if old is None or new is None:
        return
    found = Report()
    # what imports a file names it: under another name it would be another one
    before, after = _files(old, new.path, versions[0]), _files(new, new.path, versions[1])
    compare_protobuf(before, after, found)
    report.changes += [_in_place(change, direction, new) for change in found.changes]
    report.faults += [
        _fault_in_place(fault, new if fault.version == "new" else old) for fault in found.faults
    ]


def _text_of(node: Node, documents: Documents) -> _Text | None:
    file = (reference_of(node) or "").partition("#")[0]
    if file.endswith(".proto") and not is_url(file):
        path = documents.files.beside(node.path, unquote(file))
        data = documents.files.read(path) if path is not None else None
        if path is None or data is None:
            what = f"$ref '{file}' leads to no file"
            documents.fault(node, what, "a file of the repository", "check the path")
            return None
        return _Text(path, data, node)
    resolved = documents.resolve(node)
    if resolved is None:
        return None
    if not isinstance(resolved.value, str):
        expected = "the text of a .proto file, or a reference to one"
        documents.fault(resolved, "this is no Protobuf", expected, "correct it, or its schemaFormat")
        return None
    data = resolved.value.encode("utf-8", "surrogatepass")
    return _Text(_INLINE, data, resolved, _line_before(resolved, documents))


def _line_before(node: Node, documents: Documents) -> int:
    """The line of the key, where a YAML block with its lines as they are begins behind it."""
    lines = (documents.files.read(node.path) or b"").splitlines()
    known = 0 < node.line <= len(lines) and _BLOCK.search(lines[node.line - 1])
    return node.line if known else 0


def _files(text: _Text, path: str, documents: Documents) -> ContractFiles:
    """One file, with all others of the version to be imported."""
    files = documents.files
    return ContractFiles({path: text.data}, files.names | frozenset(files.own), files.read)


def _in_place(change: Change, direction: Direction, text: _Text) -> Change:
    """A change where it stands in the description, of a message that goes in a given direction."""
    if change.direction is Direction.EVENT:
        change = replace(change, direction=direction)
    if change.path != _INLINE:
        return change
    line, column = _place(change.line, text)
    return replace(change, path=text.node.path, line=line, column=column)


def _fault_in_place(fault: Fault, text: _Text) -> Fault:
    if fault.path != _INLINE:
        return fault
    line, column = _place(fault.line, text)
    return replace(fault, path=text.node.path, line=line, column=column)


def _place(line: int, text: _Text) -> tuple[int, int]:
    return (text.first_line + line, 0) if text.first_line else (text.node.line, text.node.column)
