"""Random Avro schemas in pairs: a schema, and what somebody might have made of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

PRIMITIVES = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"]
DEFAULTS: dict[str, object] = {
    "null": None, "boolean": True, "int": 1, "long": 2, "float": 0.5, "double": 1.5, "bytes": "\u00ff", "string": "x",
}  # fmt: skip
SYMBOLS = ["A", "B", "C"]
FIELDS = ["a", "b", "c"]
Json = dict[str, object]


@dataclass
class _Names:
    """The names that a schema defines; every one is defined once and may be used after that."""

    count: int = 0
    defined: list[str] = field(default_factory=list)

    def fresh(self) -> str:
        self.count += 1
        return f"T{self.count}"


@st.composite
def schemas(draw: st.DrawFn) -> object:
    """A valid schema in the namespace without a name."""
    return _valid(_schema(draw, _Names(), 3), set())


@st.composite
def pairs(draw: st.DrawFn) -> tuple[object, object]:
    """Two valid schemas, the second mostly a changed form of the first."""
    first = draw(schemas())
    if draw(st.integers(0, 9)) == 0:
        return first, draw(schemas())
    return first, _valid(_changed(draw, first), set())


def _schema(draw: st.DrawFn, names: _Names, depth: int, *, in_union: bool = False) -> object:
    kinds = ["primitive", "enum", "fixed"]
    kinds += ["record", "record", "array", "map"] if depth else []
    kinds += ["union"] if depth and not in_union else []
    kinds += ["name"] if names.defined else []
    kind = draw(st.sampled_from(kinds))
    if kind == "primitive":
        return draw(st.sampled_from(PRIMITIVES))
    if kind == "name":
        return draw(st.sampled_from(names.defined))
    if kind == "array":
        return {"type": "array", "items": _schema(draw, names, depth - 1)}
    if kind == "map":
        return {"type": "map", "values": _schema(draw, names, depth - 1)}
    if kind == "union":
        count = draw(st.integers(0, 3))
        return [_schema(draw, names, depth - 1, in_union=True) for _ in range(count)]
    return _named(draw, kind, names, depth)


def _named(draw: st.DrawFn, kind: str, names: _Names, depth: int) -> Json:
    made: Json = {"type": kind, "name": names.fresh()}
    names.defined.append(str(made["name"]))
    if kind == "enum":
        symbols = draw(st.lists(st.sampled_from(SYMBOLS), min_size=1, unique=True))
        made["symbols"] = symbols
        if draw(st.booleans()):
            made["default"] = draw(st.sampled_from(symbols))
    elif kind == "fixed":
        made["size"] = draw(st.integers(1, 2))
    else:
        chosen = draw(st.lists(st.sampled_from(FIELDS), max_size=3, unique=True))
        made["fields"] = [_field(draw, name, _schema(draw, names, depth - 1)) for name in chosen]
    return made


def _field(draw: st.DrawFn, name: str, schema: object) -> Json:
    made: Json = {"name": name, "type": schema}
    if isinstance(schema, str) and schema in DEFAULTS and draw(st.booleans()):
        made["default"] = DEFAULTS[schema]
    return made


def _changed(draw: st.DrawFn, schema: object) -> object:
    """The same schema, with something changed in about one of six places."""
    change = draw(st.integers(0, 5)) == 0
    if isinstance(schema, str):
        return draw(st.sampled_from(PRIMITIVES)) if change and schema in PRIMITIVES else schema
    if isinstance(schema, list):
        branches = [_changed(draw, branch) for branch in schema]
        if change and branches and draw(st.booleans()):
            branches.pop()
        elif change:
            branches.insert(0, draw(st.sampled_from(PRIMITIVES)))
        return branches
    assert isinstance(schema, dict)
    made = dict(schema)
    for key in ("items", "values"):
        if key in made:
            made[key] = _changed(draw, made[key])
            return [made[key]] if change and not isinstance(made[key], list) else made
    return _changed_named(draw, made, change)


def _changed_named(draw: st.DrawFn, made: Json, change: bool) -> Json:
    if change and draw(st.integers(0, 2)) == 0:
        old = str(made["name"])
        made["name"] = f"{old}x"
        if draw(st.booleans()):
            made["aliases"] = [old]
    elif change and made["type"] == "enum":
        made["symbols"] = draw(st.lists(st.sampled_from(SYMBOLS), min_size=1, unique=True))
        made.pop("default", None)
    elif change and made["type"] == "fixed":
        made["size"] = draw(st.integers(1, 2))
    if "fields" in made:
        made["fields"] = _changed_fields(draw, made["fields"])
    return made


def _changed_fields(draw: st.DrawFn, fields: object) -> list[Json]:
    assert isinstance(fields, list)
    made: list[Json] = []
    for each in fields:
        what = draw(st.integers(0, 9))
        if what == 0:
            continue
        one = {**each, "type": _changed(draw, each["type"])}
        if one["type"] != each["type"]:
            one.pop("default", None)
        if what == 1:
            one = {**one, "name": f"{each['name']}x", "aliases": [each["name"]]}
        if what == 2:
            one.pop("default", None)
        made.append(one)
    if draw(st.integers(0, 4)) == 0:
        made.append(_field(draw, "new", draw(st.sampled_from(PRIMITIVES))))
    return made


def _valid(schema: object, defined: set[str]) -> object:
    """What is left of a schema when unions hold every type once, and names are used only after their definition."""
    if isinstance(schema, str):
        return schema if schema in PRIMITIVES or schema in defined else "string"
    if isinstance(schema, list):
        return _valid_union(schema, defined)
    assert isinstance(schema, dict)
    made = dict(schema)
    if "name" in made:
        defined.add(str(made["name"]))
    for key in ("items", "values"):
        if key in made:
            made[key] = _valid(made[key], defined)
    if "fields" in made:
        made["fields"] = [{**each, "type": _valid(each["type"], defined)} for each in made["fields"]]
    return made


def _valid_union(branches: list[object], defined: set[str]) -> list[object]:
    found: dict[str, object] = {}
    for branch in branches:
        with_its_own = set(defined)
        valid = _valid(branch, with_its_own)
        kind = str(valid.get("name", valid["type"]) if isinstance(valid, dict) else valid)
        if not isinstance(valid, list) and kind not in found:
            found[kind] = valid
            defined |= with_its_own
    return list(found.values())
