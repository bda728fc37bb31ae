"""YAML and JSON changelogs: the same keys as XML's elements, in lists where there may be several."""

from __future__ import annotations

from dataclasses import dataclass

from runbook_tui.files.problems import ProblemsError
from runbook_tui.files.yaml_source import Location, YamlSource, parse_yaml
from runbook_tui.migrations.liquibase.nodes import BrokenChangelogError, Node


def read_yaml_changelog(data: bytes, path: str) -> Node:
    """The root, named ``databaseChangeLog``.

    Raises:
        BrokenChangelogError: it is not YAML, uses what YAML is not read with (aliases, tags), or has another root.
    """
    if path.endswith(".json"):
        data = data.replace(b"\t", b" ")  # a tab between JSON's values is nothing that YAML allows
    try:
        source = parse_yaml(data, path)
    except ProblemsError as error:
        first = error.problems[0]
        raise BrokenChangelogError(first.place.line or 1, first.what) from error
    if not isinstance(source.data, dict) or "databaseChangeLog" not in source.data:
        raise BrokenChangelogError(1, "it has no databaseChangeLog")
    document = _Document(source, data.decode("utf-8-sig", "replace").split("\n"))
    return document.node("databaseChangeLog", source.data["databaseChangeLog"], ("databaseChangeLog",))


@dataclass(frozen=True, slots=True)
class _Document:
    source: YamlSource
    lines: list[str]

    def node(self, name: str, value: object, location: Location) -> Node:
        """A key with its value. The nesting is bounded by the reader of YAML."""
        line = self.source.place(location, key=True).line or 1
        attributes: dict[str, str] = {}
        children: list[Node] = []
        if isinstance(value, dict):
            self._entries(value, location, attributes, children)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, dict):
                    self._entries(item, (*location, index), attributes, children)
                elif item is not None:
                    children.append(self._text("item", str(item), (*location, index), line))
        elif value is not None:
            return self._text(name, str(value), location, line)
        return Node(name, line, attributes, tuple(children), text_line=line)

    def _entries(
        self, value: dict[str, object], location: Location, attributes: dict[str, str], children: list[Node]
    ) -> None:
        for key, inner in value.items():
            below = (*location, key)
            if inner is not None and not isinstance(inner, dict | list):
                attributes.setdefault(key, str(inner))
            children.append(self.node(key, inner, below))

    def _text(self, name: str, text: str, location: Location, line: int) -> Node:
        begins = self.source.place(location)
        row, column = begins.line or line, begins.column or 1
        mark = self.lines[row - 1][column - 1 : column] if row <= len(self.lines) else ""
        block = mark in ("|", ">")
        return Node(name, line, text=text, text_line=row + block, flat=not block and "\n" in text)
