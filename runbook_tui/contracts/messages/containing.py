"""Whether a schema allows all that another one allows, where that can be seen keyword by keyword.

Every keyword here limits what its schema allows, and the looser it is, the more it allows, whatever stands beside it.
So where each keyword of one schema is at least as loose as that of another, nothing has to be searched for. A no means
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.messages.values import exact, key_of

Same = Callable[[Node, Node], bool]
"""Whether two nodes certainly say the same, with all that they refer to."""
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_SILENT = frozenset({
    "title", "description", "default", "example", "examples", "externalDocs", "deprecated", "$comment", "$defs",
    "definitions", "readOnly", "writeOnly",
})  # fmt: skip
_ALONE = frozenset(
    {"pattern", "format", "multipleOf", "uniqueItems", "oneOf", "not", "const", "propertyNames"}
)
"""Keywords that have to stay the same, and mean the same whatever stands beside them."""
_BESIDE_ITEMS = ("prefixItems", "additionalItems")
_NAMING = ("$schema", "$id", "id")
_WHOLE = frozenset({"$ref", "$dynamicRef", "$recursiveRef", "nullable", "x-nullable", *_NAMING})
"""Keywords that change what others mean: a schema that has one of them has to stay as it is."""


def contains(loose: Node, strict: Node, same: Same) -> bool:
    """Whether all that one schema allows is certainly allowed by a looser one.

    Args:
        loose: the schema that has to allow more, or the same.
        strict: the other one.
        same: asked with the nodes in this order.
    """
    if loose.value is True or strict.value is False:
        return True
    wider, tighter = loose.value, strict.value
    if not isinstance(wider, dict) or not isinstance(tighter, dict):
        return False
    if not _WHOLE.isdisjoint({*wider, *tighter}) and not _are_named_alike(loose, strict):
        return same(loose, strict)
    passed = _SILENT.union(_NAMING)
    return all(_is_looser(keyword, loose, strict, same) for keyword in wider if keyword not in passed)


def _are_named_alike(loose: Node, strict: Node) -> bool:
    """Whether two whole files have the same name and draft, and nothing else that changes what is meant."""
    if loose.parent is not None or strict.parent is not None:
        return False
    names = [{key: node.value for key, node in each.items() if key in _WHOLE} for each in (loose, strict)]
    return names[0] == names[1] and names[0].keys() <= set(_NAMING)


def _is_looser(keyword: str, loose: Node, strict: Node, same: Same) -> bool:
    """Whether what a keyword demands is demanded by the stricter schema as well."""
    wider, tighter = loose.get(keyword), strict.get(keyword)
    if wider is None or tighter is None:
        return False
    if keyword in _ALONE:
        return same(wider, tighter)
    if keyword == "type":
        kinds = _types(wider)
        return _types(tighter) <= kinds | ({"integer"} if "number" in kinds else set())
    if keyword in ("enum", "required"):
        lists = isinstance(wider.value, list) and isinstance(tighter.value, list)
        inner, outer = (tighter, wider) if keyword == "enum" else (wider, tighter)
        return lists and _keys(inner) <= _keys(outer)
    if keyword in _LOWER or keyword in _UPPER:
        return _is_looser_limit(wider.value, tighter.value, upper=keyword in _UPPER)
    return all(each is not None and contains(*each, same) for each in _parts(keyword, loose, strict))


def _parts(keyword: str, loose: Node, strict: Node) -> list[tuple[Node, Node] | None]:
    """Schemas of which each has to be at least as loose as the other; None where that cannot be said."""
    wider, tighter = loose.get(keyword), strict.get(keyword)
    if wider is None or tighter is None:
        return [None]
    if keyword == "properties":
        return [_both(node, tighter.get(name)) for name, node in wider.items()]
    if keyword in ("allOf", "anyOf"):
        ones, others = wider.elements(), tighter.elements()
        return [*zip(ones, others, strict=True)] if len(ones) == len(others) > 0 else [None]
    if keyword == "items" and not _has(_BESIDE_ITEMS, loose, strict):
        return [None] if isinstance(tighter.value, list) else [(wider, tighter)]
    if keyword == "additionalProperties" and not _has(("patternProperties",), loose, strict):
        return [(wider, tighter) if _names(loose) == _names(strict) else None]
    return [None]


def _both(loose: Node, strict: Node | None) -> tuple[Node, Node] | None:
    return None if strict is None else (loose, strict)


def _has(keywords: Iterable[str], *nodes: Node) -> bool:
    return any(node.get(keyword) is not None for node in nodes for keyword in keywords)


def _names(node: Node) -> set[str]:
    found = node.get("properties")
    return set() if found is None else {name for name, _ in found.items()}


def _types(node: Node) -> set[object]:
    named = node.value if isinstance(node.value, list) else [node.value]
    return {each if isinstance(each, str) else id(each) for each in named}


def _keys(node: Node) -> set[object]:
    return {key_of(each.value) for each in node.elements()}


def _is_looser_limit(wider: object, tighter: object, *, upper: bool) -> bool:
    if isinstance(wider, bool) or isinstance(tighter, bool):  # a flag, until draft 4
        return wider is False or wider is tighter
    numbers: list[Fraction] = [each for each in (exact(wider), exact(tighter)) if each is not None]
    return len(numbers) == 2 and (numbers[0] >= numbers[1] if upper else numbers[0] <= numbers[1])
