"""What is said of the data stores: values, uses, migrations, and which of them several services share."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from runbook_tui.discovery.migration_folders import Migrated
from runbook_tui.discovery.model import Confidence, Fact, Kind, Store
from runbook_tui.discovery.stores import Used


def store_values(used: list[Used]) -> tuple[Store, ...]:
    """The stores as they are shown, sorted by name."""
    values = []
    for one in used:
        why = f"the database {', '.join(sorted(one.names))}" if one.names else ""
        values.append(Store(one.name, one.engine, one.engine_source, one.confidence, why))
    return tuple(sorted(values, key=lambda store: store.name))


def store_facts(used: list[Used]) -> Iterator[Fact]:
    """The uses of the stores, and the migrations: whoever migrates one owns it, else its only user does."""
    for one in used:
        for service in one.users:
            yield _use(one, service)
            yield from (_migrations(one, each) for each in one.migrations if each.place.name == service)


def _use(one: Used, service: str) -> Fact:
    source, sure, why = one.users[service]
    own = [each for each in one.migrations if each.place.name == service]
    access = "owner" if service == _owner(one) else "write"
    if own:
        why = one.doubt or f"{own[0].folder.count} files of {own[0].folder.tool} change it"
    elif access == "owner":
        why = why or "nobody else uses it"
    else:
        why = f"{why}; whether it only reads is not known".removeprefix("; ")
    confidence = sure if own and not one.doubt else Confidence.GUESSED
    return Fact(service, Kind.DATASTORE, one.name, source, confidence, why, (("access", access),))


def _owner(one: Used) -> str:
    if one.migrations:
        return one.migrations[0].place.name
    return next(iter(one.users)) if len(one.users) == 1 else ""


def _migrations(one: Used, each: Migrated) -> Fact:
    fields = (("tool", each.folder.tool), ("path", each.path), ("datastore", one.name))
    confidence = Confidence.STATED if each.said else Confidence.READ
    if one.doubt:
        confidence = Confidence.GUESSED
    why = one.doubt or f"{each.folder.count} files"
    return Fact(each.place.name, Kind.MIGRATIONS, each.path, each.source, confidence, why, fields)


def shared_notes(used: list[Used], services: Collection[str]) -> Iterator[str]:
    """A sentence about each store that several of these services use."""
    for one in used:
        users = {name: source for name, (source, _, _) in sorted(one.users.items()) if name in services}
        if len(users) > 1:
            places = ", ".join(f"{name} ({source})" for name, source in users.items())
            yield f"{one.name} is one data store that {len(users)} services share: {places}"
