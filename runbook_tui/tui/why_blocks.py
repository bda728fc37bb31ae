"""Why a step is where it is: what it waits for and why, what waits for it, and what if it is skipped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from runbook_tui.tui.content import QUIET, joined, line, lines
from runbook_tui.tui.widgets.sheet import Block, Gap, Heading, Paragraph

if TYPE_CHECKING:
    from runbook_tui.planning.explain import Explanation, Link
    from runbook_tui.runbook.model import Runbook

_MOST = 8


def why(runbook: Runbook, step_id: str) -> list[Block]:
    """The explanation of one step's place."""
    from runbook_tui.planning.explain import explain

    try:
        found = explain(runbook, step_id)
    except ValueError as error:  # a cycle, which only a file in the making can have
        return [Paragraph(lines(str(error), "$error"))]
    titles = {step.id: step.title for step in runbook.steps}
    return [
        Paragraph(line(found.title, "bold")),
        Paragraph(line(f"wave {found.wave} · {_freedom(found)}", QUIET)),
        *_no_return(found),
        Heading("It waits for"),
        *_links([(link.before, link) for link in found.needs], titles, "Nothing comes before it."),
        *_chain(found, titles),
        Heading("What waits for it"),
        *_links([(link.after, link) for link in found.dependents], titles, "Nothing waits for it."),
        Heading("If it is skipped"),
        *_skipped(found, titles),
        *_any_order(found, titles),
    ]


def _freedom(found: Explanation) -> str:
    if not found.free:
        return "nothing else could be done at the same time"
    return "others can be done at the same time"


def _no_return(found: Explanation) -> list[Block]:
    if found.irreversible_because is None:
        return []
    words = joined(Content.styled("Cannot be undone: ", "bold $error"), lines(found.irreversible_because))
    return [Gap(), Paragraph(words)]


def _links(links: list[tuple[str, Link]], titles: dict[str, str], otherwise: str) -> list[Block]:
    """Steps with the same reason stand together."""
    if not links:
        return [Paragraph(Content.styled(otherwise, QUIET))]
    groups: dict[tuple[str, str | None, str | None], list[str]] = {}
    for other, link in links:
        groups.setdefault((link.because, link.rule, link.source), []).append(titles.get(other, other))
    blocks: list[Block] = []
    for (because, rule, source), names in groups.items():
        if blocks:
            blocks.append(Gap())
        blocks += [Paragraph(line(name, "bold")) for name in names[:_MOST]]
        if len(names) > _MOST:
            blocks.append(Paragraph(line(f"and {len(names) - _MOST} more", QUIET)))
        blocks.append(Paragraph(lines(f"because {because}"), 2))
        evidence = [f"rule {rule}" if rule else "written by a person", *([source] if source else [])]
        blocks.append(Paragraph(line(" · ".join(evidence), QUIET), 2))
    return blocks


def _chain(found: Explanation, titles: dict[str, str]) -> list[Block]:
    """The longest way to it: why it cannot come earlier."""
    if len(found.path) < 2:
        return []
    ids = [found.path[0].before, *(link.after for link in found.path)]
    arrow = Content.styled(" → ", QUIET)
    return [
        Heading("Why not earlier", "the longest chain that leads to it"),
        Paragraph(arrow.join(line(titles.get(name, name)) for name in ids)),
    ]


def _skipped(found: Explanation, titles: dict[str, str]) -> list[Block]:
    direct = [link.after for link in found.dependents]
    if not direct:
        return [Paragraph(Content.styled("Nothing else relies on it.", QUIET))]
    verb = (
        "starts although its reason above does"
        if len(direct) == 1
        else "start although their reasons above do"
    )
    blocks: list[Block] = [Paragraph(joined(_names(direct, titles, "bold"), line(f" {verb} not hold.")))]
    further = [name for name in found.behind if name not in direct]
    if further:
        blocks.append(Paragraph(joined(line("Behind them: ", QUIET), _names(further, titles, QUIET))))
    return blocks


def _names(ids: Sequence[str], titles: dict[str, str], style: str) -> Content:
    """Titles of the first of these steps, and how many more there are."""
    more = line(f" and {len(ids) - _MOST} more", QUIET) if len(ids) > _MOST else Content("")
    return joined(Content(", ").join(line(titles.get(name, name), style) for name in ids[:_MOST]), more)


def _any_order(found: Explanation, titles: dict[str, str]) -> list[Block]:
    if not found.free:
        return []
    return [Heading("In any order with"), Paragraph(_names(found.free, titles, ""))]
