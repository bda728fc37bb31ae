"""Objects: which members there are, which are required, and whether others are allowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.model import Action, Direction, Effect, Kind
from runbook_tui.contracts.schemas.run import Pair, Run
from runbook_tui.contracts.schemas.shape import Nodes, Shape, Shapes
from runbook_tui.contracts.schemas.spot import Spot


@dataclass(frozen=True, slots=True)
class Member:
    """One version of a member."""

    nodes: Nodes
    """All that holds for its value; empty where nothing does."""
    node: Node
    required_at: Node | None
    """Where it is said that it is required."""
    hidden: bool
    """Whether it does not belong in the message: read-only in a request, write-only in a response."""
    default: bool
    deprecated: bool

    @property
    def required(self) -> bool:
        """Whether no message is without it."""
        return self.required_at is not None


def compare_members(pair: Pair, run: Run) -> None:
    """Tell how the members of an object differ."""
    old, new = pair.old, pair.new
    for name in dict.fromkeys([*new.properties, *old.properties]):
        before = _member(old, run.old, name, pair.spot)
        after = _member(new, run.new, name, pair.spot)
        _compare_member(pair, run, name, before, after)
    for keyword, rule, words in (
        ("additionalProperties", "additional-properties", "members that are not named"),
        ("unevaluatedProperties", "unevaluated-properties", "members that no part of the schema names"),
    ):
        compare_rest(pair, run, keyword, rule, words)
    _compare_patterns(pair, run)
    _compare_names(pair, run)


def _member(shape: Shape, shapes: Shapes, name: str, spot: Spot) -> Member | None:
    if name not in shape.properties:
        return None
    nodes = shape.properties[name]
    required = shape.required.get(name)
    found = shapes.of(nodes) if nodes else None
    keyword = "readOnly" if spot.request else "writeOnly"
    hidden = found is not None and spot.direction is not Direction.EVENT and found.flag(keyword)
    default = found is not None and found.first("default") is not None
    deprecated = any(node.flag("deprecated") for node in (found.parts if found is not None else ()))
    node = nodes[0] if nodes else required or shape.node
    return Member(nodes, node, required, hidden, default, deprecated)


def _compare_member(pair: Pair, run: Run, name: str, before: Member | None, after: Member | None) -> None:
    spot = pair.spot.member(name)
    if before is not None and after is not None:
        if before.hidden and after.hidden:
            spot = replace(spot, harmless=True)
        elif before.hidden or after.hidden:
            _tell_hidden(pair, run, spot, before, after)
            return
        _compare_required(run, spot, before, after)
        _compare_deprecated(run, spot, before, after)
        if before.nodes and after.nodes:
            run.descend(before.nodes, after.nodes, spot)
    elif after is not None:
        _tell_added(pair, run, replace(spot, harmless=after.hidden), after)
    elif before is not None:
        _tell_removed(pair, run, replace(spot, harmless=before.hidden), before)


def _tell_hidden(pair: Pair, run: Run, spot: Spot, before: Member, after: Member) -> None:
    """A member that comes into the message or leaves it, because both sides write it now, or one only.

    Whatever else a provider gets that is read-only it may ignore (https://spec.openapis.org/oas/v3.0.3#schema-object).
    """
    word = "read-only" if spot.request else "write-only"
    came = before.hidden
    effect = _effect_of_added(pair, after) if came else _effect_of_removed(pair, before)
    if spot.request and not came and not before.required:
        effect = None
    needed = "required" if after.required else "optional"
    text = f"makes {spot} {'no longer ' if came else ''}{word}"
    rule = f"{spot.direction}-{needed}-property-became-{'not-' if came else ''}{word}"
    node = after.node.get("readOnly" if spot.request else "writeOnly") or after.node
    run.tell(spot, rule, Kind.EXISTENCE, Action.ADD if came else Action.REMOVE, effect, at=node, text=text)


def _effect_of_added(pair: Pair, after: Member) -> Effect | None:
    """A closed reader rejects what it does not know; an open one passes over it."""
    closed = pair.old.closed is not None
    if not pair.spot.request:
        return Effect.WIDENS if closed else Effect.NARROWS
    if not after.required:
        return Effect.WIDENS
    return Effect.NEITHER if closed else Effect.NARROWS


def _effect_of_removed(pair: Pair, before: Member) -> Effect | None:
    """A reader that demanded it has to stop that before writers may leave it out."""
    closed = pair.new.closed is not None
    if closed and before.required:
        return Effect.NEITHER
    if pair.spot.request:
        return Effect.WIDENS if before.required else Effect.NARROWS
    return Effect.NARROWS if closed else Effect.WIDENS


def _compare_required(run: Run, spot: Spot, before: Member, after: Member) -> None:
    if before.required == after.required:
        return
    if after.required:
        node = after.required_at or after.node
        suffix = "became-required"
        if after.default and spot.request:
            suffix += "-with-default"
        text = f"requires {spot}" if spot.request else f"always has {spot}"
        run.tell(
            spot, spot.rule(suffix), Kind.REQUIREDNESS, Action.SPECIALIZE, Effect.NARROWS, at=node, text=text
        )
        return
    text = f"no longer requires {spot}" if spot.request else f"may leave out {spot}"
    rule = spot.rule("became-optional")
    run.tell(spot, rule, Kind.REQUIREDNESS, Action.GENERALIZE, Effect.WIDENS, at=after.node, text=text)


def _compare_deprecated(run: Run, spot: Spot, before: Member, after: Member) -> None:
    if before.deprecated != after.deprecated:
        rule = f"{spot.inner}-{'deprecated' if after.deprecated else 'reactivated'}"
        text = f"{'deprecates' if after.deprecated else 'no longer deprecates'} {spot}"
        run.tell(spot, rule, Kind.EXISTENCE, Action.CHANGE, None, at=after.node, text=text)


def _tell_added(pair: Pair, run: Run, spot: Spot, after: Member) -> None:
    needed = "required" if after.required else "optional"
    if spot.request:
        rule = f"new-{needed}-{spot.inner}" + ("-with-default" if after.required and after.default else "")
        text = f"adds the {needed} property {spot.moved('to')}"
    else:
        rule = f"{spot.direction}-{needed}-{'write-only-' if after.hidden else ''}property-added"
        text = f"adds the property {spot.moved('to')}"
    effect = _effect_of_added(pair, after)
    run.tell(spot, rule, Kind.EXISTENCE, Action.ADD, effect, at=after.node, text=text)


def _tell_removed(pair: Pair, run: Run, spot: Spot, before: Member) -> None:
    needed = "required" if before.required else "optional"
    rule = spot.rule("removed")
    if not spot.request:
        rule = f"{spot.direction}-{needed}-{'write-only-' if before.hidden else ''}property-removed"
    effect = _effect_of_removed(pair, before)
    text = f"removes the property {spot.moved('from')}"
    run.tell(spot, rule, Kind.EXISTENCE, Action.REMOVE, effect, at=before.node, text=text)


def compare_rest(pair: Pair, run: Run, keyword: str, rule: str, words: str) -> None:
    """Tell how two versions differ in what they allow beyond what is named: anything, nothing, or by a schema."""
    spot = pair.spot
    old, new = (_limiting(shape.all(keyword)) for shape in (pair.old, pair.new))
    if old is None and new is None:
        return
    if old is not None and new is not None and old.value is not False and new.value is not False:
        run.descend((old,), (new,), spot.items() if rule.endswith("items") else spot.others())
        return
    if old is not None and new is not None and old.value == new.value:
        return
    narrows = old is None or (new is not None and new.value is False)
    effect = Effect.NARROWS if narrows else Effect.WIDENS
    action = Action.SPECIALIZE if narrows else Action.GENERALIZE
    # The rules of oasdiff speak of the keyword: one that is added forbids.
    suffix = f"{rule}-{'added' if narrows else 'removed'}"
    if narrows:
        text = f"{'forbids' if new is not None and new.value is False else 'limits'} {words} in {spot}"
    else:
        text = f"allows {words} in {spot}"
    node = new or old
    if node is not None:
        run.tell(spot, spot.rule(suffix), Kind.STRUCTURE, action, effect, at=node, text=text)


def _limiting(found: list[Node]) -> Node | None:
    """The first that says no, else the first that says something."""
    limiting = [
        node for node in found if node.value is False or (isinstance(node.value, dict) and node.value)
    ]
    return next((node for node in limiting if node.value is False), limiting[0] if limiting else None)


def _compare_patterns(pair: Pair, run: Run) -> None:
    old, new = (_by_key(shape, "patternProperties") for shape in (pair.old, pair.new))
    words = "properties whose names match"
    compare_keyed(pair, run, (old, new), "pattern-property", lambda key: f"{words} '{key}'")


def _by_key(shape: Shape, keyword: str) -> dict[str, Node]:
    return {key: node for found in shape.all(keyword) for key, node in found.items()}


def compare_keyed(
    pair: Pair,
    run: Run,
    versions: tuple[dict[str, Node], dict[str, Node]],
    rule: str,
    words: Callable[[str], str],
) -> None:
    """Tell how schemas by key differ, each of which limits part of the object: one more allows less."""
    spot = pair.spot
    old, new = versions
    for key, node in new.items():
        if key in old:
            run.descend((old[key],), (node,), spot.others())
        else:
            text = f"limits {words(key)} in {spot}"
            added = spot.rule(f"{rule}-added")
            run.tell(spot, added, Kind.CONSTRAINTS, Action.ADD, Effect.NARROWS, at=node, text=text)
    for key, node in old.items():
        if key not in new:
            text = f"no longer limits {words(key)} in {spot}"
            removed = spot.rule(f"{rule}-removed")
            run.tell(spot, removed, Kind.CONSTRAINTS, Action.REMOVE, Effect.WIDENS, at=node, text=text)


def _compare_names(pair: Pair, run: Run) -> None:
    spot = pair.spot
    old, new = pair.old.first("propertyNames"), pair.new.first("propertyNames")
    if old is not None and new is not None:
        run.descend((old,), (new,), spot.others())
    elif new is not None:
        text = f"limits the names of the properties of {spot}"
        rule = spot.rule("property-names-added")
        run.tell(spot, rule, Kind.STRUCTURE, Action.ADD, Effect.NARROWS, at=new, text=text)
    elif old is not None:
        text = f"no longer limits the names of the properties of {spot}"
        rule = spot.rule("property-names-removed")
        run.tell(spot, rule, Kind.STRUCTURE, Action.REMOVE, Effect.WIDENS, at=old, text=text)
