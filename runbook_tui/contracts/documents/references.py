"""References between files, found without parsing them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import unquote

from runbook_tui.contracts.files import ContractFiles

_REFERENCE = re.compile(
    rb"""\$(?:dynamic|recursive)?[rR]ef["']?\s*:\s*(?:"([^"#\n]{1,400})|'([^'#\n]{1,400})|([^\s"'#,{}\[\]]{1,400}))"""
)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")
Direct = Callable[[str, bytes], Iterable[str]]
"""Path and content of a file to the files that it refers to directly."""


def is_url(reference: str) -> bool:
    """Whether a reference has a scheme or a host: nothing of the kind is ever fetched."""
    return _SCHEME.match(reference) is not None


def referenced_files(path: str, data: bytes, files: ContractFiles) -> list[str]:
    """Existing files that the ``$ref`` of a JSON or YAML file lead to directly; in order of the file, each once."""
    found: dict[str, None] = {}
    for match in _REFERENCE.finditer(data):
        reference = unquote((match[1] or match[2] or match[3]).decode("utf-8", "replace"))
        if is_url(reference):
            continue
        target = files.beside(path, reference)
        if target is not None and target != path and files.exists(target):
            found[target] = None
    return list(found)


def is_unchanged(old: ContractFiles, new: ContractFiles) -> bool:
    """Whether two versions have the same files of their own, byte for byte, and so has all that those refer to."""
    if not old.own or old.own.keys() != new.own.keys():
        return False
    pending = list(old.own)
    seen = set(pending)
    while pending:
        path = pending.pop()
        data = old.read(path)
        if data is None or data != new.read(path):
            return False
        for target in {*referenced_files(path, data, old), *referenced_files(path, data, new)}:
            if target not in seen:
                seen.add(target)
                pending.append(target)
    return True
