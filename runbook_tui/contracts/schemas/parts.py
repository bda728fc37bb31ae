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
    old, new = _parts(pair.old), _parts(pair.new)
    added, removed = _without(new, old), _without(old, new)
    if added and not removed and old and run.same(pair.old, run.new.without(pair.new, added), pair.spot):
        _tell(pair, run, added[0], added=True)
    elif removed and not added and new and run.same(run.old.without(pair.old, removed), pair.new, pair.spot):
        _tell(pair, run, removed[0], added=False)
    prose = [_prose(shape) for shape in (pair.old, pair.new)]
    if len(prose[0]) != len(prose[1]):
        came = len(prose[1]) > len(prose[0])
        _tell(pair, run, prose[came][-1], added=came)


def _all(shape: Shape) -> list[Node]:
    return [item for found in shape.all("allOf") for item in found.elements()]


def _parts(shape: Shape) -> list[Node]:
    """Those that are references."""
    return [node for node in _all(shape) if reference_of(node) is not None]


def _prose(shape: Shape) -> list[Node]:
    """Those that say nothing of the value."""
    return [node for node in _all(shape) if isinstance(node.value, dict) and node.value.keys() <= PROSE]


def _without(nodes: list[Node], others: list[Node]) -> list[Node]:
    names = {reference_of(other) for other in others}
    return [node for node in nodes if reference_of(node) not in names]


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
