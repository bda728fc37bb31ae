"""Skaffold and .NET Aspire: which folders are built into which images, and what an Aspire host wires together.

Sources: skaffold.dev/docs/references/yaml (``build.artifacts``); learn.microsoft.com/dotnet/aspire (``AddProject``,
``WithReference``, ``WaitFor``, ``AddDatabase``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from runbook_tui.contracts.documents.node import Node
from runbook_tui.discovery.checkout import Checkout, folder_of, joined, line_of, parsed
from runbook_tui.discovery.units import Need, Unit, image_name

_BETWEEN = re.compile(r"^---[^\n]*$", re.MULTILINE)
_STATEMENT = re.compile(
    r"(?:\bvar\s+(?P<variable>\w+)\s*=\s*)?\b\w+\s*\.\s*Add(?P<what>\w+?)(?:<Projects\.(?P<project>\w+)>)?"
    r"\(\s*\"(?P<name>[^\"]+)\"(?P<rest>[^;]{0,1500});"
)
_NEEDS = re.compile(r"\.(?P<how>WithReference|WaitFor)\(\s*(?P<variable>\w+)\s*\)")
_HOST = re.compile(r"Aspire\.AppHost\.Sdk|<IsAspireHost>\s*true|Aspire\.Hosting\.AppHost")
_ENGINES = {
    "Postgres": "postgres",
    "SqlServer": "mssql",
    "MySql": "mysql",
    "MongoDB": "mongodb",
    "Redis": "redis",
    "Valkey": "valkey",
    "Oracle": "oracle",
    "AzurePostgresFlexibleServer": "postgres",
}


@dataclass(frozen=True, slots=True)
class HostedStore:
    """A database that an Aspire host declares."""

    name: str
    engine: str
    source: str


@dataclass(frozen=True, slots=True)
class AspireHost:
    """What one host wires together."""

    units: tuple[Unit, ...]
    stores: tuple[HostedStore, ...]
    folder: str
    place: str
    """Of the repository."""


def skaffold_units(checkout: Checkout) -> Iterator[Unit]:
    """The artifacts that Skaffold builds."""
    for path, text in checkout.texts(checkout.named("skaffold.yaml", "skaffold.yml")):
        before = 0
        for part in _BETWEEN.split(text):
            document = parsed(path, part)
            artifacts = document.at(["build", "artifacts"]) if document else None
            for artifact in artifacts.elements() if artifacts else []:
                folder, file = _built(
                    checkout, joined(folder_of(path), artifact.text("context") or "."), artifact
                )
                source = checkout.source(path, before + artifact.line)
                name = image_name(artifact.text("image"))
                if name and folder:
                    yield Unit(
                        name,
                        checkout,
                        source,
                        "Skaffold artifact",
                        folder,
                        artifact.text("image"),
                        dockerfile=file,
                    )
            before += part.count("\n")


def _built(checkout: Checkout, context: str, artifact: Node) -> tuple[str, str]:
    """The folder that is built (Jib's project, or the Dockerfile's folder where that is deeper), and the Dockerfile."""
    jib, docker = artifact.get("jib"), artifact.get("docker")
    if context and jib is not None and jib.text("project"):
        return joined(context, jib.text("project").replace(":", "/").strip("/")), ""
    inside = joined(context, (docker.text("dockerfile") if docker else "") or "Dockerfile") if context else ""
    return (folder_of(inside), inside) if inside in checkout else (context, "")


def aspire_hosts(checkout: Checkout) -> Iterator[AspireHost]:
    """The Aspire hosts of a repository, read by their statements; nothing is run."""
    projects = {
        re.sub(r"\W", "_", stem): folder_of(path)
        for path in checkout.named("*.csproj")
        for stem in [_stem(path)]
    }
    for path, text in checkout.texts(checkout.named("*.csproj")):
        if _HOST.search(text):
            folder = folder_of(path)
            for name in ("Program.cs", "AppHost.cs"):
                source = joined(folder, name)
                if source in checkout:
                    yield _host(checkout, source, projects)


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".csproj")


def _host(checkout: Checkout, path: str, projects: dict[str, str]) -> AspireHost:
    text = checkout.text(path)
    statements = list(_STATEMENT.finditer(text))
    names = {match["variable"]: match["name"] for match in statements if match["variable"]}
    units: list[Unit] = []
    stores: dict[str, HostedStore] = {}
    engines: dict[str, str] = {}
    for match in statements:
        source = checkout.source(path, line_of(text, match.start()))
        if match["project"] in projects:
            needs = tuple(_needs(checkout, path, text, match, names))
            units.append(
                Unit(
                    match["name"], checkout, source, "Aspire project", projects[match["project"]], needs=needs
                )
            )
        elif match["what"] == "Database":
            server = re.search(r"(\w+)\s*\.\s*AddDatabase", match[0])
            engine = engines.get(server[1], "") if server else ""
            stores[match["name"]] = HostedStore(match["name"], engine, source)
        elif match["what"] in _ENGINES:
            engines[match["variable"] or ""] = _ENGINES[match["what"]]
            if _ENGINES[match["what"]] in ("redis", "valkey"):
                stores[match["name"]] = HostedStore(match["name"], _ENGINES[match["what"]], source)
    return AspireHost(tuple(units), tuple(stores.values()), folder_of(path), checkout.place)


def _needs(
    checkout: Checkout, path: str, text: str, statement: re.Match[str], names: dict[str, str]
) -> Iterator[Need]:
    for match in _NEEDS.finditer(statement["rest"]):
        if match["variable"] in names:
            line = line_of(text, statement.start("rest") + match.start())
            yield Need(names[match["variable"]], checkout.source(path, line), match["how"] == "WaitFor")
