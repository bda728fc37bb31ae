"""Looks through a folder of repositories, at HEAD, from git's objects: nothing is written, no foreign code is run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from runbook_tui.discovery.candidates import Place, places
from runbook_tui.discovery.catalog_facts import CatalogFacts
from runbook_tui.discovery.catalogs import read_catalogs
from runbook_tui.discovery.checkout import Checkout
from runbook_tui.discovery.committers import committers
from runbook_tui.discovery.consumers import api_facts, apis_and_links, use_facts
from runbook_tui.discovery.drivers import fill_engines
from runbook_tui.discovery.evidence import Gathered, gather
from runbook_tui.discovery.migration_folders import Migrated, migrated
from runbook_tui.discovery.model import Candidate, Fact, Found, LeftOut
from runbook_tui.discovery.owners import owner_facts, title_facts
from runbook_tui.discovery.places import checkouts
from runbook_tui.discovery.refs import Refs
from runbook_tui.discovery.store_facts import shared_notes, store_facts, store_values
from runbook_tui.discovery.stores import Used, stores
from runbook_tui.repositories.model import RepositoryError
from runbook_tui.text.names import slug

_MOST_NOTES = 100


def discover(folder: Path, progress: Callable[[str], None] = lambda what: None) -> Found:
    """Everything that the repositories of a folder say about services.

    Args:
        folder: a repository, a folder of one, or a folder with repositories in it.
        progress: told what is being looked at.

    Raises:
        RunbookError: there is no repository, or none can be read.
    """
    notes: list[str] = []
    read = checkouts(folder, notes, progress)
    progress("services")
    gathered = gather(read)
    catalogs = read_catalogs(folder, read, notes)
    gathered.evidence += catalogs.evidence()
    found = places(gathered)
    look = _Look(read, found, gathered, notes, CatalogFacts(catalogs, found))
    facts = look.facts(progress)
    return Found(
        system=_system(folder, read),
        system_source="the name of the folder",
        candidates=tuple(look.candidate(place, facts) for place in found),
        stores=store_values(look.stores),
        left_out=_left_out(gathered.left_out),
        notes=tuple(dict.fromkeys(notes))[:_MOST_NOTES],
    )


@dataclass
class _Look:
    """One look through all repositories."""

    read: tuple[Checkout, ...]
    places: list[Place]
    gathered: Gathered
    notes: list[str]
    catalogs: CatalogFacts
    stores: list[Used] = field(default_factory=list)

    def of(self, checkout: Checkout) -> list[Place]:
        """The services of one repository."""
        return [place for place in self.places if place.checkout is checkout]

    def facts(self, progress: Callable[[str], None]) -> list[Fact]:
        """The facts of all services."""
        progress("migrations and data stores")
        folders = [one for checkout in self.read for one in self._migrated(checkout)]
        self.stores = stores(self.places, self.gathered, folders)
        self.catalogs.stores(self.stores)
        self._try(lambda: fill_engines(self.stores))
        self.notes += shared_notes(self.stores, {place.name for place in self.places if place.sure})
        progress("contracts and who uses them")
        apis, links = apis_and_links(self.read, self.places, self.notes)
        apis = self.catalogs.apis(apis)
        links += self.catalogs.links(apis)
        progress("owners")
        facts = [fact for place in self.places for fact in (*title_facts(place), *owner_facts(place))]
        return [
            *self.catalogs.singles(facts),
            *api_facts(apis),
            *use_facts(apis, links),
            *store_facts(self.stores),
        ]

    def _migrated(self, checkout: Checkout) -> list[Migrated]:
        found: list[Migrated] = []
        self._try(lambda: found.extend(migrated(checkout, self.of(checkout), self.notes)))
        return found

    def _try(self, look: Callable[[], None]) -> None:
        """What one repository does not tell is no reason to tell nothing."""
        try:
            look()
        except RepositoryError as error:
            self.notes.append(str(error))

    def candidate(self, place: Place, facts: Iterable[Fact]) -> Candidate:
        """A service with everything that is known of it."""
        checkout = place.checkout
        others = [other.name for other in self.of(checkout)]
        refs, hints = self._history(checkout)
        return Candidate(
            name=place.name,
            repository=checkout.place,
            path=place.folder,
            source=place.best.source,
            why=place.why,
            confidence=place.confidence,
            sure=place.sure,
            facts=tuple(fact for fact in facts if fact.service == place.name),
            deployed=refs.deployed(place.name, others) if refs else (),
            release=refs.release(place.name, others) if refs else (),
            committers=hints.get(place.folder, ""),
        )

    def _history(self, checkout: Checkout) -> tuple[Refs | None, dict[str, str]]:
        """Refs and committers of a repository, read once."""
        if checkout.place not in self._histories:
            refs: list[Refs] = []
            hints: dict[str, str] = {}
            self._try(lambda: refs.append(Refs(checkout)))
            folders = [place.folder for place in self.of(checkout)]
            self._try(lambda: hints.update(committers(checkout, folders)))
            self._histories[checkout.place] = (refs[0] if refs else None, hints)
        return self._histories[checkout.place]

    _histories: dict[str, tuple[Refs | None, dict[str, str]]] = field(default_factory=dict)


def _system(folder: Path, read: tuple[Checkout, ...]) -> str:
    name = folder.resolve().name or (read[0].name if read else "")
    return slug(name) if name else "system"


def _left_out(found: Iterable[LeftOut]) -> tuple[LeftOut, ...]:
    return tuple(sorted(dict.fromkeys(found), key=lambda one: (one.name, one.source)))
