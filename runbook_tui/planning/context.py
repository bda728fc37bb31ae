"""What every planning rule is given: the release, indexed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from runbook_tui.catalog.model import Access, BackfillPosition, ContractMode, Datastore
from runbook_tui.contracts.model import Verdict
from runbook_tui.migrations.model import Migration
from runbook_tui.planning.contract_order import Demand, demands, verdict
from runbook_tui.planning.ids import StepIds, identity
from runbook_tui.planning.migrations import (
    PlannedMigration,
    answer_of,
    id_word,
    placed_phase,
    planned,
)
from runbook_tui.release.model import ContractChange, ContractUse, Release, ServiceChange, Usage
from runbook_tui.runbook.model import Step


@dataclass(frozen=True, slots=True)
class User:
    """A service that uses a data store."""

    change: ServiceChange
    access: Access

    @property
    def name(self) -> str:
        """The service's name."""
        return self.change.name

    @property
    def writes(self) -> bool:
        """Whether it changes data."""
        return self.access is not Access.READ


class Scope:
    """The release as the planner asks for it. Nothing in it depends on the order of the release's parts."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self.changes = {change.name: change for change in sorted(release.changes, key=lambda item: item.name)}
        """Every service, by name."""
        self.moving = tuple(change for change in self.changes.values() if change.moves)
        self.staying = tuple(change for change in self.changes.values() if not change.moves)
        self.migrations = planned(release)
        self._leaders = {identity(item.migration): item.leader for item in self.migrations}
        self.off = frozenset(name for name, switch in release.manifest.rules.items() if not switch.enabled)
        """Names of the rules that are switched off."""
        self.ids = StepIds(release, _words(release))
        self._verdicts: dict[str, Verdict | None] = {}

    @cached_property
    def _users(self) -> dict[str, tuple[User, ...]]:
        access: dict[str, dict[str, Access]] = {}
        for change in self.changes.values():
            for source in change.service.migration_sources:
                access.setdefault(source.datastore, {})[change.name] = Access.OWNER
            for part in change.pending:
                access.setdefault(part.datastore, {})[change.name] = Access.OWNER
            for use in change.service.datastores:
                access.setdefault(use.name, {}).setdefault(change.name, use.access)
        return {
            store: tuple(User(self.changes[name], found[name]) for name in sorted(found))
            for store, found in access.items()
        }

    @cached_property
    def _usages(self) -> dict[tuple[str, str], Usage]:
        return {(usage.migration, usage.service): usage for usage in self.release.usages}

    @cached_property
    def contract_changes(self) -> tuple[ContractChange, ...]:
        """Changed API and event definitions of the services that move, sorted by name."""
        found = {(item.api, item.provider): item for change in self.moving for item in change.contracts}
        return tuple(found[key] for key in sorted(found))

    @cached_property
    def demands(self) -> tuple[Demand, ...]:
        """What the changed definitions demand of providers and consumers that move."""
        return tuple(
            demand
            for contract in self.contract_changes
            for name in sorted(set(contract.consumers))
            if name != contract.provider and name in self.changes and self.changes[name].moves
            for demand in demands(self, contract, self.changes[name])
        )

    def verdict(self, contract: ContractChange) -> Verdict | None:
        """Who goes first because of a changed definition; None while nobody knows."""
        if contract.api not in self._verdicts:
            self._verdicts[contract.api] = verdict(self.release, contract)
        return self._verdicts[contract.api]

    @cached_property
    def _contract_uses(self) -> dict[tuple[str, str], ContractUse]:
        return {(use.api, use.service): use for use in self.release.contract_uses}

    def contract_use(self, api: str, service: str) -> ContractUse | None:
        """What a search of a consumer for the names of a change has found."""
        return self._contract_uses.get((api, service))

    @cached_property
    def _contracts_of(self) -> dict[str, list[ContractChange]]:
        found: dict[str, list[ContractChange]] = {}
        for contract in self.contract_changes:
            for name in {contract.provider, *contract.consumers}:
                found.setdefault(name, []).append(contract)
        return found

    def contracts_of(self, service: str) -> Sequence[ContractChange]:
        """The changed definitions that a service provides or consumes, sorted by name."""
        return self._contracts_of.get(service, [])

    def users(self, store: str) -> tuple[User, ...]:
        """Every service of the manifest that uses a data store, by name. Who migrates a store owns it."""
        return self._users.get(store, ())

    def moving_users(self, store: str) -> tuple[User, ...]:
        """Those that are in the release."""
        return tuple(user for user in self.users(store) if user.change.moves)

    def staying_users(self, store: str) -> tuple[User, ...]:
        """Those that are not."""
        return tuple(user for user in self.users(store) if not user.change.moves)

    def outside_users(self, store: str) -> tuple[tuple[str, str], ...]:
        """Services that only a catalog knows and that use a data store, each with its access; by name."""
        found = ((one.name, one.datastores.get(store)) for one in self.release.outside)
        return tuple(sorted((name, access) for name, access in found if access is not None))

    @cached_property
    def stopped(self) -> dict[str, tuple[str, ...]]:
        """Services that are stopped, sorted, with the data stores they are stopped for."""
        stores = sorted({item.migration.datastore for item in self.migrations if item.stopped})
        found: dict[str, list[str]] = {}
        for store in stores:
            for user in self.users(store):
                found.setdefault(user.name, []).append(store)
        return {name: tuple(found[name]) for name in sorted(found)}

    def usage(self, migration: Migration, service: str) -> Usage | None:
        """What a search in a staying user for the names that a migration drops has found."""
        return self._usages.get((migration.key, service))

    def datastore(self, name: str) -> Datastore:
        """A data store as the manifest declares it; the defaults when it does not."""
        return self.release.manifest.datastores.get(name) or Datastore.model_validate({})

    def backfills_first(self, store: str) -> bool:
        """Whether backfills of a data store precede the deploy."""
        return self.datastore(store).backfill is BackfillPosition.BEFORE_DEPLOY

    def offline(self, store: str) -> bool:
        """Whether contract migrations of a data store run with everything stopped."""
        return self.datastore(store).contract is ContractMode.OFFLINE

    def step_of(self, item: PlannedMigration) -> str:
        """Id of the step that applies a migration."""
        return self.ids.migration(item.leader)

    def applying(self, migration: Migration) -> str:
        """The same for a migration of the release as it was read."""
        return self.ids.migration(self._leaders[identity(migration)])

    def deploy(self, service: str) -> str:
        """Id of the step that deploys a service."""
        return self.ids.service("deploy", service)


@dataclass(frozen=True, slots=True)
class Context:
    """A release with its steps: all that a rule looks at."""

    scope: Scope
    steps: Mapping[str, Step]
    """By id; their needs are still empty."""

    def has(self, step_id: str) -> bool:
        """Whether a step is part of this plan."""
        return step_id in self.steps


def _words(release: Release) -> dict[tuple[str, ...], str]:
    return {
        identity(migration): id_word(placed_phase(migration, answer_of(release, migration)))
        for change in release.changes
        for part in change.pending
        for migration in part.pending
    }
