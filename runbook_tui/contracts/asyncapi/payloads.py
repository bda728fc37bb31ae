"""Payloads, headers and keys of messages, each compared in the format in which it is described."""

from __future__ import annotations

from runbook_tui.contracts.asyncapi.avro_payloads import AvroPayloads
from runbook_tui.contracts.asyncapi.json_payloads import JsonPayloads, Part
from runbook_tui.contracts.asyncapi.model import Described
from runbook_tui.contracts.asyncapi.protobuf_payloads import compare_protobuf_payloads
from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.documents.resolving import reference_of
from runbook_tui.contracts.format import Report
from runbook_tui.contracts.model import Action, Effect, Kind
from runbook_tui.contracts.schemas.comparer import SchemaComparer
from runbook_tui.contracts.schemas.sameness import equal

JSON, AVRO, PROTOBUF = "JSON Schema", "Avro", "Protobuf"
_FAMILIES = {
    "application/vnd.aai.asyncapi": JSON,
    "application/schema": JSON,
    "application/vnd.oai.openapi": JSON,
    "application/vnd.apache.avro": AVRO,
    "application/vnd.google.protobuf": PROTOBUF,
    "application/x-protobuf": PROTOBUF,
}
"""Formats of schemas ("Schema formats table" of AsyncAPI 3.0.0), without encoding and version."""


def family_of(schema_format: str) -> str:
    """What a ``schemaFormat`` means: one of the known formats, else itself."""
    if not schema_format:
        return JSON
    name = schema_format.partition(";")[0].strip().lower()
    return _FAMILIES.get(name.partition("+")[0], name)


class PayloadComparer:
    """Compares parts of messages of two versions."""

    def __init__(self, schemas: SchemaComparer, report: Report) -> None:
        self._schemas = schemas
        self._report = report
        self._json = JsonPayloads(schemas, report)
        self._avro = AvroPayloads(schemas.old.documents, schemas.new.documents, report)

    def compare(self, old: Described | None, new: Described | None, part: Part) -> None:
        """Tell how a part differs; either may be missing."""
        if old is None or new is None:
            found = old or new
            if found is not None:
                _tell_described(found, part, added=old is None)
        elif not self._is_same_url(old.node, new.node):
            self._compare(old, new, part)

    def finish(self) -> None:
        """Tell what is only known when all messages were compared."""
        self._avro.finish()

    def _compare(self, old: Described, new: Described, part: Part) -> None:
        family, other = family_of(old.format), family_of(new.format)
        if family != other:
            _tell_format(family, other, new, part)
        elif family == JSON:
            self._json.compare(old.node, new.node, part)
        elif family == AVRO:
            self._avro.compare(old.node, new.node, part.voice.direction)
        elif family == PROTOBUF:
            documents = (self._schemas.old.documents, self._schemas.new.documents)
            compare_protobuf_payloads((old.node, new.node), documents, part.voice.direction, self._report)
        elif not (equal(old.node.value, new.node.value) and self._schemas.sameness.same(old.node, new.node)):
            what = f"{part.place} is described in {new.format}, and has changed"
            expected = f"{JSON}, {AVRO} or {PROTOBUF}"
            self._schemas.new.documents.fault(new.node, what, expected, "compare it by other means")

    def _is_same_url(self, old: Node, new: Node) -> bool:
        documents = self._schemas.old.documents, self._schemas.new.documents
        return (
            documents[0].is_remote(old)
            and documents[1].is_remote(new)
            and reference_of(old) == reference_of(new)
        )


def _tell_described(found: Described, part: Part, *, added: bool) -> None:
    """Where nothing is said there may be anything."""
    if found.node.value in (True, {}):
        return
    text = f"{'says' if added else 'no longer says'} what {part.place} looks like"
    effect = Effect.NARROWS if added else Effect.WIDENS
    action = Action.ADD if added else Action.REMOVE
    rule = f"message-{part.what}-{'described' if added else 'undescribed'}"
    part.voice.tell(rule, Kind.EXISTENCE, action, effect, at=found.node, text=text)


def _tell_format(old: str, new: str, described: Described, part: Part) -> None:
    text = f"describes {part.place} in {new} instead of {old}"
    rule = f"message-{part.what}-format-changed"
    part.voice.tell(rule, Kind.TYPE, Action.CHANGE, Effect.NEITHER, at=described.format_at, text=text)
