"""Three-way merge of plain data: what was derived, what a person made of it, what is derived now.

A value that only one side changed is taken from that side. Where both changed it differently the person's stays and
the clash is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from runbook_tui.runbook.model import ACTIONS

Data = Mapping[str, Any]

_ACTIONABLE = frozenset({"verify", "rollback"})
_KEYS: dict[str, Callable[[Data], str]] = {
    "questions": lambda question: str(question["id"]),
    "remarks": lambda remark: f"{remark['rule']} {remark['text']}",
}
"""Lists whose items have a name of their own."""


@dataclass(frozen=True, slots=True)
class Clash:
    """A value that both sides changed differently; None stands for its absence."""

    path: str
    """Names joined with dots: ``verify.expect``."""
    was: object
    mine: object
    now: object


def merge_fields(was: Data, mine: Data, now: Data, clashes: list[Clash], path: str = "") -> dict[str, Any]:
    """Merge mappings key by key; clashes are appended to ``clashes``."""
    merged: dict[str, Any] = {}
    for key in dict.fromkeys((*mine, *now)):
        below = f"{path}.{key}" if path else key
        value = merge_value(was.get(key), mine.get(key), now.get(key), clashes, below)
        if value is not None:
            merged[key] = value
    return merged


def merge_actionable(
    was: Data, mine: Data, now: Data, clashes: list[Clash], path: str = ""
) -> dict[str, Any]:
    """Merge steps, checks or rollbacks: as :func:`merge_fields`, with the one action of each as a single value."""
    found: list[Clash] = []
    merged = merge_fields(_folded(was), _folded(mine), _folded(now), found, path)
    action = f"{path}.action" if path else "action"
    for clash in found:
        if clash.path != action:
            clashes.append(clash)
            continue
        sides: list[dict[str, Any] | None] = [
            dict([side]) if isinstance(side, tuple) else None for side in (clash.was, clash.mine, clash.now)
        ]
        clashes.append(Clash(clash.path, *sides))
    name, value = merged.pop("action", ("", None))
    return {**merged, name: value} if name else merged


def _folded(data: Data) -> dict[str, Any]:
    rest = {key: value for key, value in data.items() if key not in ACTIONS}
    action = next(((name, data[name]) for name in ACTIONS if name in data), None)
    return {**rest, "action": action} if action else rest


def merge_value(was: Any, mine: Any, now: Any, clashes: list[Clash], path: str) -> Any:  # noqa: ANN401 - any data
    """Merge one value; None stands for its absence."""
    if now in (mine, was):
        return mine
    if mine == was:
        return now
    name = path.rpartition(".")[2]
    if isinstance(mine, Mapping) and isinstance(now, Mapping):
        old = was if isinstance(was, Mapping) else {}
        merge = merge_actionable if name in _ACTIONABLE else merge_fields
        return merge(old, mine, now, clashes, path)
    if path in _KEYS:
        sides = [{_KEYS[path](item): item for item in side or ()} for side in (was, mine, now)]
        return list(merge_fields(sides[0], sides[1], sides[2], clashes, path).values()) or None
    clashes.append(Clash(path, was, mine, now))
    return mine
