"""The order of the steps as a Mermaid flowchart."""

from __future__ import annotations

import re
from collections.abc import Sequence

from runbook_tui.runbook.graph import prerequisites
from runbook_tui.runbook.model import Step
from runbook_tui.text.terminal import plain

MOST_ARROWS = 400
"""Mermaid refuses more than 500 (``maxEdges``); a diagram of that size cannot be read anyway."""
_LONGEST_LABEL = 48
_SPECIAL = re.compile(r"[^\w .,:/+…→–-]")
_STYLES = (
    "classDef decision stroke-width:3px,stroke-dasharray:6 3",
    "classDef final stroke:#c00,stroke-width:3px",
)


def label(text: str) -> str:
    """A text inside a quoted label, cut after 48 characters; whatever Mermaid reads as syntax is an entity."""
    shown = plain(text)
    if len(shown) > _LONGEST_LABEL:
        shown = shown[: _LONGEST_LABEL - 1] + "…"
    return _SPECIAL.sub(lambda match: f"#{ord(match[0])};", shown)


def direct_needs(steps: Sequence[Step]) -> list[tuple[str, str]]:
    """The needs that do not follow from others, as (before, after); in the order shown."""
    known = {step.id for step in steps}
    behind = {step.id: set(prerequisites(steps, step.id)) for step in steps}
    arrows = []
    for step in steps:
        needs = list(dict.fromkeys(need.step for need in step.needs if need.step in known))
        arrows += [
            (need, step.id)
            for need in needs
            if not any(need in behind[other] for other in needs if other != need)
        ]
    return arrows


def flowchart(steps: Sequence[Step]) -> str | None:
    """Mermaid source: a box a phase, a node a step, an arrow a direct need.

    Decisions are hexagons, steps that cannot be undone are red, and three or more steps between the same neighbours
    share a node. None when there is nothing to draw, or too much.
    """
    arrows = direct_needs(steps)
    if not arrows or len(arrows) > MOST_ARROWS:
        return None
    nodes = _nodes(steps, arrows)
    name = {step.id: f"s{number}" for number, node in enumerate(nodes, 1) for step in node}
    lines = ["flowchart TD"]
    for phase in dict.fromkeys(step.phase for step in steps):
        lines.append(f'  subgraph {phase.value}_phase["{phase.value.capitalize()}"]')
        lines += [f"    {name[node[0].id]}{_box(node)}" for node in nodes if node[0].phase == phase]
        lines.append("  end")
    lines += dict.fromkeys(f"  {name[before]} --> {name[after]}" for before, after in arrows)
    return "\n".join((*lines, *(f"  {style}" for style in _STYLES)))


def _nodes(steps: Sequence[Step], arrows: Sequence[tuple[str, str]]) -> list[list[Step]]:
    """The steps of each node, in the order of their first ones."""
    neighbours: dict[str, tuple[set[str], set[str]]] = {step.id: (set(), set()) for step in steps}
    for before, after in arrows:
        neighbours[before][1].add(after)
        neighbours[after][0].add(before)
    alike: dict[object, list[Step]] = {}
    for step in steps:
        between = tuple(map(frozenset, neighbours[step.id]))
        key = step.id if step.approve is not None else (step.phase, step.reversible, *between)
        alike.setdefault(key, []).append(step)
    return [
        node
        for group in alike.values()
        for node in ([group] if len(group) > 2 else [[step] for step in group])
    ]


def _box(node: Sequence[Step]) -> str:
    text = "<br>".join(label(step.title) for step in node)
    if len(node) > 1:
        text = f"in any order:<br>{text}"
    if not node[0].reversible:
        return f'["{text}"]:::final'
    return f'{{{{"{text}"}}}}:::decision' if node[0].approve is not None else f'["{text}"]'
