"""One JSON or YAML file of a contract."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from runbook_tui.contracts.documents.json_text import JsonPlaces, position_at, read_json
from runbook_tui.contracts.documents.limits import Defect, UnreadableError
from runbook_tui.contracts.documents.pointers import parts_of
from runbook_tui.contracts.files import MAX_BYTES
from runbook_tui.contracts.model import Fault

_PLACEHOLDER = re.compile(r"\$?\{\{.{0,80}?\}\}|\{%.{0,80}?%\}|\$?\{\{|\{%")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(eq=False, slots=True)
class Document:
    """The values of one file, and what is wrong with it. Made by :func:`read_document`."""

    path: str
    value: object = None
    """Dicts with text keys, lists, text, numbers, booleans and None; None as well where the file cannot be read."""
    faults: tuple[Fault, ...] = ()
    _places: dict[str, tuple[int, int]] = field(default_factory=dict, repr=False)
    _json: JsonPlaces | None = field(default=None, repr=False)

    def place(self, pointer: str) -> tuple[int, int]:
        """Line and column, from 1, of the key that a pointer leads to, or of the nearest one above it.

        Both 0 where nothing is known. In JSON the place is looked for only now.
        """
        if self._json is not None:
            return self._json.find(parts_of(pointer))
        while pointer and pointer not in self._places:
            pointer = pointer.rpartition("/")[0]
        return self._places.get(pointer, (0, 0))


def read_document(path: str, data: bytes, version: str) -> Document:
    """Read a file. Never raises: what is wrong is in ``faults``.

    Args:
        path: as in :class:`runbook_tui.contracts.files.ContractFiles`.
        data: UTF-8.
        version: ``old`` or ``new``, for the faults.
    """
    try:
        text = _decoded(data)
        document, defects = _read(path, text)
    except UnreadableError as error:
        document, defects = Document(path), [error.defect]
    document.faults = tuple(
        Fault(path, each.line, each.column, each.what, each.expected, each.remedy, version)
        for each in defects
    )
    return document


def _read(path: str, text: str) -> tuple[Document, list[Defect]]:
    try:
        if path.endswith(".json"):
            return _json_document(path, text)
        if text.lstrip()[:1] in ("{", "["):
            try:
                return _json_document(path, text)
            except UnreadableError:
                pass  # YAML has braces and brackets as well.
        return _yaml_document(path, text)
    except UnreadableError as error:
        raise UnreadableError(_blame_placeholder(text, error.defect)) from error


def _json_document(path: str, text: str) -> tuple[Document, list[Defect]]:
    value, defects = read_json(text)
    return Document(path, value, _json=JsonPlaces(text)), defects


def _yaml_document(path: str, text: str) -> tuple[Document, list[Defect]]:
    from runbook_tui.contracts.documents.yaml_text import read_yaml  # the parser is heavy

    odd = _CONTROL.search(text)
    if odd is not None:
        what = f"control character U+{ord(odd[0]):04X}"
        defect = Defect(*position_at(text, odd.start()), what, "printable text", "remove it")
        raise UnreadableError(defect)
    found = read_yaml(text)
    return Document(path, found.value, _places=found.places), found.defects


def _decoded(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise UnreadableError(
            Defect(0, 0, f"the file has {len(data):,} bytes", f"at most {MAX_BYTES:,}", "split it")
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        column = error.start - (before.rfind(b"\n") + 1) + 1
        what = f"byte {data[error.start]:#04x} is not UTF-8"
        defect = Defect(before.count(b"\n") + 1, column, what, "UTF-8 text", "save the file as UTF-8")
        raise UnreadableError(defect) from error


def _blame_placeholder(text: str, defect: Defect) -> Defect:
    """Where a file is a template, its placeholders are the cause: the last one up to the defect, else the first."""
    lines = text.split("\n")
    until = sum(len(line) + 1 for line in lines[: defect.line]) if defect.line else 0
    found = None
    for match in _PLACEHOLDER.finditer(text):
        if found is not None and match.start() >= until:
            break
        found = match
    if found is None:
        return defect
    return Defect(
        *position_at(text, found.start()),
        f"the template placeholder '{found[0]}' cannot be read",
        "the rendered contract",
        "render the template first, or put the placeholder in quotes",
    )
