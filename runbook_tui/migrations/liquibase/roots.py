"""Which changelog of a folder is the root: the one that the tool is told to run."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import PurePosixPath

from runbook_tui.migrations.liquibase.changelog import Include
from runbook_tui.migrations.liquibase.nodes import BrokenChangelogError
from runbook_tui.migrations.liquibase.paths import Tree
from runbook_tui.migrations.liquibase.tree import Parser
from runbook_tui.migrations.model import Finding, Level
from runbook_tui.migrations.sql.files import decoded

PROPERTIES = "liquibase.properties"
"""The tool's own settings."""

_ROOT_NAMES = re.compile(
    r"^(db\.)?changelog([-._]?(master|root))?\.\w+$|^(master|root)\.\w+$|^liquibase[-._]?master\.\w+$"
)
_CHANGELOG_FILE = re.compile(
    r"^[ \t]*(?:liquibase\.command\.)?change-?log-?file\s*[:=]\s*(\S+)", re.IGNORECASE | re.MULTILINE
)


def find_roots(tree: Tree, changelogs: Sequence[str], parse: Parser, findings: list[Finding]) -> list[str]:
    """The file of the manifest, that of liquibase.properties, or the one that nobody includes."""
    folder = tree.folder_path
    if folder in tree.files:
        return [folder]
    named = _named_root(tree)
    if named is not None:
        return [named]
    included = _included(tree, changelogs, parse)
    free = [path for path in changelogs if path not in included]
    if not free and changelogs:  # they include one another in a circle: the walk tells it
        free = [min(changelogs)]
    usual = [path for path in free if _ROOT_NAMES.match(PurePosixPath(path).name)]
    if len(usual) == 1:
        return usual
    if len(free) > 1:
        names = ", ".join(free[:5]) + (f" and {len(free) - 5} more" if len(free) > 5 else "")
        message = f"there are {len(free)} changelogs that no other includes ({names}): all are taken, by name"
        remedy = "Name the root changelog as path."
        findings.append(Finding("several-roots", Level.WARNING, folder, 0, message, remedy))
    return free


def _named_root(tree: Tree) -> str | None:
    for path in sorted(tree.files, key=lambda path: (path.count("/"), path)):
        if PurePosixPath(path).name == PROPERTIES:
            found = _CHANGELOG_FILE.search(decoded(tree.files[path])[:100_000])
            root = tree.resolve(found[1], path, relative=False) if found else None
            if root is not None:
                return root
    return None


def _included(tree: Tree, changelogs: Iterable[str], parse: Parser) -> set[str]:
    """The changelogs that another one includes."""
    found: set[str] = set()
    for path in changelogs:
        try:
            entries = parse(path, tree.files[path]).entries
        except BrokenChangelogError:
            continue
        for entry in entries:
            if not isinstance(entry, Include):
                continue
            if entry.whole_folder:
                below_it = tree.folder(entry.target, path, relative=entry.relative) if entry.target else None
                if below_it is not None:
                    found |= {name for name in tree.files if tree.is_below(name, below_it) and name != path}
            else:
                target = tree.resolve(entry.target, path, relative=entry.relative)
                found |= {target} - {path, None} if target else set()
    return found


def left_out(changelogs: Iterable[str], read: Collection[str]) -> list[Finding]:
    """Changelogs of the folder that are not among those that were read."""
    message = "no changelog includes it, so the tool passes it over"
    return [
        Finding("not-a-migration", Level.NOTE, path, 0, message, "Include it, or take it out of the folder.")
        for path in changelogs
        if path not in read
    ]
