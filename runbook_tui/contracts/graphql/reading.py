"""One version of a contract: its files, and those that they import, read into one schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from runbook_tui.contracts.files import MAX_BYTES, ContractFiles
from runbook_tui.contracts.graphql.introspection import BEGINNING, read_introspection
from runbook_tui.contracts.graphql.model import Schema
from runbook_tui.contracts.graphql.sdl import merge, read_sdl
from runbook_tui.contracts.model import Fault

_DEFINES = re.compile(
    rb'(?:^|["}])[ \t]*(?:extend[ \t]+)?'
    rb"(?:(?:type|interface|union|enum|input|scalar)[ \t]+[_A-Za-z]|directive[ \t]*@|schema[ \t]*[@{])",
    re.MULTILINE,
)
_IMPORT = re.compile(rb"""^#[ \t]*import\b[^'"\n]*['"]([^'"\n]+)['"]""", re.MULTILINE)
_MEANING = re.compile(r"^[\s,]*[^#\s,]", re.MULTILINE)
"""What a file has that holds more than comments."""
_MARK = b"\xef\xbb\xbf"


def is_schema(data: bytes) -> bool:
    """Whether a file defines types, in SDL or as an introspection result; operations of a client do not."""
    return is_introspection(data) or _DEFINES.search(data.removeprefix(_MARK)) is not None


def is_introspection(data: bytes) -> bool:
    """Whether a file begins like an introspection result."""
    return BEGINNING.match(data.removeprefix(_MARK)) is not None


def imports(path: str, data: bytes, files: ContractFiles) -> Iterator[str]:
    """Paths that ``# import Order from "./order.graphql"`` comments lead to, as graphql-import reads them."""
    for match in _IMPORT.finditer(data):
        found = files.beside(path, match[1].decode("utf-8", "replace"))
        if found is not None and files.exists(found):
            yield found


def read_both(old: ContractFiles, new: ContractFiles) -> tuple[Schema, Schema, list[Fault]]:
    """The merged schemas of two versions, and what cannot be read.

    A file that cannot be read in one version is left out of both: otherwise all of it would look removed or added.
    """
    known: dict[tuple[str, bytes], Schema | Fault] = {}
    parts = {"old": _parts(old, known), "new": _parts(new, known)}
    faults = [
        replace(found, version=version)
        for version, read in parts.items()
        for found in read.values()
        if isinstance(found, Fault)
    ]
    broken = {fault.path for fault in faults}
    schemas = []
    for files, (version, read) in zip((old, new), parts.items(), strict=True):
        whole = Schema()
        for path, found in read.items():
            if isinstance(found, Schema) and path not in broken:
                merge(whole, found)
        if files.own and not broken and not (whole.types or whole.directives or whole.declared_roots):
            faults.append(_nothing_in(min(files.own), version))
        schemas.append(whole)
    return schemas[0], schemas[1], faults


def _parts(files: ContractFiles, known: dict[tuple[str, bytes], Schema | Fault]) -> dict[str, Schema | Fault]:
    """What each file of a version holds; a file that both versions have alike is read once."""
    found = {}
    for path, data in _with_imports(files):
        if (path, data) not in known:
            known[path, data] = _parsed(path, data)
        found[path] = known[path, data]
    return found


def _with_imports(files: ContractFiles) -> Iterator[tuple[str, bytes]]:
    """The files of a version by path, and those that they import; other JSON files of a folder are no part of it."""
    own = {path for path in files.own if len(files.own) == 1 or not _is_other_json(path, files.own[path])}
    waiting, known = sorted(own, reverse=True), set(own)
    while waiting:
        path = waiting.pop()
        data = files.read(path)
        if data is None or len(data) > MAX_BYTES:
            continue
        yield path, data
        found = set(imports(path, data, files)) - known
        known |= found
        waiting += sorted(found, reverse=True)


def _is_other_json(path: str, data: bytes) -> bool:
    return path.endswith(".json") and not is_introspection(data)


def _parsed(path: str, data: bytes) -> Schema | Fault:
    try:
        text = data.removeprefix(_MARK).decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Fault(path, line, 0, "this is not UTF-8", "a text file", "save it as UTF-8")
    if path.endswith(".json") or is_introspection(data):
        return read_introspection(path, text)
    return Schema() if not _MEANING.search(text) else read_sdl(path, text)


def _nothing_in(path: str, version: str) -> Fault:
    expected = "a schema in GraphQL's definition language, or an introspection result"
    return Fault(path, 0, 0, "no type is defined in it", expected, "name another file", version)
