"""Kubernetes manifests: the workloads, their images and what they are told in their environment.

Files are split into documents first, and only those of workloads are parsed. Templates of charts are no YAML and are
left alone. Source: kubernetes.io/docs/reference/kubernetes-api/workload-resources.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from runbook_tui.contracts.documents.node import Node
from runbook_tui.discovery.checkout import Checkout, parsed
from runbook_tui.discovery.roles import aside
from runbook_tui.discovery.units import Setting, Unit

_WORKLOAD = re.compile(r"^kind:\s*['\"]?(?:Deployment|StatefulSet|DaemonSet|Rollout|CronJob)\b", re.MULTILINE)
_SERVING = re.compile(r"^apiVersion:\s*serving\.knative\.dev/", re.MULTILINE)
_MAP = re.compile(r"^kind:\s*['\"]?ConfigMap\b", re.MULTILINE)
_BETWEEN = re.compile(r"^---[^\n]*$", re.MULTILINE)
_TEAM = re.compile(r"(?:^|[./_-])(?:team|owner|owned-by)$")
_MOST_DOCUMENTS = 400
_SKIPPED = ("compose", "docker-compose", "openapi", "swagger", "pnpm-lock")


Values = dict[str, tuple[str, str]]
"""Key of a ConfigMap to its value and place."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One document of a file."""

    path: str
    before: int
    """Lines before it."""
    text: str


def kubernetes_units(checkout: Checkout) -> Iterator[Unit]:
    """The workloads of a repository; of several with one name the first."""
    paths = [
        path
        for path in checkout.named("*.yaml", "*.yml")
        if not aside(path) and not path.rpartition("/")[2].startswith(_SKIPPED)
    ]
    paths.sort(key=lambda path: (path.count("/"), path))
    workloads: list[_Part] = []
    maps: dict[str, Values] = {}
    for path, text in checkout.texts(paths):
        if not _WORKLOAD.search(text) and not _SERVING.search(text) and not _MAP.search(text):
            continue
        for line, part in _documents(text):
            if "{{" in part or len(workloads) + len(maps) >= _MOST_DOCUMENTS:
                continue
            if _WORKLOAD.search(part) or _SERVING.search(part):
                workloads.append(_Part(path, line, part))
            elif _MAP.search(part):
                name, values = _config_map(checkout, _Part(path, line, part))
                maps.setdefault(name, values)
    seen: set[str] = set()
    for workload in workloads:
        unit = _unit(checkout, workload, maps)
        if unit is not None and unit.name not in seen:
            seen.add(unit.name)
            yield unit


def _config_map(checkout: Checkout, part: _Part) -> tuple[str, Values]:
    """The name of a ConfigMap, and its values with their places."""
    document = parsed(part.path, part.text)
    data = document.get("data") if document else None
    metadata = document.get("metadata") if document else None
    values = {
        key: (node.value, checkout.source(part.path, part.before + node.line))
        for key, node in (data.items() if data else [])
        if isinstance(node.value, str)
    }
    return metadata.text("name") if metadata else "", values


def _documents(text: str) -> Iterator[tuple[int, str]]:
    """Each document with the number of lines before it."""
    start = 0
    for match in [*_BETWEEN.finditer(text), None]:
        end = match.start() if match else len(text)
        yield text.count("\n", 0, start), text[start:end]
        start = match.end() if match else end


def _unit(checkout: Checkout, part: _Part, maps: dict[str, Values]) -> Unit | None:
    document = parsed(part.path, part.text)
    metadata = document.get("metadata") if document else None
    if document is None or metadata is None or not metadata.text("name"):
        return None
    pod = _pod(document)
    containers = pod.get("containers") if pod else None
    elements = containers.elements() if containers else []
    name = metadata.get("name")
    return Unit(
        name=metadata.text("name"),
        checkout=checkout,
        source=checkout.source(part.path, part.before + (name.line if name else 1)),
        how=f"Kubernetes {document.text('kind')}",
        image=next((each.text("image") for each in elements if each.text("image")), ""),
        settings=tuple(setting for each in elements for setting in _settings(checkout, part, each, maps)),
        team=_team(metadata),
    )


def _settings(checkout: Checkout, part: _Part, container: Node, maps: dict[str, Values]) -> Iterator[Setting]:
    """The variables of a container, written out or taken from ConfigMaps; Secrets are never looked into."""
    env = container.get("env")
    for each in env.elements() if env else []:
        value = each.get("value")
        reference = each.at(["valueFrom", "configMapKeyRef"])
        if value is not None:
            yield Setting(
                each.text("name"), str(value.value), checkout.source(part.path, part.before + each.line)
            )
        elif reference is not None:
            known = maps.get(reference.text("name"), {}).get(reference.text("key"))
            if known is not None:
                yield Setting(each.text("name"), *known)
    sources = container.get("envFrom")
    for each in sources.elements() if sources else []:
        reference = each.get("configMapRef")
        for key, known in maps.get(reference.text("name"), {}).items() if reference else ():
            yield Setting(key, *known)


def _pod(document: Node) -> Node | None:
    """The pod's specification; a CronJob has it deeper."""
    for way in (["spec", "template", "spec"], ["spec", "jobTemplate", "spec", "template", "spec"]):
        found = document.at(way)
        if found is not None:
            return found
    return None


def _team(metadata: Node) -> str:
    for key in ("labels", "annotations"):
        node = metadata.get(key)
        for name, value in node.items() if node else []:
            if _TEAM.search(name) and isinstance(value.value, str) and value.value:
                return value.value
    return ""
