"""Manifests that live with their services, merged into the system's manifest."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runbook_tui.catalog.model import Datastore, IncludedManifest, Manifest, Service
from runbook_tui.files.problems import Place, Problem, ProblemsError
from runbook_tui.files.suggestions import quoted
from runbook_tui.files.yaml_source import Location, YamlSource, read_yaml, validate


@dataclass(frozen=True, slots=True)
class Included:
    """One included manifest."""

    location: Location
    """Of the entry that names it."""
    folder: Path
    """Its folder, relative to the including manifest's."""
    source: YamlSource
    manifest: IncludedManifest


def read_included(path: Path, source: YamlSource, problems: list[Problem]) -> Iterator[Included]:
    """Read the manifests that a manifest includes; what is wrong with one is added to the problems.

    Args:
        path: the including manifest.
        source: what was read from it; it need not be valid.
        problems: where problems are added.
    """
    entries = source.data.get("include") if isinstance(source.data, dict) else None
    seen = {os.path.realpath(path)}  # which, unlike Path.resolve, bears loops of links and endless names
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        location = ("include", index)
        if not isinstance(entry, str) or not entry:
            continue
        file = path.parent / entry
        if os.path.realpath(file) in seen:
            what = f"{quoted(entry)} is already part of this manifest"
            problems.append(Problem(source.place(location), what, "every file once", "remove the line"))
            continue
        seen.add(os.path.realpath(file))
        try:
            inner = read_yaml(file, shown=os.path.normpath(Path(source.path).parent / entry))
            yield Included(location, Path(entry).parent, inner, validate(inner, IncludedManifest))
        except ProblemsError as error:
            problems.extend(_placed(problem, source.place(location)) for problem in error.problems)


def merge(
    manifest: Manifest, parts: list[Included], source: YamlSource
) -> tuple[Manifest, dict[Location, YamlSource], list[Problem]]:
    """The manifest with the services and data stores of its parts.

    Returns:
        The merged manifest; the file of each service and data store that came from a part; and what is defined twice
        or belongs to another system. Of two definitions the first is kept.
    """
    services: dict[str, Service] = dict(manifest.services)
    datastores: dict[str, Datastore] = dict(manifest.datastores)
    origin: dict[Location, YamlSource] = {}
    problems: list[Problem] = []

    def is_new(
        part: Included, kind: str, name: str, known: dict[str, Service] | dict[str, Datastore]
    ) -> bool:
        location = (kind, name)
        if name not in known:
            origin[location] = part.source
            return True
        first = origin.get(location, source).place(location, key=True)
        what = f"the {kind.removesuffix('s')} {quoted(name)} is defined twice, first at {first}"
        problems.append(
            Problem(part.source.place(location, key=True), what, "one definition", "remove one of the two")
        )
        return False

    for part in parts:
        if part.manifest.system != manifest.system:
            what = f"this manifest is of the system {quoted(part.manifest.system)}"
            expected = f"'{manifest.system}', as in {source.path}"
            problems.append(Problem(part.source.place(("system",)), what, expected, "change one of the two"))
        for name, service in part.manifest.services.items():
            if is_new(part, "services", name, services):
                repository = os.path.normpath(part.folder / service.repository)
                services[name] = service.model_copy(update={"repository": repository})
        for name, datastore in part.manifest.datastores.items():
            if is_new(part, "datastores", name, datastores):
                datastores[name] = datastore
    merged = manifest.model_copy(update={"services": services, "datastores": datastores})
    return merged, origin, problems


def _placed(problem: Problem, entry: Place) -> Problem:
    """A problem with the file as a whole is told where the file is named."""
    if problem.place.line:
        return problem
    return Problem(entry, f"{problem.place.file}: {problem.what}", problem.expected, problem.remedy)
