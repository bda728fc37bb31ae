"""The parts of an ``allOf``. What they say is compared as one; here only which parts there are."""

from __future__ import annotations

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.documents.resolving import reference_of
from runbook_tui.contracts.model import Action, Effect, Kind
from runbook_tui.contracts.schemas.run import Pair, Run
from runbook_tui.contracts.schemas.shape import PROSE, Shape


def compare_parts(pair: Pair, run: Run) -> None:
    """Tell of named parts that came or went and only repeat what all others say, which stayed; and of mere prose.

    oasdiff takes a schema that a request has to satisfy besides for breaking all the same (request-body-all-of-added),
    and so do we: it may be checked by its name.
    """
    if run.is_trial or not (pair.old.keywords | pair.new.keywords) & {"allOf"}:
        return
    for node in _added(pair.old, pair.new):
        if run.same(pair.old, run.new.without(pair.new, [node]), pair.spot):
            _tell(pair, run, node, added=True)
    for node in _added(pair.new, pair.old):
        if run.same(run.old.without(pair.old, [node]), pair.new, pair.spot):
            _tell(pair, run, node, added=False)
    prose = [_prose(shape) for shape in (pair.old, pair.new)]
    if len(prose[0]) != len(prose[1]):
        came = len(prose[1]) > len(prose[0])
        _tell(pair, run, prose[came][-1], added=came)


def _added(old: Shape, new: Shape) -> list[Node]:
    """References in a list of one version that is longer than one of the other, and else the same."""
    before, after = _lists(old), _lists(new)
    gone = [each for each in before if each[0] not in [names for names, _ in after]]
    come = [each for each in after if each[0] not in [names for names, _ in before]]
    found: list[Node] = []
    for names, nodes in come:
        shorter = next((other for other, its in gone if other < names and len(its) < len(nodes)), None)
        if shorter is not None:
            found += [node for node in nodes if reference_of(node) in names - shorter]
    return found


def _lists(shape: Shape) -> list[tuple[set[str], list[Node]]]:
    """Each ``allOf`` that has references: their names, and all its parts."""
    lists = [each.elements() for each in shape.all("allOf")]
    named = [({name for node in nodes if (name := reference_of(node)) is not None}, nodes) for nodes in lists]
    return [(names, nodes) for names, nodes in named if names]


def _prose(shape: Shape) -> list[Node]:
    """Parts that say nothing of the value."""
    found = [item for each in shape.all("allOf") for item in each.elements()]
    return [node for node in found if isinstance(node.value, dict) and node.value.keys() <= PROSE]


def _tell(pair: Pair, run: Run, node: Node, *, added: bool) -> None:
    spot = pair.spot
    prose = reference_of(node) is None
    effect = None
    if spot.request and not prose:
        effect = Effect.NARROWS if added else Effect.WIDENS
    name = (reference_of(node) or "").rpartition("/")[2] or "a schema"
    text = f"{'adds' if added else 'removes'} {name} {'to' if added else 'from'} what {spot} has to satisfy"
    suffix = f"all-of-{'added' if added else 'removed'}{'-annotation-only' if prose else ''}"
    action = Action.ADD if added else Action.REMOVE
    run.tell(spot, spot.rule(suffix), Kind.STRUCTURE, action, effect, at=node, text=text)
