"""Steps that change what runs: deploy, and stop and start around an offline contract migration."""

from __future__ import annotations

from collections.abc import Iterator

from runbook_tui.planning import neighbours
from runbook_tui.planning.rules.verify_after_deploy import NAME as VERIFY_AFTER_DEPLOY
from runbook_tui.planning.steps import contracts
from runbook_tui.planning.steps.drafting import DEPLOY, STOP, VERIFY, Drafting, key, sha
from runbook_tui.planning.words import line, names, new, old, paragraphs, plural
from runbook_tui.release.model import ServiceChange
from runbook_tui.runbook.model import Check, Kind, Risk, Step, StepPhase

_MOST_CRITICAL = 1
"""Tiers up to this one make a deploy a high risk."""


def deploys(drafting: Drafting) -> Iterator[Step]:
    """One step for each service that moves."""
    for change in drafting.scope.moving:
        by_hand = f"Deploy {old(change)} ({sha(change.base.sha)}) again, and check that it is healthy."
        yield _deploy(
            drafting,
            change,
            id=drafting.scope.deploy(change.name),
            title=f"Deploy {new(change)}",
            description=paragraphs(
                f"{old(change)} ({sha(change.base.sha)}) becomes {line(change.version)} ({sha(change.target.sha)}): "
                f"{plural(len(change.commits), 'commit')}.",
                *contracts.told(drafting.scope, change),
            ),
            rollback=drafting.back(change, by_hand),
        )


def offline(drafting: Drafting) -> Iterator[Step]:
    """Stop every user of a data store that is migrated offline; start again those that are not in the release."""
    for name, stores in drafting.scope.stopped.items():
        change = drafting.scope.changes[name]
        commands = change.service.commands
        why = f"{names(stores)} is migrated with every user stopped (contract: offline). The downtime begins here."
        action: dict[str, object] = {
            "confirm": f"Stop every process of {old(change)}, and check that none is left."
        }
        if commands.stop is not None:
            names_known = drafting.commands.names(change)
            action = {"run": drafting.commands.shell(commands.stop, key(change, "stop"), names_known)}
        yield Step.model_validate(
            {
                **drafting.about(change),
                **action,
                "id": drafting.scope.ids.service("stop", change.name),
                "title": f"Stop {old(change)}",
                "description": why,
                "kind": Kind.DEPLOY,
                "phase": StepPhase.CONTRACT,  # shown late, so that the downtime is short
                "rollback": drafting.back(change, f"Start {old(change)} again."),
                "repeatable": True,
                "risk": Risk.HIGH,
                "estimate": STOP,
            }
        )
        if not change.moves:
            yield _deploy(
                drafting,
                change,
                id=drafting.scope.ids.service("start", change.name),
                title=f"Start {old(change)} again",
                description=f"It is not in the release and was stopped while {names(stores)} was migrated.",
            )


def neighbour_checks(drafting: Drafting) -> Iterator[Step]:
    """Check services that stay but use one that moves, where the manifest says how."""
    scope = drafting.scope
    if VERIFY_AFTER_DEPLOY in scope.off:
        return
    for change in scope.staying:
        uses = neighbours.moved(scope, change)
        check = drafting.verify(change, before=True) if uses and change.name not in scope.stopped else None
        if check is not None:
            yield Step.model_validate(
                {
                    **drafting.about(change),
                    **check.model_dump(include={"run", "http", "expect"}, exclude_none=True),
                    "id": scope.ids.service("verify", change.name),
                    "title": f"Check that {old(change)} works with {names(new(other) for other in uses)}",
                    "kind": Kind.VERIFY,
                    "phase": StepPhase.DEPLOY,
                    "repeatable": True,
                    "estimate": VERIFY,
                }
            )


def _deploy(drafting: Drafting, change: ServiceChange, **fields: object) -> Step:
    commands = change.service.commands
    action: dict[str, object] = {"confirm": f"Deploy {new(change)}, commit {sha(change.target.sha)}."}
    if commands.deploy is not None:
        command = drafting.commands.shell(
            commands.deploy, key(change, "deploy"), drafting.commands.names(change)
        )
        action = {"run": command}
    verify = None
    if VERIFY_AFTER_DEPLOY not in drafting.scope.off:
        asked = f"Is {change.name} healthy, and does it say that it is version {line(change.version)}?"
        verify = drafting.verify(change) or Check(confirm=asked)
    estimate = drafting.commands.duration(change.service.estimate, f"services.{change.name}.estimate")
    tier = change.service.tier
    return Step.model_validate(
        {
            **drafting.about(change),
            **action,
            **fields,
            "kind": Kind.DEPLOY,
            "phase": StepPhase.DEPLOY,
            "verify": verify,
            "repeatable": True,
            "risk": Risk.HIGH if tier is not None and tier <= _MOST_CRITICAL else Risk.MEDIUM,
            "estimate": DEPLOY if estimate is None else estimate,
        }
    )
