"""Entities of Datadog's software catalog, version 3, and the references between them.

Source: DataDog/schema:service-catalog/v3/*.schema.json, all of which refuse additional properties.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from runbook_tui.catalog.importing import engines
from runbook_tui.catalog.importing.keys import check_keys
from runbook_tui.catalog.importing.model import CatalogFinding, EdgeKind, Kind, Level, Stated
from runbook_tui.catalog.importing.nearness import nearest
from runbook_tui.catalog.importing.pagers import pager
from runbook_tui.catalog.importing.report import Api, DescribedApi, Draft, Report, first, stated
from runbook_tui.files.foreign_nodes import Map, Node, Text, child, items, text, texts, words
from runbook_tui.files.placeholders import is_placeholder
from runbook_tui.files.suggestions import quoted

_COMMON = {"lifecycle", "tier", "type", "componentOf"}
_NEEDS = {"dependsOn", "dependencyOf"}
SPECS: dict[str, set[str]] = {
    "service": _COMMON | {"languages", "dependsOn"},
    "datastore": _COMMON | _NEEDS,
    "queue": _COMMON | _NEEDS,
    "api": _COMMON | {"interface", "implementedBy"},
    "system": _COMMON | {"components"},
    "application": {"lifecycle", "tier", "components"},
    "library": _COMMON | _NEEDS | {"languages"},
    "repository": _COMMON | _NEEDS,
}
"""The keys of the ``spec`` of each kind; a kind of a team's own has those of a custom entity."""
_CUSTOM = _COMMON | _NEEDS | {"languages"}
_ROOT = frozenset({"apiVersion", "kind", "metadata", "spec", "integrations", "datadog", "extensions"})
_METADATA = frozenset(
    {
        "id",
        "inheritFrom",
        "managed",
        "owner",
        "additionalOwners",
        "name",
        "description",
        "displayName",
        "tags",
    }
    | {"contacts", "links", "namespace"}
)
_INTEGRATIONS = frozenset({"pagerduty", "opsgenie", "jiraServiceManagementOps", "sentry", "terraform"})
_KINDS = {"datastore": Kind.DATASTORE, "queue": Kind.QUEUE}
_MEANT = {"dependencies": "dependsOn", "depends": "dependsOn"}
_NO_ENTRY = frozenset({"api", "system", "application", "repository"})


@dataclass(frozen=True, slots=True)
class _Entity:
    kind: str
    name: str
    root: Map
    draft: Draft | None


@dataclass(slots=True)
class Entities:
    """All entities of version 3 that were read."""

    report: Report
    found: dict[tuple[str, str], _Entity] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)
    """Kinds of which there are entities."""

    def add(self, root: Map) -> None:
        """Take an entity into the catalog."""
        kind, name = words(root, "kind"), text(root, "metadata", "name")
        self._check_keys(root, kind)
        if name is None:
            self.report.find(
                "missing-name", f"this {kind or 'entity'} has no metadata.name", root.place, "add it"
            )
            return
        if is_placeholder(name.value):
            return
        written = name.value.strip()
        earlier = self.found.get((kind, written.lower()))
        if earlier is not None:
            where = earlier.root.place
            what = f"the {kind} {quoted(written)} is described already, at {where}"
            self.report.find("duplicate-name", what, name.place, "remove or rename one of the two")
            return
        draft = None if kind in _NO_ENTRY else self.report.add(_draft(root, kind, name))
        if kind in {"system", "application"}:
            self.report.systems.append(written)
        self.kinds.add(kind)
        self.found[(kind, written.lower())] = _Entity(kind, written, root, draft)

    def link(self) -> None:
        """Link all entities."""
        for entity in self.found.values():
            if entity.kind == "api":
                self._api(entity)
            elif entity.draft is not None:
                self._inherit(entity, entity.draft)
                for key in sorted(_NEEDS):
                    for found in texts(entity.root, "spec", key):
                        self._need(entity.draft, found, key)
            for key in ("componentOf", "components"):
                for found in texts(entity.root, "spec", key):
                    self._part(entity, found)

    def _check_keys(self, root: Map, kind: str) -> None:
        near = nearest(kind, SPECS) if kind not in SPECS else ""
        if near:
            what = f"the kind {quoted(kind)} is taken for one of your own"
            self.report.find(
                "misspelt-key", what, root.keys.get("kind", root.place), f"did you mean '{near}'?"
            )
        known = SPECS.get(kind, _CUSTOM)
        in_spec = dict.fromkeys(known | _NEEDS, "spec")
        elsewhere = in_spec | dict.fromkeys({"owner", "links", "name"}, "metadata")
        check_keys(self.report, root, _ROOT, "an entity", elsewhere=elsewhere, refused="Datadog")
        metadata, spec = child(root, "metadata"), child(root, "spec")
        check_keys(self.report, metadata, _METADATA, "metadata", elsewhere=in_spec, refused="Datadog")
        moved = {"owner": "metadata", "links": "metadata"}
        where = f"the spec of a {kind}"
        check_keys(self.report, spec, known, where, meant=_MEANT, elsewhere=moved, refused="Datadog")
        where, integrations = "integrations", child(root, "integrations")
        check_keys(self.report, integrations, _INTEGRATIONS, where, refused="Datadog")

    def _api(self, entity: _Entity) -> None:
        interface = text(entity.root, "spec", "interface", "fileRef")
        deprecated = words(entity.root, "spec", "lifecycle").lower() == "deprecated"
        definition = interface.value.strip() if interface is not None else None
        place = child(entity.root, "metadata", "name")
        where = place.place if place is not None else entity.root.place
        kind = words(entity.root, "spec", "type").lower()
        self.report.apis.append(DescribedApi(entity.name, kind, definition, deprecated, where))
        for found in texts(entity.root, "spec", "implementedBy"):
            target = self._target(found)
            if target is not None:
                self.report.provided.append(Api(target, entity.name, found.place))

    def _need(self, draft: Draft, found: Text, key: str) -> None:
        kind = found.value.partition(":")[0].strip() if ":" in found.value else ""
        if kind in _NO_ENTRY:
            what = f"{key} names {quoted(found.value)}, which is a {kind}"
            remedy = (
                "name the service that provides it" if kind == "api" else "name a service, datastore or queue"
            )
            self.report.find("wrong-kind", what, found.place, remedy)
            return
        target = self._target(found)
        if target is None:
            return
        ends = (draft, target) if key == "dependsOn" else (target, draft)
        self.report.link(*ends, EdgeKind.DEPENDS_ON, found.place)
        if ends[1].kind is Kind.QUEUE:
            what = f"nothing says whether {ends[0].name} writes to the queue {ends[1].name}, or reads it"
            self.report.find("queue-direction", what, found.place, "add its schema as an API of the writer")

    def _target(self, found: Text) -> Draft | None:
        """The entry that a reference ``kind:[namespace/]name`` names."""
        if is_placeholder(found.value):
            return None
        kind, colon, rest = found.value.strip().partition(":")
        name = (rest if colon else kind).rpartition("/")[2].strip()
        if not colon:
            kind = self._kind(name, found)
        entity = self.found.get((kind.strip(), name.lower()))
        if entity is not None:
            return entity.draft
        draft = self.report.name_only(name, found.place, self._unknown(kind.strip(), name, found))
        if draft.unsaid and kind in _KINDS:
            draft.kind = _KINDS[kind]
        return draft

    def _kind(self, name: str, found: Text) -> str:
        fitting = [kind for kind in SPECS if (kind, name.lower()) in self.found and kind not in _NO_ENTRY]
        best = fitting[0] if fitting else "service"
        what = f"{quoted(found.value)} is named without its kind"
        self.report.find("missing-kind", what, found.place, f"write '{best}:{name}'")
        return best

    def _unknown(self, kind: str, name: str, found: Text) -> CatalogFinding:
        known = {entity.name for entity in self.found.values()}
        remedy = self.report.meant(name, known) or f"describe the {kind}, or read its file as well"
        what = f"no file describes the {kind} {quoted(name)}"
        return CatalogFinding("unknown-name", Level.WARNING, what, found.place, remedy)

    def _part(self, entity: _Entity, found: Text) -> None:
        """What a system consists of, and what an entity is a part of, has to be there when any of its kind is."""
        kind, _, name = found.value.strip().partition(":")
        name = name.rpartition("/")[2].strip()
        is_known = (kind, name.lower()) in self.found or is_placeholder(found.value)
        if not is_known and kind in self.kinds:
            self.report.findings.append(self._unknown(kind, name, found))

    def _inherit(self, entity: _Entity, draft: Draft) -> None:
        """The owner that an entity takes over: ``inheritFrom: system:checkout``."""
        source = text(entity.root, "metadata", "inheritFrom")
        if source is None or draft.owner is not None:
            return
        kind, _, name = source.value.strip().partition(":")
        other = self.found.get((kind, name.rpartition("/")[2].strip().lower()))
        draft.owner = stated(text(other.root, "metadata", "owner")) if other is not None else None
        draft.owned = draft.owned and other is not None


def _draft(root: Map, kind: str, name: Text) -> Draft:
    engine = words(root, "spec", "type")
    guess = engines.of_type(engine)
    owner = text(root, "metadata", "owner")
    repository, path = _code(root)
    return Draft(
        "datadog",
        _KINDS.get(kind, Kind.SERVICE),
        name.value.strip(),
        name.place,
        type=(guess.engine if guess is not None and kind in _KINDS else "") or engine or kind,
        title=stated(text(root, "metadata", "displayName")),
        owner=stated(owner),
        on_call=on_call(root, "serviceURL"),
        tier=stated(text(root, "spec", "tier")),
        lifecycle=stated(text(root, "spec", "lifecycle")),
        repository=repository,
        path=path,
        owned=owner is None,
        paged=kind == "service",
        runs=kind != "library",
    )


def on_call(root: Map, key: str) -> Stated | None:
    """The pager among the integrations; the URL is in ``key``, or is the value itself as in version 2."""
    for system in ("pagerduty", "opsgenie"):
        found = stated(text(root, "integrations", system, key) or text(root, "integrations", system))
        if found is not None:
            return Stated(pager(system, found.text), found.place)
    return None


def _code(root: Map) -> tuple[Stated | None, Stated | None]:
    """The first code location, else the first link to a repository."""
    for item in items(root, "datadog", "codeLocations"):
        url = stated(text(item, "repositoryURL"))
        if url is not None:
            folder = first(stated(path) for path in texts(item, "paths"))
            inner = folder.text.partition("*")[0].strip("/") if folder is not None else ""
            path = Stated(inner, folder.place) if folder is not None and inner else None
            return Stated(url.text.removesuffix(".git"), url.place), path
    return repository_of(items(root, "metadata", "links")), None


def repository_of(links: Iterable[Node]) -> Stated | None:
    """The URL of the first link to a repository."""
    return first(
        stated(text(link, "url")) for link in links if words(link, "type").lower() in {"repo", "code"}
    )
