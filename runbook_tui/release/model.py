"""A release as one value: everything the planner needs, read before planning starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from runbook_tui.catalog.answers import Answers
from runbook_tui.catalog.filling import OutsideService
from runbook_tui.catalog.importing.model import CatalogFinding
from runbook_tui.catalog.model import Manifest, Service
from runbook_tui.contracts.model import Change, ContractDiff
from runbook_tui.migrations.model import PendingMigrations
from runbook_tui.repositories.model import Commit, Hit, Resolved


@dataclass(frozen=True, slots=True)
class ContractChange:
    """The definition file of one provided API or event differs between base and target."""

    api: str
    provider: str
    type: str
    path: str
    """Path of the definition inside the provider's repository."""
    consumers: tuple[str, ...]
    """Services of the catalog that consume it, sorted."""
    kind: str
    """``added``, ``removed`` or ``modified``."""
    digest: str = ""
    """Of the definition at both commits: 12 hexadecimal digits. An answer holds for it alone."""
    diff: ContractDiff | None = None
    """What differs; None where nobody has compared."""
    compatibility: str | None = None
    """What its registry promises, such as ``BACKWARD_TRANSITIVE``."""
    broken_promises: tuple[BrokenPromise, ...] = ()
    """Where the new version does not keep what ``compatibility`` promises."""


@dataclass(frozen=True, slots=True)
class BrokenPromise:
    """A change that the compatibility mode of a registry forbids."""

    change: Change
    version: str
    """Full SHA of the commit with the older version."""
    running: bool
    """Whether that is the version that runs now; otherwise one whose messages are still kept."""


@dataclass(frozen=True, slots=True)
class ServiceChange:
    """One service of the release, with the pinned versions and what lies between them."""

    name: str
    service: Service
    base: Resolved
    target: Resolved
    version: str
    """Version that will run; what ``verify`` expects."""
    base_version: str
    commits: tuple[Commit, ...]
    """Newest first."""
    pending: tuple[PendingMigrations, ...]
    contracts: tuple[ContractChange, ...]
    lost: tuple[Commit, ...] = ()
    """Commits that run now and whose change the target does not have: a hotfix that was never merged, or all
    that going back to an older version undoes. Newest first."""

    @property
    def moves(self) -> bool:
        """Whether there is anything to deploy."""
        return self.base.sha != self.target.sha


@dataclass(frozen=True, slots=True)
class Usage:
    """A search for names that a contract migration drops, in a user of the data store."""

    migration: str
    """``service/id`` of the migration."""
    service: str
    """The user that was searched."""
    commit: str
    """The one that will be running: what runs now, for a user outside the release."""
    names: tuple[str, ...]
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class ContractUse:
    """A search in a consumer for the names of what changes in an API or event."""

    api: str
    service: str
    """The consumer that was searched."""
    names: tuple[str, ...]
    before: Mapping[str, tuple[Hit, ...]]
    """Name to where it stands at the commit that runs now; names that were not found are left out."""
    after: Mapping[str, tuple[Hit, ...]]
    """The same at the commit that will be running."""


@dataclass(frozen=True, slots=True)
class Introduction:
    """The commit that brought in what may have to wait, for splitting a release in two."""

    subject: str
    """``service/id`` of a migration, or ``contract:<api>``: the first change of its definition that running code may
    not survive, or the first change at all where it has none."""
    commit: str
    """Full SHA of the first-parent commit that made it."""
    parent: str
    """The commit before it: a target without it."""


@dataclass(frozen=True, slots=True)
class StaleAnswer:
    """An answer that was given before its migration or contract was changed; it is not used."""

    question: str
    """``migration:<service>/<id>`` or ``contract:<api>``."""
    source: str
    """Path of what has changed since, inside its repository."""
    by: str
    said: str


class FollowUpState(StrEnum):
    """How far a release that was left for later has come."""

    WAITING = "waiting"
    """What has to run before it does not."""
    DUE = "due"
    INCLUDED = "included"
    """The release that is planned takes all of it along."""
    DONE = "done"
    UNKNOWN = "unknown"
    """Its commits are not in the repository any more."""


@dataclass(frozen=True, slots=True)
class OpenFollowUp:
    """A release that a split has left for later, and that does not run yet."""

    title: str
    targets: Mapping[str, str]
    """Service to full SHA."""
    because: str
    left: tuple[str, ...]
    """What has to be changed by hand before."""
    state: FollowUpState


@dataclass(frozen=True, slots=True)
class Release:
    """The version set with all that was read for it. Planning is a function of this value alone."""

    manifest: Manifest
    manifest_path: str
    """As shown to people; relative where it was given relative."""
    answers: Answers
    """Without those that were given for something else than what is released."""
    changes: tuple[ServiceChange, ...]
    """Every service of the manifest, sorted by name; those that do not move are in it too."""
    usages: tuple[Usage, ...] = ()
    contract_uses: tuple[ContractUse, ...] = ()
    introductions: tuple[Introduction, ...] = ()
    stale_answers: tuple[StaleAnswer, ...] = ()
    follow_ups: tuple[OpenFollowUp, ...] = ()
    outside: tuple[OutsideService, ...] = ()
    """Services of the catalogs that are not in the manifest, by name."""
    catalog_defects: tuple[CatalogFinding, ...] = ()
    """What is wrong with the catalogs."""
