"""Two versions of one contract, compared."""

from __future__ import annotations

from runbook_tui.contracts.files import MAX_BYTES, ContractFiles
from runbook_tui.contracts.format import Report
from runbook_tui.contracts.model import Change, ContractDiff, Fault
from runbook_tui.contracts.registry import detect, format_named


def compare(old: ContractFiles, new: ContractFiles, type_name: str) -> ContractDiff:
    """Everything that differs between two versions of a contract.

    Args:
        old: without files of its own where the contract is new.
        new: without files of its own where it is gone.
        type_name: one of :data:`runbook_tui.contracts.registry.TYPES`.

    Raises:
        KeyError: there is no such type.
    """
    found = format_named(type_name)
    report = Report()
    for version, files in (("old", old), ("new", new)):
        report.faults += [
            _too_large(path, data, version) for path, data in files.own.items() if len(data) > MAX_BYTES
        ]
    if not report.faults:
        found.compare(old, new, report)
    changes = sorted(set(report.changes), key=_order)
    return ContractDiff(
        type=found.name,
        changes=tuple(change for change in changes if change.effect is not None),
        harmless=tuple(change for change in changes if change.effect is None),
        faults=tuple(sorted(set(report.faults))),
    )


def other_type(path: str, data: bytes, type_name: str) -> str | None:
    """The type that a file has in place of the declared one; None when it may well be what is declared."""
    if len(data) > MAX_BYTES or format_named(type_name).recognises(path, data):
        return None
    return detect(path, data)


def _order(change: Change) -> tuple[str, int, str, str, str, str]:
    return (change.path, change.line, change.pointer, change.rule, change.direction, change.text)


def _too_large(path: str, data: bytes, version: str) -> Fault:
    return Fault(
        path,
        0,
        0,
        f"the file has {len(data):,} bytes",
        f"at most {MAX_BYTES:,}",
        "split it, or name another file",
        version,
    )
