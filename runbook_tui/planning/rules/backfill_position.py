"""A backfill follows the code that writes both forms, unless triggers keep them in step."""

from __future__ import annotations

from collections.abc import Iterator

from runbook_tui.migrations.model import Phase
from runbook_tui.planning import effects
from runbook_tui.planning.context import Context
from runbook_tui.planning.migrations import PlannedMigration
from runbook_tui.planning.model import Constraint
from runbook_tui.planning.rules.evidence import constraint
from runbook_tui.planning.words import new, old

NAME = "backfill-position"


def backfill_position(context: Context) -> Iterator[Constraint]:
    """A backfill follows the deploy of every service in the release that writes to its data store.

    Rows that old code still writes after the backfill would be missed. That is ``backfill: after-deploy``, the
    default. With ``backfill: before-deploy`` triggers keep both forms in step, so the backfill precedes the deploy of
    every user, who then finds complete data. Where the tool can only apply it before an offline contract migration,
    it runs while everything is stopped: nothing writes the old form then.
    """
    for item in context.scope.migrations:
        if item.phase is Phase.BACKFILL:
            if item.stopped:
                yield from _while_stopped(context, item)
            elif context.scope.backfills_first(item.migration.datastore):
                yield from _before(context, item)
            else:
                yield from _after(context, item)


def _after(context: Context, item: PlannedMigration) -> Iterator[Constraint]:
    scope, effect = context.scope, effects.data(item.migration)
    for user in scope.moving_users(item.migration.datastore):
        if user.writes:
            because = (
                f"{new(user.change)} writes both forms; rows that {old(user.change)} wrote later would be missed by "
                f"{effect.phrase}"
            )
            yield constraint(scope.deploy(user.name), scope.step_of(item), NAME, because, effect.source)


def _before(context: Context, item: PlannedMigration) -> Iterator[Constraint]:
    scope, effect = context.scope, effects.data(item.migration)
    store = item.migration.datastore
    for user in scope.moving_users(store):
        because = (
            f"triggers keep both forms in step in {store} (backfill: before-deploy), so {new(user.change)} finds "
            f"complete data after {effect.phrase}"
        )
        yield constraint(scope.step_of(item), scope.deploy(user.name), NAME, because, effect.source)


def _while_stopped(context: Context, item: PlannedMigration) -> Iterator[Constraint]:
    scope, effect = context.scope, effects.data(item.migration)
    store = item.migration.datastore
    for user in scope.users(store):
        because = f"rows that {old(user.change)} writes to {store} would be missed by {effect.phrase}"
        yield constraint(
            scope.ids.service("stop", user.name), scope.step_of(item), NAME, because, effect.source
        )
