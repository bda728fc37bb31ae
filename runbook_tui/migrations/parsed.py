"""Tools whose migrations are programs: each is parsed once, and read by its syntax tree."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from runbook_tui.migrations.changes import Body, Change
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.model import Finding, Level
from runbook_tui.migrations.syntax import UnparsedError, parse
from runbook_tui.migrations.tool import BodyReader, MigrationTool, Script

if TYPE_CHECKING:
    from tree_sitter import Node


class ParsedTool(MigrationTool):
    """Keeps the syntax tree of a migration as its script's ``content``, or why there is none."""

    def __init__(self) -> None:
        self._trees: dict[tuple[str, bytes], Node | UnparsedError] = {}
        """What was parsed already: most files are the same in both commits."""

    def tree(self, data: bytes, language: str) -> Node | UnparsedError:
        """The syntax tree of a file."""
        key = (language, data)
        if key not in self._trees:
            try:
                self._trees[key] = parse(data, language)
            except UnparsedError as error:
                self._trees[key] = error
        return self._trees[key]

    @staticmethod
    def problem(path: str, tree: Node | UnparsedError) -> Finding | None:
        """Why there is no tree. A question: the language's own parser may know more than the grammar does."""
        if not isinstance(tree, UnparsedError):
            return None
        remedy = "Mend or install what it says, or read the file yourself and say when it may run."
        return Finding("unreadable", Level.WARNING, path, tree.line, tree.reason, remedy)

    @abstractmethod
    def body(self, tree: Node, script: Script, engine: Engine) -> Body:
        """What a migration that was parsed does."""

    def reader(self, engine: Engine) -> BodyReader:
        """Reads the syntax tree; a file without one is unreadable."""

        def read(script: Script) -> Body:
            tree = script.content
            if tree is None or isinstance(tree, UnparsedError):
                line, reason = (tree.line, tree.reason) if tree is not None else (1, "")
                return Body((Change("unreadable", line, name=reason, detail=script.path),), has_down=False)
            return self.body(tree, script, engine)  # type: ignore[arg-type]

        return read
