"""Ids of steps: made from what a step is about, so that they survive every new planning."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from runbook_tui.migrations.model import Migration
from runbook_tui.release.model import Release, ServiceChange

ANNOUNCE_START = "announce-start"
GO_NO_GO = "gate-go-no-go"
NO_RETURN = "gate-point-of-no-return"
VERIFY_RELEASE = "verify-release"
ANNOUNCE_DONE = "announce-done"

_FIXED = (ANNOUNCE_START, GO_NO_GO, NO_RETURN, VERIFY_RELEASE, ANNOUNCE_DONE)
_LONGEST = 100  # what StepId allows

About = tuple[str, ...]
"""What a step is about, exactly: the identity that its id stands for."""


def assign(wanted: Mapping[About, str]) -> dict[About, str]:
    """The id of each step, all different.

    Args:
        wanted: what the step is about, to the id it would have on its own.

    Steps that want the same id (of ``Billing`` and ``billing``), a reserved one or a long one get a short digest of
    what they are about behind it, so that no id depends on which step came first.
    """
    sharing: dict[str, int] = {}
    for step_id in wanted.values():
        sharing[step_id] = sharing.get(step_id, 0) + 1
    found = {}
    for about, step_id in wanted.items():
        alone = sharing[step_id] == 1 and step_id not in _FIXED and len(step_id) <= _LONGEST
        found[about] = step_id if alone else f"{step_id[: _LONGEST - 9].rstrip('.-_')}-{_digest(about)}"
    return found


def _digest(about: About) -> str:
    return hashlib.sha256("\0".join(about).encode("utf-8", "surrogateescape")).hexdigest()[:8]


class StepIds:
    """The ids of every step that a release may have.

    Args:
        release: its services, data stores and pending migrations are what steps are about.
        words: the first word of a migration's id, by :func:`identity`.
    """

    def __init__(self, release: Release, words: Mapping[About, str]) -> None:
        services = {change.name for change in release.changes}
        folded = {name.lower() for name in services}
        wanted: dict[About, str] = {}
        for service in services:
            for word in ("preflight", "stop", "start", "deploy", "verify"):
                wanted[word, service] = _join(word, service)
        for store in _datastores(release):
            told_apart = ("datastore", store) if store.lower() in folded else (store,)
            for word in ("preflight", "applied", "backup"):
                wanted[word, "datastore", store] = _join(word, *told_apart)
        for change in release.changes:
            several = len(_migrated(change)) > 1
            for migration in (item for part in change.pending for item in part.pending):
                about = identity(migration)
                named = (change.name, *([migration.datastore] if several else []), migration.id)
                wanted["migration", *about] = _join(words[about], *named)
                wanted["gate", *about] = _join("gate", *named)
        for api in {api.api for change in release.changes for api in change.service.provides}:
            wanted["gate", "contract", api] = _join("gate", "contract", api)
        self._ids = assign(wanted)

    def preflight(self, service: str) -> str:
        """The check that a service can be deployed."""
        return self._ids["preflight", service]

    def datastore(self, word: str, store: str) -> str:
        """``preflight``, ``applied`` or ``backup`` of a data store; told apart from a service of the same name."""
        return self._ids[word, "datastore", store]

    def service(self, word: str, service: str) -> str:
        """``deploy``, ``stop``, ``start`` or ``verify`` of a service."""
        return self._ids[word, service]

    def migration(self, migration: Migration) -> str:
        """The step that applies a migration, unless another one's does: ask :meth:`Scope.step_of`."""
        return self._ids["migration", *identity(migration)]

    def contract_gate(self, api: str) -> str:
        """The decision that the deploy of a changed API waits for."""
        return self._ids["gate", "contract", api]

    def gate(self, migration: Migration) -> str:
        """The decision that a migration waits for."""
        return self._ids["gate", *identity(migration)]


def identity(migration: Migration) -> About:
    """What tells a migration from every other of the release."""
    return (migration.service, migration.datastore, migration.id, migration.path)


def _datastores(release: Release) -> set[str]:
    named = set(release.manifest.datastores)
    for change in release.changes:
        named |= {use.name for use in change.service.datastores} | _migrated(change)
    return named


def _migrated(change: ServiceChange) -> set[str]:
    """The data stores that a service migrates."""
    sources = {source.datastore for source in change.service.migration_sources}
    return sources | {part.datastore for part in change.pending}


def _join(*words: str) -> str:
    from runbook_tui.text.names import slug

    return "-".join(slug(word) for word in words)
