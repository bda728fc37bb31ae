"""Entities of a Backstage catalog: references to them, the keys they have, and the files that hold them.

Sources: backstage.io/docs/features/software-catalog/descriptor-format, .../references, .../well-known-annotations;
backstage/backstage:packages/catalog-model/src/schema.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from runbook_tui.catalog.importing.files import Files, Source, UnreadableError, is_pattern
from runbook_tui.catalog.importing.keys import check_keys
from runbook_tui.catalog.importing.nearness import nearest
from runbook_tui.catalog.importing.report import Report
from runbook_tui.files.foreign_nodes import Map, Text, child, text, texts, words
from runbook_tui.files.placeholders import is_placeholder
from runbook_tui.files.problems import Place
from runbook_tui.files.suggestions import quoted

KINDS = {
    "component": "type lifecycle owner system subcomponentOf providesApis consumesApis dependsOn dependencyOf",
    "api": "type lifecycle owner definition system",
    "resource": "type owner dependsOn dependencyOf system",
    "system": "owner domain type",
    "domain": "owner subdomainOf type",
    "group": "type profile parent children members",
    "user": "profile memberOf",
    "location": "type target targets presence",
}
"""Kinds that are read, with the keys of their ``spec``."""
_OTHER_KINDS = frozenset({"template", "airesource"})
_VERSIONS = frozenset({"backstage.io/v1alpha1", "backstage.io/v1beta1"})
_ROOT = frozenset({"apiVersion", "kind", "metadata", "spec", "relations", "status"})
_METADATA = frozenset(
    {"name", "namespace", "title", "description", "labels", "annotations", "tags", "links", "uid", "etag"}
)
_MEANT = {"dependencies": "dependsOn", "depends": "dependsOn", "requires": "dependsOn"}
_MISPLACED = frozenset(
    {
        "providesApis",
        "consumesApis",
        "dependsOn",
        "dependencyOf",
        "subcomponentOf",
        "owner",
        "lifecycle",
        "definition",
    }
)
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_MOST_FILES = 5_000
"""Files that the locations of one catalog lead to."""


@dataclass(frozen=True, slots=True)
class EntityRef:
    """A reference such as ``component:default/orders``."""

    kind: str
    """In small letters; empty when it is left out."""
    namespace: str
    name: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What is compared: references do not tell small from capital letters."""
        return (self.kind, self.namespace.lower(), self.name.lower())

    @property
    def scope(self) -> str:
        """The namespace, unless that is the default."""
        return "" if self.namespace.lower() == "default" else self.namespace


@dataclass(frozen=True, slots=True)
class Entity:
    """One document of a catalog."""

    ref: EntityRef
    root: Map
    source: Source
    place: Place
    """Of its name."""

    @property
    def spec(self) -> Map | None:
        """Its ``spec``."""
        found = child(self.root, "spec")
        return found if isinstance(found, Map) else None


def parse_ref(written: str, kind: str = "", namespace: str = "default") -> EntityRef:
    """A reference ``[kind:][namespace/]name``, with defaults for what is left out."""
    before, colon, rest = written.strip().partition(":")
    named_kind, rest = (before, rest) if colon else ("", before)
    space, slash, name = rest.partition("/")
    return EntityRef(
        (named_kind.strip() or kind).lower(),
        space.strip() if slash else namespace,
        (name if slash else rest).strip(),
    )


def read_entities(sources: Sequence[Source], files: Files, report: Report) -> list[Entity]:
    """The entities of some files, and of those that their locations lead to."""
    queue = list(sources)
    seen = {os.path.realpath(source.path) for source in sources}
    entities: list[Entity] = []
    position = 0
    while position < len(queue):
        source = queue[position]
        position += 1
        report.read.append(source.shown)
        for document in report.documents(source):
            if _is_entity(document.root):
                report.tell_placeholders(document)
            entity = _entity(document.root, source, report)
            if entity is None:
                continue
            entities.append(entity)
            if entity.ref.kind == "location":
                queue += _targets(entity, files, seen, report)
    return entities


def _is_entity(root: object) -> bool:
    return isinstance(root, Map) and words(root, "kind").lower() in KINDS


def _entity(root: object, source: Source, report: Report) -> Entity | None:
    if not isinstance(root, Map):
        return None
    version, kind = words(root, "apiVersion"), words(root, "kind")
    if version and not version.startswith("backstage.io/"):
        return None
    if kind.lower() not in KINDS:
        _unknown_kind(root, kind, report)
        return None
    _check_shape(root, version, kind.lower(), report)
    name = text(root, "metadata", "name")
    if name is None:
        report.find("missing-name", f"this {kind} has no metadata.name", root.place, "add it")
        return None
    if is_placeholder(name.value):
        return None
    ref = EntityRef(kind.lower(), words(root, "metadata", "namespace") or "default", name.value.strip())
    return Entity(ref, root, source, name.place)


def _unknown_kind(root: Map, kind: str, report: Report) -> None:
    place = root.keys.get("kind", root.place)
    meant = nearest(kind, KINDS)
    if not kind and "metadata" in root.entries:
        report.find(
            "wrong-type", "this entity has no kind, so it is ignored", root.place, "add 'kind: Component'"
        )
    elif meant and kind.lower() not in _OTHER_KINDS:
        remedy = f"did you mean '{meant.capitalize() if meant != 'api' else 'API'}'?"
        report.find(
            "misspelt-key", f"there is no kind {quoted(kind)}, so the entity is ignored", place, remedy
        )


def _check_shape(root: Map, version: str, kind: str, report: Report) -> None:
    if version not in _VERSIONS:
        what = (
            f"the version {quoted(version)} of the format is not known"
            if version
            else "apiVersion is missing"
        )
        place = root.keys.get("apiVersion", root.place)
        report.find("unknown-version", f"{what}; it is read all the same", place, "backstage.io/v1alpha1")
    known = set(KINDS[kind].split())
    elsewhere = dict.fromkeys(known & _MISPLACED, "spec")
    check_keys(report, root, _ROOT, f"a {kind}", elsewhere=elsewhere | dict.fromkeys(_METADATA, "metadata"))
    check_keys(report, child(root, "metadata"), _METADATA, "metadata", elsewhere=elsewhere)
    spec = child(root, "spec")
    meant = _MEANT if kind in {"component", "resource"} else None
    check_keys(report, spec, known, f"the spec of a {kind}", meant=meant)


def _targets(entity: Entity, files: Files, seen: set[str], report: Report) -> Iterator[Source]:
    """The files that a location names and that were not read yet."""
    for target in (*texts(entity.spec, "targets"), *texts(entity.spec, "target")):
        written = target.value.strip()
        if is_placeholder(written):
            continue
        if _URL.match(written):
            what = f"the location {quoted(written)} is a URL, and nothing is fetched"
            report.find("not-fetched", what, target.place, "read a clone of it as well")
            continue
        for path in _paths(entity.source.folder, written, target, files, report):
            if not files.inside(path):
                what = f"{quoted(written)} leads out of the folder that is read"
                report.find("outside", what, target.place, "name its folder as well")
                continue
            real = os.path.realpath(path)
            if real in seen:
                continue
            seen.add(real)
            found = _source(path, target, files, report) if len(seen) < _MOST_FILES else None
            if found is not None:
                yield found


def _paths(folder: Path, written: str, target: Text, files: Files, report: Report) -> list[Path]:
    if not is_pattern(written):
        return [Path(os.path.normpath(folder / written))]
    found = files.matching(folder, written)
    if not found:
        report.find("missing-file", f"{quoted(written)} fits no file", target.place, "check the pattern")
    return found


def _source(path: Path, target: Text, files: Files, report: Report) -> Source | None:
    try:
        return Source(path, files.read(path), named=False)
    except UnreadableError as error:
        report.find(
            "missing-file", f"{quoted(target.value)} cannot be read: {error}", target.place, "check the path"
        )
        return None
