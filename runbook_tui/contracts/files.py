"""The files of one version of a contract, wherever they are kept: a folder, a commit, memory."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

MAX_BYTES = 8 * 1024 * 1024
"""Largest contract file that is read; the largest public OpenAPI descriptions have some ten million characters of prose
and are rarely split, so a larger one is named and left alone."""

_REFERS = re.compile(rb"""[rR]ef["']?\s*:\s*["']?[^#"'\s]|^[ \t]*(?:\#\s*)?import\b""", re.MULTILINE)
"""``$ref`` to another file, ``import`` of Protobuf, ``# import`` of GraphQL."""
_NAMED = re.compile(rb"""(?:"(?:type|items|values|response)"\s*:|[\[,])\s*"([A-Za-z_][\w.]*)"(?!\s*:)""")
"""Where an Avro schema may use a type by its name."""
_DEFINED = re.compile(rb'"name"\s*:\s*"([^"]+)"')
_AVRO = (".avsc", ".avpr")
_AVRO_WORDS = frozenset(
    b"null boolean int long float double bytes string record enum array map fixed error request".split()
)


def may_need_others(own: Mapping[str, bytes]) -> bool:
    """Whether a contract may use more than its own files: a cheap look that is never wrong about a no.

    Avro names the types that it uses, not the files that have them.
    """
    return any(
        len(data) <= MAX_BYTES
        and (_uses_foreign_names(data) if path.endswith(_AVRO) else _REFERS.search(data))
        for path, data in own.items()
    )


def _uses_foreign_names(data: bytes) -> bool:
    used = set(_NAMED.findall(data)) - _AVRO_WORDS
    defined = {name.rpartition(b".")[2] for name in _DEFINED.findall(data)}
    return any(name.rpartition(b".")[2] not in defined for name in used)


@dataclass(frozen=True)
class ContractFiles:
    """One version of a contract: its own files, and others that they may refer to.

    Paths are relative to the root of the repository (or folder), with ``/`` and without ``..``.
    """

    own: Mapping[str, bytes]
    """The definition: one file, or those of a folder."""
    names: frozenset[str] = frozenset()
    """Every path of the same version that a reference may lead to."""
    load: Callable[[str], bytes | None] = field(default=lambda path: None, repr=False)
    """Content of a path of ``names``; None when there is none."""

    def read(self, path: str) -> bytes | None:
        """Content of a file; None when this version does not have it."""
        return self.own[path] if path in self.own else self.load(path) if path in self.names else None

    def exists(self, path: str) -> bool:
        """Whether this version has a file."""
        return path in self.own or path in self.names

    def beside(self, path: str, reference: str) -> str | None:
        """The path that a relative reference in ``path`` means; None when it leads out of the repository."""
        joined = posixpath.normpath(posixpath.join(posixpath.dirname(path), reference))
        outside = joined == ".." or joined.startswith("../") or posixpath.isabs(joined)
        return None if outside else joined

    def ending(self, reference: str) -> list[str]:
        """Paths whose last parts are ``reference``, sorted, shortest first: how import paths are found."""
        wanted = "/" + reference.lstrip("/")
        found = [path for path in {*self.own, *self.names} if ("/" + path).endswith(wanted)]
        return sorted(found, key=lambda path: (len(path), path))


def in_memory(files: Mapping[str, bytes], others: Mapping[str, bytes] | None = None) -> ContractFiles:
    """A version whose files are all at hand."""
    rest = dict(others or {})
    return ContractFiles(dict(files), frozenset(rest), rest.get)


def only(files: ContractFiles, paths: Iterable[str]) -> ContractFiles:
    """The same version with fewer files of its own."""
    kept = set(paths)
    rest = {path: data for path, data in files.own.items() if path not in kept}
    return ContractFiles(
        {path: data for path, data in files.own.items() if path in kept},
        files.names | frozenset(rest),
        lambda path: rest[path] if path in rest else files.load(path),
    )
