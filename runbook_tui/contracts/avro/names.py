"""Names and namespaces.

Source: the Avro 1.12 specification, "Names" and "Aliases".
"""

from __future__ import annotations

import re

from runbook_tui.contracts.avro.model import PRIMITIVES

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
# the specification allows no dash in a namespace, but the Java library takes it, and files in use have it
_SPACE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z_][A-Za-z0-9_-]*)*\Z")


def is_name(text: str) -> bool:
    """Whether a field, symbol or type without its namespace may have this name."""
    return _NAME.match(text) is not None


def is_namespace(text: str) -> bool:
    """Whether a text is a namespace, or none: the empty text."""
    return not text or _SPACE.match(text) is not None


def is_full_name(text: str) -> bool:
    """Whether a text is a name with or without a namespace."""
    space, _, name = text.rpartition(".")
    return is_name(name) and is_namespace(space) and not text.startswith(".")


def full_name(name: str, namespace: str | None, enclosing: str) -> str:
    """The full name of a named type.

    Args:
        name: as declared; with a dot it is the full name already.
        namespace: as declared beside it; None where it is left out.
        enclosing: the namespace around it.
    """
    if "." in name:
        return name
    space = enclosing if namespace is None else namespace
    return f"{space}.{name}" if space else name


def namespace_of(full: str) -> str:
    """The namespace that holds inside of a named type."""
    return full.rpartition(".")[0]


def candidates(reference: str, enclosing: str) -> tuple[str, ...]:
    """Full names that a reference may mean, the most likely first.

    The one without a namespace is where the Java library looks last (``Names.get`` in apache/avro:Schema.java).
    """
    return tuple(dict.fromkeys((full_name(reference, None, enclosing), reference)))


def is_primitive(name: str) -> bool:
    """Whether a name is that of a type which every schema knows."""
    return name in PRIMITIVES
