"""Our verdict beside that of Avro's own library, over random pairs of schemas."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from runbook_tui.contracts.model import Verdict
from tests.contracts.avro.schema_pairs import pairs
from tests.contracts.avro.versions import diff

compatibility = pytest.importorskip("avro.compatibility")
schema = pytest.importorskip("avro.schema")


def reads(reader: object, writer: object) -> bool:
    """Whether a reader understands everything that a writer may write, by the library."""
    checker = compatibility.ReaderWriterCompatibilityChecker()
    found = checker.get_compatibility(schema.parse(json.dumps(reader)), schema.parse(json.dumps(writer)))
    return bool(found.compatibility is compatibility.SchemaCompatibilityType.compatible)


ORDERS = {
    (True, True): {Verdict.COMPATIBLE, Verdict.EITHER},
    (True, False): {Verdict.CONSUMER_FIRST},
    (False, True): {Verdict.PROVIDER_FIRST},
    (False, False): {Verdict.SPLIT},
}
"""Whether the new version reads the old one's data, and the old version the new one's."""


@settings(max_examples=400, deadline=None)
@given(pairs())
def test_the_library_agrees_both_ways(pair: tuple[object, object]) -> None:
    old, new = pair
    found = diff(old, new)
    assert not found.faults
    assert found.verdict in ORDERS[reads(new, old), reads(old, new)], (found.changes, found.harmless)


def test_where_the_library_is_wrong() -> None:
    """Aliases are relative to the namespace of the type (Avro 1.12, "Aliases"); it compares them as written."""
    old = {"type": "record", "name": "Order", "namespace": "shop", "fields": []}
    new = {"type": "record", "name": "Purchase", "namespace": "shop", "aliases": ["Order"], "fields": []}
    assert not reads(new, old)
    assert diff(old, new).verdict is Verdict.CONSUMER_FIRST
