"""Lengths, ranges, counts and patterns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isnan

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.model import Action, Direction, Effect, Kind
from runbook_tui.contracts.schemas.kinds import Kinds, kinds_of
from runbook_tui.contracts.schemas.run import Pair, Run
from runbook_tui.contracts.schemas.shape import Shape, Shapes
from runbook_tui.contracts.schemas.spot import Spot
from runbook_tui.contracts.schemas.words import shown

_COUNTS = (
    ("string", "minLength", "min-length", "length"),
    ("string", "maxLength", "max-length", "length"),
    ("array", "minItems", "min-items", "number of items"),
    ("array", "maxItems", "max-items", "number of items"),
    ("object", "minProperties", "min-properties", "number of properties"),
    ("object", "maxProperties", "max-properties", "number of properties"),
)
_ANYTHING = re.compile(r"(\^?(\.\*|\[\\s\\S\]\*|\(\.\*\))\$?)?|\^\$?\.\*")


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit: what it is, whether it is itself allowed, and where it is said."""

    value: float
    exclusive: bool
    node: Node
    """Where it is said, with the figure as it is written."""


def compare_limits(pair: Pair, run: Run, shared: Kinds) -> None:
    """Tell how the limits differ that hold for the types of both versions."""
    for kind, keyword, rule, words in _COUNTS:
        if kind in shared:
            upper = keyword.startswith("max")
            old, new = (_count(shape, keyword, upper) for shape in (pair.old, pair.new))
            _compare_bound(pair.spot, run, (old, new), rule, words)
    if shared & {"number", "integer"}:
        whole = _is_whole(pair.old, run.old) and _is_whole(pair.new, run.new)
        for upper, rule in ((False, "min"), (True, "max")):
            old, new = (_range(shape, upper, whole) for shape in (pair.old, pair.new))
            _compare_bound(pair.spot, run, (old, new), rule, "value")
        _compare_multiple(pair, run)
    if "array" in shared:
        _compare_unique(pair, run)
    if "string" in shared:
        _compare_pattern(pair, run)


def _is_whole(shape: Shape, shapes: Shapes) -> bool:
    return kinds_of(shape, shapes) == frozenset({"integer"})


def number_of(node: Node | None) -> float | None:
    """The number that a node is; None where it is none."""
    value = node.value if node is not None else None
    if not isinstance(value, (int, float)) or isinstance(value, bool) or isnan(value):
        return None
    return value


def _count(shape: Shape, keyword: str, upper: bool) -> Bound | None:
    found = [(number, node) for node in shape.all(keyword) if (number := number_of(node)) is not None]
    if not found:
        return None
    number, node = (min if upper else max)(found, key=lambda each: each[0])
    return None if not upper and number <= 0 else Bound(number, False, node)


def _range(shape: Shape, upper: bool, whole: bool) -> Bound | None:
    """The tightest bound; a flag beside it (until draft 4) or a number of its own may make it exclusive."""
    plain, strict = ("maximum", "exclusiveMaximum") if upper else ("minimum", "exclusiveMinimum")
    found: list[Bound] = []
    for part in shape.parts:
        node, own = part.get(plain), part.get(strict)
        number, other = number_of(node), number_of(own)
        if node is not None and number is not None:
            found.append(_whole(Bound(number, own is not None and own.value is True, node), upper, whole))
        if own is not None and other is not None:
            found.append(_whole(Bound(other, True, own), upper, whole))
    if not found:
        return None
    return (min if upper else max)(found, key=lambda each: (each.value, each.exclusive != upper))


def _whole(bound: Bound, upper: bool, whole: bool) -> Bound:
    """For integers, less than 10 is the same as at most 9."""
    if not whole or not bound.exclusive or bound.value % 1:
        return bound
    return Bound(bound.value - 1 if upper else bound.value + 1, False, bound.node)


def _compare_bound(
    spot: Spot, run: Run, bounds: tuple[Bound | None, Bound | None], name: str, words: str
) -> None:
    old, new = bounds
    if old is None and new is None:
        return
    upper = name.startswith("max")
    word = "most" if upper else "least"
    rule = name
    if name in ("min", "max") and any(bound is not None and _is_strict(bound) for bound in bounds):
        rule = f"exclusive-{name}"
    if old is None or new is None:
        bound = new or old
        effect = Effect.NARROWS if new else Effect.WIDENS
        action = Action.SPECIALIZE if new else Action.GENERALIZE
        text = f"{'limits' if new else 'no longer limits'} the {words} of {spot} to at {word} {_shown(bound)}"
        suffix = f"{rule}-{'set' if new else 'unset'}"
    else:
        order = _order(new, upper) - _order(old, upper) if new.value == old.value else new.value - old.value
        if order == 0:
            return
        more = order > 0
        effect = Effect.WIDENS if more == upper else Effect.NARROWS
        action = Action.INCREASE if more else Action.DECREASE
        text = f"{'raises' if more else 'lowers'} the {'largest' if upper else 'smallest'} {words} of {spot} "
        text += f"from {_shown(old)} to {_shown(new)}"
        suffix = f"{rule}-{'increased' if more else 'decreased'}"
    node = new.node if new is not None else old.node if old is not None else None
    if node is not None:
        run.tell(spot, spot.rule(suffix), Kind.CONSTRAINTS, action, effect, at=node, text=text)


def _order(bound: Bound, upper: bool) -> int:
    """Of two equal figures, the one that is itself allowed is the larger maximum and the smaller minimum."""
    return int(bound.exclusive) * (-1 if upper else 1)


def _shown(bound: Bound | None) -> str:
    if bound is None:
        return ""
    return f"{shown(bound.node.value)} (exclusive)" if _is_strict(bound) else shown(bound.node.value)


def _is_strict(bound: Bound) -> bool:
    """Whether it is written as a limit that is itself not allowed."""
    return bound.exclusive or bound.node.key.startswith("exclusive")


def _compare_multiple(pair: Pair, run: Run) -> None:
    spot = pair.spot
    nodes = (pair.old.first("multipleOf"), pair.new.first("multipleOf"))
    old, new = (number_of(node) or None for node in nodes)
    if old == new:
        return
    if new is None or (old is not None and _divides(new, old)):
        effect, action = Effect.WIDENS, Action.GENERALIZE
    elif old is None or _divides(old, new):
        effect, action = Effect.NARROWS, Action.SPECIALIZE
    else:
        effect, action = Effect.NEITHER, Action.CHANGE
    text = f"changes what {spot} is a multiple of from {shown(old)} to {shown(new)}"
    suffix = f"multiple-of-{'unset' if new is None else 'set' if old is None else 'changed'}"
    run.tell(
        spot,
        spot.rule(suffix),
        Kind.CONSTRAINTS,
        action,
        effect,
        at=nodes[1] or nodes[0] or pair.new.node,
        text=text,
    )


def _divides(small: float, large: float) -> bool:
    try:
        quotient = large / small
        return abs(quotient - round(quotient)) < 1e-9
    except (ArithmeticError, ValueError):
        return False


def _compare_unique(pair: Pair, run: Run) -> None:
    spot = pair.spot
    old, new = pair.old.flag("uniqueItems"), pair.new.flag("uniqueItems")
    if old == new:
        return
    effect = Effect.NARROWS if new else Effect.WIDENS
    action = Action.SPECIALIZE if new else Action.GENERALIZE
    text = f"{'forbids' if new else 'allows'} equal items in {spot}"
    node = (pair.new if new else pair.old).first("uniqueItems") or pair.new.node
    run.tell(
        spot,
        spot.rule(f"unique-items-{'set' if new else 'unset'}"),
        Kind.CONSTRAINTS,
        action,
        effect,
        at=node,
        text=text,
    )


def _patterns(shape: Shape) -> dict[str, Node]:
    found = {node.value: node for node in shape.all("pattern") if isinstance(node.value, str)}
    return {text: node for text, node in found.items() if not _ANYTHING.fullmatch(text)}


def _compare_pattern(pair: Pair, run: Run) -> None:
    spot = pair.spot
    old, new = _patterns(pair.old), _patterns(pair.new)
    if old.keys() == new.keys():
        return
    stays = pair.new.first("pattern")
    effect: Effect | None
    if new.keys() < old.keys():
        effect, action = Effect.WIDENS, Action.GENERALIZE
        suffix = "pattern-generalized" if stays is not None else "pattern-removed"
    elif old.keys() < new.keys():
        effect, action, suffix = Effect.NARROWS, Action.SPECIALIZE, "pattern-added"
    else:
        effect, action, suffix = Effect.NEITHER, Action.CHANGE, "pattern-changed"
    if spot.direction is Direction.RESPONSE:
        # Consumers take the text as it comes: oasdiff/oasdiff:checker/rules.go, ResponsePropertyPattern*.
        effect = None
    words = [" and ".join(map(shown, found)) or "none" for found in (old, new)]
    text = f"changes the pattern of {spot} from {words[0]} to {words[1]}"
    node = stays or pair.old.first("pattern") or pair.new.node
    run.tell(spot, spot.rule(suffix), Kind.CONSTRAINTS, action, effect, at=node, text=text)
