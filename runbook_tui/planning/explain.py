"""Why a step stands where it does, from the runbook alone: so it tells of people's own edits as well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from runbook_tui.runbook.graph import dependents, unordered, waves
from runbook_tui.runbook.model import Need, Runbook, Step

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Link:
    """One step before another, and why."""

    before: str
    """Step id."""
    after: str
    """Step id."""
    because: str
    rule: str | None
    """The planning rule that says so; None when a person wrote it."""
    source: str | None
    """``file:line`` of the evidence."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that the runbook says about the place of one step."""

    step: str
    title: str
    wave: int
    """From 1."""
    needs: tuple[Link, ...]
    """What it waits for directly, in the order of the runbook."""
    path: tuple[Link, ...]
    """The longest way from a step that waits for nothing to this one: why it cannot come earlier."""
    dependents: tuple[Link, ...]
    """What waits for it directly: what skipping it leaves without its reason."""
    behind: tuple[str, ...]
    """Every step that waits for it, directly or not."""
    free: tuple[str, ...]
    """Steps of its wave: they and it can be done in any order, or at the same time."""
    unordered: tuple[str, ...]
    """Every step that nothing orders before or after it."""
    irreversible_because: str | None


def explain(runbook: Runbook, step_id: str) -> Explanation:
    """Explain the place of one step.

    Raises:
        KeyError: the runbook has no such step.
        ValueError: the needs of its steps form a cycle.
    """
    step = runbook.step(step_id)
    steps = runbook.steps
    known = {item.id: item for item in steps}
    order = waves(steps)
    level = {name: number for number, wave in enumerate(order) for name in wave}
    waiting = tuple(item for item in steps if any(need.step == step_id for need in item.needs))
    return Explanation(
        step=step_id,
        title=step.title,
        wave=level[step_id] + 1,
        needs=_needs(step, known),
        path=_longest(step, known, level),
        dependents=tuple(
            _link(need, item.id) for item in waiting for need in item.needs if need.step == step_id
        ),
        behind=dependents(steps, step_id),
        free=tuple(name for name in order[level[step_id]] if name != step_id),
        unordered=unordered(steps, step_id),
        irreversible_because=None
        if step.reversible
        else step.irreversible_because or "it cannot be rolled back",
    )


def text(explanation: Explanation) -> str:
    """An explanation in plain text, for a terminal."""
    found = explanation
    parts = [f"{found.step}: {found.title}\nwave {found.wave}"]
    if found.irreversible_because:
        parts.append(f"Point of no return\n  {found.irreversible_because}")
    parts.append(
        _section("Why here", [_line(link.before, link) for link in found.needs], "nothing comes before it")
    )
    if len(found.path) > len(found.needs) or len(found.path) > 1:
        way = " → ".join([found.path[0].before, *(link.after for link in found.path)])
        parts.append(_section("Not earlier, because of this chain", [way], ""))
    parts.append(
        _section("What waits for it", [_line(link.after, link) for link in found.dependents], "nothing")
    )
    parts.append(_section("If it is skipped", _skipped(found), ""))
    others = list(found.free)
    parts.append(
        _section("In any order with", [", ".join(_first(others))] if others else [], "nothing in its wave")
    )
    return "\n\n".join(parts)


def _needs(step: Step, known: Mapping[str, Step]) -> tuple[Link, ...]:
    position = {name: number for number, name in enumerate(known)}
    present = [need for need in step.needs if need.step in known]
    return tuple(_link(need, step.id) for need in sorted(present, key=lambda need: position[need.step]))


def _link(need: Need, after: str) -> Link:
    return Link(need.step, after, need.because, need.rule, need.source)


def _longest(step: Step, known: Mapping[str, Step], level: Mapping[str, int]) -> tuple[Link, ...]:
    """From a step of the first wave; each link comes from the last wave that the next step waits for."""
    way: list[Link] = []
    while level[step.id]:
        link = max(_needs(step, known), key=lambda item: level[item.before])
        way.append(link)
        step = known[link.before]
    return tuple(reversed(way))


def _skipped(found: Explanation) -> list[str]:
    if not found.behind:
        return ["nothing else depends on it"]
    direct = {link.after for link in found.dependents}
    lines = [f"{link.after} starts although this does not hold: {link.because}" for link in found.dependents]
    further = [name for name in found.behind if name not in direct]
    if further:
        lines.append(f"and behind them: {', '.join(_first(further))}")
    return lines


def _line(other: str, link: Link) -> str:
    said = f"[{link.rule}]" if link.rule else "[written by a person]"
    source = f" ({link.source})" if link.source else ""
    return f"{other}: {link.because}{source} {said}"


def _first(names: Sequence[str]) -> list[str]:
    rest = len(names) - _SHOWN
    return [*names[:_SHOWN], *([f"{rest} more"] if rest > 0 else [])]


def _section(title: str, lines: Iterable[str], otherwise: str) -> str:
    return "\n".join([title, *(f"  {line}" for line in (list(lines) or [otherwise]))])
