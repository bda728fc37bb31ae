"""Steps that migrate a data store, and the decisions they wait for."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from runbook_tui.migrations.model import Level, Phase
from runbook_tui.planning import usage
from runbook_tui.planning.migrations import PlannedMigration
from runbook_tui.planning.rules.contract_last import NAME as CONTRACT_LAST
from runbook_tui.planning.steps import lock_time, migration_text
from runbook_tui.planning.steps.drafting import DECISION, MIGRATE, Drafting, key, pager
from runbook_tui.planning.steps.migration_text import Together
from runbook_tui.planning.words import bullets, line, names, old, paragraphs, sentence
from runbook_tui.release.model import ServiceChange
from runbook_tui.runbook.model import Check, Kind, Risk, Rollback, Step, StepPhase


def migrations(drafting: Drafting) -> Iterator[Step]:
    """One step for each pending migration, or for those that one command applies at one moment."""
    steps: dict[str, list[PlannedMigration]] = {}
    for item in drafting.scope.migrations:
        steps.setdefault(drafting.scope.step_of(item), []).append(item)
    for items in steps.values():
        yield _migration(drafting, items)


def gates(drafting: Drafting) -> Iterator[Step]:
    """A decision for each contract migration that may break a service outside the release."""
    scope = drafting.scope
    if CONTRACT_LAST in scope.off:
        return
    for item in scope.migrations:
        found = usage.evidence(scope, item)
        if not found:
            continue
        migration = item.migration
        blocked = [one for one in found if one.still_used]
        revision, outside = line(migration.id), names(one.service for one in found)
        question = (
            f"Do not approve: what {revision} drops is still used by {names(one.service for one in blocked)}."
            if blocked
            else f"May {revision} be applied to {migration.datastore}? Also used by {outside}, outside of this release."
        )
        yield Step(
            id=scope.ids.gate(migration),
            title=f"Decide whether {revision} is safe for {outside}",
            kind=Kind.GATE,
            phase=StepPhase.CONTRACT,
            service=migration.service,
            approve=paragraphs(question, *(f"{one.text}\n{bullets(one.hits)}".strip() for one in found)),
            owner=line(scope.changes[migration.service].service.owner),
            pager=pager(scope, scope.changes[migration.service]),
            approvers=tuple(scope.release.manifest.approvers),
            risk=Risk.HIGH if blocked else Risk.MEDIUM,
            estimate=DECISION,
        )


def _migration(drafting: Drafting, items: Together) -> Step:
    first, last = items[0], items[-1]
    change = drafting.scope.changes[first.migration.service]
    lasting = [line(item.irreversible_because) for item in items if item.irreversible_because is not None]
    phases = {item.phase for item in items} - {Phase.NONE}
    return Step.model_validate(
        {
            **drafting.about(change),
            **_action(drafting, change, items),
            "id": drafting.scope.step_of(first),
            "title": _title(items),
            "kind": Kind.BACKFILL if phases == {Phase.BACKFILL} else Kind.MIGRATE,
            "phase": max((item.shown for item in items), key=list(StepPhase).index),
            "description": migration_text.description(
                items, [*_searched(drafting, items), *lock_time.advice(drafting, change, items)]
            ),
            "environment": lock_time.environment(drafting, change, items),
            "verify": _check(drafting, change, items, last.migration.id),
            "rollback": None if lasting else _rollback(drafting, change, items),
            "reversible": not lasting,
            "irreversible_because": line("; ".join(lasting), longest=2000) if lasting else None,
            "repeatable": all(_repeatable(item) for item in items),
            "risk": max((_risk(item) for item in items), key=list(Risk).index),
            "estimate": sum(_estimate(item) for item in items),
            "migration": migration_text.note(items),
        }
    )


def _searched(drafting: Drafting, items: Together) -> Iterator[str]:
    """Where the versions that will be running were searched for what the step drops, and what was found."""
    for item in items:
        for one in usage.searched(drafting.scope, item):
            yield f"{migration_text.prefix(item, items)}{one.text}\n{bullets(one.hits, most=5)}".strip()


def _title(items: Together) -> str:
    migration = items[0].migration
    if len(items) > 1:
        return f"Apply {len(items)} migrations to {line(migration.datastore)}"
    otherwise = f"Migration {line(migration.id)}"
    return line(sentence(migration.title.rstrip(" .")), otherwise=otherwise, longest=200)


def _repeatable(item: PlannedMigration) -> bool:
    """The tool records what it has applied, so a second run does nothing or, after a roll-back, all of it."""
    return item.migration.transactional and not item.provisional


def _estimate(item: PlannedMigration) -> float:
    """As the counted rows say, where they are counted; never less than a start of the tool takes."""
    operations = item.migration.operations
    counted = sum(operation.seconds or 0.0 for operation in operations)
    usual = MIGRATE.get(item.phase, 60.0)
    filled = [one for one in operations if one.phase is Phase.BACKFILL]
    known = filled and all(one.seconds is not None for one in filled)
    return ceil(max(60.0 if known else usual, counted))


def _names(drafting: Drafting, change: ServiceChange, items: Together) -> dict[str, object]:
    return {
        **drafting.commands.names(change),
        "revision": items[-1].migration.id,
        "previous": items[0].previous,
        "datastore": items[0].migration.datastore,
    }


def _action(drafting: Drafting, change: ServiceChange, items: Together) -> dict[str, object]:
    migration, written = items[-1].migration, change.service.commands.migrate
    if written is not None:
        known = _names(drafting, change, items)
        return {"run": drafting.commands.shell(written, key(change, "migrate"), known)}
    what = f"Bring {migration.datastore} to revision {line(migration.id)} with {migration.tool}"
    if not migration.command:
        return {"confirm": f"{what} ({line(migration.path)})."}
    return {"confirm": f"{what} ({line(migration.path)}):\n{line(migration.command, longest=2000)}"}


def _check(drafting: Drafting, change: ServiceChange, items: Together, expect: str) -> Check | None:
    written = change.service.commands.migrated
    if written is None:
        return None
    known = {**_names(drafting, change, items), "revision": expect}
    return drafting.commands.check(written, key(change, "migrated"), known, expect)


def _rollback(drafting: Drafting, change: ServiceChange, items: Together) -> Rollback:
    written = change.service.commands.migrate_down
    if len(items) > 1 and (any(item.stays for item in items) or written is None or "previous" not in written):
        return Rollback(confirm=_one_by_one(drafting, change, items))
    (item,) = items if len(items) == 1 else (items[0],)
    if item.stays:
        return Rollback(confirm=_stays(change, item))
    if written is None:
        return Rollback(confirm=_by_hand(item))
    command = drafting.commands.shell(written, key(change, "migrate_down"), _names(drafting, change, items))
    # No tool shows a revision where nothing is applied.
    return Rollback(
        run=command, verify=None if item.first else _check(drafting, change, items, item.previous)
    )


def _one_by_one(drafting: Drafting, change: ServiceChange, items: Together) -> str:
    """A command that is not told where to stop undoes one migration, or nobody knows how many."""
    ways, written = [], change.service.commands.migrate_down
    for item in reversed(items):
        migration, command = item.migration, item.migration.command_down
        if written is not None:
            command = drafting.commands.shell(
                written, key(change, "migrate_down"), _names(drafting, change, [item])
            )
        how = f": {line(command)}" if command else f" with {migration.tool}."
        ways.append(_stays(change, item) if item.stays else f"Undo {line(migration.id)}{how}")
    return bullets(ways)


def _by_hand(item: PlannedMigration) -> str:
    migration = item.migration
    what = f"Bring {migration.datastore} back to revision {line(item.previous)} with {migration.tool}"
    return what + (f":\n{line(migration.command_down, longest=2000)}" if migration.command_down else ".")


def _stays(change: ServiceChange, item: PlannedMigration) -> str:
    migration = item.migration
    if item.answer is not None:
        said = f"{line(item.answer.by)}: {line(item.answer.because)}"
        return f"Undo {line(migration.id)} in {migration.datastore} by hand ({said})."
    return f"Leave {line(migration.id)} in place: {old(change)} runs with it, and nothing undoes it."


def _risk(item: PlannedMigration) -> Risk:
    levels = {finding.level for finding in item.migration.findings}
    if item.irreversible_because or item.provisional or item.stopped or Level.ERROR in levels:
        return Risk.HIGH
    if Level.WARNING in levels or item.phase in (Phase.BACKFILL, Phase.CONTRACT, Phase.BREAKING):
        return Risk.MEDIUM
    return Risk.LOW
