"""AsyncAPI 2.x and 3.x, in YAML or JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable

from runbook_tui.contracts.documents.references import referenced_files
from runbook_tui.contracts.files import ContractFiles
from runbook_tui.contracts.format import ContractFormat, Report
from runbook_tui.contracts.model import Fault

_MARK = re.compile(
    rb"""(?:^|[{,]\s*)(?:"asyncapi"|'asyncapi'|asyncapi)\s*:\s*["']?[23]\.[0-9]""",
    re.MULTILINE,
)


class AsyncApi(ContractFormat):
    """Events that are described by AsyncAPI 2 or 3."""

    name = "asyncapi"
    patterns = ("*.yaml", "*.yml", "*.json")

    def recognises(self, path: str, data: bytes) -> bool:
        """Whether the version of the description stands at the start of a line, or in a JSON object."""
        return _MARK.search(data) is not None

    def references(self, path: str, data: bytes, files: ContractFiles) -> Iterable[str]:
        """Files that a ``$ref`` leads to."""
        return referenced_files(path, data, files)

    def compare(self, old: ContractFiles, new: ContractFiles, report: Report) -> None:
        """Compare channel by channel."""
        report.faults += [
            Fault(path, 0, 0, "AsyncAPI cannot be compared yet", version=version)
            for version, files in (("old", old), ("new", new))
            for path in files.own
        ]
