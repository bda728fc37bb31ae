"""Compose files: what is built where, what it is told in its environment, and what it waits for.

Source: compose-spec/compose-spec:05-services.md (``build``, ``environment``, ``env_file``, ``depends_on``, ``labels``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbook_tui.contracts.documents.node import Node
from runbook_tui.discovery.checkout import Checkout, folder_of, joined
from runbook_tui.discovery.roles import aside, of_tools
from runbook_tui.discovery.units import Need, Setting, Unit, dotenv, resolved

_NAMES = ("compose*.y*ml", "docker-compose*.y*ml", "podman-compose*.y*ml")
_OF_TESTS = re.compile(r"(?:^|[._-])(?:tests?|ci|e2e|integration)(?:[._-]|$)")
_TEAM = re.compile(r"(?:^|[./_-])(?:team|owner|owned-by)$")
_MOST = 40


def compose_units(checkout: Checkout) -> Iterator[Unit]:
    """The services of a repository's compose files; those for tests are left alone."""
    paths = [
        path for path in checkout.named(*_NAMES) if not (aside(path) or of_tools(path) or _of_tests(path))
    ]
    paths.sort(key=lambda path: (path.count("/"), len(path), path))
    checkout.load([*paths[:_MOST], *checkout.named(".env")])
    for path in paths[:_MOST]:
        document = checkout.document(path)
        services = document.get("services") if document else None
        if services:
            variables = dotenv(checkout, joined(folder_of(path), ".env"))
            values = {name: value for name, (value, _) in variables.items()}
            for name, service in services.items():
                yield _unit(checkout, path, name, service, values)


def _of_tests(path: str) -> bool:
    return _OF_TESTS.search(path.rpartition("/")[2].rpartition(".")[0]) is not None


def _unit(checkout: Checkout, path: str, name: str, service: Node, variables: dict[str, str]) -> Unit:
    folder, dockerfile = _built_in(checkout, path, service, variables)
    return Unit(
        name=name,
        checkout=checkout,
        source=checkout.source(path, service.line),
        how="compose service",
        folder=folder,
        dockerfile=dockerfile,
        image=resolved(service.text("image"), variables),
        settings=tuple(_settings(checkout, path, service, variables)),
        needs=tuple(_needs(checkout, path, service)),
        team=_team(service),
    )


def _built_in(checkout: Checkout, path: str, service: Node, variables: dict[str, str]) -> tuple[str, str]:
    """The folder that is built (the Dockerfile's, which may lie deeper than the context), and the Dockerfile."""
    build = service.get("build")
    if build is None:
        return "", ""
    context = build.value if isinstance(build.value, str) else build.text("context") or "."
    folder = joined(folder_of(path), resolved(context, variables))
    if not folder or "$" in folder or "://" in folder:
        return "", ""
    inside = joined(folder, resolved(build.text("dockerfile"), variables) or "Dockerfile")
    if inside in checkout:
        return folder_of(inside), inside
    there = any(each.startswith(f"{folder}/") for each in checkout.paths) or folder == "."
    return (folder if there else ""), ""


def _settings(checkout: Checkout, path: str, service: Node, variables: dict[str, str]) -> Iterator[Setting]:
    environment = service.get("environment")
    if environment is not None:
        for name, node in environment.items():
            value = "" if node.value is None else str(node.value)
            yield Setting(name, resolved(value, variables), checkout.source(path, node.line))
        for node in environment.elements():
            name, assigned, value = str(node.value).partition("=")
            value = resolved(value, variables) if assigned else resolved(f"${{{name}}}", variables)
            yield Setting(name, value, checkout.source(path, node.line))
    files = service.get("env_file")
    names = [files.value] if files and isinstance(files.value, str) else []
    names += [node.value for node in files.elements() if isinstance(node.value, str)] if files else []
    for name in names:
        file = joined(folder_of(path), name)
        for variable, (value, line) in dotenv(checkout, file).items():
            yield Setting(variable, resolved(value, variables), checkout.source(file, line))


def _needs(checkout: Checkout, path: str, service: Node) -> Iterator[Need]:
    for key in ("depends_on", "links"):
        node = service.get(key)
        if node is not None:
            for name, need in node.items():
                yield Need(name, checkout.source(path, need.line), key == "depends_on")
            for need in node.elements():
                name = str(need.value).partition(":")[0]
                yield Need(name, checkout.source(path, need.line), key == "depends_on")


def _team(service: Node) -> str:
    labels = service.get("labels")
    if labels is None:
        return ""
    pairs = [(name, str(node.value)) for name, node in labels.items()]
    pairs += [(text.partition("=")[0], text.partition("=")[2]) for text in map(_text, labels.elements())]
    return next((value for name, value in pairs if value and _TEAM.search(name)), "")


def _text(node: Node) -> str:
    return str(node.value)
