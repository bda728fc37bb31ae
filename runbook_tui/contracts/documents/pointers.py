"""JSON pointers (RFC 6901)."""

from __future__ import annotations

from urllib.parse import unquote


def escaped(key: str) -> str:
    """A key as one part of a pointer."""
    return key.replace("~", "~0").replace("/", "~1") if "~" in key or "/" in key else key


def parts_of(pointer: str) -> list[str]:
    """The keys that a pointer is made of; it may be the fragment of a URI, with percent signs."""
    if not pointer:
        return []
    decoded = unquote(pointer) if "%" in pointer else pointer
    return [part.replace("~1", "/").replace("~0", "~") for part in decoded.split("/")[1:]]
