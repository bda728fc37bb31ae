"""Addresses on their way to people: what is secret in them is left out."""

from __future__ import annotations

import re

_AUTHORITY = re.compile(r"[^/?#]*")
_HOST = re.compile(r"(?:\[[^\]]*\]|[^:@\[\]]*)(?::\d*)?")


def masked(url: str) -> str:
    """The address without user name and password, also where it is written wrongly (``http://ann:hun/ter@h/``)."""
    head, separator, rest = url.partition("://")
    if not separator:
        head, rest = "", url
    authority = _AUTHORITY.match(rest)
    end = authority.end() if authority is not None else 0
    if "@" not in rest[:end]:
        # A password with a slash in it: what stands before the slash is no host with a port.
        if _HOST.fullmatch(rest[:end]) and separator:
            return url
        end = len(rest)
    hidden, at, shown = rest[:end].rpartition("@")
    return f"{head}{separator}{'***' if hidden else ''}{at}{shown}{rest[end:]}"
