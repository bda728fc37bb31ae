"""What a Protobuf file says about itself: its package and the services in it. No import is followed.

Source: protobuf.dev/reference/protobuf/proto3-spec.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_COMMENT = re.compile(r"//[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_PACKAGE = re.compile(r"^[ \t]*package\s+(?P<name>[\w.]+)\s*;", re.MULTILINE)
_SERVICE = re.compile(r"^[ \t]*service\s+(?P<name>[A-Za-z_]\w*)\s*\{", re.MULTILINE)
_FOREIGN = (
    "google.",
    "grpc.",
    "opentelemetry.",
    "envoy.",
    "buf.",
    "validate",
    "openapi.",
    "gogoproto",
    "flagd.",
    "k8s.",
)
"""Packages that come from elsewhere."""


@dataclass(frozen=True, slots=True)
class Proto:
    """One file."""

    package: str
    services: tuple[tuple[str, int], ...]
    """Names, each with its line."""

    @property
    def foreign(self) -> bool:
        """Whether its package is one that everybody copies."""
        return f"{self.package}.".startswith(_FOREIGN)


def read_proto(text: str) -> Proto:
    """Read the declarations of a file."""
    bare = _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)
    package = _PACKAGE.search(bare)
    services = tuple(
        (match["name"], bare.count("\n", 0, match.start("name")) + 1) for match in _SERVICE.finditer(bare)
    )
    return Proto(package["name"] if package else "", services)
