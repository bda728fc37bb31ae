"""Kubernetes manifests: the workloads, their images and what they are told in their environment.

Files are split into documents first, and only those of workloads are parsed. Templates of charts are no YAML and are
left alone. Source: kubernetes.io/docs/reference/kubernetes-api/workload-resources.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbook_tui.contracts.documents.node import Node
from runbook_tui.discovery.checkout import Checkout, parsed
from runbook_tui.discovery.roles import aside
from runbook_tui.discovery.units import Setting, Unit

_WORKLOAD = re.compile(r"^kind:\s*['\"]?(?:Deployment|StatefulSet|DaemonSet|Rollout|CronJob)\b", re.MULTILINE)
_SERVING = re.compile(r"^apiVersion:\s*serving\.knative\.dev/", re.MULTILINE)
_BETWEEN = re.compile(r"^---[^\n]*$", re.MULTILINE)
_TEAM = re.compile(r"(?:^|[./_-])(?:team|owner|owned-by)$")
_MOST_DOCUMENTS = 400
_SKIPPED = ("compose", "docker-compose", "openapi", "swagger", "pnpm-lock")


def kubernetes_units(checkout: Checkout) -> Iterator[Unit]:
    """The workloads of a repository; of several with one name the first."""
    paths = [
        path
        for path in checkout.named("*.yaml", "*.yml")
        if not aside(path) and not path.rpartition("/")[2].startswith(_SKIPPED)
    ]
    seen: set[str] = set()
    documents = 0
    for path, text in checkout.texts(paths):
        if not _WORKLOAD.search(text) and not _SERVING.search(text):
            continue
        for line, part in _documents(text):
            if (
                documents < _MOST_DOCUMENTS
                and "{{" not in part
                and (_WORKLOAD.search(part) or _SERVING.search(part))
            ):
                documents += 1
                unit = _unit(checkout, path, line, part)
                if unit is not None and unit.name not in seen:
                    seen.add(unit.name)
                    yield unit


def _documents(text: str) -> Iterator[tuple[int, str]]:
    """Each document with the number of lines before it."""
    start = 0
    for match in [*_BETWEEN.finditer(text), None]:
        end = match.start() if match else len(text)
        yield text.count("\n", 0, start), text[start:end]
        start = match.end() if match else end


def _unit(checkout: Checkout, path: str, before: int, text: str) -> Unit | None:
    document = parsed(path, text)
    metadata = document.get("metadata") if document else None
    if document is None or metadata is None or not metadata.text("name"):
        return None
    pod = _pod(document)
    containers = pod.get("containers") if pod else None
    elements = containers.elements() if containers else []
    settings = tuple(
        Setting(each.text("name"), str(each.get("value").value), checkout.source(path, before + each.line))  # type: ignore[union-attr]
        for container in elements
        for each in (container.get("env") or container).elements()
        if each.get("value") is not None
    )
    kind = document.text("kind")
    name = metadata.get("name")
    return Unit(
        name=metadata.text("name"),
        checkout=checkout,
        source=checkout.source(path, before + (name.line if name else 1)),
        how=f"Kubernetes {kind}",
        image=next((each.text("image") for each in elements if each.text("image")), ""),
        settings=settings,
        team=_team(metadata),
    )


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
