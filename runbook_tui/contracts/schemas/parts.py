"""The parts of an ``allOf``. What they say is compared as one; here only which parts there are."""

from __future__ import annotations

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.documents.resolving import reference_of
from runbook_tui.contracts.model import Action, Effect, Kind
from runbook_tui.contracts.schemas.run import Pair, Run
from runbook_tui.contracts.schemas.shape import PROSE, Shape


def compare_parts(pair: Pair, run: Run) -> None:
    """Tell of parts that came or went while all others stayed, where nothing else tells of them.

    Such a part repeats what others say, or only has prose. oasdiff takes a schema that a request has to satisfy besides
    for breaking all the same (request-body-all-of-added), and so do we: it may be checked by its name. A part that
    moved from the schema itself into an ``allOf`` is no such thing.
    """
    if run.is_trial:
        return
    old, new = _parts(pair.old), _parts(pair.new)
    added, removed = _without(new, old), _without(old, new)
    if bool(added) == bool(removed):
        return
    changed = added or removed
    prose = all(_is_prose(node) for node in changed)
    others = old if added else new
    if not prose and (not others or run.relation(tuple(pair.old.parts), tuple(pair.new.parts), pair.spot)):
        return
    _tell(pair, run, changed[0], added=bool(added), prose=prose)


def _parts(shape: Shape) -> list[Node]:
    return [
        item for part in shape.parts if (found := part.get("allOf")) is not None for item in found.elements()
    ]


def _without(nodes: list[Node], others: list[Node]) -> list[Node]:
    """Those that are not among the others: by reference, or as they are written."""
    names = {reference_of(other) for other in others}
    values = [other.value for other in others]
    return [
        node
        for node in nodes
        if (reference_of(node) not in names if reference_of(node) is not None else node.value not in values)
    ]


def _is_prose(node: Node) -> bool:
    return reference_of(node) is None and all(key in PROSE for key, _ in node.items())


def _tell(pair: Pair, run: Run, node: Node, *, added: bool, prose: bool) -> None:
    spot = pair.spot
    effect = None
    if spot.request and not prose:
        effect = Effect.NARROWS if added else Effect.WIDENS
    name = (reference_of(node) or "").rpartition("/")[2] or "a schema"
    text = f"{'adds' if added else 'removes'} {name} {'to' if added else 'from'} what {spot} has to satisfy"
    suffix = f"all-of-{'added' if added else 'removed'}{'-annotation-only' if prose else ''}"
    action = Action.ADD if added else Action.REMOVE
    run.tell(spot, spot.rule(suffix), Kind.STRUCTURE, action, effect, at=node, text=text)
