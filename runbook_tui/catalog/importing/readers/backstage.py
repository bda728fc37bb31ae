"""Backstage: ``catalog-info.yaml``, and every YAML file with entities of ``backstage.io``."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from runbook_tui.catalog.importing import engines
from runbook_tui.catalog.importing.backstage_entities import Entity, read_entities
from runbook_tui.catalog.importing.backstage_links import Linker
from runbook_tui.catalog.importing.code_places import HOSTS, code_at
from runbook_tui.catalog.importing.files import Files, Source
from runbook_tui.catalog.importing.model import Kind, Stated
from runbook_tui.catalog.importing.pagers import pager
from runbook_tui.catalog.importing.reader import CatalogReader
from runbook_tui.catalog.importing.report import DescribedApi, Draft, Report, first, stated
from runbook_tui.files.foreign_nodes import Map, child, entries, text, words
from runbook_tui.files.suggestions import quoted

_MARK = re.compile(rb"^(?:[ \t]*[\"'])?apiVersion[\"']?:\s*[\"']?backstage\.io/", re.MULTILINE)
_NAME = re.compile(r"catalog-info.*\.ya?ml")
_PAGERS = {
    "pagerduty.com/service-id": "pagerduty",
    "pagerduty.com/integration-key": "pagerduty",
    "opsgenie.com/component-selector": "opsgenie",
    "opsgenie.com/team": "opsgenie",
    "splunk.com/on-call-team": "splunk",
}
_NOT_RUN = re.compile(
    r"library|lib|documentation|docs|template|tool|package|module|plugin|.*-plugin|.*-module"
)
"""Types of components that nobody runs."""


class Backstage(CatalogReader):
    """Reads Components and Resources, with the APIs, systems, groups and locations that they name."""

    name = "backstage"
    order = 10
    file_names = "catalog-info.yaml"

    def recognises(self, name: str, folder: str, data: bytes) -> bool:
        """By ``apiVersion: backstage.io/...``, or by name."""
        return _MARK.search(data) is not None or (
            _NAME.fullmatch(name) is not None and re.search(rb"^kind:", data, re.MULTILINE) is not None
        )

    def read(self, sources: Sequence[Source], files: Files, report: Report) -> None:
        """Read all entities, then link them."""
        catalog = _Catalog(report, files)
        for entity in read_entities(sources, files, report):
            catalog.add(entity)
        Linker(catalog.entities, catalog.drafts, report).link()


@dataclass(slots=True)
class _Catalog:
    report: Report
    files: Files
    entities: dict[tuple[str, str, str], Entity] = field(default_factory=dict)
    drafts: dict[tuple[str, str, str], Draft] = field(default_factory=dict)

    def add(self, entity: Entity) -> None:
        """Take an entity into the catalog, unless it is there already."""
        known = self.entities.setdefault(entity.ref.key, entity)
        if known is not entity:
            what = f"the {entity.ref.kind} {quoted(entity.ref.name)} is described already, at {known.place}"
            self.report.find("duplicate-name", what, entity.place, "remove or rename one of the two")
            return
        kind = entity.ref.kind
        if kind in {"component", "resource"}:
            draft = _component(entity) if kind == "component" else _resource(entity)
            self.drafts[entity.ref.key] = self.report.add(draft)
        elif kind == "api":
            self.report.apis.append(self._api(entity))
        elif kind == "system":
            self.report.systems.append(entity.ref.name)

    def _api(self, entity: Entity) -> DescribedApi:
        lifecycle = words(entity.spec, "lifecycle")
        definition = self._definition(entity)
        return DescribedApi(
            entity.ref.name, words(entity.spec, "type"), definition, lifecycle == "deprecated", entity.place
        )

    def _definition(self, entity: Entity) -> str | None:
        """The file that a placeholder such as ``$text: ./openapi.yaml`` names; None for one that is written out."""
        named = list(entries(entity.spec, "definition"))
        if len(named) != 1 or not named[0][0].startswith("$"):
            return None
        target = text(entity.spec, "definition", named[0][0])
        if target is None:
            return None
        written = target.value.strip()
        if "://" in written:
            what = f"the definition {quoted(written)} is a URL, and nothing is fetched"
            self.report.find("not-fetched", what, target.place, "name the file in a clone of it")
            return written
        path = entity.source.folder / written
        if not self.files.inside(path):
            what = f"the definition {quoted(written)} leads out of the folder that is read"
            self.report.find("outside", what, target.place, "name its folder as well")
        elif not self.files.exists(path):
            what = f"there is no file {quoted(written)}, which is the definition"
            self.report.find("missing-file", what, target.place, "check the path")
        return os.path.normpath(path)


def _component(entity: Entity) -> Draft:
    spec = entity.spec
    repository, path = _code(entity.root)
    kind = words(spec, "type").lower()
    return Draft(
        Backstage.name,
        Kind.SERVICE,
        entity.ref.name,
        entity.place,
        scope=entity.ref.scope,
        type=kind,
        title=stated(text(entity.root, "metadata", "title")),
        on_call=_on_call(entity.root),
        lifecycle=stated(text(spec, "lifecycle")),
        repository=repository,
        path=path,
        owned=True,
        paged=_NOT_RUN.fullmatch(kind) is None,
        runs=_NOT_RUN.fullmatch(kind) is None,
    )


def _resource(entity: Entity) -> Draft:
    written = words(entity.spec, "type")
    guess = engines.of_type(written)
    kind = guess.kind if guess is not None else Kind.EXTERNAL
    engine = guess.engine if guess is not None and guess.engine else written
    title = stated(text(entity.root, "metadata", "title"))
    return Draft(
        Backstage.name,
        kind,
        entity.ref.name,
        entity.place,
        scope=entity.ref.scope,
        type=engine,
        title=title,
        owned=True,
    )


def _on_call(root: Map) -> Stated | None:
    found = ((system, stated(text(root, "metadata", "annotations", key))) for key, system in _PAGERS.items())
    return first(Stated(pager(system, value.text), value.place) if value else None for system, value in found)


def _code(root: Map) -> tuple[Stated | None, Stated | None]:
    """Repository and folder: from the source location, else from the slug of a project at a code host."""
    location = stated(text(root, "metadata", "annotations", "backstage.io/source-location"))
    slug = first(_slugs(root))
    if location is None or "://" not in location.text:
        return slug, None
    code = code_at(location.text)
    path = Stated(code.path, location.place) if code.path else None
    return slug or Stated(code.repository, location.place), path


def _slugs(root: Map) -> Iterator[Stated | None]:
    annotations = child(root, "metadata", "annotations")
    for host, address in HOSTS.items():
        slug = stated(
            text(annotations, f"{host}.com/project-slug") or text(annotations, f"{host}.org/project-slug")
        )
        yield Stated(f"{address}/{slug.text}", slug.place) if slug is not None else None


READER = Backstage
