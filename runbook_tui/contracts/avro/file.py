"""What one Avro file declares: the schema of an ``.avsc``, or the types and messages of an ``.avpr``."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from runbook_tui.contracts.avro.faults import Faults
from runbook_tui.contracts.avro.model import Named, Place, Reference, Subject, Top, Union, resolved, type_name
from runbook_tui.contracts.avro.protocol import Protocol, is_protocol, read_protocol
from runbook_tui.contracts.avro.read import Around, SchemaReader
from runbook_tui.contracts.avro.source import read_source


@dataclass(frozen=True, slots=True)
class File:
    """What one file declares."""

    place: Place
    """Of the file as a whole."""
    tops: tuple[Top, ...]
    protocol: Protocol | None
    definitions: dict[str, Named]
    """Every named schema, by its full name."""
    references: tuple[Reference, ...]
    """Every use of a name."""
    unions: tuple[Union, ...]

    @property
    def path(self) -> str:
        """The file."""
        return self.place.path

    @property
    def used_by_messages(self) -> list[Reference]:
        """The names that the messages of the protocol use."""
        known = {reference for top in self.tops for reference in top.references}
        return [reference for reference in self.references if reference not in known]


def read_file(path: str, data: bytes, faults: Faults) -> File | None:
    """The declarations of a file; None, and a fault, where it holds no JSON."""
    source = read_source(path, data, faults.report, faults.version)
    return None if source is None else declarations(source.value, source.place, faults)


def declarations(value: object, place: Place, faults: Faults) -> File:
    """What JSON at a place of a file declares."""
    reader = SchemaReader(faults)
    protocol = None
    if isinstance(value, dict) and is_protocol(value):
        protocol = read_protocol(value, place, reader)
        tops = tuple(protocol.types)
    else:
        name = posixpath.basename(place.path)
        tops = (reader.top(value, place, Around("", Subject(name))),)
    return File(place, tops, protocol, reader.definitions, tuple(reader.references), tuple(reader.unions))


def check_unions(file: File, faults: Faults) -> None:
    """Fault unions that hold a type twice; to be called when names are linked.

    Source: the Avro 1.12 specification, "Unions".
    """
    for union in file.unions:
        seen: set[str] = set()
        for index, branch in enumerate(union.branches):
            if resolved(branch) is None:
                continue
            key = type_name(branch)
            if key in seen:
                what = f"the union of {union.subject.text} has {key} twice"
                faults.add(union.place.at(index), what, "every type once", "remove one of them")
            seen.add(key)
