"""Random JSON schemas that mean something, and ways to write the same one differently."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st

Json = dict[str, object]
NAMES = ["a", "b", "c"]

_strings = st.fixed_dictionaries(
    {"type": st.just("string")},
    optional={
        "minLength": st.integers(0, 3),
        "maxLength": st.integers(3, 6),
        "enum": st.lists(st.sampled_from(["x", "y", "z"]), min_size=1, unique=True),
        "format": st.sampled_from(["uuid", "date", "date-time"]),
        "nullable": st.booleans(),
    },
)
_numbers = st.fixed_dictionaries(
    {"type": st.sampled_from(["integer", "number"])},
    optional={
        "minimum": st.integers(-2, 2),
        "exclusiveMaximum": st.integers(3, 6),
        "multipleOf": st.integers(1, 4),
        "const": st.integers(0, 3),
    },
)
_leaves: st.SearchStrategy[Json] = st.one_of(
    _strings, _numbers, st.just({"type": "boolean"}), st.just({}), st.just({"$ref": "#/schema/$defs/A"})
)


def _composed(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    objects = st.fixed_dictionaries(
        {"type": st.just("object"), "properties": st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)},
        optional={
            "required": st.lists(st.sampled_from(NAMES), unique=True),
            "additionalProperties": st.one_of(st.booleans(), inner),
            "minProperties": st.integers(0, 2),
        },
    )
    lists = st.fixed_dictionaries(
        {"type": st.just("array"), "items": inner},
        optional={"maxItems": st.integers(1, 3), "uniqueItems": st.booleans(), "contains": inner},
    )
    several = st.lists(inner, min_size=1, max_size=3)
    unions = st.builds(
        lambda keyword, branches: {keyword: branches}, st.sampled_from(["oneOf", "anyOf", "allOf"]), several
    )
    return st.one_of(objects, lists, unions)


plain = st.recursive(_leaves, _composed, max_leaves=8)
"""Schemas that may refer to ``A``."""
schemas = st.builds(
    lambda schema, other: {**schema, "$defs": {"A": other, "B": {"allOf": [{"$ref": "#/schema/$defs/A"}]}}},
    plain,
    st.one_of(_strings, _composed(_leaves)).filter(
        lambda other: list(other.values()) != [[{"$ref": "#/schema/$defs/A"}]]
    ),
)
"""Schemas with what they refer to; ``A`` may refer to itself, and says something beside that."""


def shuffled(value: object, random: Random) -> object:
    """The same value with its keys in another order, and ``A`` behind one more reference here and there.

    Alternatives keep their names: those that look the same are told apart by nothing else.
    """
    if isinstance(value, dict):
        if value == {"$ref": "#/schema/$defs/A"} and random.random() < 0.3:
            return {"$ref": "#/schema/$defs/B"}
        keys = list(value)
        random.shuffle(keys)
        kept = {
            key: value[key] if key in ("$defs", "oneOf", "anyOf") else shuffled(value[key], random)
            for key in keys
        }
        return (
            {"allOf": [kept]} if "type" in value and "$defs" not in value and random.random() < 0.2 else kept
        )
    return [shuffled(each, random) for each in value] if isinstance(value, list) else value
