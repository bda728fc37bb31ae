"""Two versions of a JSON Schema contract, compared; shared by the tests of this folder."""

from __future__ import annotations

import json
from collections.abc import Mapping

from runbook_tui.contracts.compare import compare
from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.documents.resolving import Documents
from runbook_tui.contracts.files import in_memory
from runbook_tui.contracts.format import Report
from runbook_tui.contracts.messages.evaluating import Evaluator
from runbook_tui.contracts.messages.model import Answer, Found
from runbook_tui.contracts.messages.reading import SchemaReader
from runbook_tui.contracts.messages.versions import Versions
from runbook_tui.contracts.model import Change, ContractDiff
from runbook_tui.contracts.schemas.sameness import Sameness

FILE = "schemas/order.json"
Texts = Mapping[str, object]


def encoded(value: object) -> bytes:
    """What a file holds: bytes as they are, everything else as JSON of several lines."""
    return value if isinstance(value, bytes) else json.dumps(value, indent=1).encode()


def diff(old: object, new: object) -> ContractDiff:
    """Two versions of one file."""
    return diff_files({FILE: old}, {FILE: new})


def diff_files(old: Texts, new: Texts, others: Texts | None = None) -> ContractDiff:
    """Two versions of a folder; ``others`` are beside the contract in both."""
    rest = {path: encoded(value) for path, value in (others or {}).items()}
    before, after = (in_memory({p: encoded(v) for p, v in files.items()}, rest) for files in (old, new))
    return compare(before, after, "json-schema")


def verdict(old: object, new: object) -> str:
    """Who goes first; ``fault`` where that is not known."""
    return str(diff(old, new).verdict or "fault")


def only(found: ContractDiff) -> Change:
    """The only change, harmless or not."""
    changes = [*found.changes, *found.harmless]
    assert len(changes) == 1, changes
    assert not found.faults
    return changes[0]


def _document(schema: object, version: str) -> tuple[Documents, Node]:
    documents = Documents(in_memory({FILE: encoded(schema)}), version, Report())
    root = documents.root(FILE)
    assert root is not None
    return documents, root


def searched(old: object, new: object, *, declared_only: bool = False) -> tuple[Found, Found]:
    """A message that only the old version allows, and one that only the new version allows."""
    (before, one), (after, other) = _document(old, "old"), _document(new, "new")
    versions = Versions(before, after, Sameness(before, after))
    forbidden = versions.forbidden(one, other, declared_only=declared_only)
    return forbidden, versions.added(one, other, declared_only=declared_only)


def allows(schema: object, value: object) -> Answer:
    """Whether a schema allows a value."""
    documents, root = _document(schema, "new")
    return Evaluator().allows(SchemaReader(documents).schema(root), value)


def event(*required: str, closed: bool = False, **properties: object) -> dict[str, object]:
    """The schema of an object."""
    made: dict[str, object] = {"type": "object", "properties": properties, "required": list(required)}
    return {**made, "additionalProperties": False} if closed else made
