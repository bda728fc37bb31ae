"""How lists and objects are written into a parameter."""

from __future__ import annotations

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.model import Action, Effect, Kind
from runbook_tui.contracts.openapi.model import Parameter
from runbook_tui.contracts.openapi.telling import Voice, named
from runbook_tui.contracts.schemas.kinds import Kinds, kinds_of
from runbook_tui.contracts.schemas.shape import Shapes

REPEATED = ("form, exploded", "multi")
"""Styles that repeat the parameter for each item, so that one item looks like a plain value."""
_COMPOSED: Kinds = frozenset({"array", "object"})


def compare_styles(before: Parameter, after: Parameter, place: str, voice: Voice) -> None:
    """Tell of another style where both versions are lists or objects; a plain value looks the same in every style."""
    old, new = _kinds(before, voice.teller.schemas.old), _kinds(after, voice.teller.schemas.new)
    if before.style == after.style or not (old or frozenset()) & (new or frozenset()) & _COMPOSED:
        return
    node = after.node
    for keyword in ("style", "explode", "collectionFormat"):
        node = after.node.get(keyword) or node
    text = f"writes {place} as {after.style} instead of {before.style}"
    voice.tell(
        "request-parameter-style-changed", Kind.STRUCTURE, Action.CHANGE, Effect.NEITHER, at=node, text=text
    )


def compare_as_list(before: Parameter, after: Parameter, place: str, voice: Voice) -> bool:
    """Tell of a plain value that became a list of such values, or the other way round; whether it is so.

    In a style that repeats the parameter, one value is a list of one: oasdiff/oasdiff:checker/
    check_request_parameters_type_changed.go.
    """
    schemas = voice.teller.schemas
    old, new = _items(before, schemas.old), _items(after, schemas.new)
    plain, listed = (before, after) if new is not None else (after, before)
    if (
        (old is None) == (new is None)
        or listed.style not in REPEATED
        or listed.where not in ("query", "cookie", "formData")
    ):
        return False
    kinds = _kinds(plain, schemas.old if new is not None else schemas.new)
    if not kinds or kinds & _COMPOSED:
        return False
    generalized = new is not None
    effect = Effect.WIDENS if generalized else Effect.NARROWS
    action = Action.GENERALIZE if generalized else Action.SPECIALIZE
    rule = f"request-parameter-type-{'generalized' if generalized else 'changed'}"
    text = f"allows {'several values' if generalized else 'one value only'} for {place}"
    voice.tell(rule, Kind.TYPE, action, effect, at=after.schema or after.node, text=text)
    schemas.compare(
        old or before.schema,
        new or after.schema,
        voice.direction,
        place,
        named(voice.direction, "request-parameter"),
        names=voice.names,
        textual=before.textual and after.textual,
    )
    return True


def _kinds(parameter: Parameter, shapes: Shapes) -> Kinds | None:
    return kinds_of(shapes.of((parameter.schema,)), shapes) if parameter.schema is not None else None


def _items(parameter: Parameter, shapes: Shapes) -> Node | None:
    """What the items of a list are, where a parameter is one."""
    if parameter.schema is None or _kinds(parameter, shapes) != frozenset({"array"}):
        return None
    return shapes.of((parameter.schema,)).first("items")
