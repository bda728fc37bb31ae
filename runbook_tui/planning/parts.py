"""Releases made from a release: at earlier commits, and what is left once a part of it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from runbook_tui.migrations.model import Migration
from runbook_tui.planning.ids import About, identity
from runbook_tui.release.model import Introduction, Release, ServiceChange
from runbook_tui.repositories.model import Resolved


class History:
    """Where each pending migration came into its service, counted from the target back: 0 is the newest commit."""

    def __init__(self, release: Release) -> None:
        self._introduced = {item.migration: item for item in release.introductions}
        self._positions = {
            change.name: {commit.sha: number for number, commit in enumerate(change.commits)}
            for change in release.changes
        }

    def introduction(self, migration: Migration) -> Introduction | None:
        """The commit that brought a migration in; None when it is not known."""
        return self._introduced.get(migration.key)

    def position(self, migration: Migration) -> int | None:
        """How many commits of its service are newer than the one that brought it in; None when it is not known."""
        found = self.introduction(migration)
        return None if found is None else self._positions[migration.service].get(found.commit)

    def target_position(self, change: ServiceChange, sha: str) -> int:
        """How many commits of a service are newer than ``sha``; all of them when it is not among them."""
        known = self._positions[change.name]
        if sha in known:
            return known[sha]
        before = [
            known[item.commit]
            for item in self._introduced.values()
            if item.parent == sha and item.commit in known
        ]
        return min(before) + 1 if before else len(change.commits)


def at(release: Release, targets: Mapping[str, str]) -> Release:
    """The release as it would be read with other targets, as far as its own value tells.

    Args:
        release: with its introductions.
        targets: service to SHA; the others keep their target. A migration whose introduction is not known belongs to
            the last commit.
    """
    history = History(release)
    changes = tuple(_service_at(history, change, targets.get(change.name)) for change in release.changes)
    return replace(release, changes=changes)


def _service_at(history: History, change: ServiceChange, sha: str | None) -> ServiceChange:
    if sha is None or sha == change.target.sha:
        return change
    reached = history.target_position(change, sha)
    stays = sha == change.base.sha

    def included(migration: Migration) -> bool:
        position = history.position(migration)
        return not stays and position is not None and position >= reached

    pending = tuple(
        replace(part, pending=tuple(item for item in part.pending if included(item)))
        for part in change.pending
    )
    return replace(
        change,
        target=change.base if stays else Resolved(sha, sha, None),
        version=change.base_version if stays else sha[:12],
        commits=() if stays else change.commits[reached:],
        pending=pending,
        contracts=() if stays else change.contracts,
    )


def remainder(release: Release, done: Release) -> Release:
    """What is left of ``release`` after ``done``, which goes from the same commits to earlier ones.

    A definition that changes on the way to an earlier commit counts as changing again: nobody knows which of the two
    changes it was.
    """
    finished = {change.name: change for change in done.changes}
    changes = (_after(change, finished[change.name]) for change in release.changes)
    return replace(release, changes=tuple(changes))


def _after(change: ServiceChange, done: ServiceChange) -> ServiceChange:
    applied: set[About] = {identity(item) for part in done.pending for item in part.pending}
    commits = {commit.sha for commit in done.commits}
    return replace(
        change,
        base=done.target,
        base_version=done.version,
        commits=tuple(commit for commit in change.commits if commit.sha not in commits),
        pending=tuple(
            replace(part, pending=tuple(item for item in part.pending if identity(item) not in applied))
            for part in change.pending
        ),
        contracts=change.contracts if done.target.sha != change.target.sha else (),
    )
