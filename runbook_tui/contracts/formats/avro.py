"""Avro: schemas (``.avsc``) and protocols (``.avpr``)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from runbook_tui.contracts.avro.compare import compare_files
from runbook_tui.contracts.avro.version import used_files
from runbook_tui.contracts.files import ContractFiles
from runbook_tui.contracts.format import ContractFormat, Report

_LOOKED_AT = 65_536
"""Bytes of a file that tell what it is."""
_BEGINS = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s|//[^\n]*\n|/\*.*?\*/)*([\[{\"])", re.DOTALL)
_TYPES = rb"record|error|enum|fixed|array|map|null|boolean|int|long|float|double|bytes|string"
_SCHEMA = re.compile(rb'"(?:type|protocol)"\s*:\s*(?:"(?:' + _TYPES + rb')"|\[)|"protocol"\s*:\s*"[A-Za-z_]')
_NAMES = re.compile(rb'"(?:' + _TYPES + rb'|[A-Za-z_][A-Za-z0-9_.]*)"')
_EMPTY_UNION = re.compile(rb"\s*\[\s*\]\s*\Z")
_FOREIGN = re.compile(
    rb'"\$(?:schema|ref|id|defs)"\s*:|"type"\s*:\s*"object"|"(?:openapi|swagger|asyncapi)"\s*:'
)


class Avro(ContractFormat):
    """Avro schemas and protocols, compared by the rules of schema resolution."""

    name = "avro"
    patterns = ("*.avsc", "*.avpr")

    def recognises(self, path: str, data: bytes) -> bool:
        """Whether a file is JSON that declares a type of Avro's, and nothing that only JSON Schema has."""
        start = data[:_LOOKED_AT]
        begins = _BEGINS.match(start)
        if begins is None or _FOREIGN.search(start) is not None:
            return False
        wanted = _SCHEMA if begins[1] == b"{" else _NAMES
        return wanted.search(start) is not None or _EMPTY_UNION.match(start) is not None

    def references(self, path: str, data: bytes, files: ContractFiles) -> Iterable[str]:
        """Files that define names which this one uses and does not define."""
        return used_files(path, data, files)

    def compare(self, old: ContractFiles, new: ContractFiles, report: Report) -> None:
        """Resolve two versions against each other, both ways."""
        compare_files(old, new, report)
