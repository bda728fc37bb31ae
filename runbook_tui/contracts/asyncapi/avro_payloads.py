"""Payloads that are described by Avro schemas, inside of the description or in files of their own."""

from __future__ import annotations

from runbook_tui.contracts.avro.faults import Faults
from runbook_tui.contracts.avro.file import declarations
from runbook_tui.contracts.avro.linking import Linker
from runbook_tui.contracts.avro.model import Place, Schema
from runbook_tui.contracts.avro.resolve import MAX_PAIRS, Resolver, TooManyPairsError
from runbook_tui.contracts.avro.wording import change_of
from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.documents.resolving import Documents
from runbook_tui.contracts.format import Report
from runbook_tui.contracts.model import Direction


class AvroPayloads:
    """Resolves the Avro schemas of two versions against each other, both ways."""

    def __init__(self, old: Documents, new: Documents, report: Report) -> None:
        self._old = _Schemas(old, report)
        self._new = _Schemas(new, report)
        self._report = report
        self._resolver = Resolver()

    def compare(self, old: Node, new: Node, direction: Direction) -> None:
        """Resolve one payload; :meth:`finish` tells what was found."""
        before, after = self._old.schema(old), self._new.schema(new)
        if before is None or after is None:
            return
        try:
            self._resolver.resolve(before, after, direction)
        except TooManyPairsError:
            what = f"the two versions meet in more than {MAX_PAIRS:,} combinations of types"
            self._new.documents.fault(new, what, "", "make a contract of each part of it")

    def finish(self) -> None:
        """Add what was found to the report; what several messages share is told once."""
        self._report.changes += map(change_of, self._resolver.findings.by_matter.values())


class _Schemas:
    """The Avro schemas of one version; each is read once."""

    def __init__(self, documents: Documents, report: Report) -> None:
        self.documents = documents
        self._faults = Faults(report, documents.version)
        self._made: dict[tuple[str, str], Schema | None] = {}

    def schema(self, node: Node) -> Schema | None:
        """The schema at a node; None, and a fault, where there is none."""
        resolved = self.documents.resolve(node)
        if resolved is None:
            return None
        if resolved.identity not in self._made:
            self._made[resolved.identity] = self._read(resolved)
        return self._made[resolved.identity]

    def _read(self, node: Node) -> Schema | None:
        file = declarations(node.value, Place(node.path, node.pointer, node.document.place), self._faults)
        Linker(self.documents.files, self._faults, [file]).link()
        return file.tops[0].schema if file.tops else None
