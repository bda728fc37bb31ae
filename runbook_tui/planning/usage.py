"""Evidence on users of a data store: does the code that will be running still use what a migration drops?"""

from __future__ import annotations

from dataclasses import dataclass

from runbook_tui.catalog.model import Access
from runbook_tui.migrations.model import Phase
from runbook_tui.planning.context import Scope, User
from runbook_tui.planning.migrations import PlannedMigration
from runbook_tui.planning.words import line, names, new, plural

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one user of the data store."""

    service: str
    text: str
    """One sentence."""
    hits: tuple[str, ...] = ()
    """Where the names still stand, as ``file:line: text``; at most the first twenty."""
    source: str | None = None
    """``file:line`` of the first hit, in the repository of the user."""

    @property
    def still_used(self) -> bool:
        """Whether a dropped name was found."""
        return bool(self.hits)


def affected(scope: Scope, item: PlannedMigration) -> tuple[User, ...]:
    """Users outside the release that a contract migration may break, by name.

    Who only reads is broken by what disappears, never by a rule for new rows.
    """
    if not _may_break(item):
        return ()
    users = scope.staying_users(item.migration.datastore)
    return tuple(user for user in users if item.migration.dropped or user.writes)


def _may_break(item: PlannedMigration) -> bool:
    return item.phase in (Phase.CONTRACT, Phase.BREAKING) or item.stopped


def evidence(scope: Scope, item: PlannedMigration) -> tuple[Evidence, ...]:
    """What a search of each affected user has found, by name. Those that only a catalog knows were not searched."""
    found = [_of_user(scope, item, user) for user in affected(scope, item)]
    for name, access in scope.outside_users(item.migration.datastore) if _may_break(item) else ():
        if item.migration.dropped or access != Access.READ:
            text = (
                f"{name}: only the catalog knows of it, so its code was not searched; a person has to know."
            )
            found.append(Evidence(name, text))
    return tuple(sorted(found, key=lambda one: one.service))


def searched(scope: Scope, item: PlannedMigration) -> tuple[Evidence, ...]:
    """What a search of each user in the release has found at the version it goes to, by name."""
    users = scope.moving_users(item.migration.datastore) if item.migration.dropped else ()
    known = (user for user in users if scope.usage(item.migration, user.name) is not None)
    return tuple(_of_user(scope, item, user) for user in known)


def _of_user(scope: Scope, item: PlannedMigration, user: User) -> Evidence:
    migration, who = item.migration, new(user.change)
    if not migration.dropped:
        return Evidence(user.name, f"{who}: nothing to search for; a person has to know.")
    found = scope.usage(migration, user.name)
    wanted = line(names(sorted(migration.dropped)))
    if found is None:
        return Evidence(user.name, f"{who}: was not searched for {wanted}; a person has to know.")
    at = f"at commit {found.commit[:12]}"
    if not found.hits:
        return Evidence(user.name, f"{who}: searched {at} for {wanted}, nothing found.")
    hits = sorted(found.hits, key=lambda hit: (hit.path, hit.line, hit.text))
    return Evidence(
        user.name,
        f"{who}: {wanted} found {at}, {plural(len(hits), 'place')}.",
        tuple(line(f"{hit.path}:{hit.line}: {hit.text.strip()}", longest=200) for hit in hits[:_SHOWN]),
        line(f"{hits[0].path}:{hits[0].line}"),
    )
