"""Searches the code that will be running for names that a migration of the release drops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from runbook_tui.files.problems import Problem, ProblemsError
from runbook_tui.release.changes import inside
from runbook_tui.release.checkouts import Pinned, problem
from runbook_tui.release.model import ServiceChange, Usage
from runbook_tui.release.parallel import ask_all
from runbook_tui.release.selection import Selection
from runbook_tui.repositories.model import RepositoryError


@dataclass(frozen=True, slots=True)
class _Search:
    migration: str
    service: str
    names: tuple[str, ...]


def read_usages(
    selection: Selection,
    changes: Mapping[str, ServiceChange],
    pinned: Mapping[str, Pinned],
    problems: list[Problem],
) -> tuple[Usage, ...]:
    """One usage for each dropping migration and each user of its data store.

    Searched is the service's own path at the commit that will be running, without its migration folders and the APIs
    that it defines. A search that found nothing is a usage without hits. One git process each.
    """

    def search(asked: _Search) -> Usage:
        service, where = changes[asked.service].service, pinned[asked.service]
        folders = [inside(service, source.path) for source in service.migration_sources]
        folders += [inside(service, api.definition) for api in service.provides if api.definition]
        commit = where.target.sha
        try:
            hits = where.repository.grep(commit, asked.names, service.path, exclude=folders)
        except RepositoryError as error:
            place = selection.loaded.places.place(("services", asked.service, "repository"))
            raise ProblemsError([problem(place, error)]) from error
        return Usage(
            migration=asked.migration, service=asked.service, commit=commit, names=asked.names, hits=hits
        )

    return tuple(ask_all(_searches(changes), search, problems).values())


def _searches(changes: Mapping[str, ServiceChange]) -> Iterator[_Search]:
    for _, change in sorted(changes.items()):
        for pending in change.pending:
            users = [
                user.name
                for _, user in sorted(changes.items())
                if any(use.name == pending.datastore for use in user.service.datastores)
                or any(source.datastore == pending.datastore for source in user.service.migration_sources)
            ]
            for migration in pending.pending:
                if migration.dropped:
                    for user in users:
                        yield _Search(migration.key, user, migration.dropped)
