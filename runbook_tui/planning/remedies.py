"""Which edge of a contradiction is cheapest to remove, and how."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from runbook_tui.contracts.model import Change, Verdict
from runbook_tui.migrations.model import Level, Phase
from runbook_tui.planning.context import Scope
from runbook_tui.planning.contract_order import contradicting
from runbook_tui.planning.migrations import PlannedMigration
from runbook_tui.planning.model import Constraint
from runbook_tui.planning.rules import (
    backfill_position,
    contract_last,
    contracts,
    dependency_first,
    expand_before_deploy,
    migration_history,
    pinned,
)
from runbook_tui.planning.words import line, names, split_lines
from runbook_tui.release.model import ContractChange

_COSTS = (
    pinned.NAME,  # one line of the manifest
    migration_history.NAME,  # two files that nothing has applied yet
    dependency_first.NAME,  # a hard dependency becomes a normal one
    contracts.PROVIDER_FIRST,  # an answer, or a consumer that tolerates both forms
    contracts.CONSUMER_FIRST,
    backfill_position.NAME,  # triggers that keep both forms in step
    expand_before_deploy.NAME,  # a migration is split in two
    contract_last.NAME,
)
"""Rules from the cheapest edge to the dearest; every other rule is dearer still."""


def cost(constraint: Constraint) -> tuple[int, int]:
    """How much it takes to remove an edge: preferences first, then by rule."""
    rule = constraint.rule
    return (constraint.strength, _COSTS.index(rule) if rule in _COSTS else len(_COSTS))


def strongest(parallel: Iterable[Constraint]) -> Constraint:
    """Of the constraints between two steps the one that is hardest to remove: it is what has to go."""
    return max(parallel, key=cost)


def cheapest(cycle: Iterable[Constraint]) -> Constraint:
    """The edge to remove first; of equally cheap ones the first of the cycle."""
    return min(cycle, key=cost)


def remedy(scope: Scope, cycle: Iterable[Constraint], edge: Constraint) -> str:
    """How to remove an edge, in words."""
    migrations = {scope.step_of(item): item for item in scope.migrations}
    taken_apart = _taken_apart(scope, cycle, edge)
    if taken_apart is not None:
        return _split_migration(taken_apart)
    if edge.rule == migration_history.NAME:
        return _reorder(migrations, edge)
    if edge.rule == pinned.NAME:
        return f"take the pinned constraint {edge.before} before {edge.after} out of the manifest"
    if edge.rule == dependency_first.NAME:
        return f"make the dependency a normal one (leave out kind: hard), so that {edge.after} need not wait"
    if edge.rule in (contracts.PROVIDER_FIRST, contracts.CONSUMER_FIRST):
        return _bear_both(scope, edge)
    if edge.rule == backfill_position.NAME:
        return _keep_in_step(migrations, edge)
    return f"switch the rule {edge.rule} off with a reason, or take out what contradicts it"


def instead(scope: Scope, steps: Collection[str], constraints: Iterable[Constraint] = ()) -> tuple[str, ...]:
    """What to do over two releases in place of the migrations and API changes that have no safe moment, a line each.

    Args:
        scope: the release.
        steps: of a contradiction, with all that is part of it.
        constraints: those of its smallest cycle.
    """
    lines: list[str] = []
    for item in scope.migrations:
        if item.phase is Phase.BREAKING and item.migration.split and scope.step_of(item) in steps:
            lines += [f"{line(item.migration.key)}:", *split_lines(item.migration)]
    for contract in contradicting(scope, constraints):
        if scope.verdict(contract) is Verdict.SPLIT:
            lines += [f"{line(contract.api)}:", *_in_three(scope, contract)]
    return tuple(lines)


def _in_three(scope: Scope, contract: ContractChange) -> list[str]:
    """Expand, switch, contract: through a form that both versions understand."""
    provider, consumers = (
        contract.provider,
        names(name for name in sorted(set(contract.consumers)) if name != contract.provider),
    )
    changes = contract.diff.changes if contract.diff is not None else ()
    comes = _told(one for one in changes if one.first is Verdict.PROVIDER_FIRST)
    goes = _told(one for one in changes if one.first is not Verdict.PROVIDER_FIRST)
    return [
        f"release 1, expand: {provider} {comes or 'provides the new form under a name of its own'}; the old form stays",
        f"release 1 or 2, switch: {consumers} use the new form only",
        f"last release, contract: {provider} {goes or 'takes the old form away'}",
    ]


def _told(changes: Iterable[Change]) -> str:
    found = [line(change.text) for change in changes]
    return "; ".join(found[:3]) + (f"; {len(found) - 3} more" if len(found) > 3 else "")


def _taken_apart(scope: Scope, cycle: Iterable[Constraint], edge: Constraint) -> PlannedMigration | None:
    """The migration of a cycle that has to be split: one without a safe moment, else the first."""
    if edge.rule not in (expand_before_deploy.NAME, contract_last.NAME):
        return None
    concerned = [item for one in cycle for item in scope.migrations if scope.step_of(item) == one.before]
    breaking = [item for item in concerned if item.phase is Phase.BREAKING]
    return next(iter((*breaking, *concerned)), None)


def recipe(item: PlannedMigration) -> str:
    """How to take a migration apart: as its reader says, else in general."""
    findings = sorted(item.migration.findings, key=lambda finding: finding.level is not Level.ERROR)
    written = next((finding.recipe for finding in findings if finding.recipe), "")
    return (
        line(written, longest=1000)
        if written
        else (
            "release 1 adds the new form and code that writes both and reads the old; then the data is copied; "
            "release 2 reads the new form; a contract migration drops the old form last"
        )
    )


def _split_migration(item: PlannedMigration) -> str:
    offline = f"set datastores.{item.migration.datastore}.contract: offline and accept the downtime"
    if item.migration.split:
        return f"split {line(item.migration.key)} over two releases; or {offline}"
    written = recipe(item)
    joined = " Or" if written.endswith(".") else "; or"
    return f"split {line(item.migration.key)}: {written}{joined} {offline}"


def _bear_both(scope: Scope, edge: Constraint) -> str:
    deployed = {scope.deploy(change.name): change.name for change in scope.moving}
    first, second = deployed[edge.before], deployed[edge.after]
    provider, consumer = (first, second) if edge.rule == contracts.PROVIDER_FIRST else (second, first)
    concerned = contradicting(scope, [edge])
    apis = names(line(change.api) for change in concerned)
    answered = [change.api for change in concerned if change.api in scope.release.answers.contracts]
    anew = f"; then answer {names(map(line, answered))} anew" if answered else ""
    unless = "".join(
        f", or answer contract:{line(change.api)} if {consumer} does not use it"
        for change in concerned
        if change.api not in answered
    )
    if any(scope.verdict(change) is Verdict.SPLIT for change in concerned):
        return (
            f"make {apis} change in steps that each order allows: {provider} adds the new form beside the old one, "
            f"{consumer} switches, {provider} takes the old one away in a later release{anew}{unless}"
        )
    if provider == first:
        return (
            f"keep what {consumer} uses of {apis} behind a switch until {provider} is deployed{anew}{unless}"
        )
    return (
        f"let {provider} keep the old form of {apis} beside the new one, and take it away in a later "
        f"release{anew}{unless}"
    )


def _reorder(migrations: Mapping[str, PlannedMigration], edge: Constraint) -> str:
    first, second = migrations[edge.before].migration, migrations[edge.after].migration
    how = {
        "alembic": "change down_revision in both files",
        "django": "change dependencies in both files",
    }.get(second.tool, "give its files a lower number")
    return (
        f"put {line(second.id)} before {line(first.id)}: neither is applied where the release goes, so {how}, "
        f"unless {line(second.id)} builds on what {line(first.id)} does; then release them one after the other"
    )


def _keep_in_step(migrations: Mapping[str, PlannedMigration], edge: Constraint) -> str:
    item = migrations.get(edge.after) or migrations.get(edge.before)
    store = item.migration.datastore if item else "the data store"
    return (
        f"keep both forms in step with triggers and set datastores.{store}.backfill: before-deploy, or leave the "
        "backfill for a later release"
    )
