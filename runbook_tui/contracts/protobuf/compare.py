"""Two versions of a contract in Protobuf, compared."""

from __future__ import annotations

from runbook_tui.contracts.files import ContractFiles
from runbook_tui.contracts.format import Report
from runbook_tui.contracts.protobuf.comparison import Comparison
from runbook_tui.contracts.protobuf.definition_changes import definition_differences
from runbook_tui.contracts.protobuf.enum_changes import enum_differences
from runbook_tui.contracts.protobuf.field_changes import extension_differences
from runbook_tui.contracts.protobuf.fields import Fields
from runbook_tui.contracts.protobuf.file_changes import file_differences, package_differences
from runbook_tui.contracts.protobuf.loading import load_schema
from runbook_tui.contracts.protobuf.message_changes import message_differences
from runbook_tui.contracts.protobuf.schema import Schema
from runbook_tui.contracts.protobuf.service_changes import service_differences
from runbook_tui.contracts.protobuf.unresolved import unresolved_types
from runbook_tui.contracts.protobuf.workspace import Workspace


def compare_protobuf(old: ContractFiles, new: ContractFiles, report: Report) -> None:
    """Add everything that differs to the report, and what could not be read."""
    old_workspace, new_workspace = Workspace(old, "old", report), Workspace(new, "new", report)
    before = load_schema(old, old_workspace, "old", report)
    after = load_schema(new, new_workspace, "new", report)
    if _is_same(before, after):
        return
    comparison = Comparison(Fields(before), Fields(after), new_workspace, report)
    for find in (
        file_differences,
        package_differences,
        definition_differences,
        message_differences,
        extension_differences,
        enum_differences,
        service_differences,
    ):
        comparison.add(find(comparison))
    comparison.finish()
    if before.own_sources and after.own_sources:
        report.faults += unresolved_types(comparison)


def _is_same(before: Schema, after: Schema) -> bool:
    """Whether both versions have the same files: nothing can differ then."""
    return len(before.sources) == len(after.sources) and all(
        (old.module_path, old.own) == (new.module_path, new.own) and old.file is new.file
        for old, new in zip(before.sources, after.sources, strict=True)
    )
