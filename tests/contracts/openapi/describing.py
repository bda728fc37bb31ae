"""Small descriptions of APIs, and ways to compare two of them at the public face."""

from __future__ import annotations

import json
from collections.abc import Mapping

from runbook_tui.contracts.compare import compare
from runbook_tui.contracts.files import in_memory
from runbook_tui.contracts.model import Change, ContractDiff, Direction, Effect

Json = Mapping[str, object]
W, N, X = Effect.WIDENS, Effect.NARROWS, Effect.NEITHER
REQUEST, RESPONSE, EVENT = Direction.REQUEST, Direction.RESPONSE, Direction.EVENT
STRING: Json = {"type": "string"}


def api(paths: Json, **top: object) -> dict[str, object]:
    return {"openapi": "3.0.3", "info": {"title": "Shop", "version": "1"}, "paths": paths, **top}


def operation(
    *parameters: object, request: Json | None = None, response: Json | None = None, **more: object
) -> dict[str, object]:
    """One operation with JSON bodies."""
    found: dict[str, object] = {"responses": {"200": {"description": "ok"}}}
    if parameters:
        found["parameters"] = list(parameters)
    if request is not None:
        found["requestBody"] = {"content": {"application/json": {"schema": request}}}
    if response is not None:
        found["responses"] = {
            "200": {"description": "ok", "content": {"application/json": {"schema": response}}}
        }
    return found | more


def post(**more: object) -> dict[str, object]:
    """An API with one operation, ``POST /orders``."""
    return api({"/orders": {"post": operation() | more}})


def parameter(name: str, where: str = "query", **more: object) -> dict[str, object]:
    return {"name": name, "in": where, "schema": STRING, "required": where == "path"} | more


def diff(
    old: Json | str | None,
    new: Json | str | None,
    others: tuple[Mapping[str, bytes], Mapping[str, bytes]] = ({}, {}),
) -> ContractDiff:
    """Compare two descriptions: values, the text of a file, or None where there is none."""
    versions = []
    for version, rest in zip((old, new), others, strict=True):
        text = version if isinstance(version, str) else json.dumps(version, indent=1)
        files = {} if version is None else {"api/openapi.yaml": text.encode()}
        versions.append(in_memory(files, rest))
    return compare(versions[0], versions[1], "openapi")


def only(found: ContractDiff) -> Change:
    """The one change that orders something."""
    assert not found.faults
    (change,) = found.changes
    return change


def told(found: ContractDiff) -> list[tuple[str, Effect | None]]:
    """All rules with their effects, those without one included."""
    assert not found.faults
    return sorted((change.rule, change.effect) for change in (*found.changes, *found.harmless))


def backwards(found: list[tuple[str, Effect | None]]) -> list[Effect | None]:
    """The effects of the way back, sorted."""
    opposite = {W: N, N: W, X: X, None: None}
    return sorted((opposite[effect] for _, effect in found), key=str)
