"""What a new step of each kind starts with."""

from __future__ import annotations

from collections.abc import Collection

from runbook_tui.runbook.model import Kind, Step, StepPhase

KINDS: dict[Kind, str] = {
    Kind.PREFLIGHT: "a check before anything is changed",
    Kind.ANNOUNCE: "tell somebody: freeze, status page, close out",
    Kind.GATE: "somebody decides whether to go on",
    Kind.MIGRATE: "change the schema of a data store",
    Kind.DEPLOY: "bring a service to its new version",
    Kind.VERIFY: "see that something works",
    Kind.BACKFILL: "fill or rewrite data",
    Kind.NOTE: "something to read; nothing is done",
}
"""Every kind, with what it is for."""

_PHASES = {
    Kind.PREFLIGHT: StepPhase.PREPARE,
    Kind.ANNOUNCE: StepPhase.PREPARE,
    Kind.GATE: StepPhase.PREPARE,
    Kind.MIGRATE: StepPhase.EXPAND,
    Kind.BACKFILL: StepPhase.BACKFILL,
}


def new_step(kind: Kind, beside: Step | None, taken: Collection[str]) -> Step:
    """A valid step to begin with.

    Args:
        kind: what sort of work it is.
        beside: the step that it is put behind; its phase, service and owner are likely the same.
        taken: ids that are in use.
    """
    phase = beside.phase if beside else _PHASES.get(kind, StepPhase.DEPLOY)
    values: dict[str, object] = {
        "id": free_id(f"{kind.value}-new", taken),
        "title": f"New {kind.value} step",
        "kind": kind,
        "phase": phase,
    }
    if beside and beside.service and kind not in {Kind.GATE, Kind.ANNOUNCE}:
        values["service"] = beside.service
    if beside and beside.owner:
        values |= {"owner": beside.owner} | ({"pager": beside.pager} if beside.pager else {})
    return Step.model_validate(values | _action(kind))


def _action(kind: Kind) -> dict[str, object]:
    if kind is Kind.GATE:
        return {"approve": "Go on?"}
    if kind is Kind.ANNOUNCE:
        return {"confirm": "Tell everybody who needs to know."}
    if kind is Kind.NOTE:
        return {"description": "What the operator should know at this point."}
    return {"run": "true"}


def free_id(wanted: str, taken: Collection[str]) -> str:
    """``wanted``, with a number behind it when it is taken."""
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted}-{number}" in taken:
        number += 1
    return f"{wanted}-{number}"
