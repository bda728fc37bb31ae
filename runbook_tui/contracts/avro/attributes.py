"""What the JSON object of a schema says of it: names, aliases, symbols, size, logical type."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from runbook_tui.contracts.avro.faults import Faults
from runbook_tui.contracts.avro.model import Logical, Place
from runbook_tui.contracts.avro.names import full_name, is_full_name, is_name, is_namespace, is_primitive
from runbook_tui.files.suggestions import quoted

Json = Mapping[str, object]
_LARGEST_SIZE = 2**31 - 1


def name_of(value: Json, place: Place, enclosing: str, faults: Faults) -> str | None:
    """The full name that a named schema declares; None, and a fault, where that is no name."""
    name, space = value.get("name"), value.get("namespace")
    if not isinstance(name, str):
        what = f"a schema of type {value.get('type')} without a name"
        faults.add(place, what, "a text under 'name'", "add it")
    elif not is_full_name(name):
        faults.add(
            place.at("name"),
            f"{quoted(name)} is no name",
            "letters, digits and _, no digit first",
            "rename it",
        )
    elif is_primitive(name):
        what = f"{quoted(name)} is the name of a primitive type"
        faults.add(place.at("name"), what, "a name of its own", "rename it")
    elif space is not None and not (isinstance(space, str) and is_namespace(space)):
        faults.add(
            place.at("namespace"), f"{shown(space)} is no namespace", "names divided by dots", "correct it"
        )
    else:
        return full_name(name, space, enclosing)
    return None


def aliases_of(value: Json, place: Place, valid: Callable[[str], bool], faults: Faults) -> tuple[str, ...]:
    """The aliases of a type or a field as they are written, without those that are no names."""
    aliases = value.get("aliases", [])
    if not isinstance(aliases, list):
        faults.add(place.at("aliases"), f"{shown(aliases)} is no list", "a list of names", "correct it")
        return ()
    found: list[str] = []
    for index, alias in enumerate(aliases):
        if isinstance(alias, str) and valid(alias):
            found.append(alias)
        else:
            what = f"{shown(alias)} is no name"
            faults.add(
                place.at("aliases", index), what, "letters, digits and _, no digit first", "correct it"
            )
    return tuple(found)


def symbols_of(value: Json, place: Place, faults: Faults) -> dict[str, None] | None:
    """The symbols of an enumeration, in their order; None, and a fault, where it has none."""
    symbols = value.get("symbols")
    if not isinstance(symbols, list):
        faults.add(place, "an enum without symbols", "a list of names under 'symbols'", "add it")
        return None
    found: dict[str, None] = {}
    for index, symbol in enumerate(symbols):
        if not (isinstance(symbol, str) and is_name(symbol)):
            what = f"{shown(symbol)} is no symbol"
            faults.add(place.at("symbols", index), what, "letters, digits and _, no digit first", "rename it")
        elif symbol in found:
            faults.add(
                place.at("symbols", index), f"the symbol {quoted(symbol)} twice", "each once", "remove one"
            )
        else:
            found[symbol] = None
    return found


def size_of(value: Json, place: Place, faults: Faults) -> int | None:
    """The size of a fixed type, in bytes; None, and a fault, where it has none."""
    size = value.get("size")
    if isinstance(size, int) and not isinstance(size, bool) and 0 <= size <= _LARGEST_SIZE:
        return size
    where = place.at("size") if "size" in value else place
    faults.add(where, f"{shown(size)} is no size", "a number of bytes under 'size'", "correct it")
    return None


def logical_of(value: Json) -> Logical | None:
    """What the values mean beyond their type; None where that is not said, or said wrongly.

    A decimal that contradicts itself counts as none, which the specification demands of every reader.
    """
    name = value.get("logicalType")
    if not isinstance(name, str):
        return None
    if name != "decimal":
        return Logical(name)
    precision, scale = value.get("precision"), value.get("scale", 0)
    if not (_is_count(precision) and _is_count(scale)):
        return None
    assert isinstance(precision, int) and isinstance(scale, int)
    return Logical(name, precision, scale) if precision > 0 and scale <= precision else None


def shown(value: object) -> str:
    """A value of JSON inside a sentence."""
    if isinstance(value, str):
        return quoted(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    return (
        quoted(repr(value)).strip("'")
        if not isinstance(value, int) or abs(value) < 10**20
        else "a huge number"
    )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
