"""Which ref of each service is released: the manifest's, one given in its place, or what runs now."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from runbook_tui.catalog.manifest import LoadedManifest
from runbook_tui.files.problems import Place, Problem
from runbook_tui.files.suggestions import did_you_mean, one_of
from runbook_tui.release.live import Databases


@dataclass(frozen=True)
class Selection:
    """The services of a release and the refs that people gave for them."""

    loaded: LoadedManifest
    targets: Mapping[str, str]
    only: Collection[str] | None
    live: Databases | None = None
    """The databases that are asked what is applied; none when None."""
    bases: Mapping[str, str] = field(default_factory=dict)

    def base_ref(self, name: str) -> str:
        """The ref of the version that runs now."""
        return self.bases.get(name) or self.loaded.manifest.services[name].deployed

    def target_ref(self, name: str) -> str:
        """The ref to be released; the one that runs now for a service that is not part of the release."""
        if not self.takes_part(name):
            return self.base_ref(name)
        return self.targets.get(name) or self.loaded.manifest.services[name].release

    @cached_property
    def _consumers(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, set[str]] = {}
        for name, service in self.loaded.manifest.services.items():
            for api in service.consumes:
                found.setdefault(api, set()).add(name)
        for outside in self.loaded.filling.outside:
            for api in outside.consumes:
                found.setdefault(api, set()).add(outside.name)
        return {api: tuple(sorted(names)) for api, names in found.items()}

    def consumers(self, api: str) -> tuple[str, ...]:
        """The services that consume an API, sorted."""
        return self._consumers.get(api, ())

    def takes_part(self, name: str) -> bool:
        """Whether a service was selected."""
        return self.only is None or name in self.only

    def stated_version(self, name: str) -> str | None:
        """The manifest's ``version``, which belongs to its ``release`` and to no other ref."""
        given = not self.takes_part(name) or name in self.targets
        return None if given else self.loaded.manifest.services[name].version

    def base_place(self, name: str) -> Place:
        """Where the ref of the running version is written."""
        if name in self.bases:
            return _option("base", name, self.bases[name])
        return self.loaded.places.place(("services", name, "deployed"))

    def target_place(self, name: str) -> Place:
        """Where the ref to be released is written."""
        if name in self.targets:
            return _option("target", name, self.targets[name])
        return self.loaded.places.place(("services", name, "release"))

    def problems(self) -> Iterator[Problem]:
        """Names of services that the manifest does not have."""
        services = self.loaded.manifest.services
        for name in self.only or ():
            if name not in services:
                yield _unknown(Place(f"--only {name}"), name, services)
        for name, ref in self.bases.items():
            if name not in services:
                yield _unknown(_option("base", name, ref), name, services)
        for name, ref in self.targets.items():
            place = _option("target", name, ref)
            if name not in services:
                yield _unknown(place, name, services)
            elif not self.takes_part(name):
                yield Problem(place, f"{name} is not part of the release", remedy=f"add {name} to --only")
        if self.live is not None:
            yield from self.live.problems(self.loaded)


def _option(option: str, name: str, ref: str) -> Place:
    return Place(f"--{option} {name}={ref}")


def _unknown(place: Place, name: str, services: Collection[str]) -> Problem:
    return Problem(place, f"there is no service {name}", one_of(services), did_you_mean(name, services))
