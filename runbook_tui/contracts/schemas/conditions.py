"""``not``, ``if``, dependencies between members, and text that holds another format. Judged with caution: what cannot
be decided is neither wider nor narrower."""

from __future__ import annotations

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.model import Action, Effect, Kind
from runbook_tui.contracts.schemas.members import compare_keyed
from runbook_tui.contracts.schemas.run import Pair, Run
from runbook_tui.contracts.schemas.shape import Shape

_OPPOSITE = {Effect.WIDENS: Effect.NARROWS, Effect.NARROWS: Effect.WIDENS, Effect.NEITHER: Effect.NEITHER}


def compare_conditions(pair: Pair, run: Run) -> None:
    """Tell how the conditions differ."""
    _compare_not(pair, run)
    _compare_if(pair, run)
    _compare_dependencies(pair, run)
    _compare_content(pair, run)


def _existence(pair: Pair, run: Run, keyword: str, rule: str, words: str) -> tuple[Node, Node] | None:
    """Tell that a limiting keyword came or went; both where it is in both versions."""
    spot = pair.spot
    old, new = pair.old.first(keyword), pair.new.first(keyword)
    if old is not None and new is not None:
        return old, new
    node = new or old
    if node is not None:
        added = new is not None
        text = f"{'adds' if added else 'removes'} {words} {'to' if added else 'from'} {spot}"
        effect = Effect.NARROWS if added else Effect.WIDENS
        action = Action.ADD if added else Action.REMOVE
        suffix = f"{rule}-{'added' if added else 'removed'}"
        run.tell(spot, spot.rule(suffix), Kind.STRUCTURE, action, effect, at=node, text=text)
    return None


def _compare_not(pair: Pair, run: Run) -> None:
    both = _existence(pair, run, "not", "not", "something that is forbidden")
    effects = run.relation((both[0],), (both[1],), pair.spot) if both is not None else set()
    if both is not None and effects:
        effect = _OPPOSITE[effects.pop()] if len(effects) == 1 else Effect.NEITHER
        text = f"changes what is forbidden in {pair.spot}"
        rule = pair.spot.rule("not-changed")
        run.tell(pair.spot, rule, Kind.STRUCTURE, Action.CHANGE, effect, at=both[1], text=text)


def _compare_if(pair: Pair, run: Run) -> None:
    conditions = pair.old.first("if"), pair.new.first("if")
    if not any(shape.first(key) for shape in (pair.old, pair.new) for key in ("if", "then", "else")):
        return
    old, new = conditions
    if old is not None and new is not None and run.relation((old,), (new,), pair.spot):
        text = f"changes a condition of {pair.spot}"
        rule = pair.spot.rule("if-changed")
        run.tell(pair.spot, rule, Kind.STRUCTURE, Action.CHANGE, Effect.NEITHER, at=new, text=text)
        return
    _existence(pair, run, "if", "if", "a condition")
    for keyword in ("then", "else"):
        both = _existence(
            pair,
            run,
            keyword,
            keyword,
            f"what holds {'if' if keyword == 'then' else 'unless'} a condition is met",
        )
        if both is not None:
            run.descend((both[0],), (both[1],), pair.spot)


def _compare_dependencies(pair: Pair, run: Run) -> None:
    spot = pair.spot
    old, new = (_dependencies(shape, lists=True) for shape in (pair.old, pair.new))
    for name in dict.fromkeys([*new, *old]):
        before = _names(old.get(name))
        after = _names(new.get(name))
        node = new.get(name) or old.get(name)
        if before == after or node is None:
            continue
        if before <= after:
            effect, what, action = (
                Effect.NARROWS,
                "added" if name not in old else "changed",
                Action.SPECIALIZE,
            )
        elif after <= before:
            effect, what, action = (
                Effect.WIDENS,
                "removed" if name not in new else "changed",
                Action.GENERALIZE,
            )
        else:
            effect, what, action = Effect.NEITHER, "changed", Action.CHANGE
        text = f"changes what {name} requires beside it in {spot}"
        rule = spot.rule(f"dependent-required-{what}")
        run.tell(spot, rule, Kind.STRUCTURE, action, effect, at=node, text=text, names=(name,))
    versions = (_dependencies(pair.old, lists=False), _dependencies(pair.new, lists=False))
    compare_keyed(pair, run, versions, "dependent-schema", lambda key: f"objects that have '{key}'")


def _dependencies(shape: Shape, *, lists: bool) -> dict[str, Node]:
    """By member: what it requires. Until draft 7 ``dependencies`` held lists of names and schemas alike."""
    found: dict[str, Node] = {}
    for keyword in ("dependencies", "dependentRequired" if lists else "dependentSchemas"):
        for each in shape.all(keyword):
            for key, node in each.items():
                if isinstance(node.value, list) == lists:
                    found[key] = node
    return found


def _names(node: Node | None) -> frozenset[str]:
    return (
        frozenset(item.value for item in node.elements() if isinstance(item.value, str))
        if node
        else frozenset()
    )


def _compare_content(pair: Pair, run: Run) -> None:
    spot = pair.spot
    for keyword, rule, words in (
        ("contentMediaType", "content-media-type", "media type"),
        ("contentEncoding", "content-encoding", "encoding"),
    ):
        old, new = pair.old.first(keyword), pair.new.first(keyword)
        node = new or old
        if node is None or (old is not None and new is not None and old.value == new.value):
            continue
        effect = Effect.NARROWS if old is None else Effect.WIDENS if new is None else Effect.NEITHER
        text = f"changes the {words} of the text in {spot}"
        run.tell(spot, spot.rule(f"{rule}-changed"), Kind.TYPE, Action.CHANGE, effect, at=node, text=text)
    both = _existence(pair, run, "contentSchema", "content-schema", "a schema for the text")
    if both is not None:
        run.descend((both[0],), (both[1],), spot)
