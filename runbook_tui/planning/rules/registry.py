"""All planning rules by name. A rule only ever adds constraints; the order is computed once from all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from inspect import getdoc

from runbook_tui.planning.context import Context
from runbook_tui.planning.graph import Graph
from runbook_tui.planning.model import Constraint
from runbook_tui.planning.rules import (
    backfill_position,
    contract_last,
    contracts,
    dependency_first,
    expand_before_deploy,
    frame,
    migration_history,
    one_writer,
    pinned,
    verify_after_deploy,
)

Derive = Callable[[Context], Iterable[Constraint]]
"""A rule that needs to know the release only."""

Join = Callable[[Context, Graph], Iterable[Constraint]]
"""A rule that joins steps to the graph that the rules before it made."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A named rule. ``derive`` runs before every ``join``; most rules have one of the two."""

    name: str
    derive: Derive | None = None
    join: Join | None = None

    @property
    def documentation(self) -> str:
        """What the rule demands and why."""
        return getdoc(self.derive or self.join) or ""


RULES = (
    Rule(frame.PREFLIGHT_FIRST, join=frame.preflight_first),
    Rule(expand_before_deploy.NAME, expand_before_deploy.expand_before_deploy),
    Rule(backfill_position.NAME, backfill_position.backfill_position),
    Rule(contract_last.NAME, contract_last.contract_last),
    Rule(migration_history.NAME, migration_history.migration_history),
    Rule(contracts.PROVIDER_FIRST, contracts.provider_first),
    Rule(contracts.CONSUMER_FIRST, contracts.consumer_first),
    Rule(dependency_first.NAME, dependency_first.dependency_first),
    Rule(one_writer.NAME, join=one_writer.one_writer),
    Rule(verify_after_deploy.NAME, verify_after_deploy.verify_after_deploy, frame.release_verified),
    Rule(frame.GATE_BEFORE_IRREVERSIBLE, join=frame.gate_before_irreversible),
    Rule(frame.ANNOUNCE, join=frame.announce),
    Rule(pinned.NAME, pinned.pinned),
)
"""In the order in which they are documented."""

JOINING = (
    one_writer.NAME,
    frame.GATE_BEFORE_IRREVERSIBLE,
    frame.PREFLIGHT_FIRST,
    verify_after_deploy.NAME,
    frame.ANNOUNCE,
)
"""The order in which rules join steps to the graph; each sees what those before it joined."""

NAMES = tuple(rule.name for rule in RULES)
"""The names by which the manifest switches rules off."""
