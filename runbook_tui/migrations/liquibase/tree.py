"""From the root changelog through its includes to all changesets, in the order in which Liquibase runs them.

Source: liquibase/liquibase, DatabaseChangeLog.java: ``include``, ``includeAll`` (sorted by path), ``runOrder``, and the
logical path that replaces a file's own in the identity of its changesets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from runbook_tui.migrations.liquibase.changelog import (
    Changelog,
    ChangeSet,
    Include,
    Property,
    changelog_of,
)
from runbook_tui.migrations.liquibase.formatted_sql import is_formatted, read_formatted_sql
from runbook_tui.migrations.liquibase.nodes import BrokenChangelogError, Node
from runbook_tui.migrations.liquibase.paths import Tree, stored_name
from runbook_tui.migrations.liquibase.properties import Defined, Properties
from runbook_tui.migrations.liquibase.xml import read_xml
from runbook_tui.migrations.liquibase.yaml import read_yaml_changelog
from runbook_tui.migrations.model import Finding, Level
from runbook_tui.migrations.sql.files import decoded

FORMATS = (".xml", ".yaml", ".yml", ".json", ".sql")
_LARGEST = 8 * 1024 * 1024
_DEEPEST = 40
"""Includes inside one another."""
_ORDER = {"first": 0, "last": 2}
_MARKERS = tuple("databaseChangeLog".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))


@dataclass(frozen=True, slots=True)
class Placed:
    """A changeset with where it stands and what its includes say."""

    change_set: ChangeSet
    path: str
    file: str
    """Its file in DATABASECHANGELOG."""
    root: str
    properties: Properties
    contexts: str = ""
    ignored: bool = False

    @property
    def id(self) -> str:
        """As Liquibase writes it: ``file::id::author``."""
        return f"{self.file}::{self.change_set.id}::{self.change_set.author}"


@dataclass(slots=True)
class Walk:
    """Reads a root and everything below it."""

    tree: Tree
    parse: Parser
    placed: list[Placed] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    properties: list[Defined] = field(default_factory=list)
    read: set[str] = field(default_factory=set)
    named: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """Of each root: names of includes that are not relative, and what they turned out to be."""
    _seen: set[str] = field(default_factory=set)
    """Those of the root that is being read."""
    _open: list[str] = field(default_factory=list)

    def root(self, path: str) -> None:
        """Add a root changelog and what it includes."""
        begin = len(self.placed)
        self._seen.clear()
        self._file(path, path, Include(path, 0, False))
        # runOrder moves changesets to the beginning or the end of everything
        self.placed[begin:] = sorted(
            self.placed[begin:], key=lambda one: _ORDER.get(one.change_set.attributes.get("runOrder", ""), 1)
        )

    def say(self, *finding: *tuple[str, Level, str, int, str, str]) -> None:
        """Note a finding: its rule, level, path, line, message and remedy."""
        self.findings.append(Finding(*finding))

    def _file(self, path: str, root: str, by: Include, logical: str = "") -> None:
        data = self.tree.files[path]
        self._seen.add(path)
        self.read.add(path)
        try:
            changelog = self.parse(path, data)
        except BrokenChangelogError as error:
            self.say("unreadable", Level.ERROR, path, error.line, f"{error.reason}", "Mend the changelog.")
            return
        self._open.append(path)
        file = changelog.logical_path.replace("\\", "/") or logical or stored_name(path)
        for line, why in changelog.skipped:
            refused = "refuses" in why
            level = Level.ERROR if refused else Level.WARNING
            self.say("unreadable" if refused else "not-a-migration", level, path, line, why, "Mend the line.")
        for entry in changelog.entries:
            properties = Properties(self.properties, len(self.properties), path)
            if isinstance(entry, ChangeSet):
                own = properties.expand(entry.attributes.get("logicalFilePath", ""), None)
                name = own.replace("\\", "/").removeprefix("/") or file.removeprefix("classpath:")
                self.placed.append(Placed(entry, path, name, root, properties, by.contexts, by.ignored))
            elif isinstance(entry, Property):
                self._property(entry, path)
            else:
                self._include(entry, path, root, by, properties)
        self._open.pop()

    def _property(self, entry: Property, path: str) -> None:
        if not entry.file:
            self.properties.append(Defined(path, entry))
            return
        found = self.tree.resolve(entry.file, path, relative=entry.relative)
        if found is None:
            self._missing(entry.file, path, entry.line, required=False)
            return
        self.read.add(found)
        for name, value in _java_properties(decoded(self.tree.files[found])):
            one = Property(name, value, entry.line, entry.dbms, entry.conditional, entry.everywhere)
            self.properties.append(Defined(path, one))

    def _include(self, entry: Include, path: str, root: str, by: Include, properties: Properties) -> None:
        target = properties.expand(entry.target, None)
        contexts = " ".join(filter(None, (by.contexts, entry.contexts)))
        inside = Include(
            target, entry.line, entry.relative, contexts=contexts, ignored=by.ignored or entry.ignored
        )
        if "${" in target or not target:
            message = (
                f"it includes {target or 'nothing'}: which file that is, only running the tool would tell"
            )
            self.say("missing-include", Level.ERROR, path, entry.line, message, "Write the path out.")
        elif entry.whole_folder:
            self._folder(entry, inside, path, root)
        else:
            found = self.tree.resolve(target, path, relative=entry.relative)
            if found is None:
                self._missing(target, path, entry.line, required=entry.required)
            else:
                self._note(root, entry, target, found)
                self._included(found, path, root, inside)

    def _note(self, root: str, entry: Include, target: str, found: str) -> None:
        if not entry.relative:
            self.named.setdefault(root, []).append((target, found))

    def _folder(self, entry: Include, inside: Include, path: str, root: str) -> None:
        found = self.tree.folder(inside.target, path, relative=entry.relative)
        if found is None:
            self._missing(inside.target, path, entry.line, required=entry.required)
            return
        if entry.filtered:
            message = f"a class of the program chooses or sorts the files of {inside.target}: all are taken, by name"
            self.say("opaque", Level.WARNING, path, entry.line, message, "Include them one by one.")
        self._note(root, entry, inside.target, found)
        depth = len(PurePosixPath(found).parts)
        for name in sorted(name for name in self.tree.files if self.tree.is_below(name, found)):
            below = len(PurePosixPath(name).parts) - depth - 1
            wanted = entry.depth[0] <= below <= entry.depth[1] and name.endswith(entry.ends_with)
            if wanted and name != path and is_changelog(name, self.tree.files[name], any_sql=True):
                self._included(name, path, root, inside)

    def _included(self, found: str, path: str, root: str, inside: Include) -> None:
        if found in self._open:
            message = f"it includes {found}, which includes it: they form a circle"
            self.say(
                "include-cycle", Level.ERROR, path, inside.line, message, "Take one of the includes out."
            )
        elif len(self._open) >= _DEEPEST:
            self.say("include-cycle", Level.ERROR, path, inside.line, "includes are nested too deep", "")
        elif found in self._seen:
            message = f"it includes {found} a second time: the tool refuses changesets that it meets twice"
            self.say(
                "included-twice", Level.WARNING, path, inside.line, message, "Take one of the includes out."
            )
        elif found not in self.read:  # another root may have it
            self._file(found, root, inside)

    def _missing(self, target: str, path: str, line: int, *, required: bool) -> None:
        message = f"it includes {target}, and there is no such file among those that are read"
        remedy = f"Correct the path. If it lies outside of {self.tree.folder_path}, name the folder above both as path."
        level = Level.ERROR if required else Level.NOTE
        self.say("missing-include", level, path, line, message, remedy)


Parser = Callable[[str, bytes], Changelog]


class Parsed:
    """Files that are read once, however often they are asked for: most are the same in both commits."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, bytes], Changelog | BrokenChangelogError] = {}

    def __call__(self, path: str, data: bytes) -> Changelog:
        """As :func:`parse_changelog`."""
        if (path, data) not in self._known:
            try:
                self._known[path, data] = parse_changelog(path, data)
            except BrokenChangelogError as error:
                self._known[path, data] = error
        found = self._known[path, data]
        if isinstance(found, BrokenChangelogError):
            raise BrokenChangelogError(found.line, found.reason) from found
        return found


def parse_changelog(path: str, data: bytes) -> Changelog:
    """One file of any format; SQL without Liquibase's header is one changeset, ``raw`` of ``includeAll``.

    Raises:
        BrokenChangelogError: it cannot be read.
    """
    if len(data) > _LARGEST:
        raise BrokenChangelogError(1, f"{len(data)} bytes are too many to read")
    name = path.lower()
    if not name.endswith(FORMATS):
        what = "it is a program" if name.endswith((".groovy", ".kts")) else "its format is not known"
        raise BrokenChangelogError(1, f"{what}: which changesets it has, only running it would tell")
    if name.endswith(".sql"):
        if is_formatted(data):
            return read_formatted_sql(decoded(data))
        sql = Node("sql", 1, {"splitStatements": "false"}, (), decoded(data), 1)
        return Changelog((ChangeSet("raw", "includeAll", 1, (sql,)),))
    if name.endswith((".yaml", ".yml", ".json")):
        return changelog_of(read_yaml_changelog(data, path))
    root = read_xml(data)
    if root.name != "databaseChangeLog":
        raise BrokenChangelogError(root.line, f"its root is {root.name}, not databaseChangeLog")
    return changelog_of(root)


def is_changelog(path: str, data: bytes, *, any_sql: bool = False) -> bool:
    """Whether a file looks like a changelog; the name is looked at first."""
    name = path.lower()
    if name.endswith(".sql"):
        return any_sql or is_formatted(data)
    return name.endswith(FORMATS) and any(marker in data for marker in _MARKERS)


def _java_properties(text: str) -> list[tuple[str, str]]:
    found = []
    for line in text[:200_000].splitlines():
        name, separator, value = line.replace(":", "=", 1 if "=" not in line else 0).partition("=")
        if separator and not name.lstrip().startswith(("#", "!")):
            found.append((name.strip(), value.strip()))
    return found
