"""Which schema of the new version is which of the old one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from runbook_tui.contracts.avro.model import Named, Top

Keys = Callable[[Top], Iterable[Hashable]]


@dataclass(slots=True)
class Pairs:
    """Schemas of two versions side by side."""

    both: list[tuple[Top, Top]] = field(default_factory=list)
    removed: list[Top] = field(default_factory=list)
    added: list[Top] = field(default_factory=list)


def pair(old: Sequence[Top], new: Sequence[Top]) -> Pairs:
    """Put every schema beside its other version: by file and name, by name, by alias, by file, by name alone.

    A single one is always the other version of a single one, whatever they are called.
    """
    if len(old) == len(new) == 1:
        return Pairs(both=[(old[0], new[0])])
    pairs = Pairs(removed=list(old), added=list(new))
    _take(pairs, _file_and_name, _file_and_name)
    _take(pairs, _names, _names)
    _take(pairs, _names, _aliases)
    _take(pairs, _aliases, _names)
    _take(pairs, _file, _file)
    _take(pairs, _short, _short)
    return pairs


def _take(pairs: Pairs, old_keys: Keys, new_keys: Keys) -> None:
    """Move to ``both`` what shares a key that nothing else of its version has."""
    news = _unique(pairs.added, new_keys)
    taken: set[Top] = set()
    for key, top in _unique(pairs.removed, old_keys).items():
        other = news.get(key)
        if other is not None and not taken & {top, other}:
            taken |= {top, other}
            pairs.both.append((top, other))
    pairs.removed = [top for top in pairs.removed if top not in taken]
    pairs.added = [top for top in pairs.added if top not in taken]


def _unique(tops: Sequence[Top], keys: Keys) -> dict[Hashable, Top]:
    found: dict[Hashable, Top | None] = {}
    for top in tops:
        for key in keys(top):
            found[key] = None if key in found else top
    return {key: top for key, top in found.items() if top is not None}


def _file_and_name(top: Top) -> Iterable[Hashable]:
    return [(top.path, name) for name in _names(top)]


def _names(top: Top) -> Iterable[Hashable]:
    return [top.schema.name] if isinstance(top.schema, Named) else []


def _aliases(top: Top) -> Iterable[Hashable]:
    return top.schema.aliases if isinstance(top.schema, Named) else []


def _file(top: Top) -> Iterable[Hashable]:
    return [top.path]


def _short(top: Top) -> Iterable[Hashable]:
    return [top.schema.short] if isinstance(top.schema, Named) else []
