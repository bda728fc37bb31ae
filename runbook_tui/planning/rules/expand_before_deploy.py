"""The reader of a wider set of data first: here the data store reads what the code writes."""

from __future__ import annotations

from collections.abc import Iterator

from runbook_tui.migrations.model import Phase
from runbook_tui.planning import effects
from runbook_tui.planning.context import Context
from runbook_tui.planning.model import Constraint
from runbook_tui.planning.rules.evidence import constraint
from runbook_tui.planning.words import new

NAME = "expand-before-deploy"


def expand_before_deploy(context: Context) -> Iterator[Constraint]:
    """An expand migration precedes the deploy of every service in the release that uses its data store.

    New code may write or read what the migration adds, so the data store has to accept it first. Services that share
    the data store count as well, whoever owns the migration. A breaking migration is bound in this way too: its new
    form has to be there before the new code; what binds it the other way round is contract-last.
    """
    scope = context.scope
    for item in scope.migrations:
        if item.stopped or item.phase not in (Phase.EXPAND, Phase.BREAKING):
            continue
        effect = effects.widening(item.migration)
        for user in scope.moving_users(item.migration.datastore):
            if user.name == item.migration.service:
                because = f"{new(user.change)} expects {effect.phrase}"
            else:
                store = item.migration.datastore
                because = f"{new(user.change)} shares {store} and may use {effect.phrase}"
            yield constraint(scope.step_of(item), scope.deploy(user.name), NAME, because, effect.source)
