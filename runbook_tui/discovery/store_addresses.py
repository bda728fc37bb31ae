"""What the settings of a service say about its data stores: environments of what is deployed, and settings files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from runbook_tui.discovery.candidates import Place
from runbook_tui.discovery.databases import (
    GENERIC,
    USUAL_HOSTS,
    Address,
    addresses,
    named_in_settings,
    of_setting,
)
from runbook_tui.discovery.evidence import Gathered
from runbook_tui.discovery.roles import aside, engine_of_image
from runbook_tui.discovery.units import Unit, folded, image_name
from runbook_tui.migrations.engine import engine_family

_SETTINGS = (
    *(
        ".env",
        ".env.example",
        ".env.sample",
        ".env.dist",
        ".env.template",
        ".env.production",
        ".env.defaults",
    ),
    *(
        "application*.properties",
        "application*.yml",
        "application*.yaml",
        "bootstrap*.yml",
        "appsettings*.json",
    ),
    *(
        "alembic.ini",
        "settings.py",
        "base.py",
        "production.py",
        "config.py",
        "knexfile.*",
        "schema.prisma",
        "ormconfig.*",
    ),
    *(
        "config.toml",
        "config.yaml",
        "config.yml",
        "config.json",
        "default.json",
        "database.yml",
        "database.yml.*",
    ),
    *(
        "flyway.conf",
        "flyway.toml",
        "liquibase.properties",
        "sqitch.conf",
        "atlas.hcl",
        "dbconfig.yml",
        "runtime.exs",
    ),
    *("config.exs", "prod.exs", "dev.exs", "database.js", "database.ts", "db.js", "db.ts", "data-source.ts"),
)
_ONLY_IN = {
    "base.py": "settings/",
    "production.py": "settings/",
    "config.exs": "config/",
    "prod.exs": "config/",
    "dev.exs": "config/",
}
_FRAMEWORKS = (
    "settings.py",
    "base.py",
    "production.py",
    ".exs",
    "knexfile",
    "database.yml",
    "database.js",
    "database.ts",
)
_OF_TESTS = ("test", "spec", "e2e", "ci.")
_MOST_ADDRESSES = 30
"""Addresses of one file that are looked at."""
_MOST_FILES = 60
"""Settings files of one service that are read."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A database among the units: an image that runs one, or what an Aspire host declares."""

    name: str
    engine: str
    source: str
    place: str
    """Of the repository that declares it."""

    @property
    def host(self) -> str:
        """The name under which it is reached; a usual one such as ``db`` means this repository's alone."""
        name = self.name.lower()
        return f"{name}\0{self.place}" if name in USUAL_HOSTS else name


def declared_stores(gathered: Gathered) -> Iterator[Declared]:
    """The databases among what is deployed."""
    for unit in gathered.units:
        image = engine_of_image(unit.image_name, unit.image)
        built = gathered.images.get((unit.checkout.place, unit.folder), "") if unit.folder else ""
        named = unit.image_name.endswith(("-db", "_db", "-mysql", "-mongo", "-postgres"))
        if image or built or (named and not unit.folder):
            yield Declared(unit.name, image or built, unit.source, unit.checkout.place)
    for (place, folder), engine in gathered.images.items():
        if engine and folder != ".":
            yield Declared(image_name(folder), engine, "", place)
    for host in gathered.hosts:
        for store in host.stores:
            yield Declared(store.name, store.engine, store.source, host.place)


def named_addresses(place: Place, declared: list[Declared]) -> Iterator[tuple[Address, str]]:
    """What is said of a service's data stores, nearest to what runs first. Some tell the engine and nothing else."""
    told = list(_of_units(place, declared))
    engines = {address.engine for address, _ in told}
    told += [
        (address, why)
        for address, why in _of_files(place)
        if not (address.host and address.engine in engines)
    ]
    for address, why in told:
        if address.telling or engine_family(address.engine):
            yield address, why
    for each in declared:
        if folded(each.name) in (f"{folded(place.name)}db", f"{folded(place.own_name)}db"):
            yield Address(each.engine, each.host, "", each.source), "is named for it"


def _of_units(place: Place, declared: list[Declared]) -> Iterator[tuple[Address, str]]:
    """Of several environments the first that says anything about an engine; another one has databases of its own."""
    names = {(each.place, each.name.lower()): each for each in reversed(declared)}
    known: set[str] = set()
    for unit in place.units:
        found = _without_parts([*_of_settings(unit), *_of_needs(unit, names)])
        for address, why in found:
            if address.engine not in known or not address.engine:
                yield address, why
        known |= {address.engine for address, _ in found}


def _without_parts(found: list[tuple[Address, str]]) -> list[tuple[Address, str]]:
    """Without names of databases alone where whole addresses of the same engine are told as well."""
    whole = {address.engine for address, _ in found if address.host and address.name}
    return [(address, why) for address, why in found if address.host or address.engine not in whole]


def _of_settings(unit: Unit) -> Iterator[tuple[Address, str]]:
    for setting in unit.settings:
        address = of_setting(setting.name, setting.value, setting.source)
        if address is not None:
            yield address, f"{setting.name} of the {unit.how}"


def _of_needs(unit: Unit, names: dict[tuple[str, str], Declared]) -> Iterator[tuple[Address, str]]:
    for need in unit.needs:
        each = names.get((unit.checkout.place, need.name.lower()))
        if each is not None:
            yield Address(each.engine, each.host, "", need.source), f"the {unit.how} needs it"


def _of_files(place: Place) -> Iterator[tuple[Address, str]]:
    source = place.checkout.source
    for path in _settings_files(place):
        text = place.checkout.text(path)
        for address, line in islice(addresses(text), _MOST_ADDRESSES):
            if address.engine:
                yield Address(address.engine, address.host, address.name, source(path, line)), ""
        if path.rpartition("/")[2].startswith(_FRAMEWORKS) or path.endswith(_FRAMEWORKS):
            for name, line in list(named_in_settings(text))[:1]:
                if name.lower() not in GENERIC:
                    yield Address("", "", name, source(path, line)), ""


def _settings_files(place: Place) -> list[str]:
    chosen = []
    for path in place.checkout.named(*_SETTINGS):
        name = path.rpartition("/")[2]
        needed = _ONLY_IN.get(name, "")
        if (
            place.holds(path)
            and not aside(path)
            and needed in path
            and not any(word in name.lower() for word in _OF_TESTS)
        ):
            chosen.append(path)
    chosen = sorted(chosen, key=lambda path: (path.count("/"), path))[:_MOST_FILES]
    place.checkout.load(chosen)
    return chosen
