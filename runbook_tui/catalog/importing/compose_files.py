"""The files of compose projects: which are read together, what they include and extend, and their variables.

Sources: compose-spec/compose-spec:13-merge.md, 14-include.md; docs.docker.com/compose/how-tos/multiple-compose-files.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from runbook_tui.catalog.importing.files import Files, Source, UnreadableError
from runbook_tui.catalog.importing.interpolation import interpolate, read_env
from runbook_tui.catalog.importing.keys import check_keys
from runbook_tui.catalog.importing.report import Report
from runbook_tui.files.foreign_nodes import Map, Node, Text, child, entries, items, text, texts, words
from runbook_tui.files.problems import Place
from runbook_tui.files.suggestions import quoted

NAME = re.compile(r"(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml", re.IGNORECASE)
_DEFAULTS = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""In the order in which compose looks for them."""
_OVERRIDE = re.compile(r"(?:docker-)?compose\.override\.ya?ml")
_TOP = frozenset(
    {"version", "name", "services", "networks", "volumes", "configs", "secrets", "include", "models"}
)
_MOST_INCLUDED = 200
_DEEPEST = 8
"""Services that extend each other."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one file says about a service."""

    node: Map
    folder: Path
    """Of the file: paths are relative to it."""
    variables: Mapping[str, str] = field(repr=False)

    def value(self, *path: str) -> str:
        """A text with its variables put in; empty when there is none."""
        return interpolate(words(self.node, *path), self.variables)


@dataclass(slots=True)
class Project:
    """Files that compose reads together."""

    folder: Path
    name: str
    complete: bool
    """Whether its default file is there: else what its files name may be in others."""
    services: dict[str, list[Part]] = field(default_factory=dict)
    """What each file says, the last one in front: of two values the later counts."""
    places: dict[str, Place] = field(default_factory=dict)


def projects(sources: Sequence[Source], files: Files, report: Report) -> Iterator[Project]:
    """The projects of some files: those of one folder are one project."""
    by_folder: dict[Path, list[Source]] = defaultdict(list)
    for source in sources:
        by_folder[source.folder].append(source)
    for folder, those in sorted(by_folder.items()):
        chosen = _chosen(those, report)
        variables = _variables(folder / ".env", files)
        complete = any(source.name in _DEFAULTS for source in chosen)
        project = Project(folder, _slug(folder.absolute().name), complete)
        loader = _Loader(project, files, report)
        for source in chosen:
            loader.load(source, variables)
        if project.services:
            yield project


def _chosen(sources: Sequence[Source], report: Report) -> list[Source]:
    """The default file and its override, and what a person named; without a default all of them."""
    default = next((source for name in _DEFAULTS for source in sources if source.name == name), None)
    if default is None:
        return list(sources)
    chosen = [default]
    for source in sources:
        if source is default:
            continue
        if source.named or _OVERRIDE.fullmatch(source.name):
            chosen.append(source)
        else:
            what = f"compose reads {quoted(source.name)} only when it is told to with -f"
            report.find("not-read", what, Place(source.shown), "name the file to read it as well")
    return chosen


def _variables(path: Path, files: Files, known: Mapping[str, str] | None = None) -> dict[str, str]:
    try:
        return read_env(files.read(path).decode("utf-8-sig", "replace"), known)
    except UnreadableError:
        return {}


@dataclass(slots=True)
class _Loader:
    project: Project
    files: Files
    report: Report
    roots: dict[str, list[Map]] = field(default_factory=dict)
    """What was parsed, by real path."""
    loaded: set[str] = field(default_factory=set)

    def load(self, source: Source, variables: Mapping[str, str]) -> None:
        """Add the services of a file, and of those that it includes."""
        self.loaded.add(os.path.realpath(source.path))
        self.report.read.append(source.shown)
        for root in self._parsed(source):
            name = interpolate(words(root, "name"), variables)
            self.project.name = _slug(name) or self.project.name
            self._include(root, source, variables)
            check_keys(self.report, root, _TOP, "a compose file")
            for key, place, node in _services(root):
                if isinstance(node, Map):
                    part = Part(node, source.folder, variables)
                    parts = [part, *self._extended(part, source, 0)]
                    self.project.services[key] = [*parts, *self.project.services.get(key, [])]
                    self.project.places.setdefault(key, place)

    def _parsed(self, source: Source) -> list[Map]:
        real = os.path.realpath(source.path)
        if real not in self.roots:
            documents = self.report.documents(source)
            for document in documents:
                self.report.tell_placeholders(document)
            self.roots[real] = [document.root for document in documents if isinstance(document.root, Map)]
        return self.roots[real]

    def _include(self, root: Map, source: Source, variables: Mapping[str, str]) -> None:
        for entry in items(root, "include"):
            known = dict(variables)
            for env in texts(entry, "env_file"):
                known |= _variables(source.folder / interpolate(env.value, variables), self.files, known)
            for target in (entry,) if isinstance(entry, Text) else texts(entry, "path"):
                found = self._source(source.folder / interpolate(target.value.strip(), variables), target)
                is_new = found is not None and os.path.realpath(found.path) not in self.loaded
                if found is not None and is_new and len(self.loaded) < _MOST_INCLUDED:
                    self.load(found, {**_variables(found.folder / ".env", self.files, known), **known})

    def _extended(self, part: Part, source: Source, depth: int) -> list[Part]:
        """What a service takes over from others: the nearest first."""
        extends = child(part.node, "extends")
        target = extends if isinstance(extends, Text) else text(extends, "service")
        other = text(extends, "file")
        if target is None or depth > _DEEPEST:
            return []
        found = (
            source if other is None else self._source(source.folder / part.value("extends", "file"), other)
        )
        if found is None:
            return []
        nodes = (child(root, "services", target.value.strip()) for root in self._parsed(found))
        node = next((node for node in nodes if isinstance(node, Map)), None)
        if node is None or node is part.node:
            what = f"there is no other service {quoted(target.value)} in {found.name} to extend"
            self.report.find("unknown-name", what, target.place, "check the name")
            return []
        inner = Part(node, found.folder, part.variables)
        return [inner, *self._extended(inner, found, depth + 1)]

    def _source(self, path: Path, target: Text) -> Source | None:
        if "://" in target.value:
            what = f"{quoted(target.value)} is a URL, and nothing is fetched"
            self.report.find("not-fetched", what, target.place, "read a clone of it as well")
            return None
        if not self.files.inside(path):
            what = f"{quoted(target.value)} leads out of the folder that is read"
            self.report.find("outside", what, target.place, "name its folder as well")
            return None
        try:
            return Source(Path(os.path.normpath(path)), self.files.read(path), named=False)
        except UnreadableError as error:
            self.report.find("missing-file", f"{quoted(target.value)} cannot be read: {error}", target.place)
            return None


def _services(root: Map) -> Iterator[tuple[str, Place, Node]]:
    """The services of a file; those of the first version of the format stand at the top."""
    if "services" in root.entries:
        yield from entries(root, "services")
    elif "version" not in root.entries and "include" not in root.entries:
        for key, place, node in entries(root):
            if isinstance(node, Map) and ("image" in node.entries or "build" in node.entries):
                yield key, place, node


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-_")
