"""JSON Schema, draft 4 to 2020-12: the schemas of events, one a file."""

from __future__ import annotations

from collections.abc import Iterable

from runbook_tui.contracts.documents.references import is_unchanged, referenced_files
from runbook_tui.contracts.files import ContractFiles
from runbook_tui.contracts.format import ContractFormat, Report
from runbook_tui.contracts.messages.events import compare_events
from runbook_tui.contracts.messages.recognising import is_schema


class JsonSchema(ContractFormat):
    """Events that are described by JSON Schema: the provider writes them, consumers read them."""

    name = "json-schema"
    patterns = ("*.json", "*.jsonschema", "*.yaml", "*.yml")

    def recognises(self, path: str, data: bytes) -> bool:
        """Whether a file names a draft, or has only keywords of JSON Schema at its top."""
        return is_schema(data)

    def references(self, path: str, data: bytes, files: ContractFiles) -> Iterable[str]:
        """Files that a ``$ref`` leads to."""
        return referenced_files(path, data, files)

    def compare(self, old: ContractFiles, new: ContractFiles, report: Report) -> None:
        """Compare schema by schema. Files that are the same, with all they refer to, are not even parsed."""
        if not is_unchanged(old, new):
            compare_events(old, new, report)
