"""Which data stores the services use, under which names, and which of them several services share."""

from __future__ import annotations

from dataclasses import dataclass, field

from runbook_tui.discovery.candidates import Place
from runbook_tui.discovery.databases import GENERIC, Address
from runbook_tui.discovery.evidence import Gathered
from runbook_tui.discovery.migration_folders import Migrated
from runbook_tui.discovery.model import Confidence
from runbook_tui.discovery.store_addresses import Declared, declared_stores, named_addresses
from runbook_tui.discovery.units import folded
from runbook_tui.migrations.engine import engine_family
from runbook_tui.text.names import slug


@dataclass(slots=True)
class Used:
    """One data store, as far as it is known, and the services that use it."""

    name: str = ""
    engine: str = ""
    engine_source: str = ""
    confidence: Confidence = Confidence.READ
    """How the engine is known."""
    hosts: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    users: dict[str, tuple[str, Confidence, str]] = field(default_factory=dict)
    """Service to how its use is known: source, confidence, why."""
    migrations: list[Migrated] = field(default_factory=list)
    doubt: str = ""
    """Why it may be another store of the same service after all."""

    def fits(self, address: Address) -> bool:
        """Whether an address means this store: its host and database, as far as both are told."""
        if not same_engine(self.engine, address.engine):
            return False
        known = bool(address.name) and address.name.lower() not in GENERIC
        if address.host and self.hosts:
            return address.host in self.hosts and (not known or not self.names or address.name in self.names)
        return known and address.name in self.names

    def take(self, address: Address) -> None:
        """Learn what an address tells."""
        if address.host:
            self.hosts.add(address.host)
        if address.name:
            self.names.add(address.name)
        if address.engine and not self.engine:
            self.engine, self.engine_source = address.engine, address.source


def same_engine(one: str, other: str) -> bool:
    """Whether two engines can be the same, as far as they are known."""
    if not one or not other or one == other:
        return True
    family = engine_family(one)
    return family is not None and family is engine_family(other)


def stores(places: list[Place], gathered: Gathered, found: list[Migrated]) -> list[Used]:
    """The data stores, with users and migrations."""
    declared = list(declared_stores(gathered))
    used: list[Used] = []
    for place in places:
        own = [one for one in found if one.place is place]
        _of_place(place, own, declared, used)
    for one in used:
        for each in declared:
            if each.host in one.hosts and not one.engine:
                one.engine, one.engine_source = each.engine, each.source
    _name(used)
    return used


def _of_place(place: Place, own: list[Migrated], declared: list[Declared], used: list[Used]) -> None:
    mine: list[Used] = []
    hints: list[Address] = []
    for address, why in named_addresses(place, declared):
        if not address.telling:
            hints.append(address)
            continue
        one = next((each for each in [*mine, *used] if each.fits(address)), None)
        one = one or next((each for each in mine if _completes(each, address)), None)
        if one is None:
            one = Used()
            used.append(one)
        one.take(address)
        if one not in mine:
            mine.append(one)
        one.users.setdefault(place.name, (address.source, Confidence.READ, why))
    for migration in own:
        one = _for(migration, mine)
        if one is None:
            several = any(each.place is migration.place for other in mine for each in other.migrations)
            doubt = "no setting says which data store these migrations change" if several else ""
            one = Used(engine=migration.engine.engine, engine_source=migration.engine.source, doubt=doubt)
            used.append(one)
            mine.append(one)
        if migration.engine.engine and not one.engine:
            one.engine, one.engine_source = migration.engine.engine, migration.engine.source
        if not one.engine and len({hint.engine for hint in hints}) == 1:
            one.engine, one.engine_source = hints[0].engine, hints[0].source
        one.migrations.append(migration)
        one.users.setdefault(place.name, (migration.source, Confidence.READ, ""))


def _completes(one: Used, address: Address) -> bool:
    """Whether an address of the same service says the rest about a store: its name to a host, its engine to a name."""
    return (
        same_engine(one.engine, address.engine)
        and not (one.hosts and address.host)
        and not (one.names and address.name)
    )


def _for(migration: Migrated, mine: list[Used]) -> Used | None:
    """The store of the service that a migration folder belongs to: of its engine, or the only relational one."""
    family = engine_family(migration.engine.engine)
    fitting = [one for one in mine if family is not None and engine_family(one.engine) is family]
    relational = [one for one in mine if not one.engine or engine_family(one.engine) is not None]
    if family is None and not migration.engine.engine:
        fitting = relational
    fitting = fitting or [each for each in relational if not each.engine]
    return next(
        (one for one in fitting if all(each.place is not migration.place for each in one.migrations)), None
    )


def _name(used: list[Used]) -> None:
    """A name for each store, once: the host that is its own, else the database's name, else the service's."""
    taken: set[str] = set()
    for one in sorted(used, key=lambda each: (not each.migrations, -len(each.users))):
        service = next(iter(one.users))
        names = sorted(name for name in one.names if name.lower() not in GENERIC)
        usual = [host.partition("\0")[0] for host in sorted(one.hosts) if "\0" in host]
        hosts = sorted((host for host in one.hosts if "\0" not in host), key=len)
        wanted = [_as_store(name) for name in (*hosts, *names)]
        wanted += [slug(name) for name in usual if len(one.users) > 1]
        wanted += [slug(f"{service}-{name}") for name in usual]
        inner = one.migrations[0].path.rpartition("/")[2] if one.migrations else ""
        wanted += [f"{service}-db", slug(f"{service}-{one.engine}-{inner}") if one.engine or inner else ""]
        wanted += [f"{service}-db-{number}" for number in range(2, len(used) + 3)]
        one.name = next(name for name in wanted if name and name not in taken)
        taken.add(one.name)


def _as_store(name: str) -> str:
    """``orders-db`` of ``orders``; a name that says itself that it is a database stays as it is."""
    plain = slug(name)
    said = any(
        word in folded(plain)
        for word in ("db", "database", "store", "data", "redis", "valkey", "mongo", "sql")
    )
    return plain if said else f"{plain[:70]}-db"
