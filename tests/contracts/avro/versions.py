"""Two versions of an Avro contract, compared; shared by the tests of this folder."""

from __future__ import annotations

import json
from collections.abc import Mapping

from runbook_tui.contracts.compare import compare
from runbook_tui.contracts.files import in_memory
from runbook_tui.contracts.model import Change, ContractDiff, Effect

FILE = "schemas/order.avsc"
Texts = Mapping[str, object]
"""Path to JSON, as values, text or bytes."""


def encoded(value: object) -> bytes:
    """What a file holds: bytes as they are, everything else as JSON of several lines."""
    return value if isinstance(value, bytes) else json.dumps(value, indent=1).encode()


def diff(old: object, new: object) -> ContractDiff:
    """Two versions of one file; None where there is none."""
    return diff_files({} if old is None else {FILE: old}, {} if new is None else {FILE: new})


def diff_files(old: Texts, new: Texts, others: Texts | None = None) -> ContractDiff:
    """Two versions of a folder; ``others`` are beside the contract in both."""
    rest = {path: encoded(value) for path, value in (others or {}).items()}
    before, after = [in_memory({path: encoded(v) for path, v in files.items()}, rest) for files in (old, new)]
    return compare(before, after, "avro")


def verdict(old: object, new: object) -> str:
    """Who goes first; ``fault`` where that is not known."""
    return str(diff(old, new).verdict or "fault")


def only(found: ContractDiff) -> Change:
    """The only change, harmless or not."""
    changes = [*found.changes, *found.harmless]
    assert len(changes) == 1, changes
    assert not found.faults
    return changes[0]


def effects(found: ContractDiff) -> dict[str, Effect | None]:
    """Rule to effect of every change."""
    return {change.rule: change.effect for change in (*found.changes, *found.harmless)}


def record(name: str = "Order", *fields: object, **more: object) -> dict[str, object]:
    """The schema of a record."""
    return {"type": "record", "name": name, "fields": list(fields), **more}


def field(name: str, schema: object = "int", **more: object) -> dict[str, object]:
    """A field of a record."""
    return {"name": name, "type": schema, **more}


def enum(name: str, *symbols: str, **more: object) -> dict[str, object]:
    """The schema of an enumeration."""
    return {"type": "enum", "name": name, "symbols": list(symbols), **more}
