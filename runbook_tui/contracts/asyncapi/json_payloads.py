"""Payloads, headers and keys that are described by JSON Schema, or AsyncAPI's superset of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from runbook_tui.contracts.asyncapi.telling import Voice
from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.format import Report
from runbook_tui.contracts.messages.model import Found
from runbook_tui.contracts.messages.settling import settle
from runbook_tui.contracts.messages.versions import Versions
from runbook_tui.contracts.model import Direction
from runbook_tui.contracts.schemas.comparer import SchemaComparer
from runbook_tui.contracts.schemas.spot import Spot

MAX_SETTLED = 10
"""Changed schemas that are looked at as a whole; one may take a second or two."""
MAX_GIVEN_UP = 4
"""Searches without an answer after which no more are made."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a message that is compared."""

    voice: Voice
    place: str
    """For people: ``the headers of the message OrderPlaced on orders.placed``."""
    subject: str
    """Prefix of the rules at its top."""
    what: str
    """``payload``, ``headers`` or ``key``."""
    textual: bool = False
    """Whether its scalars are plain text."""


class JsonPayloads:
    """Compares schemas difference by difference. What the provider sends is then looked at as a whole, as for events
    that have a JSON Schema of their own; what it receives is judged by what its writers may still leave out."""

    def __init__(self, schemas: SchemaComparer, report: Report) -> None:
        self._schemas = schemas
        self._report = report
        self._versions = _Versions(schemas.old.documents, schemas.new.documents, schemas.sameness)
        self._settled = 0

    def compare(self, old: Node, new: Node, part: Part) -> None:
        """Tell how two versions of a schema differ."""
        changes, faults = self._report.changes, self._report.faults
        told, faulty = len(changes), len(faults)
        voice = part.voice
        self._schemas.compare(
            old, new, voice.direction, part.place, part.subject, names=voice.names, textual=part.textual
        )
        written = voice.direction is not Direction.REQUEST and not part.textual
        if not written or len(faults) > faulty or self._schemas.sameness.same(old, new):
            return
        if self._settled >= MAX_SETTLED or self._versions.given_up >= MAX_GIVEN_UP:
            return
        self._settled += 1
        spot = Spot(voice.direction, part.place, part.subject, voice.names)
        found = settle(changes[told:], (old, new), self._versions, spot, changes[:told])
        changes[told:] = [replace(change, direction=voice.direction) for change in found]


class _Versions(Versions):
    """Counts the searches that found no answer."""

    given_up = 0

    def forbidden(self, old: Node, new: Node, *, declared_only: bool = False) -> Found:
        """A message of the old version that the new one forbids."""
        return self._counted(super().forbidden(old, new, declared_only=declared_only))

    def added(self, old: Node, new: Node, *, declared_only: bool = False) -> Found:
        """A message of the new version that the old one forbids."""
        return self._counted(super().added(old, new, declared_only=declared_only))

    def _counted(self, found: Found) -> Found:
        self.given_up += found.unknown
        return found
