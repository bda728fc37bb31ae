"""Protobuf, with or without gRPC: the .proto files of a contract, one or a folder."""

from __future__ import annotations

from collections.abc import Iterable

from runbook_tui.contracts.files import ContractFiles
from runbook_tui.contracts.format import ContractFormat, Report


class Protobuf(ContractFormat):
    """proto2, proto3 and editions. What a method takes is a request, what it answers a response; messages that no
    method leads to are events."""

    name = "protobuf"
    aliases = ("grpc",)
    patterns = ("*.proto",)

    def recognises(self, path: str, data: bytes) -> bool:
        """Whether a file is text named ``.proto``."""
        return path.endswith(".proto") and b"\0" not in data[:1024]

    def references(self, path: str, data: bytes, files: ContractFiles) -> Iterable[str]:
        """The files that it imports, as far as there are such files."""
        from runbook_tui.contracts.protobuf.imports import Imports
        from runbook_tui.contracts.protobuf.parser import parse

        return list(Imports(files).paths(path, parse(data).file))

    def compare(self, old: ContractFiles, new: ContractFiles, report: Report) -> None:
        """Compare all definitions of both versions, and the imported ones that they use."""
        from runbook_tui.contracts.protobuf.compare import compare_protobuf

        compare_protobuf(old, new, report)
