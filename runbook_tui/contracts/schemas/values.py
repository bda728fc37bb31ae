"""Enumerations, constants and defaults."""

from __future__ import annotations

import json

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.model import Action, Effect, Kind
from runbook_tui.contracts.schemas.run import Pair, Run
from runbook_tui.contracts.schemas.shape import Shape
from runbook_tui.contracts.schemas.spot import Spot
from runbook_tui.contracts.schemas.words import shown

EXTENSIBLE = "x-extensible-enum"
"""A list of values that may grow: readers have to expect others
(https://opensource.zalando.com/restful-api-guidelines/#112)."""


Values = dict[str, Node]
"""Values by their JSON text, each with its place."""


def listed(shape: Shape) -> Values | None:
    """The values that an ``enum`` or ``const`` allows, without null; None where there is neither."""
    found: Values | None = None
    for node in shape.all("enum"):
        if isinstance(node.value, list):
            found = _meet(found, node.elements())
    for node in shape.all("const"):
        found = _meet(found, [node])
    return found


def _meet(known: Values | None, nodes: list[Node]) -> Values:
    added = {_key(node.value): node for node in nodes if node.value is not None}
    return added if known is None else {key: node for key, node in known.items() if key in added}


def _key(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    try:
        return json.dumps(value, sort_keys=True)
    except (ValueError, RecursionError):
        return repr(type(value))


def compare_values(pair: Pair, run: Run) -> None:
    """Tell how the listed values differ."""
    old, new = listed(pair.old), listed(pair.new)
    if old is not None and new is not None:
        if (
            pair.old.first("const")
            and pair.new.first("const")
            and old
            and new
            and not old.keys() & new.keys()
        ):
            _tell_constant(pair, run, "changed", Effect.NEITHER)
        else:
            _tell_members(pair.spot, run, old, new)
    elif new is not None:
        if pair.new.first("const"):
            _tell_constant(pair, run, "added", Effect.NARROWS)
        else:
            _tell_whole(pair, run, pair.new, "became-enum", Effect.NARROWS)
    elif old is not None:
        if pair.old.first("const"):
            _tell_constant(pair, run, "removed", Effect.WIDENS)
        else:
            _tell_whole(pair, run, pair.old, "enum-removed", Effect.WIDENS)
    _compare_extensible(pair, run)
    _compare_default(pair, run)


def _tell_members(spot: Spot, run: Run, old: Values, new: Values) -> None:
    ways = (
        (old, new, "adds the value {} to", "enum-value-added", Action.ADD, Effect.WIDENS),
        (new, old, "removes the value {} from", "enum-value-removed", Action.REMOVE, Effect.NARROWS),
    )
    for without, having, words, rule, action, effect in ways:
        for key, node in having.items():
            if key not in without:
                text = f"{words.format(shown(node.value))} {spot}"
                names = _names(spot, node)
                run.tell(spot, spot.rule(rule), Kind.VALUES, action, effect, at=node, text=text, names=names)


def _names(spot: Spot, node: Node) -> tuple[str, ...]:
    value = node.value
    return (value, *spot.names) if isinstance(value, str) and value.isidentifier() else spot.names


def _tell_whole(pair: Pair, run: Run, shape: Shape, suffix: str, effect: Effect) -> None:
    spot = pair.spot
    node = shape.first("enum") or shape.node
    added = effect is Effect.NARROWS
    text = (
        f"allows only listed values for {spot}" if added else f"allows values that are not listed for {spot}"
    )
    action = Action.SPECIALIZE if added else Action.GENERALIZE
    run.tell(spot, spot.rule(suffix), Kind.VALUES, action, effect, at=node, text=text)


def _tell_constant(pair: Pair, run: Run, what: str, effect: Effect) -> None:
    spot = pair.spot
    old, new = pair.old.first("const"), pair.new.first("const")
    action = {"added": Action.ADD, "removed": Action.REMOVE}.get(what, Action.CHANGE)
    if old is not None and new is not None:
        text = f"changes the only value of {spot} from {shown(old.value)} to {shown(new.value)}"
    elif new is not None:
        text = f"allows only the value {shown(new.value)} for {spot}"
    else:
        text = f"allows other values than {shown(old.value if old else None)} for {spot}"
    run.tell(
        spot,
        spot.rule(f"const-{what}"),
        Kind.VALUES,
        action,
        effect,
        at=new or old or pair.new.node,
        text=text,
    )


def _compare_extensible(pair: Pair, run: Run) -> None:
    spot = pair.spot
    found = [shape.first(EXTENSIBLE) for shape in (pair.old, pair.new)]
    old, new = (_meet(None, node.elements()) if node is not None else None for node in found)
    if old is None or new is None:
        return
    for key, node in old.items():
        if key not in new:
            text = f"removes the value {shown(node.value)} from the extensible list of {spot}"
            rule = spot.rule("x-extensible-enum-value-removed")
            effect = Effect.NARROWS if spot.request else None
            run.tell(
                spot, rule, Kind.VALUES, Action.REMOVE, effect, at=node, text=text, names=_names(spot, node)
            )
    for key, node in new.items():
        if key not in old:
            text = f"adds the value {shown(node.value)} to the extensible list of {spot}"
            rule = spot.rule("x-extensible-enum-value-added")
            effect = Effect.WIDENS if spot.request else None
            run.tell(
                spot, rule, Kind.VALUES, Action.ADD, effect, at=node, text=text, names=_names(spot, node)
            )


def _compare_default(pair: Pair, run: Run) -> None:
    """Defaults change no legal message. Who leaves a parameter out relies on its default, though: they go first."""
    spot = pair.spot
    old, new = pair.old.first("default"), pair.new.first("default")
    if old is None and new is None:
        return
    if old is not None and new is not None and _key(old.value) == _key(new.value):
        return
    what = "changed" if old is not None and new is not None else "added" if new is not None else "removed"
    if old is not None and new is not None:
        text = f"changes the default of {spot} from {shown(old.value)} to {shown(new.value)}"
    elif new is not None:
        text = f"gives {spot} the default {shown(new.value)}"
    else:
        text = f"removes the default {shown(old.value if old else None)} of {spot}"
    relied = spot.subject == "request-parameter" and not spot.path
    action = {"added": Action.ADD, "removed": Action.REMOVE}.get(what, Action.CHANGE)
    effect = Effect.NARROWS if relied else None
    node = new or old or pair.new.node
    run.tell(spot, spot.rule(f"default-value-{what}"), Kind.VALUES, action, effect, at=node, text=text)
