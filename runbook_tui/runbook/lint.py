"""What a good runbook should have: ``runbook check``. A runbook with findings can be read; errors should stop a run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from runbook_tui.files.problems import Place
from runbook_tui.files.suggestions import did_you_mean, quoted
from runbook_tui.files.yaml_source import Location
from runbook_tui.runbook.document import RunbookDocument
from runbook_tui.runbook.duration import format_duration
from runbook_tui.runbook.graph import point_of_no_return
from runbook_tui.runbook.model import CHANGING, Actionable, Kind, Runbook, Step

Level = Literal["error", "warning", "note"]

_PLACEHOLDER = re.compile(r"\b(?:TODO|FIXME|XXX|TBD)\b|\?{3}|<[A-Za-z][A-Za-z0-9_-]*>")
_BRACES = re.compile(r"\{\{-?\s*[A-Za-z_][\w.]*\s*(?:\|[^{}]*)?-?\}\}|\{%.*?%\}")
"""A variable of a template; ``{{.State}}`` and ``{{json .}}`` belong to the command's own language."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a runbook should have and has not, or has and should not."""

    place: Place
    level: Level
    rule: str
    text: str
    remedy: str = ""

    def __str__(self) -> str:
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{self.place}: {self.level}: {self.text}{remedy} [{self.rule}]"


@dataclass(frozen=True, slots=True)
class _Found:
    """A finding with a location in place of a place."""

    at: Location
    level: Level
    rule: str
    text: str
    remedy: str = ""


def lint(document: RunbookDocument) -> list[Finding]:
    """Every finding, in the order of the file."""
    runbook = document.runbook
    found = [finding for rule in _RULES for finding in rule(runbook)]
    findings = [Finding(document.place(f.at), f.level, f.rule, f.text, f.remedy) for f in found]
    return sorted(findings, key=lambda finding: (finding.place, finding.rule, finding.text))


def _steps(runbook: Runbook) -> Iterator[tuple[Location, Step]]:
    for index, step in enumerate(runbook.steps):
        yield ("steps", index, "id"), step


def _nothing_to_do(runbook: Runbook) -> Iterator[_Found]:
    if not runbook.steps:
        yield _Found(("steps",), "error", "no-steps", "the runbook has no steps", "add one, or plan it")


def _open_questions(runbook: Runbook) -> Iterator[_Found]:
    for index, question in enumerate(runbook.questions):
        level: Level = "error" if question.blocking else "warning"
        remedy = f"runbook answer {question.id} ..., then plan again"
        text = f"open question: {' '.join(question.text.split())}"
        yield _Found(("questions", index), level, "open-question", text, remedy)


def _remarks(runbook: Runbook) -> Iterator[_Found]:
    for index, remark in enumerate(runbook.remarks):
        text = " ".join(remark.text.split()) + (f" ({remark.source})" if remark.source else "")
        yield _Found(
            ("remarks", index), remark.level, remark.rule, text, " ".join((remark.remedy or "").split())
        )


def _owners(runbook: Runbook) -> Iterator[_Found]:
    for at, step in _steps(runbook):
        service = runbook.release.get(step.service) if step.service else None
        if step.kind is not Kind.NOTE and not step.owner and not (service and service.owner):
            text = f"step '{step.id}' has no owner"
            yield _Found(at, "warning", "step-without-owner", text, "say who stands for it: owner: ...")
        if step.owner and set(step.approvers) == {step.owner}:
            text = f"{quoted(step.owner)} owns step '{step.id}' and is the only one who may approve it"
            yield _Found(
                (*at[:-1], "approvers"), "warning", "owner-approves-alone", text, "add another approver"
            )


def _services(runbook: Runbook) -> Iterator[_Found]:
    """A service that stays can have steps too (to check it, to stop it): only a near miss is suspicious."""
    for (*at, _), step in _steps(runbook):
        hint = (
            did_you_mean(step.service or "", runbook.release) if step.service not in runbook.release else ""
        )
        if step.service is not None and hint:
            text = f"step '{step.id}' is for the service {quoted(step.service)}, which is not in the release"
            yield _Found((*at, "service"), "warning", "unknown-service", text, hint)


def _pagers(runbook: Runbook) -> Iterator[_Found]:
    for name, service in runbook.release.items():
        if not service.pager:
            text = f"nobody is paged for the service {quoted(name)}"
            yield _Found(("release", name), "warning", "service-without-pager", text, "pager: ...")


def _checks(runbook: Runbook) -> Iterator[_Found]:
    levels: dict[Kind, Level] = {Kind.DEPLOY: "warning", Kind.MIGRATE: "note", Kind.BACKFILL: "note"}
    for at, step in _steps(runbook):
        if step.kind in levels and step.verify is None and step.expect is None:
            text = f"step '{step.id}' does not say how to see that it worked"
            yield _Found(at, levels[step.kind], f"{step.kind}-without-verify", text, "verify: ...")


def _rollbacks(runbook: Runbook) -> Iterator[_Found]:
    for at, step in _steps(runbook):
        if step.kind in CHANGING and step.reversible and step.rollback is None:
            text = f"step '{step.id}' counts as reversible and does not say how to undo it"
            remedy = "rollback: ..., or reversible: false with irreversible_because"
            yield _Found(at, "warning", "step-without-rollback", text, remedy)
        if not step.reversible and not step.irreversible_because:
            text = f"step '{step.id}' cannot be undone and does not say why"
            yield _Found(at, "warning", "irreversible-without-reason", text, "irreversible_because: ...")
    turn = point_of_no_return(runbook.steps)
    for at, step in _steps(runbook):
        if step.approve is not None:
            return
        if step.id == turn:
            text = f"nobody approves anything before '{turn}', which cannot be undone"
            yield _Found(
                at,
                "warning",
                "no-approval-before-point-of-no-return",
                text,
                "add a step with approve before it",
            )
            return


def _estimates(runbook: Runbook) -> Iterator[_Found]:
    for at, step in _steps(runbook):
        if step.kind is not Kind.NOTE and step.estimate is None and step.wait is None:
            text = f"step '{step.id}' has no estimate"
            yield _Found(at, "note", "step-without-estimate", text, "estimate: ...")


def _window(runbook: Runbook) -> Iterator[_Found]:
    if runbook.window is None:
        return
    start, end = (datetime.fromisoformat(written) for written in (runbook.window.start, runbook.window.end))
    long = (end - start).total_seconds()
    needed = sum(step.estimate or step.wait or 0 for step in runbook.steps)
    if needed > long:
        text = f"the steps take {format_duration(needed)} one after the other; the window is {format_duration(long)}"
        yield _Found(("window",), "warning", "window-too-short", text, "move its end, or split the release")


def _commands(part: Actionable, at: Location) -> Iterator[tuple[Location, str]]:
    """What is executed as it is written."""
    if part.run is not None:
        yield (*at, "run"), part.run
    if part.http is not None:
        yield (*at, "http"), " ".join((part.http.url, part.http.body or "", *part.http.headers.values()))
    if part.sql is not None:
        yield (*at, "sql"), f"{part.sql.database} {part.sql.query}"


def _leftovers(runbook: Runbook) -> Iterator[_Found]:
    for (*at, _), step in _steps(runbook):
        parts: list[tuple[Actionable | None, Location]] = [
            (step, tuple(at)), (step.verify, (*at, "verify")), (step.rollback, (*at, "rollback")),
        ]  # fmt: skip
        for part, where in parts:
            for place, command in _commands(part, where) if part is not None else ():
                yield from _leftover(place, command, f"the command of step '{step.id}'", "error")
        for name in ("title", "description", "confirm", "approve", "owner", "pager"):
            text = getattr(step, name)
            yield from _leftover((*at, name), text or "", f"{name} of step '{step.id}'", "warning")
    for name in ("title", "summary", "downtime"):
        yield from _leftover((name,), getattr(runbook, name) or "", name, "warning")


def _leftover(at: Location, text: str, where: str, level: Level) -> Iterator[_Found]:
    placeholder = _PLACEHOLDER.search(text)
    if placeholder:
        remedy = "write what is meant"
        yield _Found(at, level, "placeholder", f"{quoted(placeholder.group())} is left in {where}", remedy)
    braces = _BRACES.search(text)
    if braces:
        remedy = "nothing fills it in here: write the value"
        yield _Found(at, level, "template-braces", f"{quoted(braces.group())} is left in {where}", remedy)


_RULES: tuple[Callable[[Runbook], Iterator[_Found]], ...] = (
    _nothing_to_do,
    _open_questions,
    _remarks,
    _owners,
    _services,
    _pagers,
    _checks,
    _rollbacks,
    _estimates,
    _window,
    _leftovers,
)
