"""Facts that a reviewer of the plan must see, besides the order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from runbook_tui.catalog.model import CommandCheck
from runbook_tui.migrations.model import Level
from runbook_tui.planning.context import Scope
from runbook_tui.planning.contract_findings import contract_findings
from runbook_tui.planning.migration_findings import migration_findings
from runbook_tui.planning.model import PlanFinding, Strength, Yielded, note, warning
from runbook_tui.planning.rules import (
    dependency_first,
    frame,
    pinned,
    verify_after_deploy,
)
from runbook_tui.planning.words import line, names, new, old, plural
from runbook_tui.release.model import FollowUpState, ServiceChange
from runbook_tui.runbook.model import Step

FOLLOW_UP = "follow-up"
"""A release that an earlier split has left for later."""

_LEVELS = {Level.ERROR.value: 0, Level.WARNING.value: 1, Level.NOTE.value: 2}


def findings(scope: Scope, steps: Mapping[str, Step], yielded: Iterable[Yielded]) -> tuple[PlanFinding, ...]:
    """Everything worth saying: errors first, then by rule and text."""
    found = {
        *_scope(scope),
        *_catalogs(scope),
        *_switched_off(scope),
        *_pins(scope, steps),
        *_commands(scope),
        *migration_findings(scope, steps),
        *contract_findings(scope),
        *_stale_answers(scope),
        *_follow_ups(scope),
        *_lost(scope),
        *_untouched(scope),
        *_gaps(scope),
        *(_gave_way(item) for item in yielded),
    }

    def key(item: PlanFinding) -> tuple[int, str, str, str, str, str]:
        return (_LEVELS[item.level], item.rule, item.text, item.step or "", item.source or "", item.remedy)

    return tuple(sorted(found, key=key))


def _scope(scope: Scope) -> Iterator[PlanFinding]:
    if not scope.moving:
        text = "no service moves: every one already runs what is to be released"
        yield warning("nothing-moves", text, remedy="look at deployed and release in the manifest")
    elif scope.staying:
        yield note("unchanged", f"not in this release: {names((old(one) for one in scope.staying), most=40)}")


def _catalogs(scope: Scope) -> Iterator[PlanFinding]:
    """Defects of the catalogs that the manifest is filled from."""
    for defect in scope.release.catalog_defects:
        text = f"catalog: {line(defect.text)}"
        yield warning(
            f"catalog-{line(defect.rule)}",
            text,
            line(str(defect.place)),
            line(defect.remedy, otherwise=" ").strip(),
        )


def _switched_off(scope: Scope) -> Iterator[PlanFinding]:
    for name in sorted(scope.off):
        yield note("rule-off", f"{name} is switched off: {line(scope.release.manifest.rules[name].reason)}")


def _pins(scope: Scope, steps: Mapping[str, Step]) -> Iterator[PlanFinding]:
    source = scope.release.manifest_path
    asleep = [
        scope.ids.service(word, one.name) for one in scope.staying for word in ("deploy", "stop", "preflight")
    ]
    for pin in scope.release.manifest.pinned:
        if pin.before == pin.after:
            text = f"pinned: {line(pin.before)} cannot come before itself"
            yield warning(pinned.NAME, text, source, "name two different steps")
        for wanted in sorted({pin.before, pin.after} - set(steps)):
            text = f"pinned: there is no step {line(wanted)} in this plan ({line(pin.because)})"
            close = get_close_matches(wanted, sorted(steps), n=2)
            remedy = f"did you mean {' or '.join(close)}?" if close else ""
            yield (
                note(pinned.NAME, text, source)
                if wanted in asleep
                else warning(pinned.NAME, text, source, remedy)
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
            make = warning if {"deploy", "migrate", "stop"}.intersection(missing) else note
            yield make("command-missing", text, scope.release.manifest_path, remedy)
        if change.moves and verify_after_deploy.NAME not in scope.off:
            yield from _verification(scope, change)


def _verification(scope: Scope, change: ServiceChange) -> Iterator[PlanFinding]:
    written = change.service.commands.verify
    step = scope.deploy(change.name)
    if written is None:
        text = f"{change.name} has no verify: a person says whether {line(change.version)} is healthy"
        remedy = f"add services.{change.name}.commands.verify"
        yield warning(verify_after_deploy.NAME, text, scope.release.manifest_path, remedy, step)
    elif isinstance(written, CommandCheck) and written.expect is None:
        text = f"the verify of {change.name} does not look at the version, so the old one passes it as well"
        remedy = "add expect: '{{ version }}'"
        yield note(verify_after_deploy.NAME, text, scope.release.manifest_path, remedy, step)


def _stale_answers(scope: Scope) -> Iterator[PlanFinding]:
    """Who answered saw something else than what is released."""
    for item in scope.release.stale_answers:
        text = f"{line(item.by)} answered {line(item.question)} ({item.said}) before {line(item.source)} was changed"
        remedy = "look at it again, and answer again"
        yield warning("stale-answer", text, line(item.source), remedy)


def _follow_ups(scope: Scope) -> Iterator[PlanFinding]:
    """What earlier splits have left for later, until it runs."""
    for item in scope.release.follow_ups:
        title, source = line(item.title), scope.release.manifest_path
        left = f" Before that: {'; '.join(map(line, item.left))}." if item.left else ""
        goes = ", ".join(f"{name} to {sha[:12]}" for name, sha in sorted(item.targets.items()))
        if item.state is FollowUpState.INCLUDED:
            yield note(FOLLOW_UP, f"this release takes along what was left for later: {title}", source)
        elif item.state is FollowUpState.WAITING:
            text = f"left for later: {title} ({goes}), once what comes before it runs: {line(item.because)}.{left}"
            yield note(FOLLOW_UP, text, source)
        elif item.state is FollowUpState.DUE:
            text = f"still to be released: {title} ({goes}): {line(item.because)}.{left}"
            yield warning(FOLLOW_UP, text, source, "plan it with --next")
        else:
            text = f"left for later: {title} ({goes}), but its commits are not in the repositories any more"
            yield warning(FOLLOW_UP, text, source, "take it out of the follow-ups beside the manifest")


def _lost(scope: Scope) -> Iterator[PlanFinding]:
    for change in scope.moving:
        if change.lost:
            subjects = "; ".join(line(commit.subject, longest=100) for commit in change.lost[:3])
            text = (
                f"{new(change)} leaves out {plural(len(change.lost), 'commit')} of what runs now: {subjects}"
            )
            remedy = f"merge them into what is released, unless {change.name} is meant to go back"
            yield warning("lost-commits", text, None, remedy, scope.deploy(change.name))


def _untouched(scope: Scope) -> Iterator[PlanFinding]:
    """Of several services in one repository some move only because the others do."""
    for change in scope.moving:
        if not change.commits and not change.lost and change.service.path != ".":
            text = f"no commit of {new(change)} touches {line(change.service.path)}: it is deployed as it is"
            remedy = f"leave {change.name} out with --only, unless it uses what changed elsewhere"
            yield note("nothing-changed", text, None, remedy, scope.deploy(change.name))


def _gaps(scope: Scope) -> Iterator[PlanFinding]:
    manifest, source = scope.release.manifest, scope.release.manifest_path
    if not scope.moving:
        return
    if not manifest.approvers and frame.GATE_BEFORE_IRREVERSIBLE not in scope.off:
        yield note(
            "no-approvers", "nobody is named to approve: whoever runs the release decides alone", source
        )
    if manifest.announce is None and frame.ANNOUNCE not in scope.off:
        text = "no channel is named: a person tells whoever is concerned"
        yield note("announce", text, source, "add announce.channel")


def _gave_way(item: Yielded) -> PlanFinding:
    gave, to = item.constraint, item.to
    circle = any(other.strength is Strength.PREFERRED for other in to)
    way = "; ".join(f"{other.before} before {other.after}: {other.because}" for other in to[:3])
    text = line(f"{gave.before} before {gave.after} ({gave.because}) gives way to {way}", longest=1500)
    if gave.strength is Strength.LIKELY:
        remedy = f"look whether {gave.after.removeprefix('deploy-')} needs it; if it does, release it later"
        return warning(gave.rule, text, gave.source, remedy, gave.after)
    remedy = "the manifest's dependencies form a circle: mark one soft" if circle else ""
    return note(dependency_first.NAME, text, gave.source, remedy, gave.after)
