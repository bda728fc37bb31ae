"""What the step list shows of a runbook: its rows, from values, without a terminal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from textual.content import Content

from runbook_tui.execution.model import State, StepStatus
from runbook_tui.tui.content import QUIET, line
from runbook_tui.tui.status import RISK_STYLES, WIDEST_WORD, look
from runbook_tui.tui.times import planned, spent
from runbook_tui.tui.widgets.row import Cell, LineOfNoReturn, PhaseRow, QuietRow, StepRow
from runbook_tui.tui.widgets.step_list import Item

if TYPE_CHECKING:
    from runbook_tui.runbook.model import Step

_KIND_WIDTH = 9
_OWNER_WIDTH = 13


def author_items(steps: Sequence[Step], words: str = "") -> list[Item]:
    """Rows for authoring: kind, title, owner, risk, estimate.

    Args:
        steps: in the order of the runbook.
        words: only steps that contain all of these words.
    """
    brackets = any_order(steps)

    def row(step: Step) -> StepRow:
        gutter = Content.styled(f"{brackets.get(step.id, ' ')} ", QUIET)
        kind = line(step.kind.value, QUIET).pad_right(_KIND_WIDTH - len(step.kind.value) + 2)
        return StepRow(
            gutter + kind,
            line(step.title),
            (
                Cell(line(step.owner or "", QUIET), _OWNER_WIDTH),
                Cell(Content.styled(step.risk.value, RISK_STYLES[step.risk.value]), 6),
                Cell(Content.styled(planned(step.estimate), QUIET), 6, right=True),
            ),
            short=gutter,
        )

    return list(_items(steps, row, words))


def run_items(
    steps: Sequence[Step],
    statuses: Mapping[str, StepStatus],
    *,
    ready: Collection[str],
    here: Collection[str],
) -> list[Item]:
    """Rows for executing: where you are and what runs, sign, title, state in words, time."""
    brackets = any_order(steps)

    def row(step: Step) -> StepRow:
        status = statuses.get(step.id, StepStatus())
        seen = look(status.state, ready=step.id in ready)
        marked = step.id in here
        lead = Content("").join(
            [
                Content.styled(
                    "▶" if marked else brackets.get(step.id, " "), "bold $primary" if marked else QUIET
                ),
                " ",
                Content.styled(seen.sign, seen.style),
                " ",
            ]
        )
        title = line(step.title, "bold" if marked else _title_style(status.state))
        return StepRow(
            lead,
            title,
            (
                Cell(Content.styled(_time(step, status), QUIET), 7, right=True),
                Cell(Content.styled(seen.word, seen.style), WIDEST_WORD),
            ),
        )

    return list(_items(steps, row, ""))


def _title_style(state: State) -> str:
    return QUIET if state in {State.SUCCEEDED, State.SKIPPED, State.BLOCKED, State.ROLLED_BACK} else ""


def _time(step: Step, status: StepStatus) -> str:
    if status.seconds is not None:
        return spent(status.seconds)
    return planned(step.estimate)


def _items(steps: Sequence[Step], row: Callable[[Step], StepRow], words: str) -> Iterator[Item]:
    from runbook_tui.runbook.graph import point_of_no_return

    point = point_of_no_return(steps)
    shown = [step for step in steps if matches(step, words)]
    if not shown:
        yield Item(
            None, QuietRow(Content("No step contains these words." if words else "There are no steps yet."))
        )
    for phase, group in groupby(shown, key=lambda step: step.phase):
        members = list(group)
        yield Item(None, PhaseRow(phase.value, _phase_note(members)))
        for step in members:
            if step.id == point:
                yield Item(None, LineOfNoReturn())
            yield Item(step.id, row(step))


def _phase_note(steps: Sequence[Step]) -> str:
    total = sum(step.estimate or 0 for step in steps)
    return f"{len(steps)} · {planned(total)}" if total else str(len(steps))


def matches(step: Step, words: str) -> bool:
    """Whether a step contains all words, in any letter case."""
    text = " ".join(
        str(part)
        for part in (
            step.id,
            step.title,
            step.kind,
            step.phase,
            step.service,
            step.owner,
            step.risk,
            step.run,
        )
        if part
    ).casefold()
    return all(word in text for word in words.casefold().split())


def any_order(steps: Sequence[Step]) -> dict[str, str]:
    """A bracket character for each step that stands among others of its wave: these do not wait for each other."""
    from runbook_tui.runbook.graph import waves

    try:
        number = {name: index for index, wave in enumerate(waves(steps)) for name in wave}
    except ValueError:  # a cycle: nothing can be said about the order
        return {}
    brackets: dict[str, str] = {}
    for _, group in groupby(steps, key=lambda step: (number[step.id], step.phase)):
        members = [step.id for step in group]
        if len(members) > 1:
            brackets |= dict.fromkeys(members, "│")
            brackets[members[0]], brackets[members[-1]] = "╭", "╰"
    return brackets
