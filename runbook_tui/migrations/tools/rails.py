"""Rails: ``db/migrate/<version>_<name>.rb``, and ``db/post_migrate`` for what waits until the deploy is done.

Source: rails/rails, ``ActiveRecord::MigrationContext`` and ``railties/databases.rake``; GitLab's documentation, "Post
Deployment Migrations". Every pending migration is run, also one below the applied versions.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from runbook_tui.migrations.changes import Body
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.model import Finding, Level, Phase
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

_NAME = re.compile(r"^(\d+)_([_a-z0-9]*)(?:\.([_a-z0-9]+))?\.rb$")
_LOOKS_NUMBERED = re.compile(r"^\d+_.*\.rb$")
_POST = "post_migrate"
_DATABASE = re.compile(r"^(\w+)_migrate$")
_TAG = re.compile(rb"^[ \t]*tag[ (]\s*:(predeploy|postdeploy)\b", re.MULTILINE)
"""Instructure's gem outrigger: instructure/outrigger, README."""


class Rails(ParsedTool):
    """Reads the Active Record migrations of one database."""

    name = "rails"

    def recognises(self, path: str, data: bytes) -> bool:
        """``<digits>_<snake_case>.rb`` with a class that migrates."""
        return _NAME.match(PurePosixPath(path).name) is not None and b"Migration" in data

    def folders(self, recognised: Sequence[str], paths: Collection[str]) -> tuple[str, ...]:
        """``db/migrate``, or ``db`` where ``db/post_migrate`` belongs to the same history."""
        found = {_root(path) for path in recognised}
        usual = {folder for folder in found if PurePosixPath(folder).name.endswith("migrate")}
        found = usual or found  # Rails looks into other folders only when it is told to
        joined: set[str] = set()
        for folder in found:
            place = PurePosixPath(folder)
            twins = {"migrate": _POST, _POST: "migrate"}
            twin = str(place.parent / twins.get(place.name, ""))
            joined.add(str(place.parent) if place.name in twins and twin in found else folder)
        return tuple(sorted(joined))

    def scripts(self, files: Files, folder: str) -> Scripts:
        """The migrations of a folder such as ``db/migrate``, or of ``db`` with ``migrate`` and ``post_migrate``."""
        found: list[Script] = []
        findings: list[Finding] = []
        for path, data in _of_history(files, folder).items():
            name = _NAME.match(PurePosixPath(path).name)
            if name is not None:
                found.append(self._script(path, data, name))
            elif _LOOKS_NUMBERED.match(PurePosixPath(path).name):
                why = "Rails refuses to migrate: the name is not digits, then small letters, digits and _"
                findings.append(Finding("not-a-migration", Level.ERROR, path, 0, why, "Rename the file."))
        findings += _same_names(found)
        return Scripts(by_number(found), tuple(findings))

    def _script(self, path: str, data: bytes, name: re.Match[str]) -> Script:
        tree = self.tree(data, "ruby")
        problem = self.problem(path, tree)
        tag = _TAG.search(data)
        return Script(
            id=name[1],
            title=title_of(name[2]),
            path=path,
            parents=(),
            data=data,
            content=tree,
            declared=Phase.EXPAND if tag is not None and tag[1] == b"predeploy" else None,
            declared_after=_POST in PurePosixPath(path).parts[:-1]
            or (tag is not None and tag[1] == b"postdeploy"),
            problem=problem,
        )

    def commands(self, script: Script, folder: str) -> Commands:
        """Exactly one migration, up or down, whatever else is pending."""
        database = _DATABASE.match(PurePosixPath(_root(script.path)).name)
        suffix = f":{database[1]}" if database is not None and database[1] != "post" else ""
        version = f"VERSION={shlex.quote(script.id)}"
        rails = "bin/rails db:migrate"
        return Commands(
            f"{rails}:up{suffix} {version}", f"{rails}:down{suffix} {version}", f"{rails}:status{suffix}"
        )

    def sets_aside(self, script: Script) -> bool:
        """``SKIP_POST_DEPLOYMENT_MIGRATIONS`` (gitlabhq/gitlabhq, mastodon/mastodon, discourse/discourse)."""
        return _POST in PurePosixPath(script.path).parts[:-1]

    def identity(self, script: Script) -> object:
        """Versions are numbers: Rails takes 007 and 7 for the same."""
        return int(script.id)

    def body(self, tree: Node, script: Script, engine: Engine) -> Body:
        """What ``change`` or ``up`` does."""
        from runbook_tui.migrations.ruby.migration import read_migration

        name = _NAME.match(PurePosixPath(script.path).name)
        return read_migration(tree, name[2] if name else "", engine)


def _root(path: str) -> str:
    """The migration folder of a file: Rails looks into the folders below it as well."""
    parents = list(PurePosixPath(path).parents)
    return str(next((place for place in parents if place.name.endswith("migrate")), parents[0]))


def _of_history(files: Files, folder: str) -> Files:
    """The files that Rails puts in one order."""
    inside = below(files, folder)
    place = PurePosixPath(folder)
    both = {str(place / name) for name in ("migrate", _POST)}
    one_history = {
        path: data for path, data in inside.items() if both & {str(p) for p in PurePosixPath(path).parents}
    }
    return one_history or inside


def _same_names(scripts: Sequence[Script]) -> Iterator[Finding]:
    """Rails refuses two migrations of one name: their classes would be the same."""
    first: dict[str, Script] = {}
    for script in scripts:
        name = _NAME.match(PurePosixPath(script.path).name)
        other = first.setdefault(f"{name[2]}.{name[3] or ''}" if name else script.path, script)
        if other is not script and other.id != script.id:
            message = f"Rails refuses to migrate: {other.path} has the same name"
            yield Finding(
                "duplicate-name", Level.ERROR, script.path, 0, message, "Give it another name and class."
            )


TOOL = Rails
