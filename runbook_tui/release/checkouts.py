"""Opens each repository of the manifest once and pins the refs of all services that live in it."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runbook_tui.files.problems import Place, Problem, ProblemsError
from runbook_tui.release.parallel import ask_all
from runbook_tui.release.selection import Selection
from runbook_tui.repositories.git import Repository
from runbook_tui.repositories.model import RepositoryError, Resolved


@dataclass(frozen=True, slots=True)
class Pinned:
    """One service's repository and the two commits of its release."""

    repository: Repository
    base: Resolved
    target: Resolved

    @property
    def moves(self) -> bool:
        """Whether there is anything to release."""
        return self.base.sha != self.target.sha


def pin(selection: Selection, *, fetch: bool, problems: list[Problem]) -> dict[str, Pinned]:
    """Service -> what its refs name. Two git processes a repository, however many services it holds.

    Services whose repository or refs are wrong are left out; ``problems`` says why.
    """
    by_path: dict[str, list[str]] = defaultdict(list)
    for name in selection.loaded.manifest.services:
        by_path[os.path.realpath(selection.loaded.repository_path(name))].append(name)
    groups = {names[0]: names for names in by_path.values()}
    read = ask_all(groups, lambda first: _pin_group(selection, groups[first], fetch), problems)
    pinned: dict[str, Pinned] = {}
    for services, found in read.values():
        pinned.update(services)
        problems.extend(found)
    return pinned


def problem(place: Place, error: RepositoryError) -> Problem:
    """What git could not answer, at the line of the manifest that asked for it."""
    return Problem(place, error.what, error.expected, error.remedy)


def _pin_group(
    selection: Selection, names: Sequence[str], fetch: bool
) -> tuple[dict[str, Pinned], list[Problem]]:
    """Pin the services of one repository."""
    refs = [ref for name in names for ref in (selection.base_ref(name), selection.target_ref(name))]
    try:
        repository = Repository.open(selection.loaded.repository_path(names[0]))
        if fetch:
            repository.fetch()
        answers = repository.resolve_all(refs)
    except RepositoryError as error:
        place = selection.loaded.places.place(("services", names[0], "repository"))
        raise ProblemsError([problem(place, error)]) from error
    problems: list[Problem] = []
    pinned: dict[str, Pinned] = {}
    for name in names:
        base = _answer(answers, selection.base_ref(name), selection.base_place(name), problems)
        target = base
        if selection.takes_part(name):
            target = _answer(answers, selection.target_ref(name), selection.target_place(name), problems)
        if base and target:
            pinned[name] = Pinned(repository, base, target)
    return pinned, problems


def _answer(
    answers: Mapping[str, Resolved | RepositoryError], ref: str, place: Place, problems: list[Problem]
) -> Resolved | None:
    answer = answers[ref]
    if isinstance(answer, RepositoryError):
        problems.append(problem(place, answer))
        return None
    return answer
