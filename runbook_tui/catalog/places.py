"""Where each part of a manifest was written, whichever of its files that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from runbook_tui.files.problems import Place, Problem
from runbook_tui.files.yaml_source import Location, YamlSource


@dataclass(frozen=True, slots=True)
class Places:
    """Places in a manifest, its included manifests and its answers."""

    manifest: YamlSource
    elsewhere: Mapping[Location, YamlSource]
    """The file of every service and data store (``("services", name)``) that an included manifest defines."""
    answers: YamlSource | None
    filled: Mapping[Location, Place] = field(default_factory=dict)
    """Where the values stand that catalogs have added."""

    def place(self, location: Location, *, key: bool = False) -> Place:
        """Where a value of the merged manifest (or its key) stands; the nearest one above if it was left out."""
        for length in range(len(location), 2, -1):
            if location[:length] in self.filled:
                return self.filled[location[:length]]
        return self.elsewhere.get(location[:2], self.manifest).place(location, key=key)


@dataclass(slots=True)
class Report:
    """Collects problems of a manifest by the location of what is wrong."""

    places: Places
    problems: list[Problem] = field(default_factory=list)

    def value(self, location: Location, what: str, expected: str = "", remedy: str = "") -> None:
        """Something is wrong with the value there."""
        self.problems.append(Problem(self.places.place(location), what, expected, remedy))

    def key(self, location: Location, what: str, expected: str = "", remedy: str = "") -> None:
        """Something is wrong with the key there, or with all that stands under it."""
        self.problems.append(Problem(self.places.place(location, key=True), what, expected, remedy))

    def answer(self, location: Location, what: str, expected: str = "", remedy: str = "") -> None:
        """Something is wrong with a key of the answers."""
        source = self.places.answers or self.places.manifest
        self.problems.append(Problem(source.place(location, key=True), what, expected, remedy))
