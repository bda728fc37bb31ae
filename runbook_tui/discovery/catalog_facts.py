"""Brings what catalogs state together with what was found: names of APIs and data stores, owners, needs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from runbook_tui.catalog.importing.model import ImportedApi, ImportedService
from runbook_tui.discovery.apis import Api
from runbook_tui.discovery.candidates import Place
from runbook_tui.discovery.catalogs import Catalogs
from runbook_tui.discovery.links import Link, Names
from runbook_tui.discovery.model import SINGLE, Confidence, Fact
from runbook_tui.discovery.proposal import API_TYPES
from runbook_tui.discovery.stores import Used
from runbook_tui.discovery.units import folded
from runbook_tui.text.names import slug


class CatalogFacts:
    """What the catalogs say about the services that were found."""

    def __init__(self, catalogs: Catalogs, places: list[Place]) -> None:
        self._catalogs = catalogs
        self._names = Names(places)
        self._entries = [
            (entry, place) for entry in catalogs.services if (place := self._place(entry, places))
        ]
        self._by_entry = {folded(entry.name): place for entry, place in self._entries}

    def _place(self, entry: ImportedService, places: list[Place]) -> Place | None:
        """The service of an entry: where it is described, or by name."""
        home = self._catalogs.homes.get(entry.name)
        there = [place for place in places if home and place.checkout is home[0] and place.folder == home[1]]
        alone = home is not None and sum(other == home for other in self._catalogs.homes.values()) == 1
        return there[0] if there and alone else self._names.find(entry.name)

    def singles(self, facts: list[Fact]) -> list[Fact]:
        """The facts of which a service has one; those of catalogs take the place of others."""
        stated = [
            fact for entry, place in self._entries for fact in self._catalogs.single_facts(entry, place.name)
        ]
        by_id = {fact.id: fact for fact in reversed(stated)}
        kept = [fact for fact in facts if fact.kind not in SINGLE or fact.id not in by_id]
        return [*kept, *by_id.values()]

    def apis(self, apis: list[Api]) -> list[Api]:
        """The APIs, under the names that catalogs give them; those that no contract file was found for are added."""
        added: list[Api] = []
        for entry, place in self._entries:
            for stated in entry.provides:
                own = [api for api in apis if api.provider is place]
                api = _same(stated, own, place, self._catalogs.homes.get(entry.name))
                name = slug(stated.name)
                if any(other.name == name and other is not api for other in (*apis, *added)):
                    continue
                source = self._catalogs.source(stated.place)
                if api is not None:
                    api.name, api.source, api.confidence = name, source, Confidence.STATED
                elif stated.type in API_TYPES:
                    added.append(Api(name, stated.type, place, "", source, Confidence.STATED))
        return [*apis, *added]

    def links(self, apis: list[Api]) -> Iterator[Link]:
        """Who consumes which API, and who needs whom."""
        by_name = {api.name: api for api in apis}
        for entry, place in self._entries:
            why = f"the {entry.source} entry {entry.name}"
            for use in entry.consumes:
                api = by_name.get(slug(use.name))
                if api is not None:
                    source = self._catalogs.source(use.place)
                    yield Link(place.name, api.provider.name, source, Confidence.STATED, why, api)
            for name, where in self._catalogs.needs(entry):
                other = self._by_entry.get(folded(name)) or self._names.find(name)
                if other is not None and other is not place:
                    source = self._catalogs.source(where)
                    yield Link(place.name, other.name, source, Confidence.STATED, why, started=True)

    def stores(self, used: list[Used]) -> None:
        """Give the data stores the names that catalogs have for them, and add those that nothing else tells."""
        for entry, place in self._entries:
            own = [one for one in used if place.name in one.users]
            for stated in entry.datastores:
                name, source = slug(stated.name), self._catalogs.source(stated.place)
                one = next((each for each in used if each.name == name), None)
                if one is None and len(own) == 1 and len(entry.datastores) == 1:
                    one = own[0]
                    one.name = name
                if one is None:
                    one = Used(name=name)
                    used.append(one)
                if stated.engine and not one.engine:
                    one.engine, one.engine_source = stated.engine, source
                why = f"the {entry.source} entry {entry.name}"
                one.users.setdefault(place.name, (source, Confidence.STATED, why))


def _same(stated: ImportedApi, own: list[Api], place: Place, home: tuple[object, str] | None) -> Api | None:
    """The API that was found and that a catalog means: by its definition, its name, or as the only one of its type."""
    if stated.definition and home is not None:
        path = posixpath.normpath(posixpath.join(home[1], stated.definition))
        found = next((api for api in own if api.path and api.path == path), None)
        if found is not None:
            return found
    named = next((api for api in own if folded(api.name) == folded(stated.name)), None)
    alike = [api for api in own if api.type == stated.type]
    return named or (alike[0] if len(alike) == 1 and place is alike[0].provider else None)
