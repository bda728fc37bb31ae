"""Kubernetes objects: workloads, the services that select them, and the variables of their containers."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from runbook_tui.catalog.importing.files import Files, Source, UnreadableError
from runbook_tui.catalog.importing.report import Report
from runbook_tui.files.foreign_nodes import List, Map, Node, Text, child, entries, items, text, texts, words
from runbook_tui.files.placeholders import is_placeholder
from runbook_tui.files.problems import Place

WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Rollout", "DeploymentConfig"})
KINDS = re.compile(
    r"^[\"']?kind[\"']?:\s*[\"']?(Deployment|StatefulSet|DaemonSet|Rollout|DeploymentConfig|Service|ConfigMap|List)\b",
    re.MULTILINE,
)
_LISTS = re.compile(r"(kustomization\.ya?ml|Kustomization|skaffold\.ya?ml)")
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Workload:
    """Something that runs."""

    name: Text
    root: Map
    folder: Path
    file: str

    @property
    def containers(self) -> tuple[Node, ...]:
        """Its containers, those that only initialise it last."""
        spec = child(self.root, "spec", "template", "spec")
        return (*items(spec, "containers"), *items(spec, "initContainers"))

    @property
    def labels(self) -> dict[str, str]:
        """The labels of its pods."""
        labels = entries(self.root, "spec", "template", "metadata", "labels")
        return {key: value.value for key, _, value in labels if isinstance(value, Text)}


@dataclass(slots=True)
class Objects:
    """The objects of some files that are read together."""

    workloads: list[Workload] = field(default_factory=list)
    services: dict[str, list[tuple[Map, Path]]] = field(default_factory=dict)
    """Services by name, with their folders: copies of one are kept in several."""
    config_maps: dict[str, list[Map]] = field(default_factory=dict)

    def add(self, root: Node, source: Source) -> None:
        """Take an object, or those of a list."""
        if words(root, "kind") == "List":
            for item in items(root, "items"):
                self.add(item, source)
            return
        name = text(root, "metadata", "name")
        if not isinstance(root, Map) or name is None or is_placeholder(name.value):
            return
        kind, written = words(root, "kind"), name.value.strip()
        if kind in WORKLOADS:
            self.workloads.append(Workload(name, root, source.folder, source.shown))
        elif kind == "Service":
            self.services.setdefault(written, []).append((root, source.folder))
        elif kind == "ConfigMap":
            self.config_maps.setdefault(written, []).append(root)

    def selected(self, service: str, folder: Path) -> list[Workload]:
        """The workloads that a service leads to; those beside it when it is there several times."""
        copies = self.services.get(service, [])
        near = [root for root, its in copies if its == folder] or [root for root, _ in copies]
        for root in near:
            wanted = {
                key: value.value
                for key, _, value in entries(root, "spec", "selector")
                if isinstance(value, Text)
            }
            found = [one for one in self.workloads if wanted and wanted.items() <= one.labels.items()]
            if found:
                return found
        return []

    def variables(self, workload: Workload) -> Iterator[tuple[str, str, Place]]:
        """The environment of all containers, with what config maps bring."""
        for container in workload.containers:
            for item in items(container, "env"):
                key, value = words(item, "name"), text(item, "value")
                if key and value is not None:
                    yield key, value.value, value.place
                named = text(item, "valueFrom", "configMapKeyRef", "key")
                if key and named is not None:
                    brought = self._mapped(words(item, "valueFrom", "configMapKeyRef", "name"), named.value)
                    yield from ((key, found, named.place) for _, found in brought)
            for item in items(container, "envFrom"):
                reference = text(item, "configMapRef", "name")
                if reference is not None:
                    brought = self._mapped(reference.value.strip(), None)
                    yield from ((key, found, reference.place) for key, found in brought)

    def _mapped(self, name: str, wanted: str | None) -> Iterator[tuple[str, str]]:
        for config in self.config_maps.get(name, [])[:1]:
            for key, _, value in entries(config, "data"):
                if isinstance(value, Text) and wanted in {None, key}:
                    yield key, value.value


def commands(workload: Workload) -> Iterator[tuple[list[str], Place]]:
    """Commands and arguments of all containers."""
    for container in workload.containers:
        for key in ("command", "args"):
            node = child(container, key)
            if isinstance(node, List):
                yield [found.value for found in texts(node)], node.place


def read_objects(sources: Sequence[Source], files: Files, report: Report) -> Objects:
    """The objects of some files; of a kustomization or a Skaffold file those of the files that it names."""
    objects = Objects()
    seen: set[str] = set()
    queue = [(source, 0) for source in sources]
    while queue:
        source, depth = queue.pop(0)
        real = os.path.realpath(source.path)
        if real in seen:
            continue
        seen.add(real)
        if _LISTS.fullmatch(source.name):
            queue += (
                [(found, depth + 1) for found in _named(source, files, report)] if depth < _DEEPEST else []
            )
            continue
        report.read.append(source.shown)
        for document in report.documents(source, lambda part: KINDS.search(part) is not None):
            if words(document.root, "kind") != "ConfigMap":  # which may hold templates of others
                report.tell_placeholders(document)
            objects.add(document.root, source)
    return objects


def _named(source: Source, files: Files, report: Report) -> Iterator[Source]:
    for document in report.documents(source):
        root = document.root
        named = [*texts(root, "resources"), *texts(root, "bases"), *texts(root, "manifests", "rawYaml")]
        named += [
            *texts(root, "manifests", "kustomize", "paths"),
            *texts(root, "deploy", "kubectl", "manifests"),
        ]
        for path in named:
            yield from _sources(source.folder, path, files, report)


def _sources(folder: Path, path: Text, files: Files, report: Report) -> Iterator[Source]:
    written = path.value.strip()
    if "://" in written or is_placeholder(written):
        return
    target = Path(os.path.normpath(folder / written))
    if "*" in written:
        paths = files.matching(folder, written)
    elif files.is_folder(target):
        lists = [target / name for name in ("kustomization.yaml", "kustomization.yml", "Kustomization")]
        paths = [one for one in lists if files.exists(one)][:1]
    else:
        paths = [target]
    for one in paths:
        try:
            yield Source(one, files.read(one), named=False)
        except UnreadableError as error:
            report.find("missing-file", f"{written} cannot be read: {error}", path.place, "check the path")
