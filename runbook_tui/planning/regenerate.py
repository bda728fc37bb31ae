"""Planning again: a new derivation is brought into a runbook that people edited.

A person's change is never lost and never silently wins over a new fact: where both changed the same thing
differently the person's value stays in the file, and the conflict is returned and written into the runbook's remarks
under the rule ``merge-conflict`` until somebody removes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from runbook_tui.files.suggestions import quoted
from runbook_tui.planning.merged_order import merged_order
from runbook_tui.planning.three_way import Clash, merge_actionable, merge_fields
from runbook_tui.runbook.document import RunbookDocument
from runbook_tui.runbook.edits import validated
from runbook_tui.runbook.model import ACTIONS, Runbook
from runbook_tui.runbook.plain import plain_data, top_data

RULE = "merge-conflict"

_HARMLESS = frozenset(
    {
        "title",
        "summary",
        "description",
        "owner",
        "pager",
        "estimate",
        "risk",
        "order",
        "phase",
        "migration",
        "kind",
    }
)
"""Fields whose conflict does not change what is executed; the others stop an execution until they are settled."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something that a person and the planner changed differently; the person's value is in the file."""

    step: str
    """Id of the step; empty for what stands above the steps."""
    field: str
    """Name of the field, ``verify.expect`` inside of one, ``order`` for the place; empty for a step as a whole."""
    was: object
    """As it was derived before, in plain data; None for nothing."""
    mine: object
    """As it is in the document."""
    now: object
    """As it is derived now."""

    @property
    def where(self) -> str:
        """What it is about: ``deploy-billing: run``."""
        return ": ".join(filter(None, (self.step, self.field)))

    def __str__(self) -> str:
        return f"{self.where}: yours is {_short(self.mine)}, planned is now {_short(self.now)}"


@dataclass(frozen=True, slots=True)
class Merge:
    """What a merge did to the document."""

    conflicts: tuple[Conflict, ...]
    added: tuple[str, ...]
    """Ids of steps, in order."""
    removed: tuple[str, ...]
    changed: tuple[str, ...]


def merge(document: RunbookDocument, derived_before: Runbook | None, derived_now: Runbook) -> Merge:
    """Bring what is derived now into a document, as one edit of it.

    Args:
        document: the runbook as people edited it; changed in place.
        derived_before: the derivation that the document came from. Without it every difference is a conflict, and
            steps that are only in the document are taken for a person's.
        derived_now: the derivation to bring in.

    Raises:
        EditRefused: the result would not be a valid runbook, say because a person's need and a derived one
            contradict each other. The document is as it was.
    """
    if derived_now == derived_before:
        return Merge((), (), (), ())
    mine = document.runbook
    steps = _Steps(derived_before, mine, derived_now)
    clashes: list[Clash] = []
    was = top_data(derived_before) if derived_before is not None else {}
    old_remarks = [remark for remark in top_data(mine).get("remarks", ()) if remark["rule"] == RULE]
    top = merge_fields(was, _without_conflicts(mine), top_data(derived_now), clashes)
    conflicts = [*(Conflict("", c.path, c.was, c.mine, c.now) for c in clashes), *steps.conflicts]
    remarks = [*top.get("remarks", ()), *_remarks(old_remarks, conflicts)]
    if remarks:
        top["remarks"] = remarks
    data = {**top, "steps": [steps.merged[step] for step in steps.order]}
    document.replace(validated(Runbook, data, "the merged runbook"))
    return Merge(tuple(conflicts), *_difference(mine, document.runbook))


def _without_conflicts(runbook: Runbook) -> dict[str, Any]:
    data = top_data(runbook)
    remarks = [remark for remark in data.pop("remarks", ()) if remark["rule"] != RULE]
    return {**data, "remarks": remarks} if remarks else data


def _difference(old: Runbook, new: Runbook) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    before = {step.id: step for step in old.steps}
    after = {step.id: step for step in new.steps}
    added = tuple(step for step in after if step not in before)
    removed = tuple(step for step in before if step not in after)
    return added, removed, tuple(s for s, step in after.items() if s in before and before[s] != step)


class _Steps:
    """The merge of the steps: which there are, what they say, in which order."""

    def __init__(self, before: Runbook | None, mine: Runbook, now: Runbook) -> None:
        self.was = _by_id(before) if before is not None else {}
        self.mine = _by_id(mine)
        self.now = _by_id(now)
        self.conflicts: list[Conflict] = []
        self.merged: dict[str, dict[str, Any]] = {}
        for step in dict.fromkeys((*self.mine, *self.now)):
            data = self._step(step)
            if data is not None:
                self.merged[step] = data
        for step, data in self.merged.items():
            self._merge_needs(step, data)
        needs = {step: {need["step"] for need in data.get("needs", ())} for step, data in self.merged.items()}
        self.order, refused = merged_order(
            tuple(self.was), tuple(self.mine), tuple(self.now), self.merged, needs
        )
        for step in refused:
            places = (_place(step, order) for order in (self.was, self.mine, self.order))
            self.conflicts.append(Conflict(step, "order", *places))

    def _step(self, step: str) -> dict[str, Any] | None:
        """The merged step without its needs; None when it goes away or stays away."""
        was, mine, now = self.was.get(step), self.mine.get(step), self.now.get(step)
        if mine is not None and now is not None:
            clashes: list[Clash] = []
            sides = [{k: v for k, v in (side or {}).items() if k != "needs"} for side in (was, mine, now)]
            data = merge_actionable(sides[0], sides[1], sides[2], clashes)
            self.conflicts += [
                Conflict(step, clash.path, clash.was, clash.mine, clash.now) for clash in clashes
            ]
            return data
        if mine is None:
            if was is None:
                return dict(now or {})
            if now != was:
                self.conflicts.append(Conflict(step, "", was, None, now))
            return None
        if was is None:
            return dict(mine)
        if mine != was:
            self.conflicts.append(Conflict(step, "", was, mine, None))
            return dict(mine)
        return None

    def _merge_needs(self, step: str, data: dict[str, Any]) -> None:
        sides = [_needs(side.get(step)) for side in (self.was, self.mine, self.now)]
        was, mine, now = sides
        if step not in self.now:
            now = was
        elif step not in self.mine:
            mine = was
        clashes: list[Clash] = []
        merged = now if mine == was else mine if now == was else merge_fields(was, mine, now, clashes)
        for needed in [needed for needed in merged if needed not in self.merged]:
            if merged[needed] != was.get(needed):
                clashes.append(Clash(needed, was.get(needed), mine.get(needed), now.get(needed)))
            merged = {name: need for name, need in merged.items() if name != needed}
        self.conflicts += [Conflict(step, f"needs.{c.path}", c.was, c.mine, c.now) for c in clashes]
        data.pop("needs", None)
        if merged:
            data["needs"] = [need for needs in merged.values() for need in needs]


def _by_id(runbook: Runbook) -> dict[str, dict[str, Any]]:
    return {step.id: plain_data(step) for step in runbook.steps}


def _needs(step: Mapping[str, Any] | None) -> dict[str, list[Any]]:
    """The needs of a step by what is needed; there can be several reasons for one."""
    found: dict[str, list[Any]] = {}
    for need in (step or {}).get("needs", ()):
        found.setdefault(need["step"], []).append(need)
    return found


def _place(step: str, order: Iterable[str]) -> str | None:
    """Where a step stands, in words."""
    before = None
    for other in order:
        if other == step:
            return f"behind {before}" if before else "first"
        before = other
    return None


def _remarks(old: Iterable[Mapping[str, Any]], conflicts: Iterable[Conflict]) -> list[dict[str, Any]]:
    """The remarks about conflicts: each that was there, told anew where there is more to say, and the new ones."""
    new = {f"{conflict.where}: ": _remark(conflict) for conflict in conflicts}
    told: list[dict[str, Any]] = []
    for remark in old:
        where = next((where for where in new if remark["text"].startswith(where)), None)
        told.append(dict(remark) if where is None else new.pop(where))
    return [*told, *new.values()]


def _remark(conflict: Conflict) -> dict[str, Any]:
    harmless = conflict.field.partition(".")[0] in _HARMLESS
    if conflict.field:
        take = f"change it to {_short(conflict.now)}"
    elif conflict.now is None:
        take = "remove the step"
    else:
        take = "put the step back"
    return {
        "rule": RULE,
        "level": "warning" if harmless else "error",
        "text": str(conflict),
        "remedy": f"keep yours or {take}, then remove this remark",
    }


def _short(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, Mapping) and len(value) == 1 and (name := next(iter(value))) in ACTIONS:
        return f"{name} {_short(value[name])}"
    if isinstance(value, Mapping) and "title" in value:
        return f"the step {quoted(str(value['title']))}"
    return quoted(value) if isinstance(value, str) else quoted(json.dumps(value, ensure_ascii=False))[1:-1]
