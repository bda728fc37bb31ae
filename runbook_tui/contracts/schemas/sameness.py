"""Whether two parts of two versions are the same without looking closer: most of a contract does not change."""

from __future__ import annotations

import marshal
from urllib.parse import unquote

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.documents.pointers import parts_of
from runbook_tui.contracts.documents.references import changed_files, is_url, with_users
from runbook_tui.contracts.documents.resolving import Documents

_KEYWORDS = ("$ref", "$dynamicRef", "$recursiveRef")


def equal(old: object, new: object) -> bool:
    """Whether two JSON values are the same, with numbers and booleans kept apart; order of keys may make a no."""
    return old == new and _bytes(old) == _bytes(new)


def _bytes(value: object) -> bytes:
    return marshal.dumps(value, 2)  # type: ignore[arg-type]


def references_in(value: object) -> set[str]:
    """Every reference inside of a value."""
    found: set[str] = set()
    pending = [value]
    while pending:
        each = pending.pop()
        if isinstance(each, dict):
            for keyword in _KEYWORDS:
                if keyword in each and isinstance(each[keyword], str):
                    found.add(each[keyword])
            pending += [inner for inner in each.values() if type(inner) in (dict, list)]
        elif isinstance(each, list):
            pending += [inner for inner in each if type(inner) in (dict, list)]
    return found


class Sameness:
    """Compares values, and what they refer to inside of their own files."""

    def __init__(self, old: Documents, new: Documents) -> None:
        self._old = old
        self._new = new
        self._changed: dict[tuple[str, str], set[str]] = {}
        self._inside: dict[int, tuple[object, set[str]]] = {}
        self._files: set[str] | None = None

    def same(self, old: Node, new: Node) -> bool:
        """Whether two nodes are certainly the same; a no only means that they have to be compared."""
        if not equal(old.value, new.value):
            return False
        references = self._references(new.value)
        return not references or references.isdisjoint(self._changed_targets(old, new))

    def _references(self, value: object) -> set[str]:
        if not isinstance(value, (dict, list)):
            return set()
        known = self._inside.get(id(value))
        if known is None:
            known = (value, references_in(value))
            self._inside[id(value)] = known
        return known[1]

    def _changed_targets(self, old: Node, new: Node) -> set[str]:
        key = (old.path, new.path)
        if key not in self._changed:
            before, after = self._old.root(old.path), self._new.root(new.path)
            self._changed[key] = (
                set() if before is None or after is None else self._find_changed(before, after)
            )
        return self._changed[key]

    def _find_changed(self, before: Node, after: Node) -> set[str]:
        """References in a file whose targets differ, directly or through what they refer to in turn."""
        users: dict[str, set[str]] = {}
        pending = list(self._references(after.value))
        known = set(pending)
        changed: list[str] = []
        while pending:
            reference = pending.pop()
            if self._leads_to_same_file(before.path, after.path, reference):
                continue
            old, new = _target(before, reference), _target(after, reference)
            if old is None or new is None or not equal(old.value, new.value):
                changed.append(reference)
                continue
            for inner in self._references(new.value):
                users.setdefault(inner, set()).add(reference)
                if inner not in known:
                    known.add(inner)
                    pending.append(inner)
        return with_users(changed, users)

    def _leads_to_same_file(self, old: str, new: str, reference: str) -> bool:
        """Whether a reference leads to another file that did not change, and so need not even be read."""
        file = unquote(reference.partition("#")[0])
        if not file or is_url(file):
            return False
        if self._files is None:
            self._files = changed_files(self._old.files, self._new.files)
        path = self._new.files.beside(new, file)
        same_place = path is not None and path == self._old.files.beside(old, file)
        return same_place and path not in self._files and path is not None and self._new.files.exists(path)


def _target(root: Node, reference: str) -> Node | None:
    """The target inside of the file; None for one elsewhere, which is compared step by step."""
    return root.at(parts_of(reference[1:])) if reference.startswith("#/") else None
