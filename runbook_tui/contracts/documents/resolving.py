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
_GROUPS = ("allOf", "anyOf", "oneOf")
_SILENT = frozenset({
    "$schema", "$id", "id", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "$vocabulary", "$defs", "definitions",
    "$comment", "title", "summary", "description", "example", "examples", "externalDocs", "deprecated", "default",
})  # fmt: skip
"""Keywords beside a reference that say nothing about the value."""


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
        self._targets: dict[int, tuple[object, Node | None]] = {}
        self._endless: dict[int, tuple[object, bool]] = {}
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
        """What one reference leads to, which may be a reference again; None, and a fault, where it leads nowhere.

        References that lead in a circle, and say nothing on the way, describe no value: "A schema MUST NOT be run into
        an infinite loop" (https://json-schema.org/draft/2020-12/json-schema-core#section-9.4.1).
        """
        target = self._target(node)
        return None if target is None or self._is_endless(target) else target

    def _target(self, node: Node) -> Node | None:
        known = self._targets.get(id(node.value))
        if known is None:
            reference = reference_of(node) or ""
            # The value is kept so that its id stays its own.
            known = (node.value, self._find(node, reference))
            self._targets[id(node.value)] = known
        return known[1]

    def _is_endless(self, start: Node) -> bool:
        """Whether a schema says nothing but to look elsewhere, and so on without end; a fault the first time."""
        way: dict[int, Node] = {}
        current: Node | None = start
        while current is not None and id(current.value) not in way and id(current.value) not in self._endless:
            way[id(current.value)] = current
            current = self._only_lead(current)
        endless = current is not None
        if current is not None:
            known = self._endless.get(id(current.value))
            endless = known is None or known[1]
            if known is None:
                self._loop(current)
        self._endless.update((key, (node.value, endless)) for key, node in way.items())
        return endless

    def _only_lead(self, node: Node) -> Node | None:
        """The schema that a node stands for without a word of its own; None where it has one, or leads nowhere."""
        said = node.value.keys() - _SILENT if isinstance(node.value, dict) else ()
        if len(said) != 1:
            return None
        (keyword,) = said
        if keyword in _GROUPS:
            inner = node.get(keyword)
            alone = inner.elements() if inner is not None else []
            return alone[0] if len(alone) == 1 else None
        return None if reference_of(node) is None or self.is_remote(node) else self._target(node)

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
        what = "this" if reference is None else f"$ref '{reference}'"
        self.fault(node, f"{what} only points at itself", "something that is described", "describe it there")
