"""An imported catalog written as a manifest that a person completes: with where every value came from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from runbook_tui.catalog.importing.model import ImportedCatalog, ImportedService, Stated
from runbook_tui.catalog.importing.native import Filled, NativeService, Value, line, native
from runbook_tui.files.problems import Place
from runbook_tui.text.terminal import plain

_PLAIN = re.compile(r"[A-Za-z0-9./_][A-Za-z0-9@./_+-]*(?: [A-Za-z0-9@./_+-]+)*")
"""Text that means itself in YAML without quotes, also inside of brackets."""
_NULLS = frozenset({"null", "Null", "NULL"})
_HEAD = """\
# Written by runbook catalog from {files}.
# Fill in what is called TODO; no catalog knows what runs and what is to be released. Every access to a data store
# is a guess: owner, write or read. See docs/manifest.md.
"""
_MISSING = {
    "repository": "the folder of its clone",
    "deployed": "the tag, branch or commit that runs now",
    "release": "the tag, branch or commit to be released",
}


def manifest_text(catalog: ImportedCatalog, folder: str) -> str:
    """The manifest.

    Args:
        catalog: what was imported.
        folder: name of the folder that it is written to: the name of the system where the catalog has not exactly one.
    """
    made = native(catalog)
    return "\n".join([*_top(catalog, folder), *_services(made.services), *_datastores(made.engines)]) + "\n"


def _top(catalog: ImportedCatalog, folder: str) -> Iterator[str]:
    files = ", ".join(plain(file) for file in catalog.files[:5])
    more = f" and {len(catalog.files) - 5} more" if len(catalog.files) > 5 else ""
    yield _HEAD.format(files=f"{files}{more}").rstrip()
    yield "version: 1"
    system = catalog.systems[0] if len(catalog.systems) == 1 else folder
    legal = re.sub(r"[^A-Za-z0-9._-]+", "-", system).strip("-._")[:80]
    yield f"system: {_scalar(legal or 'system')}"


def _services(services: dict[str, NativeService]) -> Iterator[str]:
    yield "services:" if services else "services: {}"
    for name, service in services.items():
        yield f"  {_scalar(name)}:"
        yield from _missing(service.source)
        for key, filled in service.facts.items():
            yield f"    {key}: {_scalar(str(filled.value))}{_comment(filled.place)}"
        for key, those in service.lists.items():
            yield f"    {key}:"
            for filled in those:
                yield f"      - {_value(filled.value)}{_comment(filled.place)}"
        for told, place in service.left_out:
            yield f"    # left out: {plain(told)}{_comment(place)}"


def _missing(service: ImportedService) -> Iterator[str]:
    if service.owner is None:
        yield "    # TODO owner: the team or person that answers for it"
    for key, what in _MISSING.items():
        hint = _hint(service.repository) if key == "repository" else ""
        yield f"    # TODO {key}: {what}{hint}"


def _hint(repository: Stated | None) -> str:
    return (
        f"; the catalog says {line(repository.text)}{_comment(repository.place)}"
        if repository is not None
        else ""
    )


def _datastores(engines: dict[str, Filled]) -> Iterator[str]:
    if engines:
        yield "datastores:"
    for name, filled in sorted(engines.items()):
        yield f"  {_scalar(name)}: {{engine: {_scalar(str(filled.value))}}}{_comment(filled.place)}"


def _comment(place: Place) -> str:
    where = f"{place.file}:{place.line}" if place.line else place.file
    return f"  # {plain(where)}"


def _value(value: Value) -> str:
    if isinstance(value, str):
        return _scalar(value)
    return "{" + ", ".join(f"{key}: {_scalar(inner)}" for key, inner in value.items()) + "}"


def _scalar(text: str) -> str:
    if _PLAIN.fullmatch(text) and text not in _NULLS:
        return text
    return json.dumps(text, ensure_ascii=False)
