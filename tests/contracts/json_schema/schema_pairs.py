"""Random JSON Schemas in pairs, and values that they may or may not allow."""

from __future__ import annotations

from hypothesis import strategies as st

Json = dict[str, object]
NAMES = ["a", "b", "ab"]
TYPES: list[object] = [
    "string",
    "integer",
    "number",
    "boolean",
    "null",
    "object",
    "array",
    ["string", "null"],
]
NUMBERS = [0, 1, 2, 0.5, 1.5, 3]
PATTERNS = ["^a", "b$", "^a*$", "a|b", "^(ab)?$", "[ab]{2}"]
SCALARS: list[object] = [0, 1, 2, 3, 0.5, 1.5, -1, "a", "b", "ab", "", "aa", "abc", True, False, None]

leaves: st.SearchStrategy[object] = st.one_of(
    st.builds(lambda kind: {"type": kind}, st.sampled_from(TYPES)),
    st.builds(
        lambda values: {"enum": values},
        st.lists(st.sampled_from([*SCALARS, {}, [], {"a": 1}]), min_size=1, max_size=3),
    ),
    st.booleans(),
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["integer", "number"]),
            "minimum": st.sampled_from(NUMBERS),
            "maximum": st.sampled_from(NUMBERS),
            "exclusiveMinimum": st.sampled_from(NUMBERS),
            "multipleOf": st.sampled_from([1, 2, 0.5, 3]),
        },
    ),
    st.fixed_dictionaries(
        {"type": st.just("string")},
        optional={
            "minLength": st.integers(0, 2),
            "maxLength": st.integers(0, 2),
            "pattern": st.sampled_from(PATTERNS),
        },
    ),
)


def _larger(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    by_name = st.dictionaries(st.sampled_from(NAMES), inner, max_size=2)
    several = st.lists(inner, min_size=1, max_size=3)
    objects = st.fixed_dictionaries(
        {"properties": by_name},
        optional={
            "type": st.just("object"),
            "required": st.lists(st.sampled_from(NAMES), max_size=2, unique=True),
            "additionalProperties": st.just(False) | inner,
            "patternProperties": st.dictionaries(st.sampled_from(["^a", "b$"]), inner, max_size=1),
            "minProperties": st.integers(0, 2),
            "maxProperties": st.integers(0, 2),
            "dependentRequired": st.just({"a": ["b"]}),
        },
    )
    arrays = st.fixed_dictionaries(
        {"items": inner},
        optional={
            "type": st.just("array"),
            "prefixItems": several,
            "minItems": st.integers(0, 2),
            "maxItems": st.integers(0, 2),
            "uniqueItems": st.booleans(),
            "contains": inner,
            "maxContains": st.integers(1, 2),
        },
    )
    combined = st.builds(
        lambda key, parts: {key: parts}, st.sampled_from(["allOf", "anyOf", "oneOf"]), several
    )
    refused = st.builds(lambda schema: {"not": schema}, inner)
    return st.one_of(objects, objects, arrays, combined, refused)


schemas: st.SearchStrategy[object] = st.recursive(leaves, _larger, max_leaves=6)
values: st.SearchStrategy[object] = st.recursive(
    st.sampled_from(SCALARS),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*NAMES, "c", "xa"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[object, object]:
    """Two schemas, the second mostly a changed form of the first."""
    first = draw(schemas)
    if draw(st.integers(0, 4)) == 0:
        return first, draw(schemas)
    return first, _changed(draw, first)


def _changed(draw: st.DrawFn, schema: object) -> object:
    if not isinstance(schema, dict) or draw(st.integers(0, 7)) == 0:
        return draw(leaves)
    made = dict(schema)
    for key, value in schema.items():
        if draw(st.integers(0, 9)) == 0:
            del made[key]
        elif key in ("properties", "patternProperties") and isinstance(value, dict):
            made[key] = {name: _changed(draw, each) for name, each in value.items()}
        elif key in ("items", "not", "contains", "additionalProperties"):
            made[key] = _changed(draw, value)
        elif key in ("allOf", "anyOf", "oneOf", "prefixItems") and isinstance(value, list):
            made[key] = [_changed(draw, each) for each in value]
        elif isinstance(value, int) and not isinstance(value, bool):
            made[key] = draw(st.integers(1, 3))
    return made
