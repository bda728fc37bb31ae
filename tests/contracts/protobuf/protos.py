"""Ways to compare two versions of .proto files at the public face."""

from __future__ import annotations

from collections.abc import Mapping

from runbook_tui.contracts.compare import compare
from runbook_tui.contracts.files import in_memory
from runbook_tui.contracts.model import Change, ContractDiff

Version = str | bytes | Mapping[str, str] | None
"""The text of one file, files by path (what is no .proto file is not part of the contract), or None for none."""

PROTO3 = 'syntax = "proto3"; package shop;\n'
PROTO2 = 'syntax = "proto2"; package shop;\n'
EDITION = 'edition = "2023"; package shop;\n'


def files_of(version: Version) -> dict[str, bytes]:
    if version is None:
        return {}
    if isinstance(version, bytes):
        return {"shop.proto": version}
    files = {"shop.proto": version} if isinstance(version, str) else version
    return {path: text.encode() for path, text in files.items()}


def diff(old: Version, new: Version, others: Mapping[str, str] | None = None) -> ContractDiff:
    """What differs; ``others`` are files of both versions that may be imported."""
    versions = []
    for version in (old, new):
        files = files_of(version)
        own = {path: data for path, data in files.items() if path.endswith(".proto")}
        rest = {path: data for path, data in files.items() if path not in own}
        versions.append(in_memory(own, {**rest, **files_of(others or {})}))
    return compare(versions[0], versions[1], "protobuf")


def changes(found: ContractDiff) -> tuple[Change, ...]:
    """Everything that differs, with an effect or without."""
    assert not found.faults
    return (*found.changes, *found.harmless)


def rules(found: ContractDiff) -> set[str]:
    return {change.rule for change in changes(found)}


def one(found: ContractDiff, rule: str) -> Change:
    """The one change of a rule."""
    (change,) = [each for each in changes(found) if each.rule == rule]
    return change


def verdict(old: Version, new: Version) -> str | None:
    found = diff(old, new).verdict
    return found.value if found else None


def message(fields: str, head: str = PROTO3) -> str:
    """A file with one message that is an event."""
    return f"{head}message Event {{ {fields} }}\n"


def request(fields: str, head: str = PROTO3) -> str:
    """A file with one message that a method takes."""
    return (
        f"{head}message Ask {{ {fields} }}\nmessage Answer {{}}\n"
        "service Shop { rpc Buy(Ask) returns (Answer); }\n"
    )


def response(fields: str, head: str = PROTO3) -> str:
    """A file with one message that a method answers."""
    return (
        f"{head}message Ask {{}}\nmessage Answer {{ {fields} }}\n"
        "service Shop { rpc Buy(Ask) returns (Answer); }\n"
    )
