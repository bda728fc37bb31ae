"""Ways to compare two GraphQL schemas at the public face."""

from __future__ import annotations

from collections.abc import Mapping

from runbook_tui.contracts.compare import compare
from runbook_tui.contracts.files import in_memory
from runbook_tui.contracts.model import Change, ContractDiff

Version = str | bytes | Mapping[str, str] | None
"""The text of one file, files by path, or None where there is no contract."""


def files_of(version: Version, name: str = "api.graphql") -> dict[str, bytes]:
    if version is None:
        return {}
    if isinstance(version, bytes):
        return {name: version}
    files = {name: version} if isinstance(version, str) else version
    return {path: text.encode() for path, text in files.items()}


def diff(old: Version, new: Version) -> ContractDiff:
    return compare(in_memory(files_of(old)), in_memory(files_of(new)), "graphql")


def verdict(old: Version, new: Version) -> str | None:
    found = diff(old, new).verdict
    return found.value if found else None


def only(found: ContractDiff) -> Change:
    """The one change that orders something."""
    assert not found.faults
    (change,) = found.changes
    return change


def rules(found: ContractDiff) -> list[str]:
    return sorted(change.rule for change in found.changes)
