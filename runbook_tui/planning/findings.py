"""Facts that a reviewer of the plan must see, besides the order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches

from runbook_tui.catalog.model import CommandCheck
from runbook_tui.migrations.model import Finding, Level, Migration, PendingMigrations, Phase, Reversal
from runbook_tui.migrations.phase_order import CANNOT_STOP, cannot_stop
from runbook_tui.planning import usage
from runbook_tui.planning.context import Scope
from runbook_tui.planning.migrations import WHILE_RUNNING, PlannedMigration, applies_all
from runbook_tui.planning.model import PlanFinding, Strength, Yielded
from runbook_tui.planning.rules import (
    backfill_position,
    contract_last,
    contracts,
    dependency_first,
    frame,
    pinned,
    verify_after_deploy,
)
from runbook_tui.planning.words import line, names, new, old, plural
from runbook_tui.release.model import ServiceChange
from runbook_tui.runbook.model import Step

_LEVELS = {Level.ERROR.value: 0, Level.WARNING.value: 1, Level.NOTE.value: 2}


def findings(scope: Scope, steps: Mapping[str, Step], yielded: Iterable[Yielded]) -> tuple[PlanFinding, ...]:
    """Everything worth saying: errors first, then by rule and text."""
    found = {
        *_scope(scope),
        *_switched_off(scope),
        *_pins(scope, steps),
        *_commands(scope),
        *_migrations(scope, steps),
        *_contracts(scope),
        *_unused_answers(scope),
        *_stale_answers(scope),
        *_lost(scope),
        *_untouched(scope),
        *_gaps(scope),
        *(_gave_way(item) for item in yielded),
    }
    return tuple(sorted(found, key=lambda item: (_LEVELS[item.level], item.rule, item.text, item.step or "")))


def _scope(scope: Scope) -> Iterator[PlanFinding]:
    if not scope.moving:
        text = "no service moves: every one already runs what is to be released"
        yield _warning("nothing-moves", text, remedy="look at deployed and release in the manifest")
    elif scope.staying:
        yield _note(
            "unchanged", f"not in this release: {names((old(one) for one in scope.staying), most=40)}"
        )


def _switched_off(scope: Scope) -> Iterator[PlanFinding]:
    for name in sorted(scope.off):
        yield _note("rule-off", f"{name} is switched off: {line(scope.release.manifest.rules[name].reason)}")


def _pins(scope: Scope, steps: Mapping[str, Step]) -> Iterator[PlanFinding]:
    source = scope.release.manifest_path
    asleep = [
        scope.ids.service(word, one.name) for one in scope.staying for word in ("deploy", "stop", "preflight")
    ]
    for pin in scope.release.manifest.pinned:
        if pin.before == pin.after:
            text = f"pinned: {line(pin.before)} cannot come before itself"
            yield _warning(pinned.NAME, text, source, "name two different steps")
        for wanted in sorted({pin.before, pin.after} - set(steps)):
            text = f"pinned: there is no step {line(wanted)} in this plan ({line(pin.because)})"
            close = get_close_matches(wanted, sorted(steps), n=2)
            remedy = f"did you mean {' or '.join(close)}?" if close else ""
            yield (
                _note(pinned.NAME, text, source)
                if wanted in asleep
                else _warning(pinned.NAME, text, source, remedy)
            )


def _commands(scope: Scope) -> Iterator[PlanFinding]:
    migrating = {item.migration.service for item in scope.migrations}
    for change in scope.changes.values():
        wanted = ["deploy", "rollback"] if change.moves else []
        wanted += ["migrate", "migrate_down", "migrated"] if change.name in migrating else []
        wanted += ["stop"] if change.name in scope.stopped else []
        missing = [name for name in wanted if getattr(change.service.commands, name) is None]
        if missing:
            text = f"{change.name} has no command for {names(missing)}: a person does it"
            remedy = f"add services.{change.name}.commands.{missing[0]}"
            make = _warning if {"deploy", "migrate", "stop"}.intersection(missing) else _note
            yield make("command-missing", text, scope.release.manifest_path, remedy)
        if change.moves and verify_after_deploy.NAME not in scope.off:
            yield from _verification(scope, change)


def _verification(scope: Scope, change: ServiceChange) -> Iterator[PlanFinding]:
    written = change.service.commands.verify
    step = scope.deploy(change.name)
    if written is None:
        text = f"{change.name} has no verify: a person says whether {line(change.version)} is healthy"
        remedy = f"add services.{change.name}.commands.verify"
        yield _warning(verify_after_deploy.NAME, text, scope.release.manifest_path, remedy, step)
    elif isinstance(written, CommandCheck) and written.expect is None:
        text = f"the verify of {change.name} does not look at the version, so the old one passes it as well"
        remedy = "add expect: '{{ version }}'"
        yield _note(verify_after_deploy.NAME, text, scope.release.manifest_path, remedy, step)


def _migrations(scope: Scope, steps: Mapping[str, Step]) -> Iterator[PlanFinding]:
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
    stuck = cannot_stop(replace(part, stops=False), phase_of, by)
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
        yield _warning("answered-against-reading", text, line(migration.path), step=step)


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
        yield _note("point-of-no-return", text, line(migration.path), remedy, step)
    if scope.datastore(migration.datastore).backup is None:
        text = f"{migration.datastore} is changed for good, and no backup is taken before"
        remedy = f"add datastores.{migration.datastore}.backup"
        yield _warning("no-backup", text, scope.release.manifest_path, remedy)


def _outside(scope: Scope, item: PlannedMigration, step: str) -> Iterator[PlanFinding]:
    migration = item.migration
    if contract_last.NAME not in scope.off:
        for found in usage.evidence(scope, item):
            if found.still_used:
                where = f"{found.text} {'; '.join(found.hits[:3])}"
                text = f"{line(migration.id)} would break {found.service}. {where}"
                remedy = f"release {found.service} without it first, or leave {line(migration.id)} for a later release"
                yield PlanFinding("still-used", "error", text, found.source, remedy, step)
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
            yield _warning("writer-not-in-release", text, line(migration.path), remedy, step)


def _contracts(scope: Scope) -> Iterator[PlanFinding]:
    if contracts.CONSUMER_FIRST in scope.off:
        return
    for change in scope.contract_changes:
        if contracts.verdict(scope, change) != contracts.CONSUMER_FIRST:
            continue
        provider = scope.changes[change.provider]
        for name in sorted(set(change.consumers) - {change.provider}):
            consumer = scope.changes.get(name)
            if consumer is None or consumer.moves:
                continue
            text = (
                f"{new(provider)} changes {change.api} for consumers that moved first, and {old(consumer)} is not in "
                "the release"
            )
            remedy = f"release {name} first, or take {change.api} out of its consumes if it no longer uses it"
            level = "error" if change.kind == "removed" else "warning"
            step = scope.deploy(provider.name)
            yield PlanFinding("consumer-not-in-release", level, text, line(change.path), remedy, step)


def _unused_answers(scope: Scope) -> Iterator[PlanFinding]:
    """A verdict belongs to one change; left in the file it would be taken for the next change of that API."""
    changed = {change.api for change in scope.contract_changes}
    for change in scope.moving:
        for api in sorted({item.api for item in change.service.provides} - changed):
            answer = scope.release.answers.contracts.get(api)
            if answer is not None:
                text = (
                    f"{api} does not change in this release, and {line(answer.by)} answers that it does, "
                    f"{answer.verdict}: {line(answer.because)}"
                )
                remedy = f"take contract:{api} out of the answers before {api} changes again"
                yield _warning("unused-answer", text, remedy=remedy)


def _stale_answers(scope: Scope) -> Iterator[PlanFinding]:
    """Who answered saw something else than what is released."""
    for item in scope.release.stale_answers:
        text = f"{line(item.by)} answered {line(item.question)} ({item.said}) before {line(item.source)} was changed"
        remedy = "look at it again, and answer again"
        yield _warning("stale-answer", text, line(item.source), remedy)


def _lost(scope: Scope) -> Iterator[PlanFinding]:
    for change in scope.moving:
        if change.lost:
            subjects = "; ".join(line(commit.subject, longest=100) for commit in change.lost[:3])
            text = (
                f"{new(change)} leaves out {plural(len(change.lost), 'commit')} of what runs now: {subjects}"
            )
            remedy = f"merge them into what is released, unless {change.name} is meant to go back"
            yield _warning("lost-commits", text, None, remedy, scope.deploy(change.name))


def _untouched(scope: Scope) -> Iterator[PlanFinding]:
    """Of several services in one repository some move only because the others do."""
    for change in scope.moving:
        if not change.commits and not change.lost and change.service.path != ".":
            text = f"no commit of {new(change)} touches {line(change.service.path)}: it is deployed as it is"
            remedy = f"leave {change.name} out with --only, unless it uses what changed elsewhere"
            yield _note("nothing-changed", text, None, remedy, scope.deploy(change.name))


def _gaps(scope: Scope) -> Iterator[PlanFinding]:
    manifest, source = scope.release.manifest, scope.release.manifest_path
    if not scope.moving:
        return
    if not manifest.approvers and frame.GATE_BEFORE_IRREVERSIBLE not in scope.off:
        yield _note(
            "no-approvers", "nobody is named to approve: whoever runs the release decides alone", source
        )
    if manifest.announce is None and frame.ANNOUNCE not in scope.off:
        text = "no channel is named: a person tells whoever is concerned"
        yield _note("announce", text, source, "add announce.channel")


def _gave_way(item: Yielded) -> PlanFinding:
    gave, to = item.constraint, item.to
    derived = all(other.strength is Strength.HARD for other in to)
    way = "; ".join(f"{other.before} before {other.after}: {other.because}" for other in to[:3])
    text = line(f"{gave.before} before {gave.after} ({gave.because}) gives way to {way}", longest=1500)
    remedy = "" if derived else "the manifest's dependencies form a circle: mark one soft"
    return _note(dependency_first.NAME, text, gave.source, remedy, gave.after)


def _warning(
    rule: str, text: str, source: str | None = None, remedy: str = "", step: str | None = None
) -> PlanFinding:
    return PlanFinding(rule, "warning", text, source, remedy, step)


def _note(
    rule: str, text: str, source: str | None = None, remedy: str = "", step: str | None = None
) -> PlanFinding:
    return PlanFinding(rule, "note", text, source, remedy, step)
