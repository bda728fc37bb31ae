"""What changed in contracts, in words: who goes first, then a table of the changes with their places."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace

from runbook_tui.cli.output import narrate, styled
from runbook_tui.contracts.folders import WHOLE
from runbook_tui.contracts.model import Action, Change, ContractDiff, Fault, Verdict
from runbook_tui.contracts.pairs import Comparison
from runbook_tui.contracts.sides import Side
from runbook_tui.contracts.versions import overall
from runbook_tui.contracts.wording import headline, place, split_steps
from runbook_tui.files.problems import MOST_SHOWN, Problem
from runbook_tui.files.problems import Place as Where
from runbook_tui.text.terminal import plain

_STYLES = {
    Verdict.SPLIT: "red",
    Verdict.CONSUMER_FIRST: "yellow",
    Verdict.PROVIDER_FIRST: "green",
    Verdict.EITHER: "dim",
    Verdict.COMPATIBLE: "",
}
_ASKS = {
    Verdict.SPLIT: "split",
    Verdict.CONSUMER_FIRST: "consumers first",
    Verdict.PROVIDER_FIRST: "provider first",
    Verdict.EITHER: "any order",
    Verdict.COMPATIBLE: "any order",
}
_MOST = 60
"""Rows of one contract; nobody reads more."""
_MOST_HARMLESS = 10
_LONGEST = 400
_LEAST_TEXT = 34
"""Columns that a text needs, so that it is not a column of words."""


def tell(found: Sequence[Comparison], sides: tuple[Side, Side], *, detected: bool) -> None:
    """Print every contract, what they ask for together first, and the problems to standard error."""
    shown = [replace(each, diff=displayed(each.diff, sides)) for each in found]
    whole = overall(shown)
    if detected and not whole.faults:
        for line in _detected(shown, sides[1]):
            narrate(line, "dim")
    for line in contract_lines(whole) if len(shown) == 1 else _folder_lines(shown, whole):
        print(line)
    for text in problem_lines(whole.faults):
        narrate(text)


def displayed(diff: ContractDiff, sides: tuple[Side, Side]) -> ContractDiff:
    """A difference with paths as they are reached from here; what is removed stands in the old version."""
    old, new = sides

    def of(change: Change) -> Change:
        side = old if change.action is Action.REMOVE else new
        return replace(change, path=side.shown(change.path))

    faults = (
        replace(one, path=(old if one.version == "old" else new).shown(one.path)) for one in diff.faults
    )
    return replace(
        diff,
        changes=tuple(map(of, diff.changes)),
        harmless=tuple(map(of, diff.harmless)),
        faults=tuple(faults),
    )


def contract_lines(
    diff: ContractDiff, provider: str = "the provider", consumers: str = "its consumers"
) -> Iterator[str]:
    """One contract: the sentence, the table, and how to split what has no order."""
    yield from _headline(diff, provider, consumers)
    if diff.changes or diff.harmless:
        yield ""
    yield from change_lines(diff)
    yield from _way(diff, provider, consumers)


def change_lines(diff: ContractDiff) -> Iterator[str]:
    """A row for every change, those that order something first; of very many the first ones."""
    order = list(_ASKS)
    rows = sorted(diff.changes, key=lambda change: order.index(change.first))
    yield from _rows(rows[:_MOST], diff)
    if len(rows) > _MOST:
        yield f"  and {len(rows) - _MOST} more changes (--json has them all)"
    yield from _rows(diff.harmless[:_MOST_HARMLESS], diff)
    left = len(diff.harmless) - _MOST_HARMLESS
    if left > 0:
        yield styled(f"  and {left} more that order nothing (--json has them all)", "dim")


def problem_lines(faults: Sequence[Fault]) -> Iterator[str]:
    """What could not be read: where, what was expected, what to do."""
    for fault in faults[:MOST_SHOWN]:
        where = Where(fault.path, fault.line, fault.column)
        yield plain(str(Problem(where, fault.what, fault.expected, fault.remedy)))
    if len(faults) > MOST_SHOWN:
        yield f"and {len(faults) - MOST_SHOWN} more problems; mend these first"


def _folder_lines(found: Sequence[Comparison], whole: ContractDiff) -> Iterator[str]:
    yield from _headline(whole)
    same = [each for each in found if each.diff.verdict is Verdict.COMPATIBLE]
    for each in found:
        if each.diff.verdict is not Verdict.COMPATIBLE:
            yield ""
            yield styled(plain(_title(each)), "bold")
            yield from change_lines(each.diff)
    if same:
        yield ""
        yield f"{len(same)} contract{'s' if len(same) > 1 else ''} without a change"
    yield from _way(whole)


def _title(found: Comparison) -> str:
    kind = {"added": ", new", "removed": ", gone"}.get(found.kind, "")
    asks = _ASKS[found.diff.verdict] if found.diff.verdict else "not known"
    named = (
        f"the {found.diff.type} files" if found.path == WHOLE else f"{found.path} ({found.diff.type}{kind})"
    )
    return f"{named}: {asks}"


def _headline(
    diff: ContractDiff, provider: str = "the provider", consumers: str = "its consumers"
) -> Iterator[str]:
    if diff.verdict is None:
        count = len(diff.faults)
        told = f"Not known: {count} problem{'s hide' if count > 1 else ' hides'} who has to be deployed first"
    else:
        told = headline(diff, provider, consumers)
    style = _STYLES[diff.verdict] if diff.verdict else "red"
    for line in _wrapped(f"{told}."):
        yield styled(line, f"bold {style}".strip())


def _way(
    diff: ContractDiff, provider: str = "the provider", consumers: str = "its consumers"
) -> Iterator[str]:
    """How to split what has no order."""
    if diff.verdict is Verdict.SPLIT:
        yield ""
        yield "What makes an order, one release after the other:"
        for number, step in enumerate(split_steps(provider, consumers), start=1):
            yield f"  {number}. {step}"


def _detected(found: Sequence[Comparison], new: Side) -> Iterator[str]:
    """What was found out, and how to say something else."""
    if len(found) == 1 and found[0].diff.type:
        where = new.shown(found[0].path) if new.file is not None else str(new.given)
        yield f"{plain(where)} is taken for {found[0].diff.type}; --type forces another"


def _rows(changes: Sequence[Change], diff: ContractDiff) -> Iterator[str]:
    """Who goes first, the place, and what changes: beside the place where there is room, else below it."""
    everything = (*diff.changes, *diff.harmless)
    first = max((len(_ASKS[change.first]) for change in everything), default=0)
    widest = max((len(place(change)) for change in everything), default=0)
    beside = _columns() - first - widest - 6 >= _LEAST_TEXT
    for change in changes:
        style = _STYLES[change.first]
        lead = f"  {_ASKS[change.first]:<{first}}  {place(change):<{widest}}  "
        if not beside:
            yield styled(lead.rstrip(), style)
            lead = " " * (first + 4)
        text = plain(change.text)
        text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
        for line in _wrapped(text, lead, " " * len(lead)):
            yield styled(line, style)


def _wrapped(text: str, lead: str = "", below: str = "") -> list[str]:
    width = max(_columns(), len(below) + _LEAST_TEXT)
    lines = textwrap.wrap(text, width, initial_indent=lead, subsequent_indent=below, break_on_hyphens=False)
    return lines or [lead.rstrip()]


def _columns() -> int:
    return shutil.get_terminal_size().columns
