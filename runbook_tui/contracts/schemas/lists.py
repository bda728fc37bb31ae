"""Lists: their items, tuples, and what they have to contain."""

from __future__ import annotations

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.model import Action, Effect, Kind
from runbook_tui.contracts.schemas.limits import number_of
from runbook_tui.contracts.schemas.members import compare_rest
from runbook_tui.contracts.schemas.run import Pair, Run
from runbook_tui.contracts.schemas.shape import Nodes, Shape


def compare_lists(pair: Pair, run: Run) -> None:
    """Tell how what a list may hold differs."""
    _compare_positions(pair, run)
    old, new = _items(pair.old), _items(pair.new)
    if old and new:
        run.descend(old, new, pair.spot.items())
    elif old or new:
        _tell_items(pair, run, old, new)
    compare_rest(
        pair, run, "unevaluatedItems", "unevaluated-items", "items that no part of the schema describes"
    )
    _compare_contains(pair, run)


def _positions(shape: Shape) -> list[Node]:
    """The schemas of a tuple; until draft 2019-09 they are a list in ``items``."""
    for keyword in ("prefixItems", "items"):
        for found in shape.all(keyword):
            if isinstance(found.value, list):
                return found.elements()
    return []


def _items(shape: Shape) -> Nodes:
    """All that holds for the items (of a tuple: the further ones); empty where anything does."""
    found = [node for node in shape.all("items") if not isinstance(node.value, list)]
    if len(found) < len(shape.all("items")):
        found += shape.all("additionalItems")
    return tuple(
        node for node in found if node.value is False or (isinstance(node.value, dict) and node.value)
    )


def _compare_positions(pair: Pair, run: Run) -> None:
    """A position that is added lets a message have more, as a property does."""
    spot = pair.spot
    old, new = _positions(pair.old), _positions(pair.new)
    for before, after in zip(old, new, strict=False):
        run.descend((before,), (after,), spot.items())
    for node in new[len(old) :]:
        text = f"adds a position to {spot}"
        rule = spot.rule("prefix-items-added")
        run.tell(spot, rule, Kind.STRUCTURE, Action.ADD, Effect.WIDENS, at=node, text=text)
    for node in old[len(new) :]:
        text = f"removes a position from {spot}"
        rule = spot.rule("prefix-items-removed")
        run.tell(spot, rule, Kind.STRUCTURE, Action.REMOVE, Effect.NARROWS, at=node, text=text)


def _tell_items(pair: Pair, run: Run, old: Nodes, new: Nodes) -> None:
    spot = pair.spot.items()
    narrows = bool(new)
    effect = Effect.NARROWS if narrows else Effect.WIDENS
    action = Action.SPECIALIZE if narrows else Action.GENERALIZE
    suffix = "type-generalized" if not narrows else "type-changed" if spot.request else "type-specialized"
    text = f"{'limits' if narrows else 'no longer limits'} what {spot} may be"
    run.tell(spot, spot.rule(suffix), Kind.TYPE, action, effect, at=(new or old)[0], text=text)


def _compare_contains(pair: Pair, run: Run) -> None:
    spot = pair.spot
    old, new = pair.old.first("contains"), pair.new.first("contains")
    if new is not None and old is None:
        text = f"requires certain items in {spot}"
        run.tell(
            spot, spot.rule("contains-added"), Kind.STRUCTURE, Action.ADD, Effect.NARROWS, at=new, text=text
        )
    elif old is not None and new is None:
        text = f"no longer requires certain items in {spot}"
        rule = spot.rule("contains-removed")
        run.tell(spot, rule, Kind.STRUCTURE, Action.REMOVE, Effect.WIDENS, at=old, text=text)
    elif old is not None and new is not None:
        run.descend((old,), (new,), spot.items())
        for keyword, rule, least in (
            ("minContains", "min-contains", 1.0),
            ("maxContains", "max-contains", None),
        ):
            _compare_count(pair, run, keyword, rule, least)


def _compare_count(pair: Pair, run: Run, keyword: str, rule: str, unsaid: float | None) -> None:
    spot = pair.spot
    nodes = (pair.old.first(keyword), pair.new.first(keyword))
    old, new = (number_of(node) if node is not None else unsaid for node in nodes)
    upper = keyword.startswith("max")
    if old == new:
        return
    limit = float("inf") if upper else 0.0
    more = (limit if new is None else new) > (limit if old is None else old)
    effect = Effect.WIDENS if more == upper else Effect.NARROWS
    action = Action.INCREASE if more else Action.DECREASE
    least = "most" if upper else "least"
    text = f"{'raises' if more else 'lowers'} how many of certain items {spot} has to have at {least}"
    suffix = f"{rule}-{'increased' if more else 'decreased'}"
    node = nodes[1] or nodes[0] or pair.new.node
    run.tell(spot, spot.rule(suffix), Kind.CONSTRAINTS, action, effect, at=node, text=text)
