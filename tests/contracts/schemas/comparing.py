"""Ways to compare two JSON schemas at the face of the package."""

from __future__ import annotations

import json
from collections.abc import Mapping

from runbook_tui.contracts.documents.resolving import Documents
from runbook_tui.contracts.files import in_memory
from runbook_tui.contracts.format import Report
from runbook_tui.contracts.model import Direction, Effect
from runbook_tui.contracts.schemas.comparer import SchemaComparer

Schema = Mapping[str, object] | bool
REQUEST, RESPONSE, EVENT = Direction.REQUEST, Direction.RESPONSE, Direction.EVENT


def written(schema: Schema, salt: int = 0) -> bytes:
    """The text of a file whose member ``schema`` is the schema; another salt makes it another file."""
    return json.dumps({"schema": schema, "salt": salt}).encode()


def compared(old: Schema, new: Schema, direction: Direction = REQUEST, *, textual: bool = False) -> Report:
    report = Report()
    before = Documents(in_memory({"api.json": written(old)}), "old", report)
    after = Documents(in_memory({"api.json": written(new, 1)}), "new", report)
    roots = [documents.root("api.json") for documents in (before, after)]
    nodes = [root.get("schema") if root is not None else None for root in roots]
    SchemaComparer(before, after, report).compare(
        nodes[0], nodes[1], direction, "the body of POST /orders", f"{direction}-body", textual=textual
    )
    return report


def rules(report: Report) -> list[str]:
    assert not report.faults
    return sorted(change.rule for change in report.changes)


def effects(report: Report) -> list[Effect]:
    """What orders something, without its order."""
    assert not report.faults
    return sorted(change.effect for change in report.changes if change.effect is not None)


def texts(report: Report) -> list[str]:
    return [change.text for change in report.changes]


def body(**properties: object) -> dict[str, object]:
    """An object with these members."""
    return {"type": "object", "properties": properties}
