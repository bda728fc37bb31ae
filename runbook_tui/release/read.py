"""Reads a release: every service of the manifest with what lies between its running and its released version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from runbook_tui.catalog.manifest import LoadedManifest
from runbook_tui.files.problems import Problem, ProblemsError
from runbook_tui.release.answered import current_answers
from runbook_tui.release.changes import read_changes
from runbook_tui.release.checkouts import Pinned, pin, problem
from runbook_tui.release.contract_uses import read_contract_uses
from runbook_tui.release.contracts import Version, introduction, read_all
from runbook_tui.release.follow_ups import open_follow_ups
from runbook_tui.release.live import Databases
from runbook_tui.release.model import Introduction, Release, ServiceChange
from runbook_tui.release.parallel import ask_all
from runbook_tui.release.selection import Selection
from runbook_tui.release.usages import read_usages
from runbook_tui.repositories.git import Repository
from runbook_tui.repositories.model import RepositoryError

_TOGETHER = 32
"""Services of one repository whose definitions are read by one process: few processes, and not all in memory."""


def read_release(
    loaded: LoadedManifest,
    *,
    targets: Mapping[str, str] | None = None,
    bases: Mapping[str, str] | None = None,
    only: Collection[str] | None = None,
    fetch: bool = False,
    live: Databases | None = None,
    known: Release | None = None,
) -> Release:
    """Pin and read all services in parallel.

    ``targets`` gives other refs than the manifest's ``release``, and ``bases`` others than its ``deployed``, by
    service. With ``only``, all other services stay at the version that runs. ``fetch`` brings new tags and branches
    first, and ``live`` asks databases what is applied; without them no network is used. Services that go between the
    same commits in ``known``, a release of the same manifest, are not read again.

    Raises ProblemsError with the problems of all services: repositories, refs, paths, migration files.
    """
    chosen = None if only is None else frozenset(only)
    selection = Selection(loaded, dict(targets or {}), chosen, live, dict(bases or {}))
    problems = list(selection.problems())
    pinned = pin(selection, fetch=fetch, problems=problems)
    changes = _changes(selection, pinned, known, problems)
    _raise_any(problems)
    usages = read_usages(selection, changes, pinned, problems)
    contract_uses = read_contract_uses(selection, changes, pinned, problems)
    _raise_any(problems)
    answers, stale = current_answers(loaded.answers, changes.values())
    return Release(
        manifest=loaded.manifest,
        manifest_path=loaded.shown,
        answers=answers,
        stale_answers=stale,
        changes=tuple(changes.values()),
        usages=usages,
        contract_uses=contract_uses,
        outside=loaded.filling.outside,
        catalog_defects=loaded.filling.defects,
        follow_ups=tuple(open_follow_ups(loaded.follow_ups.releases, pinned)),
    )


def _changes(
    selection: Selection, pinned: Mapping[str, Pinned], known: Release | None, problems: list[Problem]
) -> dict[str, ServiceChange]:
    """What changes in each service, by name; services of one repository are read together."""
    before = {change.name: change for change in (known.changes if known else ())}

    def goes_as_known(name: str) -> bool:
        there, where = before.get(name), pinned[name]
        return there is not None and (there.base.sha, there.target.sha) == (where.base.sha, where.target.sha)

    found = {name: before[name] for name in sorted(pinned) if goes_as_known(name)}
    together: dict[int, list[str]] = {}
    for name in sorted(pinned.keys() - found.keys()):
        together.setdefault(id(pinned[name].repository), []).append(name)
    parts = [
        tuple(names[at : at + _TOGETHER])
        for names in together.values()
        for at in range(0, len(names), _TOGETHER)
    ]
    read = ask_all(parts, lambda names: read_changes(selection, names, pinned), problems)
    found |= {change.name: change for changes in read.values() for change in changes}
    return {name: found[name] for name in sorted(found)}


def read_introductions(release: Release, loaded: LoadedManifest) -> tuple[Introduction, ...]:
    """Where each pending migration and each changed definition came in, by service and in the order of its tool.

    Two git processes a service with migrations, and some for each definition. Migrations that the range of the release
    does not add (renamed files, say) are left out, and those that share a file. Raises ProblemsError.
    """
    waiting = {
        change.name: change
        for change in release.changes
        if change.contracts or any(part.pending for part in change.pending)
    }
    problems: list[Problem] = []
    found = ask_all(waiting, lambda name: _introductions(waiting[name], loaded), problems)
    _raise_any(problems)
    return tuple(introduction for introductions in found.values() for introduction in introductions)


def _introductions(change: ServiceChange, loaded: LoadedManifest) -> list[Introduction]:
    migrations = [migration for pending in change.pending for migration in pending.pending]
    try:
        repository = Repository.open(loaded.repository_path(change.name))
        paths = [migration.path for migration in migrations]
        added = repository.introductions(change.base.sha, change.target.sha, paths)
        contracts = list(_contract_introductions(change, repository))
    except RepositoryError as error:
        place = loaded.places.place(("services", change.name, "repository"))
        raise ProblemsError([problem(place, error)]) from error
    # of a file with several migrations nobody knows which commit brought which
    alone = {path for path, count in Counter(paths).items() if count == 1}
    found = [Introduction(m.key, *added[m.path]) for m in migrations if m.path in added.keys() & alone]
    return found + contracts


def _contract_introductions(change: ServiceChange, repository: Repository) -> Iterator[Introduction]:
    apis = {api.api: api for api in change.service.provides}
    for contract in change.contracts:
        if contract.consumers and contract.diff is not None and contract.diff.changes:
            blobs = repository.files_under(change.base.sha, [contract.path])
            base = Version(repository, change.base.sha, blobs)
            read_all(base)
            found = introduction(contract, apis[contract.api], base, change.target.sha)
            if found is not None:
                yield found


def _raise_any(problems: list[Problem]) -> None:
    if problems:
        raise ProblemsError(problems)
