"""The writer of a narrower set of data first: every user of what disappears has to be gone."""

from __future__ import annotations

from collections.abc import Iterator

from runbook_tui.migrations.model import Phase
from runbook_tui.planning import effects, usage
from runbook_tui.planning.context import Context, User
from runbook_tui.planning.migrations import CONTRACT_LAST, PlannedMigration
from runbook_tui.planning.model import Constraint
from runbook_tui.planning.rules.evidence import constraint
from runbook_tui.planning.words import line, names, new, old

NAME = CONTRACT_LAST


def contract_last(context: Context) -> Iterator[Constraint]:
    """A contract migration follows the verified deploy of every service in the release that uses its data store.

    Code that runs now may still use what it drops or break what it forbids. That is ``contract: online``, the
    default. With ``contract: offline`` every user of the data store is stopped first and none is started before it
    is done: downtime. A user that is not in the release is searched at its running commit for the dropped names; the
    migration then waits for a person to decide on that evidence, and a name that is still used is an error.
    """
    for item in context.scope.migrations:
        if item.phase in (Phase.CONTRACT, Phase.BREAKING):
            yield from _while_stopped(context, item) if item.stopped else _online(context, item)
            gate = context.scope.ids.gate(item.migration)
            if context.has(gate):
                outside = names(one.service for one in usage.evidence(context.scope, item))
                because = f"{item.migration.datastore} is also used by {outside}, outside of this release"
                source = effects.narrowing(item.migration).source
                yield constraint(gate, context.scope.step_of(item), NAME, because, source)


def _online(context: Context, item: PlannedMigration) -> Iterator[Constraint]:
    scope, effect = context.scope, effects.narrowing(item.migration)
    for user in scope.moving_users(item.migration.datastore):
        version = line(user.change.version)
        because = f"{_relies(user, effect)}; {version} is deployed and verified first"
        yield constraint(scope.deploy(user.name), scope.step_of(item), NAME, because, effect.source)


def _while_stopped(context: Context, item: PlannedMigration) -> Iterator[Constraint]:
    scope, effect = context.scope, effects.narrowing(item.migration)
    step, store = scope.step_of(item), item.migration.datastore
    for user in scope.users(store):
        stopped = f"{_relies(user, effect)}; it is stopped first ({store} has contract: offline)"
        yield constraint(scope.ids.service("stop", user.name), step, NAME, stopped, effect.source)
        started = f"{new(user.change)} is started only when {line(item.migration.id)} is applied to {store}"
        word = "deploy" if user.change.moves else "start"
        yield constraint(step, scope.ids.service(word, user.name), NAME, started, effect.source)


def _relies(user: User, effect: effects.Effect) -> str:
    relies = "may still use" if effect.drops else "may not be ready for"
    return f"{old(user.change)} {relies} {effect.phrase}"
