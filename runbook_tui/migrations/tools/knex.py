"""Knex: JavaScript and TypeScript files that export ``up`` and ``down``, applied in the order of their names.

Source: knex/knex, lib/migrations/migrate/Migrator.js and sources/fs-migrations.js. The table keeps the name of the
file with its extension. Every file that is not in the table runs, in whatever order; a name of the table without a
file stops the tool ("The migration directory is corrupt"), and so does a pending file without both functions.
"""

from __future__ import annotations

import re
import shlex
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
    chained,
    title_of,
)

if TYPE_CHECKING:
    from tree_sitter import Node

_LANGUAGES = {
    ".js": "javascript",
    ".cjs": "javascript",
    ".mjs": "javascript",
    ".ts": "typescript",
    ".mts": "typescript",
}
_NAME = re.compile(r"^\d[\dA-Za-z.]*(?:[_-]\d+)*(?:[_-](.+))?$")
"""A number or a date, or several, and the title behind it."""
_EXPORTS_UP = re.compile(
    rb"\bexports\s*\.\s*up\s*=|\bexport\s+(?:async\s+)?(?:function\s*\*?|const|let|var)\s+up\b"
    rb"|\bmodule\s*\.\s*exports\s*=\s*\{|\bexport\s*(?:default\s*)?\{"
)
_UP = re.compile(rb"\bup\b")
_DOWN = re.compile(rb"\bdown\b|\bexport\s*\*|\.\.\.")
_KNEX = re.compile(
    rb"\bknex\b|\.\s*schema\s*\.\s*(?:createTable|alterTable|table|dropTable|raw|hasTable)\b", re.IGNORECASE
)
_OTHERS = re.compile(
    rb"\bqueryInterface\b|\bQueryInterface\b|\bMigrationInterface\b|\bkysely\b|\bpgm\b", re.IGNORECASE
)


class Knex(ParsedTool):
    """Reads the files of a migrations directory."""

    name = "knex"
    refuses_gone = True
    beginning = "none"

    def recognises(self, path: str, data: bytes) -> bool:
        """A JavaScript or TypeScript file that exports ``up`` and speaks of knex."""
        name = PurePosixPath(path)
        if name.suffix not in _LANGUAGES or path.endswith(".d.ts") or not _NAME.match(name.stem):
            return False
        return bool(
            _UP.search(data) and _EXPORTS_UP.search(data) and _KNEX.search(data) and not _OTHERS.search(data)
        )

    def scripts(self, files: Files, folder: str) -> Scripts:
        """Every file of the folder itself with an extension that Knex loads, in the order of their names."""
        found: list[Script] = []
        for path, data in below(files, folder).items():
            name = PurePosixPath(path)
            inside = name.parent == PurePosixPath(folder) or str(name) == str(PurePosixPath(folder))
            if inside and name.suffix in _LANGUAGES and not path.endswith(".d.ts"):
                found.append(self._script(path, data))
        return Scripts(chained(found, lambda script: (script.id,)))

    def _script(self, path: str, data: bytes) -> Script:
        name = PurePosixPath(path)
        numbered = _NAME.match(name.stem)
        tree = self.tree(data, _LANGUAGES[name.suffix])
        problem = self.problem(path, tree)
        if problem is None and _UP.search(data) and _EXPORTS_UP.search(data) and not _DOWN.search(data):
            why = "it exports no down(): Knex runs no migration at all while a pending one lacks it"
            remedy = "Export a function down, if only one that throws."
            problem = Finding("no-down-function", Level.ERROR, path, 1, why, remedy)
        title = title_of((numbered[1] if numbered else None) or name.stem)
        return Script(name.name, title, path, (), data, content=tree, problem=problem)

    def commands(self, script: Script, folder: str) -> Commands:
        """Knex applies and undoes one migration by its name."""
        name = shlex.quote(script.id)
        return Commands(f"knex migrate:up {name}", f"knex migrate:down {name}", "knex migrate:status")

    def body(self, tree: Node, script: Script, engine: Engine) -> Body:
        """What ``up`` does."""
        from runbook_tui.migrations.javascript.knex import read_migration

        return read_migration(tree, engine)


TOOL = Knex
