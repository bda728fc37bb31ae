"""Liquibase: changesets in changelogs of XML, YAML, JSON and formatted SQL, which include one another.

Source: liquibase/liquibase and its documentation ("Changelog", "Changeset", "include", "includeAll", "MD5 checksum").
A changeset is known as ``file::id::author`` in DATABASECHANGELOG; one that is missing there runs, wherever it stands.

``update-count --count=1`` applies the next changeset that is to run and no other. ``update-to-tag`` needs a changeset
with ``tagDatabase``, and ``update-one-changeset`` a licence. The count leaves out what a dbms or context excludes, and
takes in each ``runAlways`` that stands before. ``rollback-count --count=1`` undoes the one that was applied last.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import PurePosixPath

from runbook_tui.migrations.changes import Body, Change
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.liquibase.nodes import Node
from runbook_tui.migrations.liquibase.paths import Tree
from runbook_tui.migrations.liquibase.roots import PROPERTIES, find_roots, left_out
from runbook_tui.migrations.liquibase.tree import Parsed, Placed, Walk, is_changelog
from runbook_tui.migrations.model import Finding, Level
from runbook_tui.migrations.tool import (
    BodyReader,
    Commands,
    Files,
    MigrationTool,
    Script,
    Scripts,
    below,
)

_SHOWN = 60
"""Characters of SQL in a title."""


class _Always:
    """The ``runAlways`` changesets of a folder: every run of the tool runs those that it meets first."""

    def __init__(self) -> None:
        self.placed: list[Placed] = []
        self._sums: dict[Engine | None, list[int]] = {}

    def count(self, before: int, engine: Engine | None) -> int:
        """How many of the first ones an engine runs."""
        from runbook_tui.migrations.liquibase.body import runs_on

        if engine not in self._sums:
            self._sums[engine] = [0, *accumulate(runs_on(one, engine) for one in self.placed)]
        return self._sums[engine][before]

    def has_dbms(self) -> bool:
        """Whether any of them is for some engines only."""
        return any(one.change_set.attributes.get("dbms") for one in self.placed)


@dataclass(frozen=True, slots=True)
class _Content:
    """A changeset with its place in the order."""

    variants: tuple[Placed, ...]
    """Several with one identity, each for engines or contexts of its own."""
    tree: Tree
    search_path: str
    always: _Always
    always_before: int
    """How many of those stand before it."""
    countable: bool
    """Nothing before it may be passed over and stay pending."""


class Liquibase(MigrationTool):
    """Reads changelogs from the root down."""

    name = "liquibase"
    refuses_edits = True
    _engine: Engine | None = None
    """That of the last :meth:`reader`, when it is known: ``dbms`` is compared with it."""

    def __init__(self) -> None:
        self._parsed = Parsed()

    def recognises(self, path: str, data: bytes) -> bool:
        """A file with ``databaseChangeLog``, or SQL whose first line is Liquibase's."""
        return is_changelog(path, data)

    def marks(self, paths: Collection[str], folder: str) -> bool:
        """``liquibase.properties``, or a root changelog by its usual name."""
        inside = [path for path in paths if folder in (".", "") or path.startswith(f"{folder}/")]
        names = {PurePosixPath(path).name for path in inside}
        return PROPERTIES in names or any(name.startswith("db.changelog-master.") for name in names)

    def folders(self, recognised: Sequence[str], paths: Collection[str]) -> tuple[str, ...]:
        """The topmost folders that hold changelogs: what they include lies below."""
        found: list[str] = []
        for folder in sorted({str(PurePosixPath(path).parent) for path in recognised}):
            if not any(folder == above or folder.startswith(f"{above}/") for above in found):
                found.append(folder)
        return tuple(found)

    def scripts(self, files: Files, folder: str) -> Scripts:
        """The changesets in the order in which they run."""
        inside = below(files, folder)
        tree = Tree(files if folder in files else inside, folder)
        changelogs = [path for path, data in inside.items() if is_changelog(path, data)]
        findings: list[Finding] = []
        walk = Walk(tree, self._parsed)
        for root in find_roots(tree, changelogs, self._parsed, findings):
            walk.root(root)
        findings += walk.findings
        if folder not in files:
            findings += left_out(changelogs, walk.read)
        return Scripts(tuple(_scripts(walk)), tuple(findings))

    def reader(self, engine: Engine) -> BodyReader:
        """Reads what a changeset does on the engine."""
        from runbook_tui.migrations.liquibase.body import read_body

        self._engine = engine if self.engine_known else None

        def read(script: Script) -> Body:
            content = script.content
            if not isinstance(content, _Content):
                return Body((Change("opaque", script.line or 1, detail=script.title),), has_down=False)
            return read_body(content.variants, content.tree, engine, self._engine)

        return read

    def commands(self, script: Script, folder: str) -> Commands | None:
        """``update-count``: none when the changeset may be, or is, left out of the count."""
        content = script.content
        if not isinstance(content, _Content):
            return None
        first = content.variants[0]
        where = content.search_path
        path = f" --search-path={shlex.quote(where)}" if where else ""
        changelog = shlex.quote(posixpath.relpath(first.root, where) if where else first.root)
        database = f'--changelog-file={changelog} --url="$DATABASE_URL"'
        shows = f'liquibase{path} history --url="$DATABASE_URL"'
        run = [one for one in content.variants if self._runs(one)]
        named = any(one.change_set.attributes.get("dbms") for one in run)
        guessed = self._engine is None and (named or content.always.has_dbms())
        filtered = any(one.contexts or one.change_set.contexts for one in run)
        if not run or guessed or filtered or not content.countable:
            return Commands("", "", shows)
        count = 1 + content.always.count(content.always_before, self._engine)
        up = f"liquibase{path} update-count {database} --count={count}"
        return Commands(up, f"liquibase{path} rollback-count {database} --count=1", shows)

    def _runs(self, placed: Placed) -> bool:
        from runbook_tui.migrations.liquibase.body import runs_on

        return runs_on(placed, self._engine)


def _scripts(walk: Walk) -> list[Script]:
    placed, tree = walk.placed, walk.tree
    search = {root: tree.search_path(root, walk.named.get(root, ())) for root in {one.root for one in placed}}
    groups: dict[str, list[Placed]] = {}
    for one in placed:
        groups.setdefault(one.id, []).append(one)
    result: list[Script] = []
    parent: tuple[str, ...] = ()
    parents: dict[str, tuple[str, ...]] = {}
    always, countable = _Always(), True
    for one in placed:
        group = groups[one.id]
        together = len(group) > 1 and all(_is_variant(each) for each in group)
        if together and one is not group[0]:
            continue
        variants = tuple(group) if together else (one,)
        content = _Content(variants, tree, search[one.root], always, len(always.placed), countable)
        script = _script(variants, content)
        above = parents.setdefault(script.id, parent)
        result.append(replace(script, parents=above))
        parent = (script.id,)
        if any(one.change_set.flag(name) for name in ("runAlways", "alwaysRun")):
            always.placed.append(one)
        countable = countable and not _may_stay_pending(variants)
    return result


def _may_stay_pending(variants: Iterable[Placed]) -> bool:
    from runbook_tui.migrations.liquibase.preconditions import may_stay_pending

    return any(may_stay_pending(one.change_set.preconditions) for one in variants)


def _is_variant(placed: Placed) -> bool:
    return bool(placed.change_set.attributes.get("dbms") or placed.change_set.contexts or placed.contexts)


def _script(variants: tuple[Placed, ...], content: _Content) -> Script:
    from runbook_tui.migrations.liquibase.body import checksummed

    first = variants[0]
    change_set = first.change_set
    problem = None
    if change_set.problem:
        remedy = "Complete it: the tool refuses the changelog."
        problem = Finding("unreadable", Level.ERROR, first.path, change_set.line, change_set.problem, remedy)
    again = ("runOnChange", "runAlways", "alwaysRun")
    return Script(
        first.id,
        _title(first),
        first.path,
        (),
        checksummed(variants, content.tree),
        content=content,
        problem=problem,
        repeatable=any(one.change_set.flag(name) for one in variants for name in again),
        excuses_edits=any(one.change_set.valid_checksums for one in variants),
        line=change_set.line,
    )


def _title(placed: Placed) -> str:
    change_set = placed.change_set
    if change_set.comment:
        return " ".join(change_set.comment.split())[:120]
    words = [_words(node) for node in change_set.changes[:2]]
    more = f" and {len(change_set.changes) - 2} more" if len(change_set.changes) > 2 else ""
    return f"{change_set.id}: {', '.join(words)}{more}" if words else change_set.id


def _words(node: Node) -> str:
    """``addColumn`` of orders as ``add column orders``; SQL as its first line."""
    if node.name == "sql":
        lines = (" ".join(line.split()) for line in node.code().text.split("\n"))
        first = next((line for line in lines if line and not line.startswith(("--", "/*"))), "sql")
        return first if len(first) <= _SHOWN else f"{first[: _SHOWN - 1]}…"
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", node.name).lower()
    table = node.get("tableName") or node.get("baseTableName") or node.get("oldTableName")
    return f"{name} {table}".strip()


TOOL = Liquibase
