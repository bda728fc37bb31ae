"""Everything that a template can show, computed: plain data only, with names as ``docs/templates.md`` lists them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from runbook_tui.rendering.log import log_rows, run_view
from runbook_tui.rendering.mermaid import flowchart
from runbook_tui.rendering.schedule import Schedule, longest_chain, rounded, schedule, seconds, window_text
from runbook_tui.runbook.graph import point_of_no_return, waves
from runbook_tui.runbook.model import CHANGING, Actionable, Rollback, Runbook, Step
from runbook_tui.text.addresses import masked

View = dict[str, Any]

_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def views(runbook: Runbook, state: Mapping[str, Any] | None = None) -> View:
    """The names of a template.

    Args:
        runbook: what to show.
        state: a run's :class:`~runbook_tui.execution.model.RunState` as a mapping, to fill the execution log.
    """
    times = schedule(runbook.steps, runbook.window)
    turn = point_of_no_return(runbook.steps)
    steps = _steps(runbook, times)
    whole = runbook.model_dump(mode="json")
    return {
        "runbook": {**whole, "steps": [_masked(step) for step in whole["steps"]]},
        "steps": steps,
        "phases": _phases(steps, runbook.steps),
        "waves": [list(wave) for wave in waves(runbook.steps)],
        "services": _services(runbook, steps),
        "people": _people(runbook, steps),
        "migrations": [step for step in steps if step["migration"]],
        "preflights": _of(steps, "kind", "preflight"),
        "announcements": [{**step, "message": _message(step)} for step in _of(steps, "kind", "announce")],
        "approvals": _of(steps, "action", "approve"),
        "verified": [step for step in steps if step["verify"]],
        "closing": _of(steps, "phase", "close"),
        "deciders": sorted({name for step in runbook.steps if step.approve for name in step.approvers}),
        "rolled_back_message": _rolled_back_message(runbook),
        "status": _status(runbook, state),
        "point_of_no_return": turn,
        "final": [step for step in steps if not step["reversible"]],
        "undo": _undo(runbook.steps),
        "diagram": flowchart(runbook.steps),
        "window": window_text(runbook.window) if runbook.window else None,
        "total": times.total,
        "longest_chain": rounded(longest_chain(runbook.steps)),
        "unestimated": times.unestimated,
        "risk": _highest_risk(runbook.steps),
        "log": log_rows(runbook, state),
        "run": run_view(state),
    }


def step_view(runbook: Runbook, step_id: str) -> View:
    """One step as a template sees it.

    Raises:
        KeyError: there is none.
    """
    runbook.step(step_id)
    steps = _steps(runbook, schedule(runbook.steps, runbook.window))
    return next(step for step in steps if step["id"] == step_id)


def _steps(runbook: Runbook, times: Schedule) -> list[View]:
    wave_of = {step: wave for wave in waves(runbook.steps) for step in wave}
    turn = point_of_no_return(runbook.steps)
    needed_by: dict[str, list[str]] = {step.id: [] for step in runbook.steps}
    for step in runbook.steps:
        for need in step.needs:
            needed_by[need.step].append(step.id)
    found: list[View] = []
    for number, (step, starts) in enumerate(zip(runbook.steps, times.starts, strict=True), 1):
        service = runbook.release.get(step.service) if step.service else None
        found.append(
            {
                **_masked(step.model_dump(mode="json")),
                "title": step.title.strip() or step.id,
                "action": step.action,
                "verify": _action(step.verify),
                "rollback": _action(step.rollback),
                "number": number,
                "starts": starts,
                "owner": step.owner or (service.owner if service else None),
                "pager": step.pager or (service.pager if service else None),
                "reasons": _reasons(step),
                "any_order": [other for other in wave_of[step.id] if other != step.id],
                "needed_by": list(dict.fromkeys(needed_by[step.id])),
                "is_point_of_no_return": step.id == turn,
            }
        )
    return found


def _reasons(step: Step) -> list[View]:
    """The needs of a step, those with the same reason together."""
    found: dict[tuple[str, str | None, str | None], list[str]] = {}
    for need in step.needs:
        found.setdefault((need.because, need.rule, need.source), []).append(need.step)
    return [
        {"steps": steps, "because": because, "rule": rule, "source": source}
        for (because, rule, source), steps in found.items()
    ]


def _of(steps: Sequence[View], field: str, value: str) -> list[View]:
    return [step for step in steps if step[field] == value]


def _message(step: View) -> str:
    """What an announcement says, ready to paste; its command where a command says it."""
    return str(
        step[step["action"]] if step["action"] in {"confirm", "run"} else step["description"] or step["title"]
    )


def _action(part: Actionable | None) -> View | None:
    if part is None:
        return None
    data = {**_masked(part.model_dump(mode="json")), "action": part.action}
    return {**data, "verify": _action(part.verify)} if isinstance(part, Rollback) else data


def _masked(data: View) -> View:
    """The fields of something that is done; an address in a document has no password."""
    if data.get("http") is not None:
        data["http"]["url"] = masked(data["http"]["url"])
    for name in ("verify", "rollback"):
        if data.get(name) is not None:
            _masked(data[name])
    return data


def _phases(views_of_steps: Sequence[View], steps: Sequence[Step]) -> list[View]:
    """Runs of steps of one phase, in the order shown; a phase can come more than once."""
    found: list[View] = []
    for view, step in zip(views_of_steps, steps, strict=True):
        if not found or found[-1]["name"] != step.phase.value:
            found.append({"name": step.phase.value, "steps": [], "seconds": 0.0})
        found[-1]["steps"].append(view)
        found[-1]["seconds"] += seconds(step)
    return [
        {"name": phase["name"], "steps": phase["steps"], "estimate": rounded(phase["seconds"])}
        for phase in found
    ]


def _services(runbook: Runbook, steps: Sequence[View]) -> list[View]:
    return [
        {
            **service.model_dump(mode="json"),
            "name": name,
            "base_short": _short(service.base),
            "target_short": _short(service.target),
            "migrations": sum(
                len(step["migration"]["revisions"]) or 1
                for step in steps
                if step["service"] == name and step["migration"]
            ),
        }
        for name, service in runbook.release.items()
    ]


def _short(commit: str) -> str:
    return commit[:10] if _SHA.fullmatch(commit) else commit


def _people(runbook: Runbook, steps: Sequence[View]) -> list[View]:
    """Everybody whom the runbook names, with what they stand for; sorted by name."""
    found: dict[str, View] = {}

    def person(name: str) -> View:
        return found.setdefault(
            name, {"name": name, "services": [], "steps": 0, "approves": [], "pagers": []}
        )

    for name, service in runbook.release.items():
        if service.owner:
            person(service.owner)["services"].append(name)
            if service.pager:
                person(service.owner)["pagers"].append(service.pager)
    for step in steps:
        if step["owner"]:
            person(step["owner"])["steps"] += 1
            if step["pager"]:
                person(step["owner"])["pagers"].append(step["pager"])
        for approver in step["approvers"]:
            person(approver)["approves"].append(step["id"])
    return [{**found[name], "pagers": list(dict.fromkeys(found[name]["pagers"]))} for name in sorted(found)]


def _undo(steps: Sequence[Step]) -> list[View]:
    """What going back means, the last step first: steps that leave an effect, with how to undo it."""
    return [
        {
            "id": step.id,
            "title": step.title.strip() or step.id,
            "possible": step.reversible,
            "because": step.irreversible_because,
            "rollback": _action(step.rollback),
            "directory": step.directory,
        }
        for step in reversed(steps)
        if step.kind in CHANGING or step.rollback is not None or not step.reversible
    ]


def _status(runbook: Runbook, state: Mapping[str, Any] | None) -> str:
    if state is not None:
        return str(state.get("finished") or "not finished").replace("_", " ")
    questions = sum(question.blocking for question in runbook.questions)
    errors = sum(remark.level == "error" for remark in runbook.remarks)
    counted = [
        f"{n} {word}{'s' * (n > 1)}" for n, word in ((questions, "blocking question"), (errors, "error")) if n
    ]
    return f"not ready: {' and '.join(counted)}" if counted else "ready for review"


def _rolled_back_message(runbook: Runbook) -> str:
    versions = ", ".join(
        f"{name} {service.base_version or _short(service.base)}" for name, service in runbook.release.items()
    )
    return f"{runbook.title} was rolled back in {runbook.environment}. Running again: {versions}."


def _highest_risk(steps: Sequence[Step]) -> str:
    order = ("low", "medium", "high")
    return max((step.risk.value for step in steps), key=order.index, default="low")
