"""Steps before and after the changes: announcements, checks, backups, decisions, the last look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath

from runbook_tui.planning.commands import Names
from runbook_tui.planning.ids import ANNOUNCE_DONE, ANNOUNCE_START, GO_NO_GO, NO_RETURN, VERIFY_RELEASE
from runbook_tui.planning.rules import frame
from runbook_tui.planning.steps.drafting import (
    ANNOUNCE,
    BACKUP,
    DECISION,
    FINAL_CHECK,
    PREFLIGHT,
    Drafting,
    key,
    pager,
)
from runbook_tui.planning.words import bullets, line, new, old, paragraphs, plural
from runbook_tui.runbook.model import Kind, Risk, Step, StepPhase

_APPLIED = "runbook applied {{ manifest }} {{ datastore }}"
"""Asks a live database whether it is where ``deployed`` says."""

_TITLES = {
    "preflight": "Check that {} is reachable",
    "applied": "Check that {} has applied what runs now",
    "backup": "Back up {}",
}

OPERATOR = "operator"
"""Owner of the steps that belong to no team: whoever runs the release."""


def announcements(drafting: Drafting) -> Iterator[Step]:
    """Tell people at the start and at the end."""
    if frame.ANNOUNCE in drafting.scope.off:
        return
    system, moves = line(drafting.scope.release.manifest.system), _moves(drafting)
    begins = f"The release of {system} to {line(drafting.environment)} begins: {moves}. Please change nothing else."
    ends = f"The release of {system} to {line(drafting.environment)} is finished: {moves}."
    yield _announcement(
        drafting,
        begins,
        id=ANNOUNCE_START,
        title="Announce the start and freeze the branches",
        phase=StepPhase.PREPARE,
    )
    yield _announcement(drafting, ends, id=ANNOUNCE_DONE, title="Announce the end", phase=StepPhase.CLOSE)


def checks(drafting: Drafting) -> Iterator[Step]:
    """Preflights of services and data stores, and backups of the data stores that are migrated."""
    scope = drafting.scope
    for change in scope.moving:
        written = change.service.commands.preflight
        if written is not None:
            known = drafting.commands.names(change)
            yield Step.model_validate(
                {
                    **drafting.about(change),
                    "id": scope.ids.preflight(change.name),
                    "title": f"Check that {new(change)} can be deployed",
                    "kind": Kind.PREFLIGHT,
                    "phase": StepPhase.PREPARE,
                    "run": drafting.commands.shell(written, key(change, "preflight"), known),
                    "repeatable": True,
                    "estimate": PREFLIGHT,
                }
            )
    migrated = {item.migration.datastore for item in scope.migrations}
    for name in sorted(scope.release.manifest.datastores):
        store = scope.datastore(name)
        if store.check is not None and scope.moving_users(name):
            yield _datastore(drafting, "preflight", name, store.check)
        if store.url_env is not None and name in migrated:
            yield _datastore(drafting, "applied", name, _APPLIED)
        if store.backup is not None and name in migrated:
            yield _datastore(drafting, "backup", name, store.backup)


def decisions(drafting: Drafting, changes: Sequence[Step]) -> Iterator[Step]:
    """Go or no-go, and the approval before the point of no return if there is one.

    Args:
        drafting: the release.
        changes: every step that changes something.
    """
    if frame.GATE_BEFORE_IRREVERSIBLE in drafting.scope.off:
        return
    approvers = tuple(line(name) for name in drafting.scope.release.manifest.approvers)
    lasting = [f"{step.id}: {step.irreversible_because}" for step in changes if not step.reversible]
    environment = line(drafting.environment)
    services = plural(len(drafting.scope.moving), "service")
    migrations = plural(len(drafting.scope.migrations), "migration")
    yield Step(
        id=GO_NO_GO,
        title="Go or no-go",
        kind=Kind.GATE,
        phase=StepPhase.PREPARE,
        approve=paragraphs(
            f"Go ahead with {services} and {migrations} in {environment}? Is no incident open?",
            bullets([f"{old(change)} → {line(change.version)}" for change in drafting.scope.moving]),
            "This cannot be rolled back:\n" + bullets(lasting)
            if lasting
            else "Everything can be rolled back.",
        ),
        owner=OPERATOR,
        approvers=approvers,
        estimate=DECISION,
    )
    if lasting:
        yield Step(
            id=NO_RETURN,
            title="Point of no return",
            kind=Kind.GATE,
            phase=StepPhase.CONTRACT,
            approve=paragraphs(
                "Up to here the release can be rolled back. From here it can only go forward. Go on?",
                bullets(lasting),
            ),
            owner=OPERATOR,
            approvers=approvers,
            risk=Risk.HIGH,
            estimate=DECISION,
        )


def last_look(drafting: Drafting) -> Iterator[Step]:
    """The check of the release as a whole."""
    if frame.RELEASE_VERIFIED in drafting.scope.off:
        return
    running = bullets([new(change) for change in drafting.scope.moving])
    yield Step(
        id=VERIFY_RELEASE,
        title="Check the release as a whole",
        kind=Kind.VERIFY,
        phase=StepPhase.CLOSE,
        confirm=paragraphs(
            "Walk through what users do most, and compare error rates and latencies with those before the release.",
            f"Now running:\n{running}",
        ),
        owner=OPERATOR,
        repeatable=True,
        estimate=FINAL_CHECK,
    )


def _moves(drafting: Drafting) -> str:
    return line(", ".join(f"{old(change)} → {line(change.version)}" for change in drafting.scope.moving))


def _announcement(drafting: Drafting, message: str, **fields: object) -> Step:
    announce = drafting.scope.release.manifest.announce
    if announce is not None and announce.run is not None:
        action = {"run": drafting.commands.shell(announce.run, "announce.run", {"message": line(message)})}
        fields = {**fields, "directory": drafting.paths.beside_manifest()}
    else:
        where = f"in {line(announce.channel)}" if announce else "to everybody concerned"
        action = {"confirm": paragraphs(f"Say {where}:", message)}
    return Step.model_validate(
        {**fields, **action, "kind": Kind.ANNOUNCE, "owner": OPERATOR, "estimate": ANNOUNCE}
    )


def _datastore(drafting: Drafting, word: str, name: str, template: str) -> Step:
    scope = drafting.scope
    owner = next((user for user in scope.users(name) if user.access == "owner"), None)
    where = f"datastores.{name}.{'check' if word == 'preflight' else word}"
    known: Names = {"datastore": name}
    if word == "applied":
        known["manifest"] = PurePath(scope.release.manifest_path).name
    return Step.model_validate(
        {
            "id": scope.ids.datastore(word, name),
            "title": _TITLES[word].format(name),
            "kind": Kind.PREFLIGHT,
            "phase": StepPhase.PREPARE,
            "run": drafting.commands.shell(template, where, known),
            "directory": drafting.paths.beside_manifest(),
            "owner": line(owner.change.service.owner) if owner else OPERATOR,
            "pager": pager(scope, owner.change) if owner else None,
            "repeatable": True,
            "estimate": BACKUP if word == "backup" else PREFLIGHT,
        }
    )
