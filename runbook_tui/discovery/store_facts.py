"""What is said of the data stores: values, uses, migrations, and which of them several services share."""

from __future__ import annotations

from collections.abc import Iterator

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
        owner = (
            one.migrations[0].place.name
            if one.migrations
            else next(iter(one.users))
            if len(one.users) == 1
            else ""
        )
        for service, (source, sure, why) in one.users.items():
            own = [each for each in one.migrations if each.place.name == service]
            access = "owner" if service == owner else "write"
            confidence = sure if own else Confidence.GUESSED
            if own:
                reason = f"{own[0].folder.count} files of {own[0].folder.tool} change it"
            elif access == "owner":
                reason = why or "nobody else uses it"
            else:
                reason = f"{why}; whether it only reads is not known".removeprefix("; ")
            yield Fact(service, Kind.DATASTORE, one.name, source, confidence, reason, (("access", access),))
            for each in own:
                fields = (("tool", each.folder.tool), ("path", each.path), ("datastore", one.name))
                found = Confidence.STATED if each.said else Confidence.READ
                count = f"{each.folder.count} files"
                yield Fact(service, Kind.MIGRATIONS, each.path, each.source, found, count, fields)


def shared_notes(used: list[Used]) -> Iterator[str]:
    """A sentence about each store that several services use."""
    for one in used:
        if len(one.users) > 1:
            places = ", ".join(
                f"{service} ({source})" for service, (source, _, _) in sorted(one.users.items())
            )
            yield f"{one.name} is one data store that {len(one.users)} services share: {places}"
