"""Searches consumers for the names of what changes in the APIs and events that they use."""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence

from runbook_tui.files.problems import Problem, ProblemsError
from runbook_tui.release.changes import inside
from runbook_tui.release.checkouts import Pinned, problem
from runbook_tui.release.model import ContractChange, ContractUse, ServiceChange
from runbook_tui.release.parallel import ask_all
from runbook_tui.release.selection import Selection
from runbook_tui.repositories.model import Hit, RepositoryError

_MOST_NAMES = 300
"""Names of one contract that are searched for; one with more changes than that is another contract."""
_MOST_HITS = 20_000
_KEPT = 20
"""Hits that are kept of each name: enough to show, and to see whether there are any."""

_Hits = dict[str, tuple[Hit, ...]]


def read_contract_uses(
    selection: Selection,
    changes: Mapping[str, ServiceChange],
    pinned: Mapping[str, Pinned],
    problems: list[Problem],
) -> tuple[ContractUse, ...]:
    """What each consumer of a changed API says of the names that change.

    Searched is the consumer's own path at the commit that will be running and at the one that runs now, without the
    definitions that lie in it. One git process a consumer.
    """
    consumed: dict[str, list[ContractChange]] = {}
    for _, change in sorted(changes.items()):
        for contract in change.contracts:
            for consumer in contract.consumers if searched_names(contract) else ():
                if consumer != change.name and consumer in changes:
                    consumed.setdefault(consumer, []).append(contract)
    definitions = _definitions(selection, changes)

    def search(consumer: str) -> list[ContractUse]:
        change, where = changes[consumer], pinned[consumer]
        exclude = _within(inside(change.service, "."), definitions.get(_folder(selection, consumer), ()))
        try:
            return _uses(change, consumed[consumer], where, exclude)
        except RepositoryError as error:
            place = selection.loaded.places.place(("services", consumer, "repository"))
            raise ProblemsError([problem(place, error)]) from error

    found = ask_all(sorted(consumed), search, problems)
    return tuple(
        sorted((use for uses in found.values() for use in uses), key=lambda use: (use.api, use.service))
    )


def searched_names(contract: ContractChange) -> tuple[str, ...]:
    """The names that tell whether code uses what changes."""
    changes = contract.diff.changes if contract.diff else ()
    return tuple(dict.fromkeys(name for change in changes for name in change.names))[:_MOST_NAMES]


def _uses(
    change: ServiceChange, contracts: Sequence[ContractChange], where: Pinned, exclude: Collection[str]
) -> list[ContractUse]:
    names = list(dict.fromkeys(name for contract in contracts for name in searched_names(contract)))
    commits = list(dict.fromkeys((change.target.sha, change.base.sha)))
    path = change.service.path
    hits = where.repository.grep_at(commits, names, path, exclude=exclude, limit=_MOST_HITS)
    after, before = (_by_name(hits[commit], names) for commit in (change.target.sha, change.base.sha))
    return [
        ContractUse(
            api=contract.api,
            service=change.name,
            names=searched_names(contract),
            before={name: before[name] for name in searched_names(contract) if name in before},
            after={name: after[name] for name in searched_names(contract) if name in after},
        )
        for contract in contracts
    ]


def _within(folder: str, paths: Sequence[str]) -> Sequence[str]:
    """Those of the sorted paths that lie in a folder of their repository, or are it."""
    if folder == ".":
        return paths
    # "0" is the character after "/"
    inner = paths[bisect_left(paths, f"{folder}/") : bisect_left(paths, f"{folder}0")]
    at = bisect_left(paths, folder)
    return [*inner, *paths[at : at + 1]] if paths[at : at + 1] == [folder] else inner


def _definitions(selection: Selection, changes: Mapping[str, ServiceChange]) -> dict[str, list[str]]:
    """Repository to the sorted paths of the definitions that live in it: they are no use of themselves."""
    found: dict[str, list[str]] = {}
    for name, change in changes.items():
        paths = [inside(change.service, api.definition) for api in change.service.provides if api.definition]
        if paths:
            found.setdefault(_folder(selection, name), []).extend(paths)
    return {folder: sorted(set(paths)) for folder, paths in found.items()}


def _folder(selection: Selection, service: str) -> str:
    return os.path.realpath(selection.loaded.repository_path(service))


def _by_name(hits: Iterable[Hit], names: Iterable[str]) -> _Hits:
    patterns = {name: re.compile(rf"(?<!\w){re.escape(name)}(?!\w)") for name in names}
    found: dict[str, list[Hit]] = {}
    for hit in hits:
        seen = [name for name in patterns if name in hit.text and patterns[name].search(hit.text)]
        # of a line that was cut nobody knows which of the names stood in the rest
        for name in seen or patterns:
            kept = found.setdefault(name, [])
            if len(kept) < _KEPT:
                kept.append(hit)
    return {name: tuple(kept) for name, kept in found.items()}
