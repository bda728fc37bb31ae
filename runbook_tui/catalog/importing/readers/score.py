"""Score: ``score.yaml``, one workload with the resources that it needs.

Source: score-spec/spec:score-v1b1.json: "When two resources share the same type, class, and id, they are considered the
same resource when used across related Workloads." The types are those that score-compose and score-k8s provide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from runbook_tui.catalog.importing import engines
from runbook_tui.catalog.importing.files import Files, Source
from runbook_tui.catalog.importing.keys import check_keys
from runbook_tui.catalog.importing.model import CatalogFinding, EdgeKind, Kind, Level
from runbook_tui.catalog.importing.reader import CatalogReader
from runbook_tui.catalog.importing.report import Draft, Report, stated
from runbook_tui.files.foreign_nodes import Map, Node, entries, text, words
from runbook_tui.files.placeholders import is_placeholder
from runbook_tui.files.problems import Place
from runbook_tui.files.suggestions import quoted

_MARK = re.compile(rb"^[\"']?apiVersion[\"']?:\s*[\"']?score\.dev/", re.MULTILINE)
_VERSION = "score.dev/v1b1"
_ROOT = frozenset({"apiVersion", "metadata", "service", "containers", "resources"})
_RESOURCE = frozenset({"type", "class", "id", "metadata", "params"})
_SERVICES = frozenset({"service", "service-port", "workload", "http-service"})


@dataclass(frozen=True, slots=True)
class _Workload:
    draft: Draft
    root: Map


class Score(CatalogReader):
    """Reads workloads; resources of the types of data stores and queues are such."""

    name = "score"
    order = 50
    file_names = "score.yaml"

    def recognises(self, name: str, folder: str, data: bytes) -> bool:
        """By ``apiVersion: score.dev/...``."""
        return _MARK.search(data) is not None

    def read(self, sources: Sequence[Source], files: Files, report: Report) -> None:
        """Read all workloads, then what they need."""
        workloads = [workload for source in sources for workload in _workloads(source, report)]
        needs = _Needs({workload.draft.name: workload.draft for workload in workloads}, report)
        for workload in workloads:
            for name, place, node in entries(workload.root, "resources"):
                check_keys(report, node, _RESOURCE, f"the resource {name}", refused="Score")
                needs.add(workload.draft, _Resource(name, place, node))


def _workloads(source: Source, report: Report) -> Iterator[_Workload]:
    report.read.append(source.shown)
    for document in report.documents(source):
        root = document.root
        version = words(root, "apiVersion")
        if not isinstance(root, Map) or not version.startswith("score.dev/"):
            continue
        report.tell_placeholders(document)
        if version != _VERSION:
            what = f"the version {quoted(version)} of the format is not known; it is read all the same"
            report.find("unknown-version", what, root.keys["apiVersion"], _VERSION)
        check_keys(report, root, _ROOT, "a workload", refused="Score")
        name = text(root, "metadata", "name")
        if name is None:
            report.find("missing-name", "this workload has no metadata.name", root.place, "add it")
        elif not is_placeholder(name.value):
            owner = stated(text(root, "metadata", "annotations", "owner"))
            draft = report.describe(
                Draft(Score.name, Kind.SERVICE, name.value.strip(), name.place, owner=owner)
            )
            if draft is not None:
                yield _Workload(draft, root)


@dataclass(frozen=True, slots=True)
class _Resource:
    name: str
    place: Place
    node: Node

    @property
    def type(self) -> str:
        return words(self.node, "type").lower()


@dataclass(slots=True)
class _Needs:
    workloads: Mapping[str, Draft]
    report: Report
    shared: dict[tuple[str, str, str], Draft] = field(default_factory=dict)
    """Resources with an id, by type, class and id."""

    def add(self, workload: Draft, resource: _Resource) -> None:
        """Link a workload to what a resource is, when that is a workload, a data store or a queue."""
        guess = engines.of_type(resource.type)
        if not resource.type:
            self.report.find(
                "wrong-type", f"the resource {resource.name} has no type", resource.place, "add it"
            )
        elif resource.type in _SERVICES:
            target = self._workload(workload, resource)
            self.report.link(workload, target, EdgeKind.DEPENDS_ON, resource.place)
        elif guess is not None:
            target = self._store(workload, resource, guess)
            self.report.link(workload, target, EdgeKind.DEPENDS_ON, resource.place)

    def _store(self, workload: Draft, resource: _Resource, guess: engines.Guess) -> Draft:
        """The data store of a resource: its own, or with an id the one of all workloads that name it."""
        found = stated(text(resource.node, "id"))
        name = found.text if found is not None else resource.name
        scope = "" if found is not None else workload.name
        engine = guess.engine or resource.type
        draft = Draft(Score.name, guess.kind, name, resource.place, scope=scope, type=engine)
        if found is None:
            return self.report.add(draft)
        key = (resource.type, words(resource.node, "class").lower() or "default", name)
        if key not in self.shared:
            self.shared[key] = self.report.add(draft)
        return self.shared[key]

    def _workload(self, workload: Draft, resource: _Resource) -> Draft:
        node = resource.node
        target = text(node, "params", "workload") or text(node, "params", "service") or text(node, "id")
        name, place = (target.value.strip(), target.place) if target else (resource.name, resource.place)
        if name in self.workloads:
            return self.workloads[name]
        what = f"no file describes the workload {quoted(name)}, which {workload.name} needs"
        remedy = self.report.meant(name, self.workloads.keys() - {workload.name}) or "read its file as well"
        return self.report.name_only(
            name, place, CatalogFinding("unknown-name", Level.WARNING, what, place, remedy)
        )


READER = Score
