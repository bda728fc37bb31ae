"""Types and formats.

Sources: the lattice of types and formats is oasdiff/oasdiff:checker/check_types.go (an integer is a number; in media
types other than JSON every scalar is text; int32 within int64, float within double).
"""

from __future__ import annotations

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.model import Action, Effect, Kind
from runbook_tui.contracts.schemas.run import Pair, Run
from runbook_tui.contracts.schemas.shape import Shape, Shapes
from runbook_tui.contracts.schemas.values import listed
from runbook_tui.contracts.schemas.words import either

Kinds = frozenset[str]
ALL: Kinds = frozenset({"array", "boolean", "integer", "number", "object", "string"})
_TEXT: Kinds = frozenset({"boolean", "integer", "number", "string"})
_KEYWORDS = {
    "properties": "object", "additionalProperties": "object", "patternProperties": "object", "required": "object",
    "propertyNames": "object", "minProperties": "object", "maxProperties": "object",
    "unevaluatedProperties": "object", "dependentRequired": "object",
    "items": "array", "prefixItems": "array", "minItems": "array", "maxItems": "array", "contains": "array",
    "pattern": "string", "minLength": "string", "maxLength": "string",
    "minimum": "number", "maximum": "number", "multipleOf": "number",
}  # fmt: skip
"""Keywords that only mean something for one type: a schema that has them and no type is meant to be of it."""
_WITHIN = {
    ("int32", "int64"), ("int32", "bigint"), ("int64", "bigint"), ("float", "double"),
    ("date", "date-time"), ("time", "date-time"), ("uri", "uri-reference"), ("uri", "iri"),
    ("uri-reference", "iri-reference"), ("email", "idn-email"), ("hostname", "idn-hostname"),
}  # fmt: skip
_NO_LIMIT = frozenset({"password"})
"""Formats that say nothing about the value."""


def kinds_of(shape: Shape, shapes: Shapes, depth: int = 0) -> Kinds | None:
    """The types that a schema allows besides null; None where it allows all, or does not say."""
    if shape.kinds is None:
        kinds = _kinds_of(shape, shapes, depth)
        if depth:
            return kinds
        shape.kinds = (kinds,)
    return shape.kinds[0]


def _kinds_of(shape: Shape, shapes: Shapes, depth: int) -> Kinds | None:
    declared = [kinds for found in shape.all("type") if (kinds := _declared(found)) is not None]
    if declared:
        kinds = declared[0]
        for each in declared[1:]:
            kinds = _meet(kinds, each)
        return kinds - {"null"}
    values = listed(shape)
    if values is not None:
        return frozenset(_kind_of(node.value) for node in values.values()) - {"null"}
    from_unions = _kinds_of_unions(shape, shapes, depth)
    if from_unions is not None:
        return from_unions
    meant = {_KEYWORDS[key] for key in shape.keywords if key in _KEYWORDS}
    return frozenset(meant) or (frozenset() if shape.nullable and shape.first("const") else None)


def _declared(node: Node) -> Kinds | None:
    if isinstance(node.value, str):
        return frozenset({node.value})
    named = frozenset(item.value for item in node.elements() if isinstance(item.value, str))
    return named or None


def _meet(one: Kinds, other: Kinds) -> Kinds:
    return (one & _with_integers(other)) | (other & _with_integers(one))


def _with_integers(kinds: Kinds) -> Kinds:
    return kinds | {"integer"} if "number" in kinds else kinds


def _kind_of(value: object) -> str:
    names: tuple[tuple[type, str], ...] = (
        (bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (list, "array"), (dict, "object"),
    )  # fmt: skip
    return next((name for kind, name in names if isinstance(value, kind)), "null")


def _kinds_of_unions(shape: Shape, shapes: Shapes, depth: int) -> Kinds | None:
    if depth > 5:  # unions of unions of themselves
        return None
    for union in shape.unions:
        found = [kinds_of(shapes.of((branch,)), shapes, depth + 1) for branch in union.branches]
        if all(kinds is not None for kinds in found):
            return frozenset().union(*(kinds for kinds in found if kinds is not None))
    return None


def compare_kinds(pair: Pair, run: Run) -> Kinds:
    """Tell how the types differ.

    Returns:
        Those for which a closer look makes sense: all where the types did not change, for keywords are written for
        types that do not fit as well, and they mean something to who wrote them.
    """
    before, after = kinds_of(pair.old, run.old), kinds_of(pair.new, run.new)
    if pair.old.never or pair.new.never:
        _tell_never(pair, run)
        return frozenset()
    if _is_told_elsewhere(pair):
        _compare_null(pair, run, before, after)
        return ALL
    textual = pair.spot.textual
    wide_before, wide_after = _all_of(before, textual), _all_of(after, textual)
    shared = wide_before & wide_after
    if wide_before != wide_after:
        _tell_kinds(pair, run, before, after, (wide_before, wide_after))
        if before is None or after is None:
            return frozenset()  # One version says nothing of the type, and so nothing of the rest.
        if wide_before < wide_after or wide_after < wide_before:
            _compare_null(pair, run, before, after)
        return shared & (before | after)
    _compare_null(pair, run, before, after)
    _compare_format(pair, run, shared)
    return ALL if shared or not pair.new.nullable else shared


def _is_told_elsewhere(pair: Pair) -> bool:
    """Whether the types follow from alternatives or listed values, which are compared one by one."""
    if pair.old.all("type") and pair.new.all("type"):
        return False
    both_listed = all(shape.keywords & {"enum", "const"} for shape in (pair.old, pair.new))
    return both_listed or bool(pair.old.unions and pair.new.unions)


def _all_of(kinds: Kinds | None, textual: bool) -> Kinds:
    if kinds is None:
        return ALL
    return ALL if textual and "string" in kinds else _with_integers(kinds)


def _tell_never(pair: Pair, run: Run) -> None:
    if pair.old.never == pair.new.never:
        return
    effect = Effect.NARROWS if pair.new.never else Effect.WIDENS
    text = f"allows {'no value' if pair.new.never else 'values'} for {pair.spot}"
    action = Action.SPECIALIZE if pair.new.never else Action.GENERALIZE
    run.tell(
        pair.spot, pair.spot.rule("type-changed"), Kind.TYPE, action, effect, at=pair.new.node, text=text
    )


def _tell_kinds(
    pair: Pair, run: Run, before: Kinds | None, after: Kinds | None, wide: tuple[Kinds, Kinds]
) -> None:
    spot = pair.spot
    old, new = wide
    lists = before is not None and after is not None and max(len(before), len(after)) > 1
    if old < new:
        effect, action, suffix = Effect.WIDENS, Action.GENERALIZE, "type-generalized"
    elif new < old:
        # oasdiff has this rule for responses only.
        effect, action, suffix = Effect.NARROWS, Action.SPECIALIZE, "type-specialized"
        suffix = "type-changed" if spot.request else suffix
    else:
        effect, action, suffix = Effect.NEITHER, Action.CHANGE, "type-changed"
    if lists and action is not Action.CHANGE:
        suffix = f"list-of-types-{'widened' if action is Action.GENERALIZE else 'narrowed'}"
    text = f"changes the type of {spot} from {_words(before, pair.old)} to {_words(after, pair.new)}"
    node = pair.new.first("type") or pair.new.node
    run.tell(spot, spot.rule(suffix), Kind.TYPE, action, effect, at=node, text=text)


def _words(kinds: Kinds | None, shape: Shape) -> str:
    if kinds is None:
        return "any value"
    null = ["null"] if shape.nullable and (not kinds or len(kinds) > 1) else []
    return either([*sorted(kinds), *null]) or "nothing"


def _compare_null(pair: Pair, run: Run, before: Kinds | None, after: Kinds | None) -> None:
    spot = pair.spot
    old = pair.old.nullable or before is None
    new = pair.new.nullable or after is None
    if old == new:
        return
    effect = Effect.WIDENS if new else Effect.NARROWS
    action = Action.GENERALIZE if new else Action.SPECIALIZE
    text = f"{'allows' if new else 'no longer allows'} null for {spot}"
    rule = spot.rule("became-nullable" if new else "became-not-nullable")
    shape = pair.new
    node = shape.first("nullable") or shape.first("type") or shape.node
    run.tell(spot, rule, Kind.REQUIREDNESS, action, effect, at=node, text=text)


def _compare_format(pair: Pair, run: Run, shared: Kinds) -> None:
    old, new = _format(pair.old), _format(pair.new)
    if old == new or not shared & _TEXT:
        return
    spot = pair.spot
    if not new or (old, new) in _WITHIN:
        effect, action, suffix = Effect.WIDENS, Action.GENERALIZE, "type-generalized"
    elif not old or (new, old) in _WITHIN:
        effect, action = Effect.NARROWS, Action.SPECIALIZE
        suffix = "type-changed" if spot.request else "type-specialized"
    else:
        effect, action, suffix = Effect.NEITHER, Action.CHANGE, "type-changed"
    text = f"changes the format of {spot} from {old or 'none'} to {new or 'none'}"
    node = pair.new.first("format") or pair.old.first("format") or pair.new.node
    run.tell(spot, spot.rule(suffix), Kind.TYPE, action, effect, at=node, text=text)


def _format(shape: Shape) -> str:
    found = [node.value for node in shape.all("format") if isinstance(node.value, str)]
    kept = sorted({each for each in found if each not in _NO_LIMIT})
    return " and ".join(kept)
