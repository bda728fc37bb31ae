"""OpenAPI 3.0 and 3.1, and Swagger 2.0, in YAML or JSON.

Sources: https://spec.openapis.org/oas/v3.1.0, https://spec.openapis.org/oas/v2.0. The rules are named after those of
oasdiff/oasdiff:checker/rules.go where it has one.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.documents.references import is_unchanged, referenced_files
from runbook_tui.contracts.documents.resolving import Documents
from runbook_tui.contracts.files import ContractFiles
from runbook_tui.contracts.format import ContractFormat, Report
from runbook_tui.contracts.openapi.comparison import compare_apis
from runbook_tui.contracts.openapi.model import Api
from runbook_tui.contracts.openapi.reading import read_api
from runbook_tui.contracts.openapi.telling import Teller
from runbook_tui.contracts.schemas.comparer import SchemaComparer

_MARK = re.compile(
    rb"""(?:^|[{,]\s*)(?:"(?:openapi|swagger)"|'(?:openapi|swagger)'|openapi|swagger)\s*:\s*["']?[23]\.[0-9]""",
    re.MULTILINE,
)

_FOR_ALL = ("components/securitySchemes", "securityDefinitions", "consumes", "produces", "swagger")
"""Parts that hold for operations which do not mention them."""


class OpenApi(ContractFormat):
    """HTTP APIs that are described by OpenAPI 3.0, 3.1 or Swagger 2.0."""

    name = "openapi"
    aliases = ("swagger",)
    patterns = ("*.yaml", "*.yml", "*.json")

    def recognises(self, path: str, data: bytes) -> bool:
        """Whether the version of the description stands at the start of a line, or in a JSON object."""
        return (b"openapi" in data or b"swagger" in data) and _MARK.search(data) is not None

    def references(self, path: str, data: bytes, files: ContractFiles) -> Iterable[str]:
        """Files that a ``$ref`` leads to."""
        return referenced_files(path, data, files)

    def compare(self, old: ContractFiles, new: ContractFiles, report: Report) -> None:
        """Compare operation by operation. Files that are the same, with all they refer to, are not even parsed."""
        if is_unchanged(old, new):
            return
        before, after = Documents(old, "old", report), Documents(new, "new", report)
        teller = Teller(report, SchemaComparer(before, after, report))
        for one, other in self._matched(old, new):
            faults = len(report.faults)
            roots = (self._root(one, before), self._root(other, after))
            if len(report.faults) > faults and None in roots:
                continue  # What cannot be read is not gone.
            same = _same_paths(*roots, teller)
            compare_apis(_read(roots[0], before, same), _read(roots[1], after, same), teller)

    def _matched(self, old: ContractFiles, new: ContractFiles) -> list[tuple[str | None, str | None]]:
        """The descriptions of both versions by path; the only one of each belong together whatever they are called."""
        before, after = self._descriptions(old), self._descriptions(new)
        if len(before) == len(after) == 1:
            return [(before[0], after[0])]
        paths = sorted({*before, *after})
        return [(path if path in before else None, path if path in after else None) for path in paths]

    def _descriptions(self, files: ContractFiles) -> list[str]:
        """Files that are descriptions; of a single file it is expected to be one."""
        found = [path for path, data in sorted(files.own.items()) if self.recognises(path, data)]
        return found or (list(files.own) if len(files.own) == 1 else [])

    def _root(self, path: str | None, documents: Documents) -> Node | None:
        root = documents.root(path) if path is not None else None
        if root is None:
            return None
        stated = root.get("openapi") or root.get("swagger")
        if stated is None or str(stated.value)[:2] not in ("2.", "3."):
            expected = "'openapi: 3.x' or 'swagger: 2.0' at the top"
            documents.fault(
                root, "this is no OpenAPI description", expected, "check that this is the right file"
            )
            return None
        return root


def _read(root: Node | None, documents: Documents, leave_out: Container[str]) -> Api | None:
    return read_api(root, documents, leave_out) if root is not None else None


def _same_paths(old: Node | None, new: Node | None, teller: Teller) -> set[str]:
    """Paths that need not be read: they and all they refer to are the same, and so is what holds for all of them."""
    if old is None or new is None or any(_value(old, key) != _value(new, key) for key in _FOR_ALL):
        return set()
    before, after = (
        dict(paths.items()) if paths is not None else {} for paths in (old.get("paths"), new.get("paths"))
    )
    same = teller.schemas.sameness.same
    return {path for path, item in after.items() if path in before and same(before[path], item)}


def _value(root: Node, keys: str) -> object:
    found: Node | None = root
    for key in keys.split("/"):
        found = found.get(key) if found is not None else None
    return found.value if found is not None else None
