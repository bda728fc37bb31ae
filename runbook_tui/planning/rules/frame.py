"""What stands around the changes: checks and decisions before them, the closing after them.

These rules look at the graph that the others made and join their steps to its ends, so that a step waits for the
gate and not once more for every check behind it.
"""

from __future__ import annotations

from collections.abc import Iterator

from runbook_tui.planning.context import Context
from runbook_tui.planning.graph import Graph
from runbook_tui.planning.ids import ANNOUNCE_DONE, ANNOUNCE_START, GO_NO_GO, NO_RETURN, VERIFY_RELEASE
from runbook_tui.planning.model import Constraint
from runbook_tui.planning.rules.evidence import constraint
from runbook_tui.runbook.model import Kind, StepPhase

PREFLIGHT_FIRST = "preflight-first"
GATE_BEFORE_IRREVERSIBLE = "gate-before-irreversible"
ANNOUNCE = "announce"
RELEASE_VERIFIED = "verify-after-deploy"


def gate_before_irreversible(context: Context, graph: Graph) -> Iterator[Constraint]:
    """Go or no-go before the first change, and an approval right before the point of no return.

    The approval waits for everything that can be rolled back and does not itself follow a step that cannot: as long
    as something may still fail, the way back is open. Where services are stopped for such a step, it comes before that:
    nobody waits for an approval during the downtime.
    """
    if context.has(NO_RETURN):
        yield from _before_no_return(context, graph)
    if context.has(GO_NO_GO):
        because = "nothing is changed before the decision to go"
        for step in _first_changes(context, graph):
            yield constraint(GO_NO_GO, step, GATE_BEFORE_IRREVERSIBLE, because)


def _before_no_return(context: Context, graph: Graph) -> Iterator[Constraint]:
    lasting = {step for step in _changes(context) if not context.steps[step].reversible}
    committed = lasting | {step for step in _stops(context) if lasting & graph.reached([step])}
    behind = graph.reached([*committed, NO_RETURN])
    before = set(_changes(context)) - committed - behind - {NO_RETURN}
    for step in graph.last(before):
        because = (
            f"{step} may still fail, and the way back is open only until the first step that cannot be undone"
        )
        yield constraint(step, NO_RETURN, GATE_BEFORE_IRREVERSIBLE, because)
    for step in graph.first(committed - graph.reached(committed)):
        why = context.steps[step].irreversible_because
        because = (
            f"somebody approves what is done for good: {why}"
            if why
            else "nobody waits for an approval while services are down"
        )
        yield constraint(NO_RETURN, step, GATE_BEFORE_IRREVERSIBLE, because)


def _stops(context: Context) -> list[str]:
    return [context.scope.ids.service("stop", name) for name in context.scope.stopped]


def preflight_first(context: Context, graph: Graph) -> Iterator[Constraint]:
    """Every preflight, and every backup, precedes the first change: of a schema, of a service.

    The decision to go waits for all of them. A data store is backed up only after its own check has passed.
    """
    yield from _checked_before_backup(context)
    if context.has(GO_NO_GO):
        following = [GO_NO_GO]
        because = "the decision to go needs the result of every check"
    else:
        following = _first_changes(context, graph)
        because = "every check passes before the first change"
    checks = [step.id for step in context.steps.values() if step.kind is Kind.PREFLIGHT]
    backed_up = {item.before for item in _checked_before_backup(context)}
    for check in sorted(set(checks) - backed_up):
        for step in following:
            yield constraint(check, step, PREFLIGHT_FIRST, because)


def _checked_before_backup(context: Context) -> Iterator[Constraint]:
    scope = context.scope
    for store in sorted(scope.release.manifest.datastores):
        check, backup = (scope.ids.datastore(word, store) for word in ("preflight", "backup"))
        if context.has(check) and context.has(backup):
            yield constraint(check, backup, PREFLIGHT_FIRST, f"{store} is reachable before it is backed up")


def release_verified(context: Context, graph: Graph) -> Iterator[Constraint]:
    """The release as a whole is checked when nothing else is left to do; part of verify-after-deploy."""
    if context.has(VERIFY_RELEASE):
        because = "the release is checked as a whole when every change is made"
        for step in graph.last(_changes(context)):
            yield constraint(step, VERIFY_RELEASE, RELEASE_VERIFIED, because)


def announce(context: Context, graph: Graph) -> Iterator[Constraint]:
    """People are told, and the branches frozen, before anything else; the end is announced when all is done."""
    others = set(context.steps) - {ANNOUNCE_START, ANNOUNCE_DONE}
    if context.has(ANNOUNCE_START):
        for step in graph.first(others):
            yield constraint(ANNOUNCE_START, step, ANNOUNCE, "people know of the release before it begins")
    if context.has(ANNOUNCE_DONE):
        for step in graph.last(others):
            yield constraint(step, ANNOUNCE_DONE, ANNOUNCE, "the end is announced when everything is done")


def _changes(context: Context) -> list[str]:
    """Everything between the preparation and the closing."""
    around = (StepPhase.PREPARE, StepPhase.CLOSE)
    return [step.id for step in context.steps.values() if step.phase not in around]


def _first_changes(context: Context, graph: Graph) -> list[str]:
    """Changes that wait for no other change; with what :func:`gate_before_irreversible` itself has added."""
    if context.has(NO_RETURN):
        graph = Graph(graph.nodes, [*graph.constraints, *_before_no_return(context, graph)])
    return graph.first(_changes(context))
