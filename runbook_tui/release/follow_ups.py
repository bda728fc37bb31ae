"""How far the releases that a split has left for later have come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from runbook_tui.catalog.follow_ups import FollowUp
from runbook_tui.release.checkouts import Pinned
from runbook_tui.release.model import FollowUpState, OpenFollowUp
from runbook_tui.repositories.model import RepositoryError


def open_follow_ups(follow_ups: tuple[FollowUp, ...], pinned: Mapping[str, Pinned]) -> Iterator[OpenFollowUp]:
    """Those that are not done, each with its state: at most two git processes for each of its services."""
    for follow_up in follow_ups:
        state = _state(follow_up, pinned)
        if state is not FollowUpState.DONE:
            yield OpenFollowUp(
                follow_up.title, dict(follow_up.targets), follow_up.because, follow_up.left, state
            )


def _state(follow_up: FollowUp, pinned: Mapping[str, Pinned]) -> FollowUpState:
    targets = {name: sha for name, sha in follow_up.targets.items() if name in pinned}
    try:
        if all(_has(pinned[name], pinned[name].base.sha, sha) for name, sha in targets.items()):
            return FollowUpState.DONE
        after = {name: sha for name, sha in follow_up.after.items() if name in pinned}
        if not all(_has(pinned[name], pinned[name].base.sha, sha) for name, sha in after.items()):
            return FollowUpState.WAITING
        included = all(_has(pinned[name], pinned[name].target.sha, sha) for name, sha in targets.items())
    except RepositoryError:
        return FollowUpState.UNKNOWN
    return FollowUpState.INCLUDED if included else FollowUpState.DUE


def _has(pinned: Pinned, commit: str, other: str) -> bool:
    return pinned.repository.contains(commit, other)
