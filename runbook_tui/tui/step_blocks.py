"""What there is to say about one step, as blocks of a sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from runbook_tui.runbook.duration import format_duration
from runbook_tui.text.addresses import masked
from runbook_tui.tui.content import QUIET, joined, line, lines
from runbook_tui.tui.status import RISK_STYLES
from runbook_tui.tui.times import planned
from runbook_tui.tui.widgets.sheet import Block, Command, Field, Gap, Heading, Paragraph

if TYPE_CHECKING:
    from runbook_tui.runbook.model import Actionable, Check, Rollback, Runbook, Step

_EFFECTS = frozenset({"migrate", "deploy", "backfill"})
"""Kinds of steps that change something which a rollback would have to undo."""

_ACTION_LABELS = {
    "run": "Runs",
    "http": "Requests",
    "sql": "Queries",
    "confirm": "Do",
    "wait": "Waits",
    "approve": "Decide",
}


def details(runbook: Runbook, step: Step) -> list[Block]:
    """All fields of a step, for the author."""
    blocks: list[Block] = [*title(step), Gap(), *action(step), *checks(step)]
    blocks += [Heading("Undo"), *undo(step)]
    blocks += [Heading("Who and when"), *people(step)]
    if step.migration:
        blocks += [Heading("Migration"), *_migration(step)]
    if step.environment:
        blocks.append(Heading("Environment of the command"))
        blocks += [Field(name, line(value)) for name, value in step.environment.items()]
    if step.service and step.service in runbook.release:
        blocks += [Heading("Release"), *_release(runbook, step.service)]
    return blocks


def title(step: Step) -> list[Block]:
    """What it is: the title, and one quiet line of where it belongs."""
    words = [step.kind.value, f"{step.phase.value} phase", *([step.service] if step.service else [])]
    place = line(" · ".join(words), QUIET)
    blocks: list[Block] = [Paragraph(line(step.title, "bold")), Paragraph(place)]
    if step.description:
        blocks += [Gap(), Paragraph(lines(step.description))]
    return blocks


def action(step: Actionable, *, label: str | None = None, place: bool = True) -> list[Block]:
    """What will be done, exactly.

    Args:
        step: a step, its check or its rollback.
        label: what to call it; by the kind of action when None.
        place: whether to say where a command runs.
    """
    name = label or _ACTION_LABELS.get(step.action, "")
    blocks: list[Block] = []
    if step.run is not None:
        blocks.append(Command(lines(step.run.rstrip("\n")), label=name))
        directory = getattr(step, "directory", None)
        unquoted = getattr(step, "unquoted", ())
        if unquoted:
            told = f"{', '.join(unquoted)}: put in without quoting"
            blocks.append(Field("Unquoted", line(told, "bold $error")))
        if place and directory:
            blocks.append(Field("In", line(directory)))
    elif step.http is not None:
        blocks.append(Command(line(f"{step.http.method} {masked(step.http.url)}"), prompt="→ ", label=name))
        if step.http.body:
            blocks.append(Field("Body", lines(step.http.body)))
        blocks += [Field("Header", line(f"{key}: {value}")) for key, value in step.http.headers.items()]
    elif step.sql is not None:
        blocks.append(Command(lines(step.sql.query.rstrip("\n")), prompt="> ", label=name))
        blocks.append(Field("On", line(step.sql.database)))
    elif step.wait is not None:
        blocks.append(Field(name, line(format_duration(step.wait))))
    else:
        blocks.append(
            Field(name or "Read", lines(step.confirm or step.approve or "Nothing is executed here."))
        )
    return blocks


def surroundings(step: Step) -> list[Block]:
    """What the command of a step gets besides: variables, secrets by name, further attempts."""
    blocks: list[Block] = [Field("With", line(f"{name}={value}")) for name, value in step.environment.items()]
    if step.secrets:
        blocks.append(Field("Secrets", line(", ".join(step.secrets))))
    if step.retry is not None:
        told = f"up to {step.retry.times} attempts, {format_duration(step.retry.delay)} between them"
        blocks.append(Field("Retries", Content(told)))
    return blocks


def checks(step: Step) -> list[Block]:
    """What must be seen for the step to have worked."""
    blocks: list[Block] = []
    if step.expect:
        blocks.append(Field("Expect", joined("the output contains ", line(step.expect, "bold"))))
    if step.verify:
        blocks += [Gap(), *verify(step.verify)]
    return blocks


def verify(check: Check, label: str = "Verify") -> list[Block]:
    """A check: the action, what it must show, how long it may take."""
    patience = f"every {format_duration(check.every)}, for at most {format_duration(check.timeout)}"
    wanted = [Content(f"tried {patience}")]
    if check.expect:
        wanted = [joined("must contain ", line(check.expect, "bold"), Content.styled(f", {patience}", QUIET))]
    after = [Field("", wanted[0])] if check.action != "confirm" else []
    return [*action(check, label=label, place=False), *after]


def undo(step: Step) -> list[Block]:
    """How to take the step back, or why that is not possible."""
    if not step.reversible:
        because = step.irreversible_because or "nothing brings back the state before"
        return [Field("Rollback", joined(Content.styled("not possible: ", "bold $error"), lines(because)))]
    if step.rollback is None:
        words = "by hand: no command is written down" if step.kind in _EFFECTS else "nothing to undo"
        return [Field("Rollback", Content.styled(words, "$warning" if step.kind in _EFFECTS else QUIET))]
    rollback: Rollback = step.rollback
    blocks = action(rollback, label="Rollback", place=False)
    return [*blocks, *verify(rollback.verify, "and verify")] if rollback.verify else blocks


def people(step: Step) -> list[Block]:
    """Owner, pager, estimate, risk, timeout, approvers."""
    blocks: list[Block] = [Field("Owner", _or_nobody(step.owner))]
    blocks.append(Field("Pager", _or_nobody(step.pager)))
    if step.approvers:
        blocks.append(Field("Approvers", line(", ".join(step.approvers))))
    blocks.append(Field("Risk", Content.styled(step.risk.value, RISK_STYLES[step.risk.value])))
    blocks.append(Field("Estimate", Content(planned(step.estimate) or "none")))
    if step.timeout is not None:
        blocks.append(Field("Timeout", Content(format_duration(step.timeout))))
    again = "yes" if step.repeatable else "no: decide with care after an interruption"
    blocks.append(Field("Repeatable", Content(again)))
    blocks.append(Field("Id", line(step.id, QUIET)))
    return blocks


def people_short(step: Step) -> list[Block]:
    """Owner, pager, estimate and risk on one line, for the card of run mode."""
    parts = [joined("owner ", _or_nobody(step.owner))]
    if step.pager:
        parts.append(joined("pager ", line(step.pager)))
    if step.estimate is not None:
        parts.append(Content(f"about {planned(step.estimate)}"))
    if step.risk.value != "low":
        parts.append(Content.styled(f"{step.risk.value} risk", RISK_STYLES[step.risk.value]))
    return [Field("Who", Content.styled("  ·  ", QUIET).join(parts))]


def _or_nobody(value: str | None) -> Content:
    return line(value) if value else Content.styled("nobody", "$warning")


def _migration(step: Step) -> list[Block]:
    note = step.migration
    assert note is not None
    blocks: list[Block] = [
        Field("Data store", line(note.datastore)),
        Field("Revision", line(f"{', '.join(note.revisions) or note.revision} ({note.tool})")),
        Field("File", line(note.path)),
    ]
    blocks += [Field("Operation" if not i else "", line(text)) for i, text in enumerate(note.operations)]
    blocks += [Field("Hazard", lines(text, "$warning")) for text in note.hazards]
    return blocks


def _release(runbook: Runbook, service: str) -> list[Block]:
    release = runbook.release[service]
    versions = f"{release.base_version or release.base[:12]} → {release.version}"
    blocks: list[Block] = [
        Field("Versions", line(versions)),
        Field("Commits", line(f"{release.commits}  ({release.base[:12]}..{release.target[:12]})")),
    ]
    blocks += [Field("Changes" if not i else "", line(text)) for i, text in enumerate(release.changes[:5])]
    more = release.commits - min(len(release.changes), 5)
    if more > 0 and release.changes:
        blocks.append(Field("", Content.styled(f"and {more} more", QUIET)))
    return blocks
