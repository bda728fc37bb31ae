"""What the card of run mode says: the step, what it waits for, what comes next, how the run ended."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual.content import Content

from runbook_tui.execution.model import DONE, Phase, State, StepStatus
from runbook_tui.tui.content import QUIET, joined, line, lines
from runbook_tui.tui.status import look
from runbook_tui.tui.step_blocks import action, checks, people_short, surroundings, undo
from runbook_tui.tui.times import moment, planned, spent
from runbook_tui.tui.widgets.sheet import Block, Field, Gap, Heading, Paragraph

if TYPE_CHECKING:
    from datetime import datetime

    from runbook_tui.execution.model import RunState
    from runbook_tui.runbook.model import Step
    from runbook_tui.tui.run_view import RunView

_HINTS = {
    "run": "press r to run it",
    "retry": "R runs it again · s skips it · o marks it as done · b rolls back",
    "confirm": "do it, then press c",
    "approve": "press a to approve, d to decline",
    "resolve": "press u to say what happened",
    "rollback": "press b to undo it",
}


def headline(view: RunView, now: datetime) -> Content:
    """Three lines that cannot be overlooked: where, what, and how it stands."""
    step = view.step
    if step is None:
        return Content("")
    number = [other.id for other in view.runbook.steps].index(step.id) + 1
    where = [f"Step {number} of {len(view.runbook.steps)}", step.kind.value, f"{step.phase.value} phase"]
    if step.service:
        where.append(step.service)
    first = line("  ·  ".join(where), QUIET)
    return Content("\n").join([first, line(step.title, "bold"), _standing(view, now)])


def _standing(view: RunView, now: datetime) -> Content:
    """State in sign, word and colour, and the key that this moment asks for."""
    status = view.status
    hint = _HINTS.get(view.primary(), "")
    if view.undoing is not None and view.undoing == view.shown and status.state is not State.WAITING:
        return joined(Content.styled("↶ to be undone", "bold $warning"), line(f"   {hint}", QUIET))
    seen = look(status.state, ready=view.can_start)
    word = Content.styled(f"{seen.sign} {seen.word}", seen.style)
    if view.shown in view.executing:
        hint = f"{_doing(view, now)}^c opens the stop menu"
        if view.shown in view.silent:
            quiet = line(f"nothing printed for {spent(view.silent[view.shown])} · ", "bold $warning")
            return joined(word, "   ", quiet, line(hint, QUIET))
    elif view.watching and status.state is State.RUNNING:
        hint = _doing(view, now).rstrip(" ·")
    elif not hint and status.state in {State.PENDING, State.BLOCKED}:
        hint = view.why_waiting()
    return joined(word, line(f"   {hint}", QUIET)) if hint else word


def _doing(view: RunView, now: datetime) -> str:
    """How long the step has been running, and what it is at."""
    status, step = view.status, view.step
    words = "verifying · " if status.phase in {Phase.VERIFY, Phase.ROLLBACK_VERIFY} else ""
    if status.started_at is None or step is None:
        return words
    about = f" of about {planned(step.estimate)}" if step.estimate else ""
    return f"{words}{spent((now - moment(status.started_at)).total_seconds())}{about} · "


def card(view: RunView) -> list[Block]:
    """All that the operator needs to know of the step before and after it is done."""
    step = view.step
    if step is None:
        return []
    blocks: list[Block] = [*_outcome(view.status)]
    if view.undoing is not None and view.undoing == view.shown:
        return [*blocks, *undo(step), *people_short(step)]
    if step.description:
        blocks += [Paragraph(lines(step.description)), Gap()]
    blocks += [*action(step), *surroundings(step)]
    if step.approvers:
        blocks.append(Field("By", line(", ".join(step.approvers))))
    blocks += [*checks(step), Gap(), *undo(step), Gap()]
    if step.migration and step.migration.hazards:
        blocks += [Field("Hazard", lines(text, "$warning")) for text in step.migration.hazards]
    blocks += people_short(step)
    blocks += _why(view, step)
    return blocks


def _outcome(status: StepStatus) -> list[Block]:
    """What is known of the last attempt."""
    if status.state in {State.PENDING, State.BLOCKED, State.RUNNING}:
        return []
    facts = []
    if code := status.exit_code:
        words = f"signal {-code}" if code < 0 else f"exit status {code}"
        facts += [words] if words not in status.message else []
    if status.attempts > 1:
        facts.append(f"attempt {status.attempts}")
    if status.seconds is not None:
        facts.append(f"took {spent(status.seconds)}")
    if status.by:
        facts.append(f"by {status.by}")
    blocks: list[Block] = []
    if status.message:
        style = (
            "$error" if status.state is State.FAILED else "$warning" if status.state is State.UNKNOWN else ""
        )
        blocks.append(Field("Outcome", lines(status.message, style)))
    if facts:
        blocks.append(Field("" if blocks else "Outcome", line(" · ".join(facts), QUIET)))
    blocks += [Field("" if blocks else "Outcome", lines(flag, "$warning")) for flag in status.flags]
    if status.rolled_back_message:
        blocks.append(Field("Undone", lines(status.rolled_back_message)))
    return [*blocks, Gap()] if blocks else []


def _why(view: RunView, step: Step) -> list[Block]:
    """The reasons for standing here, once each."""
    reasons: dict[str, list[str]] = {}
    for need in step.needs:
        reasons.setdefault(need.because, []).append(view.title(need.step))
    return [
        Field(
            "After" if not index else "",
            joined(line(", ".join(names)), Content.styled(": ", QUIET), lines(because, QUIET)),
        )
        for index, (because, names) in enumerate(reasons.items())
    ]


def next_line(view: RunView) -> Content:
    """What can be started besides the step shown, or what follows it."""
    if view.undoing is not None:
        names = [view.title(name) for name in view.plan.steps[1:4]]
        return _named("Then undo", names) if names else Content.styled("The last one to undo", QUIET)
    beside = [name for name in view.running if name != view.shown]
    if beside:
        return _named("Also running", [view.title(name) for name in beside[:3]], _more(len(beside) - 3))
    others = [name for name in view.ready if name != view.shown]
    if others:
        words = "Also ready" if view.can_start else "Ready"
        return _named(
            words, [view.title(name) for name in others[:3]], "in any order" if len(others) > 1 else ""
        )
    ids = [step.id for step in view.runbook.steps]
    after = ids[ids.index(view.shown) + 1 :] if view.shown in ids else []
    open_steps = [name for name in after if view.state.statuses[name].state not in DONE]
    return _named("Next", [view.title(name) for name in open_steps[:2]]) if open_steps else Content("")


def _more(count: int) -> str:
    return f"and {count} more" if count > 0 else ""


def rollback_line(view: RunView) -> Content:
    """Whether what was done can be undone, and why not."""
    plan = view.plan
    if plan.steps:
        count = len(plan.steps)
        return Content.styled(f"rollback available: {count} step{'s' if count > 1 else ''}", QUIET)
    if plan.stops_at:
        return joined(
            Content.styled("no rollback past ", "$error"), line(view.title(plan.stops_at), "$error")
        )
    return Content.styled("nothing to roll back", QUIET)


def _named(words: str, titles: list[str], note: str = "") -> Content:
    tail = Content.styled(f"  ({note})", QUIET) if note else Content("")
    return joined(Content.styled(f"{words}  ", QUIET), line(" · ".join(titles)), tail)


def summary_headline(state: RunState) -> Content:
    """How the run ended."""
    looks = {"succeeded": ("✓ Run succeeded", "$success"), "rolled_back": ("↶ Run rolled back", "$warning")}
    words, style = looks.get(state.finished or "", ("✗ Run aborted", "$error"))
    place = f"{state.environment}{'  ·  rehearsal' if state.rehearsal else ''}"
    return Content("\n").join(
        [line(place, QUIET), Content.styled(words, f"bold {style}"), Content.styled("ctrl+q leaves", QUIET)]
    )


def summary(view: RunView, folder: Path, now: datetime) -> list[Block]:
    """The end of a run: figures, what was not straight, where the record is."""
    state = view.state
    statuses = state.statuses
    counts = {found: state.count(found) for found in State}
    words = [f"{count} {look(found).word}" for found, count in counts.items() if count]
    times = times_of(state, now)
    blocks: list[Block] = [
        Field("Steps", line(" · ".join(words))),
        Field("Elapsed", Content(spent(times.elapsed))),
        Field("Machine", Content(spent(times.machine))),
        Field("Waiting", Content(f"{spent(times.waited)} for people")),
        Field(
            "Planned",
            Content(planned(sum(step.estimate or 0 for step in view.runbook.steps) or None) or "none"),
        ),
        Field("Operator", line(state.operator)),
        Gap(),
        Field("Record", line(folder, "bold")),
        Field("", line(f"runbook record {folder}", QUIET)),
    ]
    odd = [s for s in view.runbook.steps if statuses[s.id].state not in {State.SUCCEEDED, State.PENDING}]
    odd += [s for s in view.runbook.steps if s not in odd and statuses[s.id].attempts > 1]
    if odd:
        blocks.append(Heading("Worth a look afterwards"))
    for step in odd:
        status = statuses[step.id]
        seen = look(status.state)
        said = status.message or (f"took {status.attempts} attempts" if status.attempts > 1 else "")
        word = Content.styled(f"{seen.sign} {seen.word}", seen.style)
        blocks.append(Field(word.plain, joined(line(step.title), line(f"  {said}", QUIET)), 14))
    if state.notes:
        blocks.append(Heading("Notes"))
        blocks += [
            Paragraph(joined(line(f"{note.by}: ", QUIET), lines(note.text)), 2) for note in state.notes
        ]
    return blocks


@dataclass(frozen=True, slots=True)
class Times:
    """How long a run has taken, in seconds, waiting for people apart."""

    elapsed: float
    machine: float
    waited: float


def times_of(state: RunState, now: datetime) -> Times:
    """Seconds since the start, of machine time and of waiting; up to the end of a finished run."""
    end = moment(state.finished_at) if state.finished_at else now
    statuses = state.statuses.values()
    machine = sum(status.seconds or 0 for status in statuses)
    return Times((end - moment(state.started_at)).total_seconds(), machine, sum(s.waited for s in statuses))
