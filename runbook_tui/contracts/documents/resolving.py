"""All files of one version of a contract, and the references between them."""

from __future__ import annotations

from urllib.parse import unquote

from runbook_tui.contracts.documents.document import read_document
from runbook_tui.contracts.documents.identifiers import base_of, joined, named_parts, resource_of
from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.documents.pointers import parts_of
from runbook_tui.contracts.documents.references import is_url
from runbook_tui.contracts.files import ContractFiles
from runbook_tui.contracts.format import Report
from runbook_tui.contracts.model import Fault

_KEYWORDS = ("$ref", "$dynamicRef", "$recursiveRef")


def reference_of(node: Node) -> str | None:
    """What a node refers to, as it is written; None where it is the thing itself."""
    value = node.value
    if isinstance(value, dict):
        for keyword in _KEYWORDS:
            if keyword in value and isinstance(value[keyword], str):
                return str(value[keyword])
    return None


class Documents:
    """The files of one version. Nothing that it reads makes it raise: what is wrong goes into the report."""

    def __init__(self, files: ContractFiles, version: str, report: Report) -> None:
        """``version`` is ``old`` or ``new``, for the faults."""
        self.files = files
        self.version = version
        self._report = report
        self._roots: dict[str, Node | None] = {}
        self._followed: dict[int, tuple[object, Node | None]] = {}
        self._named: dict[str, dict[str, Node]] = {}

    def root(self, path: str) -> Node | None:
        """The top of a file, read once; None where the file is not there or cannot be read."""
        if path not in self._roots:
            data = self.files.read(path)
            self._roots[path] = None
            if data is not None:
                document = read_document(path, data, self.version)
                self._report.faults += document.faults
                if document.value is not None:
                    self._roots[path] = Node(document.value, document)
        return self._roots[path]

    def resolve(self, node: Node) -> Node | None:
        """The thing itself behind a chain of references; None, and a fault, where there is none."""
        seen: set[int] = set()
        current: Node | None = node
        while current is not None and reference_of(current) is not None:
            if id(current.value) in seen:
                self._loop(node)
                return None
            seen.add(id(current.value))
            current = self.follow(current)
        return current

    def follow(self, node: Node) -> Node | None:
        """What one reference leads to, which may be a reference again; None, and a fault, where it leads nowhere."""
        known = self._followed.get(id(node.value))
        if known is None:
            reference = reference_of(node) or ""
            # The value is kept so that its id stays its own.
            known = (node.value, self._find(node, reference))
            self._followed[id(node.value)] = known
        return known[1]

    def is_remote(self, node: Node) -> bool:
        """Whether a node refers to a URL that is the name of nothing in these files."""
        reference = reference_of(node)
        return reference is not None and is_url(reference) and self._by_name(node, reference) is None

    def fault(self, node: Node, what: str, expected: str = "", remedy: str = "") -> None:
        """Report something at a node that hides what changed."""
        place = (node.line, node.column)
        self._report.faults.append(Fault(node.path, *place, what, expected, remedy, self.version))

    def _find(self, node: Node, reference: str) -> Node | None:
        file, _, fragment = reference.partition("#")
        if not file:
            return self._inside(node, reference, fragment)
        named = self._by_name(node, reference) if is_url(file) or base_of(node) else None
        if named is not None:
            return named
        if is_url(file):
            remedy = "put a copy into the repository, and refer to the copy"
            self.fault(
                node,
                f"$ref '{reference}' is a URL, and nothing is fetched",
                "a file of the repository",
                remedy,
            )
            return None
        return self._in_file(node, reference, unquote(file), fragment)

    def _in_file(self, node: Node, reference: str, file: str, fragment: str) -> Node | None:
        path = self.files.beside(node.path, file)
        if path is None:
            remedy = "put a copy into the repository, and refer to the copy"
            self.fault(node, f"$ref '{reference}' leaves the repository", "a file of the repository", remedy)
            return None
        if not self.files.exists(path):
            self.fault(node, f"$ref '{reference}' leads to no file", f"the file '{path}'", "check the path")
            return None
        root = self.root(path)
        if root is None:
            self.fault(node, f"$ref '{reference}' leads to a file that cannot be read", "", f"mend '{path}'")
            return None
        return self._inside(root, reference, fragment, node)

    def _inside(self, start: Node, reference: str, fragment: str, at: Node | None = None) -> Node | None:
        resource = resource_of(start)
        if fragment and not fragment.startswith("/"):
            found = self._by_name(start, f"#{fragment}")
        else:
            parts = parts_of(fragment)
            found = resource.at(parts)
            root = self.root(start.path)
            if found is None and root is not None:
                found = root.at(parts)
        if found is None:
            self.fault(
                at or start,
                f"$ref '{reference}' leads to nothing",
                "a part of the file",
                "check its spelling",
            )
        return found

    def _by_name(self, node: Node, reference: str) -> Node | None:
        """What a URI names: in the node's own file first, for anchors need not be unique beyond it."""
        uri = joined(base_of(node), reference)
        start, _, fragment = uri.partition("#")
        for path in dict.fromkeys([node.path, *sorted(self.files.own)]):
            names = self._names(path)
            if uri in names:
                return names[uri]
            if start and start in names and fragment[:1] in ("", "/"):
                return names[start].at(parts_of(fragment))
        return None

    def _names(self, path: str) -> dict[str, Node]:
        if path not in self._named:
            root = self.root(path)
            self._named[path] = {} if root is None else named_parts(root)
        return self._named[path]

    def _loop(self, node: Node) -> None:
        reference = reference_of(node)
        self.fault(
            node,
            f"$ref '{reference}' only points at itself",
            "something that is described",
            "describe it there",
        )
