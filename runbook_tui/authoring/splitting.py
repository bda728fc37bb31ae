"""A release that cannot be ordered, planned as the first of several; and what was left for later, planned next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from runbook_tui.authoring.draft import Draft, Request, draft
from runbook_tui.files.problems import RunbookError

if TYPE_CHECKING:
    from runbook_tui.catalog.follow_ups import FollowUp
    from runbook_tui.planning.model import PlannedRelease
    from runbook_tui.release.model import Release


def first_of_split(drafted: Draft, runbook_path: Path | None = None) -> Draft:
    """The first release of the split of a draft that cannot be ordered; the draft itself where there is none.

    Args:
        drafted: with cycles.
        runbook_path: as :func:`runbook_tui.authoring.draft.draft` takes it.

    Raises:
        ProblemsError, RepositoryError: as :func:`runbook_tui.authoring.draft.draft`.
    """
    split = drafted.releases
    if not drafted.plan.cycles or not split:
        return drafted
    request = drafted.request
    targets = {**(request.targets or {}), **split[0].targets}
    first = draft(replace(request, targets=targets, title=request.title or split[0].title), runbook_path)
    return replace(first, split=split, later=tuple(_later(split, drafted.release)))


def next_of_split(request: Request, runbook_path: Path | None = None) -> Draft:
    """The first release that an earlier split has left for later and that can be made now.

    Raises:
        RunbookError: nothing is left, or what has to run before it does not run yet.
    """
    from runbook_tui.release.model import FollowUpState

    left = draft(request).release.follow_ups
    if not left:
        raise RunbookError(f"{request.manifest}: no release is left for later")
    ready = (FollowUpState.DUE, FollowUpState.INCLUDED)
    found = next((item for item in left if item.state in ready), None)
    if found is None:
        first = left[0]
        raise RunbookError(f"{first.title}: what has to run before it does not run yet ({first.because})")
    targets = {**(request.targets or {}), **found.targets}
    return draft(replace(request, targets=targets, title=request.title or found.title), runbook_path)


def _later(split: tuple[PlannedRelease, ...], whole: Release) -> Iterator[FollowUp]:
    """What is remembered: every release after the first, and what even the last one leaves."""
    from runbook_tui.catalog.follow_ups import FollowUp

    for before, release in pairwise(split):
        yield FollowUp(
            title=release.title, after=before.targets, targets=release.targets, because=release.because
        )
    last = split[-1]
    final = {change.name: change.target.sha for change in whole.changes if change.moves}
    if any(last.targets.get(name) != sha for name, sha in final.items()):
        yield FollowUp(
            title=f"{last.title}: what is left",
            after=last.targets,
            targets=final,
            because="it cannot be ordered as it is",
            left=last.remaining,
        )
