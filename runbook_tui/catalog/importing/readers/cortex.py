"""Cortex: ``cortex.yaml``, an OpenAPI document with ``x-cortex-*`` in its ``info``.

Sources: docs.cortex.io, "Defining entities with YAML" and "Defining dependencies";
cortexapps/solutions:examples/yaml/cortex.yaml.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from runbook_tui.catalog.importing import engines
from runbook_tui.catalog.importing.code_places import HOSTS, folder_of
from runbook_tui.catalog.importing.files import Files, Source
from runbook_tui.catalog.importing.model import CatalogFinding, EdgeKind, Kind, Level, Stated
from runbook_tui.catalog.importing.nearness import nearest
from runbook_tui.catalog.importing.pagers import pager
from runbook_tui.catalog.importing.reader import CatalogReader
from runbook_tui.catalog.importing.report import Api, DescribedApi, Draft, Report, first, stated
from runbook_tui.files.foreign_nodes import Map, Node, Text, child, entries, items, text, texts, words
from runbook_tui.files.placeholders import is_placeholder
from runbook_tui.files.suggestions import quoted

_MARK = re.compile(rb"^[ \t]+[\"']?x-cortex-[a-z]", re.MULTILINE)
_ALL_KEYS = """
tag type owners git oncall dependency link groups parents children domain-parents custom-metadata custom-data
definition description slack apm slos alerts issues infra k8s static-analysis sentry bugsnag rollbar snyk
dashboards microsoft-teams team team-members auto-archive ci-cd wiz checkmarx semgrep servicenow azure-devops
firehydrant launch-darkly incident-io circle-ci buildkite jenkins relationships
"""
_KEYS = frozenset(_ALL_KEYS.split())
"""What follows ``x-cortex-``."""
_NO_SERVICE = frozenset({"team", "domain"})
_API_LINKS = {
    "OPENAPI": "openapi",
    "ASYNC_API": "asyncapi",
    "ASYNCAPI": "asyncapi",
    "GRPC": "grpc",
    "GRAPHQL": "graphql",
}


@dataclass(frozen=True, slots=True)
class _Entity:
    draft: Draft
    info: Map


class Cortex(CatalogReader):
    """Reads services and custom entities with their dependencies; teams and domains are passed over."""

    name = "cortex"
    order = 40
    file_names = "cortex.yaml"

    def recognises(self, name: str, folder: str, data: bytes) -> bool:
        """By ``x-cortex-*``."""
        return _MARK.search(data) is not None

    def read(self, sources: Sequence[Source], files: Files, report: Report) -> None:
        """Read all entities, then link them."""
        found = [entity for source in sources for entity in _entities(source, report)]
        drafts = {entity.draft.name.lower(): entity.draft for entity in found}
        for entity in found:
            for tag in _dependencies(entity.info):
                target = drafts.get(tag.value.strip().lower()) or _unknown(entity, tag, drafts, report)
                report.link(entity.draft, target, EdgeKind.DEPENDS_ON, tag.place)


def _entities(source: Source, report: Report) -> Iterator[_Entity]:
    report.read.append(source.shown)
    for document in report.documents(source):
        info = child(document.root, "info")
        if not isinstance(info, Map) or not any(key.startswith("x-cortex-") for key in info.entries):
            continue
        report.tell_placeholders(document)
        _check_keys(info, report)
        kind = words(info, "x-cortex-type").lower() or "service"
        draft = None if kind in _NO_SERVICE else _draft(info, kind, report)
        if draft is not None:
            _apis(document.root, info, draft, source, report)
            yield _Entity(draft, info)


def _check_keys(info: Map, report: Report) -> None:
    for key, place in info.keys.items():
        word = key.removeprefix("x-cortex-")
        near = nearest(word, _KEYS) if word != key and word not in _KEYS else ""
        if near:
            what = f"info has no key {quoted(key)}, so it is ignored"
            report.find("misspelt-key", what, place, f"did you mean 'x-cortex-{near}'?")


def _draft(info: Map, kind: str, report: Report) -> Draft | None:
    tag = text(info, "x-cortex-tag")
    if tag is None:
        report.find("missing-name", "this entity has no x-cortex-tag", info.place, "add it")
        return None
    if is_placeholder(tag.value):
        what = f"{quoted(tag.value)} is filled in by another program, so the name is not known"
        report.find("template-placeholder", what, tag.place, "read the rendered file instead")
        return None
    guess = engines.of_type(kind)
    owners = child(info, "x-cortex-owners")
    repository, path = _code(info)
    return report.describe(
        Draft(
            Cortex.name,
            guess.kind if guess is not None else Kind.SERVICE if kind == "service" else Kind.EXTERNAL,
            tag.value.strip(),
            tag.place,
            type=guess.engine if guess is not None else kind,
            title=stated(text(info, "title")),
            owner=first(map(_owner, items(owners))),
            on_call=_on_call(info),
            tier=_said(info, "tier"),
            lifecycle=_said(info, "lifecycle"),
            repository=repository,
            path=path,
            owned=kind == "service",
            paged=kind == "service",
        )
    )


def _owner(item: Node) -> Stated | None:
    """A group, a team or a person; a channel of Slack owns nothing."""
    return (
        stated(text(item, "name") or text(item, "email")) if words(item, "type").lower() != "slack" else None
    )


def _on_call(info: Map) -> Stated | None:
    for system, _, value in entries(info, "x-cortex-oncall"):
        found = stated(text(value, "id"))
        if found is not None:
            return Stated(pager(system, found.text), found.place)
    return None


def _said(info: Map, what: str) -> Stated | None:
    """A fact for which there is no key: from ``x-cortex-groups`` (``tier:1``), else from the custom metadata."""
    for group in texts(info, "x-cortex-groups"):
        key, colon, value = group.value.partition(":")
        if colon and key.strip().lower() == what and value.strip():
            return Stated(value.strip(), group.place)
    custom = child(info, "x-cortex-custom-metadata", what)
    return stated(custom if isinstance(custom, Text) else text(custom, "value"))


def _code(info: Map) -> tuple[Stated | None, Stated | None]:
    for host, _, value in entries(info, "x-cortex-git"):
        name = stated(text(value, "repository"))
        if name is not None:
            address = HOSTS.get(host.lower())
            folder = stated(text(value, "basepath"))
            path = Stated(folder_of(folder.text), folder.place) if folder is not None else None
            return Stated(f"{address}/{name.text}" if address else name.text, name.place), path
    return None, None


def _apis(root: Node, info: Map, draft: Draft, source: Source, report: Report) -> None:
    """What the links say is an API; the file itself where it describes one."""
    for item in items(info, "x-cortex-link"):
        kind, url, name = _API_LINKS.get(words(item, "type").upper()), text(item, "url"), text(item, "name")
        if kind is not None and url is not None and name is not None and not is_placeholder(url.value):
            written = url.value.strip()
            api = re.sub(r"[^A-Za-z0-9._-]+", "-", name.value).strip("-.")
            definition = (
                written if "://" in written else os.path.normpath(source.folder / written.lstrip("/"))
            )
            report.apis.append(DescribedApi(f"{draft.name}-{api}", kind, definition, False, url.place))
            report.provided.append(Api(draft, f"{draft.name}-{api}", url.place))
    paths = child(root, "paths")
    if isinstance(paths, Map) and paths.entries:
        report.apis.append(DescribedApi(draft.name, "openapi", source.shown, False, paths.place))
        report.provided.append(Api(draft, draft.name, paths.place))


def _dependencies(info: Map) -> Iterator[Text]:
    for item in items(info, "x-cortex-dependency"):
        tag = item if isinstance(item, Text) else text(item, "tag")
        if tag is not None and not is_placeholder(tag.value):
            yield tag


def _unknown(entity: _Entity, tag: Text, drafts: Mapping[str, Draft], report: Report) -> Draft:
    what = f"no file describes {quoted(tag.value)}, which {entity.draft.name} depends on"
    remedy = (
        report.meant(tag.value, [draft.name for draft in drafts.values()])
        or "check the tag, or read its file as well"
    )
    finding = CatalogFinding("unknown-name", Level.WARNING, what, tag.place, remedy)
    return report.name_only(tag.value.strip(), tag.place, finding)


READER = Cortex
