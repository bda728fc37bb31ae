"""What a pydantic model knows at a location: the keys it has there, and in words what a value looks like."""

from __future__ import annotations

import types
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Annotated, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo


def known_keys(model: type[BaseModel], location: Sequence[str | int]) -> set[str]:
    """The keys that the models at a location accept.

    Args:
        model: the model of the whole file.
        location: as pydantic gives it in an error: keys, indices, and names of union members.
    """
    return {
        field.alias or name
        for annotation in _at(model, location)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel)
        for name, field in annotation.model_fields.items()
    }


def wanted_form(model: type[BaseModel], location: Sequence[str | int]) -> str:
    """The description in ``Annotated[str, ..., Field(description=...)]``; nothing where there is none."""
    for annotation in _at(model, location):
        if get_origin(annotation) is Annotated:
            for metadata in get_args(annotation)[1:]:
                if isinstance(metadata, FieldInfo) and metadata.description:
                    return metadata.description
    return ""


def is_required(model: type[BaseModel], location: Sequence[str | int]) -> bool:
    """Whether the key at the end of a location must not be left out."""
    *above, key = location or ("",)
    fields = [
        field
        for annotation in _at(model, above)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel)
        for name, field in annotation.model_fields.items()
        if key == (field.alias or name)
    ]
    return bool(fields) and all(field.is_required() for field in fields)


def _at(model: type[BaseModel], location: Sequence[str | int]) -> list[object]:
    """The annotations that can stand at a location, unions taken apart."""
    here = _members([model])
    if location and location[-1] == "[key]":
        # The name itself, which stands before the name of the value.
        mappings = (_bare(annotation) for annotation in _at(model, location[:-2]))
        return _members(get_args(mapping)[0] for mapping in mappings if get_origin(mapping) is dict)
    for element in location:
        inner = _members(child for annotation in here for child in _children(_bare(annotation), element))
        # Otherwise it is the name of a union member: keep that one, or all when the name says nothing.
        here = inner or [a for a in here if getattr(_bare(a), "__name__", None) == element] or here
    return here


def _children(annotation: object, element: str | int) -> Iterable[object]:
    origin = get_origin(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        hints = _hints(annotation)
        for name, field in annotation.model_fields.items():
            if element == (field.alias or name):
                yield hints[name]
    elif origin is dict and isinstance(element, str):
        yield get_args(annotation)[1]
    elif origin in {tuple, list, frozenset, set} and isinstance(element, int):
        yield get_args(annotation)[0]


@cache
def _hints(model: type[BaseModel]) -> dict[str, object]:
    return get_type_hints(model, include_extras=True)


def _members(annotations: Iterable[object]) -> list[object]:
    """The annotations with unions, also inside ``Annotated``, replaced by their members."""
    found: list[object] = []
    for annotation in annotations:
        bare = _bare(annotation)
        if get_origin(bare) in {Union, types.UnionType}:
            found.extend(_members(get_args(bare)))
        elif bare is not type(None):
            found.append(annotation)
    return found


def _bare(annotation: object) -> object:
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
