"""References between files, found without parsing them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from urllib.parse import unquote

from runbook_tui.contracts.files import ContractFiles

_REFERENCE = re.compile(
    rb"""\$ref["']?\s*:\s*(?:"([^"#\n]{1,400})|'([^'#\n]{1,400})|([^\s"'#,{}\[\]]{1,400}))"""
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


def changed_files(old: ContractFiles, new: ContractFiles) -> set[str]:
    """Files of a contract that differ between two versions, or refer to such a file, directly or not.

    Any other file that both versions refer to is the same, with all that it refers to in turn.
    """
    users: dict[str, set[str]] = {}
    pending = list({*old.own, *new.own})
    seen = set(pending)
    changed: list[str] = []
    while pending:
        path = pending.pop()
        before, after = old.read(path), new.read(path)
        if before is None or before != after:
            changed.append(path)
        targets = set(referenced_files(path, before, old)) if before is not None else set()
        targets.update(referenced_files(path, after, new) if after is not None else ())
        for target in targets:
            users.setdefault(target, set()).add(path)
            if target not in seen:
                seen.add(target)
                pending.append(target)
    return with_users(changed, users)


def with_users(changed: Iterable[str], users: Mapping[str, Collection[str]]) -> set[str]:
    """What changed, and everything that uses it, directly or not.

    Args:
        changed: names.
        users: name to the names that use it directly.
    """
    found = set(changed)
    waiting = list(found)
    while waiting:
        for user in users.get(waiting.pop(), ()):
            if user not in found:
                found.add(user)
                waiting.append(user)
    return found


def is_unchanged(old: ContractFiles, new: ContractFiles) -> bool:
    """Whether two versions have the same files of their own, byte for byte, and so has all that those refer to."""
    if (
        not old.own
        or old.own.keys() != new.own.keys()
        or any(old.own[path] != new.own[path] for path in old.own)
    ):
        return False
    return changed_files(old, new).isdisjoint(old.own)
