"""``oneOf``, ``anyOf`` and discriminators.

Branches are matched by what people mean by "the same branch": the same reference, the same discriminator value, the
same title, the same constant, and at last the same structure.
"""

from __future__ import annotations

from collections.abc import Callable

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.documents.resolving import reference_of
from runbook_tui.contracts.model import Action, Effect, Kind
from runbook_tui.contracts.schemas.kinds import kinds_of
from runbook_tui.contracts.schemas.run import Pair, Run
from runbook_tui.contracts.schemas.shape import PROSE, Nodes, Shape, Shapes, Union
from runbook_tui.contracts.schemas.values import listed
from runbook_tui.contracts.schemas.words import either

MAX_TRIALS = 40
"""Most branches on a side that are matched by their structure, which takes the product of both."""
_RULES = {"oneOf": "one-of", "anyOf": "any-of"}
_BESIDE = frozenset({*_RULES, "type", "discriminator", "nullable", "default", "definitions", "allOf"})
"""What may stand beside alternatives without saying more."""
Matched = list[tuple[Node, Node]]


def compare_unions(pair: Pair, run: Run) -> None:
    """Tell how the alternatives differ."""
    old, new = pair.old.unions, pair.new.unions
    for before, after in zip(old, new, strict=False):
        _compare_branches(pair, run, before, after)
    for union in new[len(old) :]:
        _tell_union(pair, run, union, added=True)
    for union in old[len(new) :]:
        _tell_union(pair, run, union, added=False)
    _compare_discriminators(pair, run)


def _compare_branches(pair: Pair, run: Run, before: Union, after: Union) -> None:
    matched, gone, come = match_branches(pair, run, before.branches, after.branches)
    for old, new in matched:
        run.descend((old,), (new,), pair.spot)
    for node in come:
        _tell_branch(pair, run, after, node, added=True)
    for node in gone:
        _tell_branch(pair, run, before, node, added=False)


def match_branches(
    pair: Pair, run: Run, old: list[Node], new: list[Node]
) -> tuple[Matched, list[Node], list[Node]]:
    """The branches that are the same one in both versions, those that are gone, and those that came."""
    before, after = old, new
    matched: Matched = []
    keys: tuple[Callable[[Node, Shapes], object], ...] = (_reference, _title, _constant)
    for key in keys:
        by_key = _unique(new, lambda node, key=key: key(node, run.new))  # type: ignore[misc]
        for value, node in _unique(old, lambda node, key=key: key(node, run.old)).items():  # type: ignore[misc]
            if value in by_key:
                matched.append((node, by_key[value]))
        old, new = _without(old, new, matched)
    if len(before) <= MAX_TRIALS and len(after) <= MAX_TRIALS:
        for node in list(old):
            other = next((each for each in new if _equal(pair, run, node, each)), None)
            if other is not None and not _is_one_of_several(pair, run, (node, other), (before, after)):
                matched.append((node, other))
                old, new = _without(old, new, matched)
        for node in list(old):
            other = next((each for each in new if _related(pair, run, node, each)), None)
            if other is not None:
                matched.append((node, other))
                old, new = _without(old, new, matched)
    return matched, old, new


def _unique(nodes: list[Node], key: Callable[[Node], object]) -> dict[object, Node]:
    found: dict[object, Node] = {}
    twice: set[object] = set()
    for node in nodes:
        value = key(node)
        if value in found:
            twice.add(value)
        elif value is not None:
            found[value] = node
    return {value: node for value, node in found.items() if value not in twice}


def _without(old: list[Node], new: list[Node], matched: Matched) -> tuple[list[Node], list[Node]]:
    taken = {id(node) for each in matched for node in each}
    return [node for node in old if id(node) not in taken], [node for node in new if id(node) not in taken]


def _reference(node: Node, shapes: Shapes) -> object:
    return reference_of(node)


def _title(node: Node, shapes: Shapes) -> object:
    return node.text("title") or None


def _constant(node: Node, shapes: Shapes) -> object:
    """The members of an object that can have one value only: what tells the branches apart."""
    found = []
    for name, nodes in shapes.of((node,)).properties.items():
        values = listed(shapes.of(nodes)) if nodes else None
        if values is not None and len(values) == 1:
            found.append((name, *values))
    return tuple(sorted(found)) or None


def _equal(pair: Pair, run: Run, old: Node, new: Node) -> bool:
    return not run.relation((old,), (new,), pair.spot)


def _is_one_of_several(
    pair: Pair, run: Run, match: tuple[Node, Node], all_of_them: tuple[list[Node], list[Node]]
) -> bool:
    """Whether two references of different names look the same, but so do others: then it is the name that counts."""
    old, new = match
    if None in (reference_of(old), reference_of(new)) or reference_of(old) == reference_of(new):
        return False
    named = [each for each in all_of_them[1] if each is not new and reference_of(each) is not None]
    return any(_equal(pair, run, old, each) for each in named)


def _related(pair: Pair, run: Run, old: Node, new: Node) -> bool:
    """Whether one branch is the other after a change: of the same type, and objects share most of their members."""
    shapes = (run.old.of((old,)), run.new.of((new,)))
    before, after = kinds_of(shapes[0], run.old), kinds_of(shapes[1], run.new)
    if before is None or after is None or not _overlap(before, after):
        return False
    if reference_of(old) is not None and reference_of(new) is not None:
        return False
    if "object" in before and "object" in after:
        names = [set(shape.properties) for shape in shapes]
        return names[0] == names[1] or 2 * len(names[0] & names[1]) > max(map(len, names))
    return True


def _overlap(before: frozenset[str], after: frozenset[str]) -> bool:
    numbers = {"number", "integer"}
    return bool(before & after) or bool(before & numbers and after & numbers)


def _tell_branch(pair: Pair, run: Run, union: Union, node: Node, *, added: bool) -> None:
    spot = pair.spot
    name = _name(node, run.new if added else run.old)
    rule = spot.rule(f"{_RULES[union.keyword]}-{'added' if added else 'removed'}")
    text = f"{'adds' if added else 'removes'} the alternative {name} {'to' if added else 'from'} {spot}"
    effect = Effect.WIDENS if added else Effect.NARROWS
    action = Action.ADD if added else Action.REMOVE
    names = (name, *spot.names) if name.isidentifier() else spot.names
    run.tell(spot, rule, Kind.STRUCTURE, action, effect, at=node, text=text, names=names)


def _name(node: Node, shapes: Shapes) -> str:
    reference = reference_of(node)
    if reference:
        return reference.rstrip("/").rpartition("/")[2]
    kinds = kinds_of(shapes.of((node,)), shapes)
    return node.text("title") or " or ".join(sorted(kinds or ())) or "without a name"


def _tell_union(pair: Pair, run: Run, union: Union, *, added: bool) -> None:
    """Alternatives that have to be met besides all else."""
    spot = pair.spot
    rule = spot.rule(f"{_RULES[union.keyword]}-{'added' if added else 'removed'}")
    effect = Effect.NARROWS if added else Effect.WIDENS
    text = f"{'gives' if added else 'takes'} alternatives {'to' if added else 'from'} {spot}"
    action = Action.ADD if added else Action.REMOVE
    run.tell(spot, rule, Kind.STRUCTURE, action, effect, at=union.node, text=text)


def compare_wrapped(pair: Pair, run: Run) -> bool:
    """Tell of a schema that became one of several alternatives, or the only one left of them; whether it is so."""
    wrapped = not pair.old.unions
    plain, shape = (pair.old, pair.new) if wrapped else (pair.new, pair.old)
    if plain.unions or len(shape.unions) != 1 or not plain.parts or plain.is_anything or not _is_pure(shape):
        return False
    union = shape.unions[0]
    match = _same_branch(pair, run, plain, union, wrapped=wrapped)
    spot = pair.spot
    if match is None:
        effect = _effect_without_match(pair, run, plain, union, wrapped=wrapped)
    else:
        whole, branch = tuple(plain.parts), (match,)
        run.descend(whole if wrapped else branch, branch if wrapped else whole, spot)
        effect = Effect.WIDENS if wrapped else Effect.NARROWS
    names = [_name(node, run.new if wrapped else run.old) for node in union.branches if node is not match]
    kind = _RULES[union.keyword]
    rule = spot.rule(f"wrapped-in-{kind}" if wrapped else f"{kind}-removed")
    text = f"{'allows' if wrapped else 'no longer allows'} {either(names)} for {spot}"
    action = Action.GENERALIZE if wrapped else Action.SPECIALIZE
    run.tell(spot, rule, Kind.STRUCTURE, action, effect, at=union.node, text=text)
    return True


def _is_pure(shape: Shape) -> bool:
    """Whether there is nothing but the alternatives."""
    return all(key in _BESIDE or key in PROSE or key[:1] == "$" or key[:2] == "x-" for key in shape.keywords)


def _same_branch(pair: Pair, run: Run, plain: Shape, union: Union, *, wrapped: bool) -> Node | None:
    for same in (_equal, _related):
        for branch in union.branches[:MAX_TRIALS]:
            if same(pair, run, *((plain.node, branch) if wrapped else (branch, plain.node))):
                return branch
    return None


def _effect_without_match(pair: Pair, run: Run, plain: Shape, union: Union, *, wrapped: bool) -> Effect:
    """What an object about which little is said becomes, when it is said what it may be."""
    found = [
        run.relation(*_ordered(plain.node, branch, wrapped), pair.spot)
        for branch in union.branches[:MAX_TRIALS]
    ]
    for effect in (Effect.WIDENS, Effect.NARROWS):
        if all(effects == {effect} for effects in found):
            return effect
    return Effect.NEITHER


def _ordered(plain: Node, branch: Node, wrapped: bool) -> tuple[Nodes, Nodes]:
    return ((plain,), (branch,)) if wrapped else ((branch,), (plain,))


def _compare_discriminators(pair: Pair, run: Run) -> None:
    """A discriminator tells how to read a message, not which are legal: it orders nothing."""
    spot = pair.spot
    old, new = pair.old.first("discriminator"), pair.new.first("discriminator")

    def tell(suffix: str, action: Action, node: Node, text: str) -> None:
        run.tell(spot, spot.rule(f"discriminator-{suffix}"), Kind.STRUCTURE, action, None, at=node, text=text)

    if new is not None and old is None:
        tell("added", Action.ADD, new, f"adds a discriminator to {spot}")
    elif old is not None and new is None:
        tell("removed", Action.REMOVE, old, f"removes the discriminator of {spot}")
    elif old is not None and new is not None:
        if _property_name(old) != _property_name(new):
            text = f"changes the discriminator of {spot} from {_property_name(old)} to {_property_name(new)}"
            tell("property-name-changed", Action.CHANGE, new, text)
        before, after = (
            dict(each.items()) for each in (old.get("mapping") or old, new.get("mapping") or new)
        )
        _compare_mapping(tell, before, after, str(spot))


def _property_name(node: Node) -> str:
    """In Swagger 2.0 the discriminator is the name itself."""
    return node.value if isinstance(node.value, str) else node.text("propertyName")


def _compare_mapping(
    tell: Callable[[str, Action, Node, str], None], old: dict[str, Node], new: dict[str, Node], words: str
) -> None:
    for key, node in new.items():
        if key in ("propertyName", "mapping"):
            continue
        if key not in old:
            tell("mapping-added", Action.ADD, node, f"maps the discriminator value '{key}' in {words}")
        elif old[key].value != node.value:
            tell("mapping-changed", Action.CHANGE, node, f"maps '{key}' to another schema in {words}")
    for key, node in old.items():
        if key not in new and key not in ("propertyName", "mapping"):
            tell("mapping-deleted", Action.REMOVE, node, f"no longer maps '{key}' in {words}")
