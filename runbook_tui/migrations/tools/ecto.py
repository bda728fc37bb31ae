"""Ecto: ``<version>_<name>.exs`` with a module that has ``change``, or ``up`` and ``down``.

Source: elixir-ecto/ecto_sql, lib/ecto/migrator.ex and lib/ecto/migration.ex. Files of folders below count as well.
Every version that the table does not have runs, also one below the applied ones; a file that is gone is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from runbook_tui.migrations.changes import Body
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.model import Finding, Level
from runbook_tui.migrations.parsed import ParsedTool
from runbook_tui.migrations.tool import (
    Commands,
    Files,
    Script,
    Scripts,
    below,
    by_number,
    title_of,
)

if TYPE_CHECKING:
    from tree_sitter import Node

_NAME = re.compile(r"^(\d+)_(.+)\.exs$")
_MIGRATION = re.compile(rb"^[ \t]*use\s+[\w.]*Migration\b", re.MULTILINE)
_FOLDER = "migrations"


class Ecto(ParsedTool):
    """Reads the migrations of an Ecto repository."""

    name = "ecto"

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
        return Scripts(by_number(found), tuple(findings))

    def _script(self, path: str, data: bytes, numbered: re.Match[str]) -> Script:
        tree = self.tree(data, "elixir")
        problem = self.problem(path, tree)
        return Script(numbered[1], title_of(numbered[2]), path, (), data, content=tree, problem=problem)

    def commands(self, script: Script, folder: str) -> Commands:
        """Both stop at a version, and include it."""
        version = str(int(script.id))
        return Commands(
            f"mix ecto.migrate --to {version}", f"mix ecto.rollback --to {version}", "mix ecto.migrations"
        )

    def identity(self, script: Script) -> object:
        """The version is a number: leading zeros do not count."""
        return int(script.id)

    def body(self, tree: Node, script: Script, engine: Engine) -> Body:
        """What ``change`` or ``up`` does."""
        from runbook_tui.migrations.elixir.ecto import read_migration

        return read_migration(tree, engine)


TOOL = Ecto
