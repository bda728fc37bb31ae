"""Whether the services agree about the data stores they share."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from runbook_tui.catalog.model import Access, DatastoreUse, Manifest, Service
from runbook_tui.catalog.places import Report
from runbook_tui.files.suggestions import did_you_mean, one_of, quoted
from runbook_tui.files.yaml_source import Location


def check_datastores(manifest: Manifest, report: Report) -> None:
    """Owners, engines and migrations of the data stores."""
    _check_declared_are_used(manifest, report)
    _check_owners(manifest, report)
    _check_engines(manifest, report)
    _check_migrated_once(manifest, report)
    for name, service in manifest.services.items():
        _check_uses(name, service, report)
        _check_migrations(name, service, report)


def _uses(manifest: Manifest) -> Iterator[tuple[Location, str, DatastoreUse]]:
    """Every use of a data store: its location, the service, the use."""
    for name, service in manifest.services.items():
        for index, use in enumerate(service.datastores):
            yield ("services", name, "datastores", index), name, use


def _check_declared_are_used(manifest: Manifest, report: Report) -> None:
    # Naming an undeclared data store is fine, so a slip in a declared name shows only as one that nobody uses.
    used = {use.name for _, _, use in _uses(manifest)}
    for name in manifest.datastores:
        if name not in used:
            remedy = (
                did_you_mean(name, used - manifest.datastores.keys()) or "name it in a service, or remove it"
            )
            report.key(("datastores", name), f"no service uses the data store {quoted(name)}", "", remedy)


def _check_owners(manifest: Manifest, report: Report) -> None:
    owners: dict[str, tuple[str, Location]] = {}
    for location, service, use in _uses(manifest):
        if use.access is not Access.OWNER:
            continue
        owner, first = owners.setdefault(use.name, (service, location))
        if owner != service:
            where = report.places.place((*first, "access"))
            what = f"the data store {quoted(use.name)} already has the owner {owner} at {where}"
            report.value((*location, "access"), what, "one owner", "let the other one write or read")


def _check_engines(manifest: Manifest, report: Report) -> None:
    engines: dict[str, tuple[str, Location]] = {
        name: (datastore.engine, ("datastores", name, "engine"))
        for name, datastore in manifest.datastores.items()
        if datastore.engine is not None
    }
    for location, _, use in _uses(manifest):
        if use.engine is None:
            continue
        here = (*location, "engine")
        engine, first = engines.setdefault(use.name, (use.engine, here))
        if not _agree(engine, use.engine):
            what = f"the data store {quoted(use.name)} is {quoted(engine)} at {report.places.place(first)}"
            report.value(
                here, f"{what}, and {quoted(use.engine)} here", "one engine", "write it once, at the top"
            )


def _agree(one: str, other: str) -> bool:
    """Whether two engines such as ``postgres`` and ``postgres@15`` can be the same."""
    (name, _, version), (other_name, _, other_version) = one.partition("@"), other.partition("@")
    return name.lower() == other_name.lower() and (
        not version or not other_version or version == other_version
    )


def _check_migrated_once(manifest: Manifest, report: Report) -> None:
    """Two processes of one code base are two services, and each of its migrations is still applied once."""
    folders: dict[tuple[str, str, str], tuple[str, Location]] = {}
    for name, service in manifest.services.items():
        may_migrate = {use.name for use in service.datastores if use.access is not Access.READ}
        for index, source in enumerate(service.migration_sources):
            if source.datastore not in may_migrate:
                continue
            where: Location = (*_migrations_of(name, service, index), "path")
            path = posixpath.normpath(posixpath.join(service.path, source.path))
            folder = (posixpath.normpath(service.repository), path, source.datastore)
            other, first = folders.setdefault(folder, (name, where))
            if first != where:
                what = f"{other} already applies the migrations of {path} to {quoted(source.datastore)}"
                remedy = "leave 'migrations' out here: this service still waits for them, as it uses the data store"
                report.value(
                    where, f"{what} at {report.places.place(first)}", "one service that does", remedy
                )


def _migrations_of(name: str, service: Service, index: int) -> Location:
    """Where one of a service's migration folders stands: alone, or in a list."""
    several = isinstance(service.migrations, tuple)
    return ("services", name, "migrations", *((index,) if several else ()))


def _check_uses(name: str, service: Service, report: Report) -> None:
    seen: set[str] = set()
    for index, use in enumerate(service.datastores):
        if use.name in seen:
            what = f"the data store {quoted(use.name)} is named twice"
            report.value(
                ("services", name, "datastores", index, "name"), what, "one entry", "remove one of the two"
            )
        seen.add(use.name)


def _check_migrations(name: str, service: Service, report: Report) -> None:
    access = {use.name: use.access for use in service.datastores}
    for index, source in enumerate(service.migration_sources):
        where: Location = (*_migrations_of(name, service, index), "datastore")
        store = source.datastore
        if store not in access:
            remedy = did_you_mean(store, access) or f"add {quoted(store)} to the service's 'datastores'"
            what = f"{name} migrates the data store {quoted(store)}, which it does not name in 'datastores'"
            report.value(where, what, one_of(access) if access else "", remedy)
        elif access[store] is Access.READ:
            what = f"{name} migrates the data store {quoted(store)}, which it only reads"
            report.value(
                where, what, "access: owner or write", "correct the access, or let its owner migrate it"
            )
