"""OpsLevel: ``opslevel.yml`` with a service, a component or a repository.

Source: docs.opslevel.com/docs/opslevel-yml; the items of ``dependencies`` are those of public files
(cortex-se-demo/core-payments:opslevel.yml): ``alias``, ``notes``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from runbook_tui.catalog.importing import engines
from runbook_tui.catalog.importing.code_places import HOSTS, folder_of
from runbook_tui.catalog.importing.files import Files, Source
from runbook_tui.catalog.importing.keys import check_keys
from runbook_tui.catalog.importing.model import CatalogFinding, EdgeKind, Kind, Level, Stated
from runbook_tui.catalog.importing.pagers import pager
from runbook_tui.catalog.importing.reader import CatalogReader
from runbook_tui.catalog.importing.report import Draft, Report, first, stated
from runbook_tui.files.foreign_nodes import Map, Text, child, items, text, texts, words
from runbook_tui.files.placeholders import is_placeholder
from runbook_tui.files.suggestions import quoted

_NAME = re.compile(r"opslevel(?:[.-][\w.-]+)?\.ya?ml", re.IGNORECASE)
_ROOT = frozenset({"version", "service", "component", "repository", "services", "components", "repositories"})
_KEYS = frozenset(
    {
        "name",
        "type",
        "alias",
        "aliases",
        "lifecycle",
        "tier",
        "product",
        "owner",
        "system",
        "language",
        "framework",
    }
    | {"description", "tags", "repositories", "tools", "dependencies", "alert_sources", "properties", "notes"}
)
_LEGAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_PAGERS = frozenset({"pagerduty", "opsgenie"})


@dataclass(frozen=True, slots=True)
class _Service:
    draft: Draft
    node: Map


class OpsLevel(CatalogReader):
    """Reads services and components; dependencies name them by alias."""

    name = "opslevel"
    order = 30
    file_names = "opslevel.yml"

    def recognises(self, name: str, folder: str, data: bytes) -> bool:
        """By name."""
        return _NAME.fullmatch(name) is not None

    def read(self, sources: Sequence[Source], files: Files, report: Report) -> None:
        """Read all services, then link them."""
        services = [service for source in sources for service in _services(source, report)]
        aliases: dict[str, Draft] = {}
        for service in services:
            for alias in _aliases(service):
                aliases.setdefault(alias, service.draft)
        for service in services:
            for found in _dependencies(service.node):
                target = aliases.get(_alias(found.value)) or _unknown(service, found, aliases, report)
                report.link(service.draft, target, EdgeKind.DEPENDS_ON, found.place)


def _services(source: Source, report: Report) -> Iterator[_Service]:
    report.read.append(source.shown)
    for document in report.documents(source):
        report.tell_placeholders(document)
        check_keys(report, document.root, _ROOT, "the file")
        for key in ("service", "component", "services", "components"):
            node = child(document.root, key)
            for one in (node,) if isinstance(node, Map) else items(node):
                draft = _draft(one, report) if isinstance(one, Map) else None
                if draft is not None and isinstance(one, Map):
                    yield _Service(draft, one)


def _draft(node: Map, report: Report) -> Draft | None:
    check_keys(report, node, _KEYS, "a component")
    name = text(node, "name")
    if name is None:
        report.find("missing-name", "this component has no name", node.place, "add it")
        return None
    if is_placeholder(name.value):
        return None
    written = " ".join(name.value.split())
    legal = _LEGAL.fullmatch(written) is not None
    kind = words(node, "type").lower()
    guess = engines.of_type(kind)
    owner, (repository, path) = text(node, "owner"), _code(node)
    return report.describe(
        Draft(
            OpsLevel.name,
            guess.kind if guess is not None else Kind.SERVICE,
            written if legal else _alias(written),
            name.place,
            type=guess.engine if guess is not None else kind,
            title=None if legal else Stated(written, name.place),
            owner=stated(owner),
            on_call=_on_call(node),
            tier=stated(text(node, "tier")),
            lifecycle=stated(text(node, "lifecycle")),
            repository=repository,
            path=path,
            owned=owner is None,
            paged=guess is None and kind not in {"library", "documentation"},
            runs=kind not in {"library", "documentation"},
        )
    )


def _alias(written: str) -> str:
    """The alias that OpsLevel gives to a name: ``Order Processor`` is ``order_processor``."""
    return re.sub(r"[^a-z0-9]+", "_", written.lower()).strip("_")


def _aliases(service: _Service) -> Iterator[str]:
    yield _alias(words(service.node, "name"))
    for found in (*texts(service.node, "aliases"), *texts(service.node, "alias")):
        yield _alias(found.value)


def _dependencies(node: Map) -> Iterator[Text]:
    for item in items(node, "dependencies"):
        found = item if isinstance(item, Text) else text(item, "alias") or text(item, "name")
        if found is not None and not is_placeholder(found.value):
            yield found


def _unknown(service: _Service, found: Text, aliases: Mapping[str, Draft], report: Report) -> Draft:
    what = f"no file describes {quoted(found.value)}, which {service.draft.name} depends on"
    remedy = report.meant(found.value, aliases) or "check the alias, or read its file as well"
    finding = CatalogFinding("unknown-name", Level.WARNING, what, found.place, remedy)
    return report.name_only(found.value.strip(), found.place, finding)


def _on_call(node: Map) -> Stated | None:
    """From an alert source; else from a link to a pager among the tools."""
    for item in items(node, "alert_sources"):
        system, found = words(item, "type").lower(), stated(text(item, "external_id"))
        if system in _PAGERS and found is not None:
            return Stated(pager(system, found.text), found.place)
    for item in items(node, "tools"):
        system, found = words(item, "name").lower(), stated(text(item, "url"))
        if system in _PAGERS and found is not None:
            return Stated(pager(system, found.text), found.place)
    return None


def _code(node: Map) -> tuple[Stated | None, Stated | None]:
    """The first repository, and the folder of the service inside of it."""
    item = next((one for one in items(node, "repositories") if isinstance(one, Map)), None)
    name, folder = stated(text(item, "name")), stated(text(item, "path"))
    if name is None:
        return None, None
    host = HOSTS.get(words(item, "provider").lower().partition("_")[0], "")
    path = folder_of(folder.text) if folder is not None else "."
    inner = Stated(path, folder.place) if folder is not None and path != "." else None
    return Stated(f"{host}/{name.text}" if host else name.text, name.place), first([inner])


READER = OpsLevel
