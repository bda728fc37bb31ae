"""Steps that migrate a data store, one for each revision, and the decisions they wait for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from runbook_tui.migrations.model import Level, Operation, Phase, Reversal
from runbook_tui.planning import usage
from runbook_tui.planning.migrations import PlannedMigration
from runbook_tui.planning.rules.contract_last import NAME as CONTRACT_LAST
from runbook_tui.planning.steps import lock_time
from runbook_tui.planning.steps.drafting import DECISION, MIGRATE, Drafting, key, pager
from runbook_tui.planning.words import bullets, line, names, old, paragraphs, sentence
from runbook_tui.release.model import ServiceChange
from runbook_tui.runbook.model import Check, Kind, MigrationNote, Risk, Rollback, Step, StepPhase


def migrations(drafting: Drafting) -> Iterator[Step]:
    """One step for each pending migration."""
    for item in drafting.scope.migrations:
        yield _migration(drafting, item)


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


def _migration(drafting: Drafting, item: PlannedMigration) -> Step:
    migration = item.migration
    change = drafting.scope.changes[migration.service]
    return Step.model_validate(
        {
            **drafting.about(change),
            **_action(drafting, change, item),
            "id": drafting.scope.step_of(item),
            "title": line(
                sentence(migration.title.rstrip(" .")),
                otherwise=f"Migration {line(migration.id)}",
                longest=200,
            ),
            "kind": Kind.BACKFILL if item.phase is Phase.BACKFILL else Kind.MIGRATE,
            "phase": item.shown,
            "description": _description(item, lock_time.advice(drafting, change, item)),
            "environment": lock_time.environment(drafting, change, migration),
            "verify": _check(drafting, change, item, migration.id),
            "rollback": _rollback(drafting, change, item),
            "reversible": item.irreversible_because is None,
            "irreversible_because": line(item.irreversible_because) if item.irreversible_because else None,
            # The tool records what it has applied, so a second run does nothing or, after a roll-back, all of it.
            "repeatable": migration.transactional and not item.provisional,
            "risk": _risk(item),
            "estimate": MIGRATE.get(item.phase, 60.0),
            "migration": _note(item),
        }
    )


def _names(drafting: Drafting, change: ServiceChange, item: PlannedMigration) -> dict[str, object]:
    migration = item.migration
    return {
        **drafting.commands.names(change),
        "revision": migration.id,
        "previous": item.previous,
        "datastore": migration.datastore,
    }


def _action(drafting: Drafting, change: ServiceChange, item: PlannedMigration) -> dict[str, object]:
    migration, written = item.migration, change.service.commands.migrate
    if written is not None:
        known = _names(drafting, change, item)
        return {"run": drafting.commands.shell(written, key(change, "migrate"), known)}
    what = f"Bring {migration.datastore} to revision {line(migration.id)} with {migration.tool}"
    if not migration.command:
        return {"confirm": f"{what} ({line(migration.path)})."}
    return {"confirm": f"{what} ({line(migration.path)}): {line(migration.command)}"}


def _check(drafting: Drafting, change: ServiceChange, item: PlannedMigration, expect: str) -> Check | None:
    written = change.service.commands.migrated
    if written is None:
        return None
    known = {**_names(drafting, change, item), "revision": expect}
    return drafting.commands.check(written, key(change, "migrated"), known, expect)


def _rollback(drafting: Drafting, change: ServiceChange, item: PlannedMigration) -> Rollback | None:
    migration, written = item.migration, change.service.commands.migrate_down
    if item.irreversible_because is not None:
        return None
    if item.stays and item.answer is not None:
        said = f"{line(item.answer.by)}: {line(item.answer.because)}"
        return Rollback(confirm=f"Undo {line(migration.id)} in {migration.datastore} by hand ({said}).")
    if item.stays:
        stays = f"Leave {line(migration.id)} in place: {old(change)} runs with it, and nothing undoes it."
        return Rollback(confirm=stays)
    if written is None:
        what = f"Bring {migration.datastore} back to revision {line(item.previous)} with {migration.tool}"
        what += f": {line(migration.command_down)}" if migration.command_down else "."
        return Rollback(confirm=what)
    command = drafting.commands.shell(written, key(change, "migrate_down"), _names(drafting, change, item))
    # No tool shows a revision where nothing is applied.
    return Rollback(run=command, verify=None if item.first else _check(drafting, change, item, item.previous))


def _description(item: PlannedMigration, locks: Iterable[str]) -> str | None:
    migration, parts = item.migration, []
    if item.provisional:
        parts.append(
            "Its phase could not be read. It stands here provisionally, where a backfill would, until a person "
            f"answers migration:{line(migration.key)}."
        )
    if item.answer is not None:
        because = line(item.answer.because)
        parts.append(f"{line(item.answer.by)} says that it belongs to {item.answer.phase}: {because}")
    if item.stopped:
        parts.append(f"Runs while every process that uses {migration.datastore} is stopped.")
    if item.irreversible_because is None and _loses(item):
        parts.append("Undoing it loses what was written since.")
    return paragraphs(*parts, *locks) or None


def _loses(item: PlannedMigration) -> bool:
    return item.migration.reversal is Reversal.LOSS and item.migration.has_down


def _risk(item: PlannedMigration) -> Risk:
    levels = {finding.level for finding in item.migration.findings}
    if item.irreversible_because or item.provisional or item.stopped or Level.ERROR in levels:
        return Risk.HIGH
    if Level.WARNING in levels or item.phase in (Phase.BACKFILL, Phase.CONTRACT, Phase.BREAKING):
        return Risk.MEDIUM
    return Risk.LOW


def _note(item: PlannedMigration) -> MigrationNote:
    migration = item.migration
    return MigrationNote(
        datastore=line(migration.datastore),
        tool=line(migration.tool),
        revision=line(migration.id),
        path=line(migration.path),
        operations=tuple(_operation(operation) for operation in migration.operations),
        hazards=tuple(
            line(f"{finding.message} (line {finding.line})" if finding.line else finding.message)
            for finding in migration.findings
            if finding.level is not Level.NOTE
        ),
    )


def _operation(operation: Operation) -> str:
    doubt = ", if a condition of the file holds" if operation.conditional else ""
    lock = f"; locks: {operation.lock}" if operation.lock else ""
    time = f"; {operation.estimate}" if operation.estimate else ""
    return line(f"{operation.text} (line {operation.line}{doubt}{lock}{time})")
