"""One Avro file as JSON with places. As for Avro's own parsers, the JSON may hold comments."""

from __future__ import annotations

import re
from dataclasses import dataclass

from runbook_tui.contracts.avro.model import Place
from runbook_tui.contracts.documents.json_text import JsonPlaces, read_json
from runbook_tui.contracts.documents.limits import UnreadableError
from runbook_tui.contracts.documents.pointers import parts_of
from runbook_tui.contracts.files import MAX_BYTES
from runbook_tui.contracts.format import Report
from runbook_tui.contracts.model import Fault

_COMMENTS = re.compile(r'"(?:[^"\\\n]|\\.)*"?|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
"""Texts, which may hold what looks like a comment, and comments; none is tried again from a later place."""


@dataclass(frozen=True, slots=True)
class Source:
    """What was read of a file."""

    value: object
    """As JSON."""
    place: Place
    """Of the file as a whole."""


def read_source(path: str, data: bytes, report: Report, version: str) -> Source | None:
    """The JSON of a file; None, and a fault, where it cannot be read. Never raises."""

    def fault(line: int, column: int, what: str, expected: str, remedy: str) -> None:
        report.faults.append(Fault(path, line, column, what, expected, remedy, version))

    if len(data) > MAX_BYTES:
        fault(0, 0, f"the file has {len(data):,} bytes", f"at most {MAX_BYTES:,}", "name another file")
        return None
    try:
        text = without_comments(data.decode("utf-8-sig"))
        value, defects = read_json(text)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fault(line, 0, f"byte {data[error.start]:#04x} is not UTF-8", "UTF-8 text", "save the file as UTF-8")
        return None
    except UnreadableError as error:
        found = error.defect
        fault(found.line, found.column, found.what, found.expected, found.remedy)
        return None
    for defect in defects:
        fault(defect.line, defect.column, defect.what, defect.expected, defect.remedy)
    places = JsonPlaces(text)
    return Source(value, Place(path, "", lambda pointer: places.find(parts_of(pointer))))


def without_comments(text: str) -> str:
    """The same text with spaces in place of comments, so that every place stays where it is.

    Source: ``Schema.FACTORY`` of apache/avro allows them.
    """
    if "//" not in text and "/*" not in text:
        return text
    return _COMMENTS.sub(lambda m: m[0] if m[0][0] == '"' else re.sub(r"[^\n]", " ", m[0]), text)
