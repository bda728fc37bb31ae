"""Which schemas of a version are messages of their own, and which only parts of others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from runbook_tui.contracts.avro.file import File
from runbook_tui.contracts.avro.model import Named, Reference, Top


def roots_of(files: Sequence[File]) -> list[Top]:
    """The schemas that no other schema and no message uses, in the order of the files.

    Of schemas that use one another in a circle the first counts.
    """
    tops = [top for file in files for top in file.tops]
    owner = {named: top for top in tops for named in top.definitions}
    by_messages = set(_used((ref for file in files for ref in file.used_by_messages), owner))
    inner = {
        found for top in tops for found in _used(top.references, owner) if found is not top
    } | by_messages
    roots = {top for top in tops if top not in inner}
    reached: set[Top] = set()
    _reach([*roots, *by_messages], owner, reached)
    for top in tops:
        if top not in reached:
            roots.add(top)
            _reach([top], owner, reached)
    return [top for top in tops if top in roots]


def _reach(starts: Iterable[Top], owner: dict[Named, Top], reached: set[Top]) -> None:
    waiting = list(starts)
    while waiting:
        top = waiting.pop()
        if top not in reached:
            reached.add(top)
            waiting += _used(top.references, owner)


def _used(references: Iterable[Reference], owner: dict[Named, Top]) -> list[Top]:
    return [owner[ref.target] for ref in references if ref.target is not None and ref.target in owner]
