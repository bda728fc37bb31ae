"""Releases made from a release: at earlier commits, and what is left once a part of it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from runbook_tui.migrations.model import Migration
from runbook_tui.planning.ids import About, identity
from runbook_tui.planning.words import line
from runbook_tui.release.model import ContractChange, Introduction, Release, ServiceChange
from runbook_tui.repositories.model import Resolved


@dataclass(frozen=True, slots=True)
class Subject:
    """What may have to wait for a later release: a pending migration, or the change of a definition."""

    key: str
    """``service/id`` or ``contract:<api>``, as in :class:`Introduction`."""
    service: str
    title: str

    @classmethod
    def of(cls, what: Migration | ContractChange) -> Subject:
        """As it stands in an introduction, with what it does in few words."""
        if isinstance(what, Migration):
            return cls(what.key, what.service, what.title or what.path)
        changes = what.diff.changes if what.diff is not None else ()
        more = f" (and {len(changes) - 1} more)" if len(changes) > 1 else ""
        title = f"{changes[0].text}{more}" if changes else what.kind
        return cls(f"contract:{what.api}", what.provider, title)

    @property
    def named(self) -> str:
        """Its key, safe to print."""
        return line(self.key)


class History:
    """Where each subject came into its service, counted from the target back: 0 is the newest commit."""

    def __init__(self, release: Release) -> None:
        self._introduced = {item.subject: item for item in release.introductions}
        self._positions = {
            change.name: {commit.sha: number for number, commit in enumerate(change.commits)}
            for change in release.changes
        }

    def introduction(self, subject: Subject) -> Introduction | None:
        """The commit that brought a subject in; None when it is not known."""
        return self._introduced.get(subject.key)

    def position(self, subject: Subject) -> int | None:
        """How many commits of its service are newer than the one that brought it in; None when it is not known."""
        found = self.introduction(subject)
        return None if found is None else self._positions[subject.service].get(found.commit)

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
        targets: service to SHA; the others keep their target. What came in at a commit that is not known belongs to the
            last one.
    """
    history = History(release)
    changes = tuple(_service_at(history, change, targets.get(change.name)) for change in release.changes)
    return replace(release, changes=changes)


def _service_at(history: History, change: ServiceChange, sha: str | None) -> ServiceChange:
    if sha is None or sha == change.target.sha:
        return change
    reached = history.target_position(change, sha)
    stays = sha == change.base.sha

    def included(what: Migration | ContractChange) -> bool:
        position = history.position(Subject.of(what))
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
        contracts=tuple(item for item in change.contracts if included(item)),
    )


def remainder(release: Release, done: Release) -> Release:
    """What is left of ``release`` after ``done``, which goes from the same commits to earlier ones.

    As far as the two values tell: a definition that already changed on the way counts as finished.
    """
    finished = {change.name: change for change in done.changes}
    changes = (_after(change, finished[change.name]) for change in release.changes)
    return replace(release, changes=tuple(changes))


def _after(change: ServiceChange, done: ServiceChange) -> ServiceChange:
    applied: set[About] = {identity(item) for part in done.pending for item in part.pending}
    commits = {commit.sha for commit in done.commits}
    changed = {contract.api for contract in done.contracts}
    return replace(
        change,
        base=done.target,
        base_version=done.version,
        commits=tuple(commit for commit in change.commits if commit.sha not in commits),
        pending=tuple(
            replace(part, pending=tuple(item for item in part.pending if identity(item) not in applied))
            for part in change.pending
        ),
        contracts=tuple(contract for contract in change.contracts if contract.api not in changed),
    )
