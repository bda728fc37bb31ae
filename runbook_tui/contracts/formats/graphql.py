"""GraphQL: a schema in its definition language (one file, or those of a folder), or an introspection result."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec

from runbook_tui.contracts.files import ContractFiles
from runbook_tui.contracts.format import ContractFormat, Report
from runbook_tui.contracts.model import Fault


class GraphQl(ContractFormat):
    """GraphQL schemas. A request is an operation with its variables; what the server answers is a response or event."""

    name = "graphql"
    patterns = ("*.graphql", "*.graphqls", "*.gql", "*.sdl", "*.json")

    def recognises(self, path: str, data: bytes) -> bool:
        """Whether a file defines types; the operations of a client are no contract."""
        from runbook_tui.contracts.graphql.reading import is_introspection, is_schema

        return is_introspection(data) if path.endswith(".json") else is_schema(data)

    def references(self, path: str, data: bytes, files: ContractFiles) -> Iterable[str]:
        """Files of ``# import`` comments."""
        from runbook_tui.contracts.graphql.reading import imports

        return list(imports(path, data, files))

    def compare(self, old: ContractFiles, new: ContractFiles, report: Report) -> None:
        """Compare the schemas that the files of each version make up together."""
        if find_spec("graphql") is None:
            report.faults.append(_no_parser(old, new))
            return
        from runbook_tui.contracts.graphql.compare import compare_schemas
        from runbook_tui.contracts.graphql.reading import read_both

        before, after, faults = read_both(old, new)
        report.faults += faults
        if not faults or (before.types and after.types):
            compare_schemas(before, after, report)


def _no_parser(old: ContractFiles, new: ContractFiles) -> Fault:
    version, files = ("new", new) if new.own else ("old", old)
    return Fault(
        min(files.own, default=""),
        0,
        0,
        "GraphQL cannot be read: graphql-core is not installed",
        "",
        "pip install 'runbook-tui[graphql]'",
        version,
    )
