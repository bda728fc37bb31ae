"""The relations of Backstage's entities, and the names in them that lead nowhere.

Source: backstage/backstage:plugins/catalog-backend/src/processors/BuiltinKindsEntityProcessor.ts, which gives the
default kind of each reference; ``dependsOn`` and ``dependencyOf`` have none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from runbook_tui.catalog.importing import engines
from runbook_tui.catalog.importing.backstage_entities import Entity, EntityRef, parse_ref
from runbook_tui.catalog.importing.model import CatalogFinding, EdgeKind, Kind, Level, Stated
from runbook_tui.catalog.importing.report import Api, Draft, Report
from runbook_tui.files.foreign_nodes import List, Text, child, texts
from runbook_tui.files.placeholders import is_placeholder
from runbook_tui.files.suggestions import quoted

_Key = tuple[str, str, str]
_OWNED = frozenset({"component", "api", "resource", "system", "domain"})
_PARTS = {"system": "system", "domain": "domain", "subcomponentOf": "component", "subdomainOf": "domain"}
"""References to what an entity is a part of, with the kind that belongs there."""


@dataclass(slots=True)
class Linker:
    """Turns references into edges."""

    entities: Mapping[_Key, Entity]
    drafts: Mapping[_Key, Draft]
    report: Report
    kinds: frozenset[str] = field(init=False)
    """Kinds of which there are entities."""

    def __post_init__(self) -> None:
        self.kinds = frozenset(key[0] for key in self.entities)

    def link(self) -> None:
        """Link all entities."""
        for key, entity in self.entities.items():
            if entity.ref.kind in _OWNED:
                self._owner(entity, self.drafts.get(key))
                self._parts(entity)
            draft = self.drafts.get(key)
            if draft is not None:
                self._apis(entity, draft)
                self._dependencies(entity, draft)

    def _names(self, *kinds: str) -> list[str]:
        return [entity.ref.name for key, entity in self.entities.items() if key[0] in kinds]

    def _owner(self, entity: Entity, draft: Draft | None) -> None:
        found = child(entity.root, "spec", "owner")
        if not isinstance(found, Text) or not found.value.strip():
            if draft is None:
                what = f"the {entity.ref.kind} {quoted(entity.ref.name)} has no owner"
                self.report.find("missing-owner", what, entity.place, "add spec.owner")
            return
        if is_placeholder(found.value):
            if draft is not None:
                draft.owned = False  # it has one that nobody knows yet
            return
        ref = parse_ref(found.value, "group", entity.ref.namespace)
        if draft is not None:
            draft.owner = Stated(_without_kind(found.value), found.place)
        if ref.kind not in {"group", "user"}:
            what = f"the owner {quoted(found.value)} is a {ref.kind}"
            self.report.find("wrong-kind", what, found.place, "name a group or a user")
        elif ref.kind in self.kinds and ref.key not in self.entities:
            remedy = (
                self.report.meant(ref.name, self._names(ref.kind))
                or f"describe the {ref.kind}, or correct the name"
            )
            what = f"the owner {quoted(found.value)} is no {ref.kind} of this catalog"
            self.report.find("unknown-owner", what, found.place, remedy)

    def _parts(self, entity: Entity) -> None:
        for key, kind in _PARTS.items():
            found = child(entity.root, "spec", key)
            if not isinstance(found, Text) or is_placeholder(found.value):
                continue
            ref = parse_ref(found.value, kind, entity.ref.namespace)
            if ref.kind != kind:
                what = f"{key} {quoted(found.value)} is a {ref.kind}"
                self.report.find("wrong-kind", what, found.place, f"name a {kind}")
            elif kind in self.kinds and ref.key not in self.entities:
                self.report.findings.append(self._unknown(ref, found))

    def _apis(self, entity: Entity, draft: Draft) -> None:
        for key, uses in (("providesApis", self.report.provided), ("consumesApis", self.report.consumed)):
            for found in self._references(entity, key):
                ref = parse_ref(found.value, "api", entity.ref.namespace)
                if ref.kind != "api":
                    what = f"{key} names {quoted(found.value)}, which is a {ref.kind}"
                    remedy = (
                        "name an API" if key == "providesApis" else "name an API, or move it to dependsOn"
                    )
                    self.report.find("wrong-kind", what, found.place, remedy)
                    if key == "consumesApis" and ref.kind in {"component", "resource"}:
                        self.report.link(draft, self._target(ref, found), EdgeKind.DEPENDS_ON, found.place)
                    continue
                uses.append(Api(draft, ref.name, found.place))

    def _dependencies(self, entity: Entity, draft: Draft) -> None:
        for key in ("dependsOn", "dependencyOf"):
            for found in self._references(entity, key):
                ref = parse_ref(found.value, "", entity.ref.namespace)
                if not ref.kind:
                    ref = self._with_kind(ref, found, key)
                if ref.kind == "api":
                    what = f"{key} names the API {quoted(found.value)}"
                    remedy = "move it to consumesApis" if key == "dependsOn" else "move it to providesApis"
                    self.report.find("wrong-kind", what, found.place, remedy)
                    uses = self.report.consumed if key == "dependsOn" else self.report.provided
                    uses.append(Api(draft, ref.name, found.place))
                elif ref.kind not in {"component", "resource"}:
                    what = f"{key} names {quoted(found.value)}, which is a {ref.kind}"
                    fitting = self._described(ref)
                    remedy = (
                        f"write '{fitting.kind}:{fitting.name}'"
                        if fitting
                        else "name a component or a resource"
                    )
                    self.report.find("wrong-kind", what, found.place, remedy)
                    if fitting is not None:
                        self._depend(draft, fitting, found, key)
                else:
                    self._depend(draft, ref, found, key)

    def _depend(self, draft: Draft, ref: EntityRef, found: Text, key: str) -> None:
        other = self._target(ref, found)
        ends = (draft, other) if key == "dependsOn" else (other, draft)
        self.report.link(*ends, EdgeKind.DEPENDS_ON, found.place)

    def _described(self, ref: EntityRef) -> EntityRef | None:
        """The component or resource of that name, whatever kind the reference has."""
        fitting = (EntityRef(kind, ref.namespace, ref.name) for kind in ("component", "resource"))
        return next((other for other in fitting if other.key in self.entities), None)

    def _with_kind(self, ref: EntityRef, found: Text, key: str) -> EntityRef:
        """A reference without a kind, which Backstage refuses, with the kind that fits."""
        fitting = [
            named
            for kind in ("component", "resource", "api")
            if (named := EntityRef(kind, ref.namespace, ref.name)).key in self.entities
        ]
        best = fitting[0] if fitting else EntityRef("component", ref.namespace, ref.name)
        what = f"{key} names {quoted(found.value)} without its kind, so Backstage refuses the entity"
        self.report.find("missing-kind", what, found.place, f"write '{best.kind}:{found.value.strip()}'")
        return best

    def _target(self, ref: EntityRef, found: Text) -> Draft:
        draft = self.drafts.get(ref.key)
        if draft is not None:
            return draft
        draft = self.report.name_only(ref.name, found.place, self._unknown(ref, found))
        guess = engines.of_name(ref.name) if ref.kind == "resource" else None
        if draft.unsaid and guess is not None:
            draft.kind, draft.type, draft.guessed = guess.kind, guess.engine, True
        elif draft.unsaid and ref.kind == "component" and draft.kind is Kind.EXTERNAL:
            draft.type = "component"
        return draft

    def _unknown(self, ref: EntityRef, found: Text) -> CatalogFinding:
        known = {*self._names("component", "resource"), *self._names(ref.kind)}
        remedy = self.report.meant(ref.name, known) or f"describe the {ref.kind}, or read its file as well"
        what = f"no file describes the {ref.kind} {quoted(ref.name)}"
        return CatalogFinding("unknown-name", Level.WARNING, what, found.place, remedy)

    def _references(self, entity: Entity, key: str) -> Iterator[Text]:
        """The references of a list; a single one is read all the same, and told of."""
        node = child(entity.root, "spec", key)
        if node is None:
            return
        if not isinstance(node, List):
            self.report.find("wrong-type", f"{key} is no list", node.place, "write '- ' before each name")
        for found in texts(node):
            if not is_placeholder(found.value):
                yield found


def _without_kind(written: str) -> str:
    """``group:default/team-a`` is ``team-a``."""
    return written.strip().rpartition(":")[2].strip().removeprefix("default/")
