"""All contract formats by name, and which of them a file has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fnmatch import fnmatch
from functools import cache
from importlib import import_module
from posixpath import basename

from runbook_tui.contracts.format import ContractFormat

_FORMATS = {
    "openapi": ("openapi", "OpenApi"),
    "asyncapi": ("asyncapi", "AsyncApi"),
    "json-schema": ("json_schema", "JsonSchema"),
    "avro": ("avro", "Avro"),
    "protobuf": ("protobuf", "Protobuf"),
    "graphql": ("graphql", "GraphQl"),
}
"""Name to module and class, in the order in which a file is tried. Loaded when asked for: parsers are heavy."""

ALIASES = {"grpc": "protobuf", "swagger": "openapi"}
TYPES = (*_FORMATS, *ALIASES)
"""Every type that a person may name."""


@cache
def format_named(name: str) -> ContractFormat:
    """The format of a type.

    Raises:
        KeyError: there is no such type.
    """
    module, made = _FORMATS[ALIASES.get(name, name)]
    build: Callable[[], ContractFormat] = getattr(
        import_module(f"runbook_tui.contracts.formats.{module}"), made
    )
    return build()


def detect(path: str, data: bytes) -> str | None:
    """The type of a file, from its name and content; None when it is no contract."""
    name = basename(path)
    for type_name in _FORMATS:
        found = format_named(type_name)
        if any(fnmatch(name, pattern) for pattern in found.patterns) and found.recognises(path, data):
            return type_name
    return None


def may_hold_contract(path: str) -> bool:
    """Whether a file's name is one that some format uses."""
    name = basename(path)
    return any(fnmatch(name, pattern) for pattern in _patterns())


@cache
def _patterns() -> tuple[str, ...]:
    return tuple(dict.fromkeys(pattern for name in _FORMATS for pattern in _patterns_of(format_named(name))))


def _patterns_of(found: ContractFormat) -> Iterable[str]:
    return found.patterns
