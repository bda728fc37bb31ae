"""What a reviewer of the plan must see of its migrations: their own findings, answers against them, who else is hit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from runbook_tui.migrations.model import Finding, Level, Migration, PendingMigrations, Phase, Reversal
from runbook_tui.migrations.phase_order import CANNOT_STOP, cannot_stop
from runbook_tui.planning import usage
from runbook_tui.planning.context import Scope
from runbook_tui.planning.migrations import WHILE_RUNNING, PlannedMigration, applies_all
from runbook_tui.planning.model import PlanFinding, note, warning
from runbook_tui.planning.rules import backfill_position, contract_last
from runbook_tui.planning.words import line, names, old, plural
from runbook_tui.release.model import ServiceChange
from runbook_tui.runbook.model import Step


def migration_findings(scope: Scope, steps: Mapping[str, Step]) -> Iterator[PlanFinding]:
    """What is said of the pending migrations of every service that moves."""
    for change in scope.moving:
        for part in change.pending:
            for finding in part.findings:
                if finding.rule != CANNOT_STOP:
                    yield _of_file(finding, f"{change.name}: ", None)
            yield from _stopping(scope, change, part)
    for item in scope.migrations:
        step = scope.step_of(item)
        limited = bool(steps[step].environment)
        for finding in item.migration.findings:
            if finding.rule == "no-lock-timeout" and limited:  # the step sets one
                continue
            yield _of_file(finding, f"{line(item.migration.key)}: ", step, _level(item, finding))
        yield from _answer(item, step)
        yield from _undoing(scope, item, step)
        yield from _outside(scope, item, step)


def _level(item: PlannedMigration, finding: Finding) -> Level:
    """Less than it was where a person has answered, or where nothing runs that could suffer."""
    if item.stopped and finding.rule in WHILE_RUNNING:
        return Level.NOTE
    return Level.WARNING if item.answer is not None and finding.level is Level.ERROR else finding.level


def _stopping(scope: Scope, change: ServiceChange, part: PendingMigrations) -> Iterator[PlanFinding]:
    """One command for migrations of several moments, with the phases that people gave.

    While everything is stopped, there is one moment only.
    """
    if not applies_all(change, part):
        return
    placed = {item.migration.key: item for item in scope.migrations}

    def phase_of(migration: Migration) -> Phase:
        item = placed[migration.key]
        return Phase.ASK if item.provisional else Phase.CONTRACT if item.stopped else item.phase

    by = "the command for migrate, which is told no {{ revision }}," if part.stops else part.tool
    keys = {migration.key for migration in part.pending}
    order = tuple(item.migration for key, item in placed.items() if key in keys)
    stuck = cannot_stop(replace(part, stops=False, pending=order), phase_of, by)
    if stuck is not None:
        steps = {scope.step_of(placed[item.key]) for item in part.pending if item.path == stuck.path}
        yield _of_file(stuck, f"{change.name}: ", steps.pop() if len(steps) == 1 else None)


def _of_file(finding: Finding, prefix: str, step: str | None, level: Level | None = None) -> PlanFinding:
    source = line(f"{finding.path}:{finding.line}" if finding.line else finding.path)
    text, remedy = prefix + line(finding.message), line(finding.recipe, otherwise=" ").strip()
    return PlanFinding(finding.rule, (level or finding.level).value, text, source, remedy, step)


def _answer(item: PlannedMigration, step: str) -> Iterator[PlanFinding]:
    migration, answer = item.migration, item.answer
    if answer is not None and migration.phase not in (Phase.ASK, Phase(answer.phase)):
        text = (
            f"{line(migration.key)} reads as {migration.phase.value}, and {line(answer.by)} says "
            f"{answer.phase}: {line(answer.because)}"
        )
        yield warning("answered-against-reading", text, line(migration.path), step=step)


def _undoing(scope: Scope, item: PlannedMigration, step: str) -> Iterator[PlanFinding]:
    migration = item.migration
    if item.irreversible_because is None:
        return
    if item.answer is None and not item.provisional and migration.reversal is Reversal.UNKNOWN:
        text = f"{line(migration.key)} counts as a point of no return: {line(item.irreversible_because)}"
        remedy = (
            f"if the version that runs now can live with what it leaves, answer migration:{line(migration.key)} "
            f"with {item.phase.value} and reversible"
        )
        yield note("point-of-no-return", text, line(migration.path), remedy, step)
    if scope.datastore(migration.datastore).backup is None:
        text = f"{migration.datastore} is changed for good, and no backup is taken before"
        remedy = f"add datastores.{migration.datastore}.backup"
        yield warning("no-backup", text, scope.release.manifest_path, remedy)


def _outside(scope: Scope, item: PlannedMigration, step: str) -> Iterator[PlanFinding]:
    migration = item.migration
    if contract_last.NAME not in scope.off:
        for found in usage.evidence(scope, item):
            if found.still_used:
                where = f"{found.text} {'; '.join(found.hits[:3])}"
                text = f"{line(migration.id)} would break {found.service}. {where}"
                remedy = f"release {found.service} without it first, or leave {line(migration.id)} for a later release"
                yield PlanFinding("still-used", "error", text, found.source, remedy, step)
        for found in usage.searched(scope, item):
            if found.still_used:
                text = (
                    f"{line(migration.id)} drops what is still named after the deploy. {found.text} "
                    f"{'; '.join(found.hits[:3])}"
                )
                remedy = (
                    f"look at {plural(len(found.hits), 'place')}: {found.service} must not need it any more"
                )
                yield warning("still-used", text, found.source, remedy, step)
    if item.phase is Phase.BACKFILL and not item.stopped and backfill_position.NAME not in scope.off:
        writers = [user for user in scope.staying_users(migration.datastore) if user.writes]
        if writers and not scope.backfills_first(migration.datastore):
            outside = names(old(user.change) for user in writers)
            text = (
                f"{migration.datastore} is also written by {outside}, outside of the release: rows written there after "
                f"{line(migration.id)} are not filled in"
            )
            remedy = (
                f"release {names(user.name for user in writers)} too, or run {line(migration.id)} again later"
            )
            yield warning("writer-not-in-release", text, line(migration.path), remedy, step)
