"""A manifest completed from catalogs: what its services leave out, and a catalog says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from runbook_tui.catalog.importing.model import ImportedCatalog
from runbook_tui.catalog.importing.native import FACTS, Filled, NativeService, native
from runbook_tui.files.problems import Place
from runbook_tui.files.yaml_source import Location


@dataclass(frozen=True, slots=True)
class FilledManifest:
    """A manifest, and what in it came from a catalog."""

    data: dict[str, object] = field(repr=False)
    """To be validated as if a person had written it."""
    places: dict[Location, Place] = field(repr=False)
    """Where each value that was filled in stands, by its location in ``data``."""


def fill(data: Mapping[str, object], catalog: ImportedCatalog) -> FilledManifest:
    """Add to the services of a manifest what a catalog says and they leave out.

    A key that a service has is never touched, not even an empty one. No service is added. Of lists only what the filled
    manifest can resolve is taken: services and APIs that it has, and APIs that nobody provides already.

    Args:
        data: the manifest as it was read, before it is validated; it is not changed.
        catalog: what was imported.
    """
    services = data.get("services")
    if not isinstance(services, Mapping):
        return FilledManifest(dict(data), {})
    work = _Work({str(name): _copied(service) for name, service in services.items()})
    known = native(catalog)
    # what is provided has to be known before what is consumed
    for keys in (FACTS, ("provides", "datastores"), ("consumes", "depends_on")):
        for name in work.services:
            if name in known.services:
                work.fill(name, known.services[name], keys)
    _add_engines(data, work, known.engines)
    return FilledManifest({**data, "services": work.services}, work.places)


@dataclass(slots=True)
class _Work:
    services: dict[str, object]
    places: dict[Location, Place] = field(default_factory=dict)

    def fill(self, name: str, service: NativeService, keys: tuple[str, ...]) -> None:
        """Add the keys that a service does not have."""
        own = self.services[name]
        if not isinstance(own, dict):
            return
        for key in keys:
            if key in own:
                continue
            if key in service.facts:
                own[key] = service.facts[key].value
                self.places[("services", name, key)] = service.facts[key].place
            fitting = self._fitting(key, service)
            if fitting:
                own[key] = [filled.value for filled in fitting]
                self.places[("services", name, key)] = fitting[0].place
                self.places |= {("services", name, key, at): one.place for at, one in enumerate(fitting)}

    def _fitting(self, key: str, service: NativeService) -> list[Filled]:
        """The items of a list that the manifest can resolve."""
        found = service.lists.get(key, [])
        if key == "depends_on":
            return [one for one in found if _named(one, "service") in self.services]
        if key == "provides":
            return [one for one in found if _named(one, "api") not in self._provided()]
        return [one for one in found if _named(one, "") in self._provided()] if key == "consumes" else found

    def _provided(self) -> set[str]:
        lists = (one.get("provides") for one in self.services.values() if isinstance(one, dict))
        apis = (api for those in lists if isinstance(those, list) for api in those)
        return {str(api.get("api")) for api in apis if isinstance(api, Mapping)}


def _add_engines(data: Mapping[str, object], work: _Work, engines: Mapping[str, Filled]) -> None:
    """Engines of data stores that were filled in; one that is declared at the top is left to it."""
    declared = data.get("datastores")
    for name, service in work.services.items():
        if ("services", name, "datastores") not in work.places or not isinstance(service, dict):
            continue
        for index, use in enumerate(service["datastores"]):
            store = use["name"]
            if store in engines and not (isinstance(declared, Mapping) and store in declared):
                service["datastores"][index] = {**use, "engine": engines[store].value}


def _named(filled: Filled, key: str) -> str:
    return filled.value if isinstance(filled.value, str) else filled.value.get(key, "")


def _copied(service: object) -> object:
    return dict(service) if isinstance(service, Mapping) else service
