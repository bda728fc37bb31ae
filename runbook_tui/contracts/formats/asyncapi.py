"""AsyncAPI 2.x and 3.x, in YAML or JSON.

Sources: https://www.asyncapi.com/docs/reference/specification/v2.6.0 and /v3.0.0.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterable

from runbook_tui.contracts.asyncapi.comparison import compare_apis
from runbook_tui.contracts.asyncapi.messages import MessageComparer
from runbook_tui.contracts.asyncapi.model import Api
from runbook_tui.contracts.asyncapi.payloads import PayloadComparer
from runbook_tui.contracts.asyncapi.reading2 import Reader2
from runbook_tui.contracts.asyncapi.reading3 import Reader3
from runbook_tui.contracts.asyncapi.telling import Teller
from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.documents.references import is_unchanged, referenced_files
from runbook_tui.contracts.documents.resolving import Documents
from runbook_tui.contracts.files import ContractFiles
from runbook_tui.contracts.format import ContractFormat, Report
from runbook_tui.contracts.schemas.comparer import SchemaComparer

_MARK = re.compile(
    rb"""(?:^|[{,]\s*)(?:"asyncapi"|'asyncapi'|asyncapi)\s*:\s*["']?[23]\.[0-9]""",
    re.MULTILINE,
)


class AsyncApi(ContractFormat):
    """Event APIs that are described by AsyncAPI 2 or 3.

    The provider is the application that the document describes. What it sends (``subscribe`` in 2, ``send`` in 3) is an
    event, what it receives a request. Servers, security and bindings (but for the key of a Kafka message) say how an
    application reaches its broker rather than what it exchanges over it, and are not compared.
    """

    name = "asyncapi"
    patterns = ("*.yaml", "*.yml", "*.json")

    def recognises(self, path: str, data: bytes) -> bool:
        """Whether the version of the description stands at the start of a line, or in a JSON object."""
        return b"asyncapi" in data and _MARK.search(data.removeprefix(BOM_UTF8)) is not None

    def references(self, path: str, data: bytes, files: ContractFiles) -> Iterable[str]:
        """Files that a ``$ref`` leads to."""
        return referenced_files(path, data, files)

    def compare(self, old: ContractFiles, new: ContractFiles, report: Report) -> None:
        """Compare channel by channel. Files that are the same, with all they refer to, are not even parsed."""
        if is_unchanged(old, new):
            return
        before, after = Documents(old, "old", report), Documents(new, "new", report)
        schemas = SchemaComparer(before, after, report)
        payloads = PayloadComparer(schemas, report)
        teller = Teller(report, schemas)
        messages = MessageComparer(teller, payloads)
        for one, other in self._matched(old, new):
            faults = len(report.faults)
            roots = (_root(one, before), _root(other, after))
            if len(report.faults) > faults and None in roots:
                continue  # what cannot be read is not gone
            compare_apis(_read(roots[0], before), _read(roots[1], after), teller, messages)
        payloads.finish()

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


def _root(path: str | None, documents: Documents) -> Node | None:
    root = documents.root(path) if path is not None else None
    if root is None:
        return None
    if _major(root) not in ("2", "3"):
        expected = "'asyncapi: 2.x' or 'asyncapi: 3.x' at the top"
        documents.fault(
            root, "this is no AsyncAPI description", expected, "check that this is the right file"
        )
        return None
    return root


def _major(root: Node) -> str:
    stated = root.get("asyncapi")
    return str(stated.value).partition(".")[0] if stated is not None else ""


def _read(root: Node | None, documents: Documents) -> Api | None:
    if root is None:
        return None
    reader = Reader2 if _major(root) == "2" else Reader3
    return reader(root, documents).read()
