"""Datadog: ``service.datadog.yaml`` of versions 1 to 2.2, ``entity.datadog.yaml`` of version 3.

Source: DataDog/schema:service-catalog.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from runbook_tui.catalog.importing.datadog_entities import Entities, on_call, repository_of
from runbook_tui.catalog.importing.files import Files, Source
from runbook_tui.catalog.importing.keys import check_keys
from runbook_tui.catalog.importing.model import Kind
from runbook_tui.catalog.importing.reader import CatalogReader
from runbook_tui.catalog.importing.report import Draft, Report, first, stated
from runbook_tui.files.foreign_nodes import Map, items, text, words
from runbook_tui.files.placeholders import is_placeholder
from runbook_tui.files.suggestions import quoted

_NAME = re.compile(r"(?:service|entity)\.datadog\.ya?ml", re.IGNORECASE)
_OLD = re.compile(rb"^[\"']?dd-service[\"']?:|^[ \t]+[\"']?dd-service[\"']?:", re.MULTILINE)
_NEW = re.compile(rb"^[\"']?apiVersion[\"']?:\s*[\"']?v\d+[\"']?\s*$", re.MULTILINE)
_OLD_KEYS = {
    "schema-version",
    "dd-service",
    "team",
    "contacts",
    "links",
    "tags",
    "integrations",
    "extensions",
}
_LATER_KEYS = _OLD_KEYS | {"application", "description", "tier", "lifecycle"}
_KEYS: Mapping[str, set[str]] = {
    "v1": {
        "schema-version",
        "info",
        "org",
        "contact",
        "external-resources",
        "tags",
        "integrations",
        "extensions",
    },
    "v2": _OLD_KEYS | {"dd-team", "repos", "docs"},
    "v2.1": _LATER_KEYS,
    "v2.2": _LATER_KEYS | {"type", "languages", "ci-pipeline-fingerprints"},
}
_STORES = frozenset({"db", "cache"})


class Datadog(CatalogReader):
    """Reads services, data stores and queues."""

    name = "datadog"
    order = 20
    file_names = "service.datadog.yaml entity.datadog.yaml"

    def recognises(self, name: str, folder: str, data: bytes) -> bool:
        """By name, or by ``dd-service`` with a ``schema-version``."""
        return _NAME.fullmatch(name) is not None or self._has_marks(name, data)

    def accepts(self, name: str, data: bytes) -> bool:
        """Also a file of another name with ``apiVersion: v3`` and a kind."""
        return self.recognises(name, "", data) or _is_new(data)

    def _has_marks(self, name: str, data: bytes) -> bool:
        if b"schema-version" in data and _OLD.search(data) is not None:
            return True
        return "datadog" in name and _is_new(data)

    def read(self, sources: Sequence[Source], files: Files, report: Report) -> None:
        """Read all services and entities, then link them."""
        entities = Entities(report)
        for source in sources:
            report.read.append(source.shown)
            for document in report.documents(source):
                if isinstance(document.root, Map):
                    report.tell_placeholders(document)
                    _read(document.root, entities, report)
        entities.link()


def _is_new(data: bytes) -> bool:
    return _NEW.search(data) is not None and re.search(rb"^kind:", data, re.MULTILINE) is not None


def _read(root: Map, entities: Entities, report: Report) -> None:
    if "apiVersion" in root.entries or "kind" in root.entries:
        version = words(root, "apiVersion")
        if version != "v3":
            _unknown_version(root, "apiVersion", version, "v3", report)
        entities.add(root)
        return
    version = words(root, "schema-version")
    if version not in _KEYS:
        _unknown_version(root, "schema-version", version, "v2.2, or apiVersion: v3", report)
    elif version == "v1":
        what = "version v1 of the format is deprecated"
        report.find(
            "unknown-version", f"{what}; it is read all the same", root.keys["schema-version"], "v2.2"
        )
    check_keys(report, root, _KEYS.get(version, _KEYS["v2.2"] | _KEYS["v2"]), "a service", refused="Datadog")
    name = text(root, "dd-service") or text(root, "info", "dd-service")
    if name is None:
        report.find("missing-name", "this service has no dd-service", root.place, "add it")
    elif not is_placeholder(name.value):
        _service(root, report)


def _unknown_version(root: Map, key: str, version: str, known: str, report: Report) -> None:
    what = f"the version {quoted(version)} of the format is not known" if version else f"{key} is missing"
    place = root.keys.get(key, root.place)
    report.find("unknown-version", f"{what}; it is read all the same", place, f"write {key}: {known}")


def _service(root: Map, report: Report) -> None:
    name = text(root, "dd-service") or text(root, "info", "dd-service")
    owner = text(root, "team") or text(root, "dd-team") or text(root, "org", "team")
    kind = words(root, "type").lower()
    repos = first(stated(text(repo, "url")) for repo in items(root, "repos"))
    links = [*items(root, "links"), *items(root, "external-resources")]
    if name is None:
        return
    report.describe(
        Draft(
            Datadog.name,
            Kind.DATASTORE if kind in _STORES else Kind.SERVICE,
            name.value.strip(),
            name.place,
            type="" if kind in _STORES else kind,
            title=stated(text(root, "info", "display-name")),
            owner=stated(owner),
            on_call=on_call(root, "service-url"),
            tier=stated(text(root, "tier") or text(root, "info", "service-tier")),
            lifecycle=stated(text(root, "lifecycle")),
            repository=repos or repository_of(links),
            owned=owner is None,
            paged=kind not in _STORES,
        )
    )


READER = Datadog
