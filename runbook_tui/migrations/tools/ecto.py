"""Ecto: ``<version>_<name>.exs`` with a module that has ``change``, or ``up`` and ``down``.

Source: elixir-ecto/ecto_sql, lib/ecto/migrator.ex and lib/ecto/migration.ex. Files of folders below count as well.
Every version that the table does not have runs, also one below the applied ones; a file that is gone is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from runbook_tui.migrations.changes import Body, Change
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.model import Finding, Level
from runbook_tui.migrations.syntax import UnparsedError, parse, text_of
from runbook_tui.migrations.tool import (
    BodyReader,
    Commands,
    Files,
    MigrationTool,
    Script,
    Scripts,
    below,
    chained,
    title_of,
)

if TYPE_CHECKING:
    from tree_sitter import Node

_NAME = re.compile(r"^(\d+)_(.+)\.exs$")
_MIGRATION = re.compile(rb"^\s*use\s+[\w.]*Migration\b", re.MULTILINE)
_FOLDER = "migrations"


class Ecto(MigrationTool):
    """Reads the migrations of an Ecto repository."""

    name = "ecto"

    def __init__(self) -> None:
        self._trees: dict[bytes, Node | UnparsedError] = {}

    def recognises(self, path: str, data: bytes) -> bool:
        """``<digits>_<name>.exs`` with a module that uses ``Ecto.Migration``, or the project's own."""
        return _NAME.match(PurePosixPath(path).name) is not None and _MIGRATION.search(data) is not None

    def folders(self, recognised: Sequence[str], paths: Collection[str]) -> tuple[str, ...]:
        """The folders with migrations, without those that lie in another."""
        found = {str(PurePosixPath(path).parent) for path in recognised}
        tops = {
            str(parent) for name in found for parent in PurePosixPath(name).parents if parent.name == _FOLDER
        }
        return tuple(
            sorted(name for name in found | tops if not any(name.startswith(f"{top}/") for top in tops))
        )

    def scripts(self, files: Files, folder: str) -> Scripts:
        """The files with a version in the folder and those below it."""
        found: list[Script] = []
        findings: list[Finding] = []
        for path, data in below(files, folder).items():
            name = PurePosixPath(path).name
            numbered = _NAME.match(name)
            if numbered is not None:
                found.append(self._script(path, data, numbered))
            elif path.endswith((".exs", ".ex")) and not name.startswith("."):
                why = "its name is not <version>_<name>.exs, so the tool passes it over"
                remedy = "Rename it, or move it out of the folder."
                findings.append(Finding("not-a-migration", Level.WARNING, path, 0, why, remedy))
        return Scripts(chained(found, lambda script: (int(script.id), script.path)), tuple(findings))

    def _script(self, path: str, data: bytes, numbered: re.Match[str]) -> Script:
        tree = self._tree(data)
        problem = None
        if isinstance(tree, UnparsedError):
            remedy = "Mend the file, or read it yourself: only this one could not be read."
            problem = Finding("unreadable", Level.ERROR, path, tree.line, tree.reason, remedy)
        return Script(numbered[1], title_of(numbered[2]), path, (), data, content=tree, problem=problem)

    def _tree(self, data: bytes) -> Node | UnparsedError:
        if data not in self._trees:
            try:
                self._trees[data] = parse(data, "elixir")
            except UnparsedError as error:
                self._trees[data] = error
        return self._trees[data]

    def commands(self, script: Script, folder: str) -> Commands:
        """Both stop at a version, and include it."""
        version = str(int(script.id))
        return Commands(
            f"mix ecto.migrate --to {version}", f"mix ecto.rollback --to {version}", "mix ecto.migrations"
        )

    def identity(self, script: Script) -> object:
        """The version is a number: leading zeros do not count."""
        return int(script.id)

    def reader(self, engine: Engine) -> BodyReader:
        """Reads ``change`` or ``up``."""
        from runbook_tui.migrations.elixir.ecto import read_module

        def read(script: Script) -> Body:
            tree = script.content
            if tree is None or isinstance(tree, UnparsedError):
                line, reason = (tree.line, tree.reason) if tree is not None else (1, "")
                return Body((Change("unreadable", line, name=reason, detail=script.id),), has_down=False)
            module = _module(tree)  # type: ignore[arg-type]
            if module is None:
                what = "a file without a module that uses Ecto.Migration"
                return Body((Change("opaque", 1, detail=what),), has_down=False)
            upgrade = read_module(module, engine)
            changes = upgrade.changes
            if not upgrade.found:
                changes = (Change("opaque", 1, detail="a migration without a function change() or up()"),)
            transactional = upgrade.transactional
            return Body(
                changes, upgrade.has_down, transactional=transactional, wraps_transaction=transactional
            )

        return read


def _module(root: Node) -> Node | None:
    """The body of the first module that uses a ``Migration``: Ecto takes that one."""
    for module in _modules(root):
        for child in module.named_children:
            target = child.child_by_field_name("target")
            uses = child.type == "call" and target is not None and text_of(target) == "use"
            if uses and _MIGRATION.match(child.text or b""):
                return module
    return None


def _modules(node: Node) -> Iterator[Node]:
    for child in node.named_children:
        target = child.child_by_field_name("target")
        if child.type == "call" and target is not None and text_of(target) == "defmodule":
            for inner in child.named_children:
                if inner.type == "do_block":
                    yield inner
                    yield from _modules(inner)


TOOL = Ecto
