"""Kubernetes manifests: workloads, and the services that their environment names.

Nothing states what a workload needs; but a name without dots in ``ORDERS_ADDR: orders:8080`` can only be a service of
the same namespace (kubernetes.io/docs/concepts/services-networking/dns-pod-service).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from runbook_tui.catalog.importing import engines
from runbook_tui.catalog.importing.addresses import hosts, hosts_of_command, hosts_with_port, without_domain
from runbook_tui.catalog.importing.files import Files, Source
from runbook_tui.catalog.importing.kubernetes_objects import KINDS, Objects, Workload, commands, read_objects
from runbook_tui.catalog.importing.model import CatalogFinding, EdgeKind, Kind, Level, Stated
from runbook_tui.catalog.importing.pagers import pager
from runbook_tui.catalog.importing.reader import CatalogReader
from runbook_tui.catalog.importing.report import Draft, Report, first, stated
from runbook_tui.files.foreign_nodes import Node, Text, child, entries, words
from runbook_tui.files.problems import Place
from runbook_tui.files.suggestions import quoted

_MARK = re.compile(KINDS.pattern.encode(), re.MULTILINE)
_NAMED = re.compile(r"kustomization\.ya?ml|Kustomization|skaffold\.ya?ml")
_OWNERS = frozenset({"owner", "team"})
_LOCAL = frozenset({"localhost", "host", "http", "https"})


class Kubernetes(CatalogReader):
    """Reads Deployments, StatefulSets and DaemonSets with the calls that their configuration shows."""

    name = "kubernetes"
    order = 70
    file_names = "kustomization.yaml"

    def recognises(self, name: str, folder: str, data: bytes) -> bool:
        """By the kinds of its objects."""
        return _MARK.search(data) is not None and b"apiVersion" in data

    def accepts(self, name: str, data: bytes) -> bool:
        """Also a kustomization or a Skaffold file: what it names is read."""
        return _NAMED.fullmatch(name) is not None or self.recognises(name, "", data)

    def read(self, sources: Sequence[Source], files: Files, report: Report) -> None:
        """Read all objects, then link the workloads."""
        objects = read_objects(sources, files, report)
        drafts: dict[str, Draft] = {}
        variants: dict[str, list[Workload]] = defaultdict(list)
        for workload in objects.workloads:
            name = workload.name.value.strip()
            _tell_repeated(name, workload, variants[name], report)
            variants[name].append(workload)
            if name not in drafts:
                drafts[name] = report.add(_draft(name, workload))
        linker = _Linker(objects, drafts, report)
        for name, those in variants.items():
            for workload in those:
                linker.link(drafts[name], workload)


def _tell_repeated(name: str, workload: Workload, earlier: Sequence[Workload], report: Report) -> None:
    """Copies in several files are variants of one workload; two in one file are not."""
    for other in earlier:
        same = words(other.root, "kind") == words(workload.root, "kind")
        spaces = {words(one.root, "metadata", "namespace") for one in (other, workload)}
        if other.file == workload.file and same and len(spaces) == 1:
            what = f"the workload {quoted(name)} is described already, at {other.name.place}"
            report.find("duplicate-name", what, workload.name.place, "remove or rename one of the two")
            return


def _draft(name: str, workload: Workload) -> Draft:
    images = [words(container, "image") for container in workload.containers]
    guess = engines.of_image(images[0]) if images and images[0] else None
    guess = guess or engines.of_name(name)
    metadata = child(workload.root, "metadata")
    return Draft(
        Kubernetes.name,
        guess.kind if guess is not None else Kind.SERVICE,
        name,
        workload.name.place,
        type=guess.engine if guess is not None else "",
        owner=first(_marked(metadata, _OWNERS)),
        on_call=_on_call(metadata),
        repository=first(_marked(metadata, frozenset({"repository"}))),
        guessed=guess is not None and guess.from_name,
    )


def _marked(metadata: Node | None, wanted: frozenset[str]) -> Iterator[Stated | None]:
    """Annotations and labels such as ``a8r.io/owner`` and ``team``."""
    for part in ("annotations", "labels"):
        for key, _, value in entries(metadata, part):
            if isinstance(value, Text) and key.rpartition("/")[2].lower() in wanted:
                yield stated(value)


def _on_call(metadata: Node | None) -> Stated | None:
    for key, _, value in entries(metadata, "annotations"):
        found = stated(value) if isinstance(value, Text) else None
        if found is not None and key in {"pagerduty.com/service-id", "opsgenie.com/team"}:
            return Stated(pager(key.partition(".")[0], found.text), found.place)
    return None


@dataclass(frozen=True, slots=True)
class _Linker:
    objects: Objects
    drafts: Mapping[str, Draft]
    report: Report

    def link(self, draft: Draft, workload: Workload) -> None:
        """Link a workload to what its environment and commands name."""
        for key, value, place in self.objects.variables(workload):
            sure = set(hosts_with_port(key, value))
            for host in dict.fromkeys(hosts(key, value)):
                self._call(draft, host, place, workload, is_host=host in sure)
        for told, place in commands(workload):
            for host in dict.fromkeys(hosts_of_command(told)):
                self._call(draft, host, place, workload, is_host=False)

    def _call(self, draft: Draft, host: str, place: Place, workload: Workload, *, is_host: bool) -> None:
        name = without_domain(host)
        selected = self.objects.selected(name, workload.folder)
        targets = [self.drafts[one.name.value.strip()] for one in selected] or list(
            filter(None, [self.drafts.get(name)])
        )
        if not targets and is_host and "." not in host and name not in _LOCAL:
            targets = [self._unknown(draft, name, place)]
        for target in targets:
            if target is not draft:
                self.report.link(draft, target, EdgeKind.CALLS, place)

    def _unknown(self, draft: Draft, name: str, place: Place) -> Draft:
        known = self.drafts.keys() | self.objects.services.keys()
        what = f"{draft.name} calls {quoted(name)}, which is no service of these manifests"
        remedy = self.report.meant(name, known) or "read its manifest as well"
        finding = CatalogFinding("unknown-name", Level.WARNING, what, place, remedy)
        target = self.report.name_only(name, place, finding)
        guess = engines.of_name(name)
        if target.unsaid and target.kind is Kind.EXTERNAL and guess is not None:
            target.kind, target.type, target.guessed = guess.kind, guess.engine, True
        return target


READER = Kubernetes
