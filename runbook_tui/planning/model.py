"""Constraints, plans and what the planner has to say besides an order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum

from runbook_tui.runbook.model import Runbook, Step


class Strength(IntEnum):
    """What gives way when constraints contradict each other; lower yields first."""

    SOFT = 0
    """Breaks ties only (``kind: soft``)."""
    PREFERRED = 1
    """Yields to a derived constraint that says the opposite, and the plan says so (plain ``depends_on``)."""
    LIKELY = 2
    """Derived from what changed, while nothing shows that it matters to these two; yields to what never yields."""
    HARD = 3
    """Never yields."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """``before`` precedes ``after``, because: the only thing that orders anything."""

    before: str
    """Step id."""
    after: str
    """Step id."""
    rule: str
    """Name of the planning rule, such as ``expand-before-deploy``."""
    because: str
    """One sentence that a person understands."""
    source: str | None = None
    """``file:line`` of the evidence, inside the repository of the service concerned."""
    strength: Strength = Strength.HARD


def in_order(constraints: Iterable[Constraint]) -> list[Constraint]:
    """Constraints sorted by all their fields, each once: the same list for any order of the input."""

    def key(item: Constraint) -> tuple[str, str, str, str, str, int]:
        return (item.before, item.after, item.rule, item.because, item.source or "", item.strength)

    return sorted(set(constraints), key=key)


@dataclass(frozen=True, slots=True)
class Yielded:
    """A preference that gave way to what was derived."""

    constraint: Constraint
    to: tuple[Constraint, ...]
    """The path of derived constraints that says the opposite."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something only a person can know. Answers are kept beside the manifest."""

    id: str
    """``migration:<service>/<id>``, ``contract:<api>`` or ``on-call:<service>``."""
    text: str
    choices: tuple[str, ...]
    """Empty when the answer is free text."""
    blocking: bool
    """Whether the runbook may not be executed before it is answered."""
    source: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PlanFinding:
    """A fact that a reviewer must see: ``error`` stops an execution, ``warning`` and ``note`` do not."""

    rule: str
    level: str
    text: str
    source: str | None = None
    remedy: str = ""
    step: str | None = None


def warning(
    rule: str, text: str, source: str | None = None, remedy: str = "", step: str | None = None
) -> PlanFinding:
    """A finding that does not stop an execution, and should be looked at before one."""
    return PlanFinding(rule, "warning", text, source, remedy, step)


def note(
    rule: str, text: str, source: str | None = None, remedy: str = "", step: str | None = None
) -> PlanFinding:
    """A finding to know of."""
    return PlanFinding(rule, "note", text, source, remedy, step)


@dataclass(frozen=True, slots=True)
class PlannedRelease:
    """One release of a split: which service goes to which commit, and why then."""

    title: str
    targets: dict[str, str]
    """Service of the release to full SHA. One that waits for a later release has the SHA that runs now: it stays."""
    because: str
    remaining: tuple[str, ...] = ()
    """What is left for later, in words."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """The smallest contradiction: following the constraints leads back to where they began."""

    constraints: tuple[Constraint, ...]
    """In order; the last one's ``after`` is the first one's ``before``."""
    cheapest: Constraint
    """The edge that is cheapest to remove."""
    remedy: str
    """How to remove it, in words."""
    instead: tuple[str, ...]
    """What to do in place of each migration without a safe moment: its name, then the steps over two releases."""
    split: tuple[PlannedRelease, ...]
    """A sequence of releases each of which can be ordered; empty when none was found."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The result of planning. ``runbook`` is None exactly when ``cycles`` is not empty."""

    runbook: Runbook | None
    steps: tuple[Step, ...]
    """In the order shown; with their needs. Unordered (by id) when there are cycles."""
    constraints: tuple[Constraint, ...]
    waves: tuple[tuple[str, ...], ...] = ()
    point_of_no_return: str | None = None
    """Id of the first step that cannot be rolled back."""
    downtime: str | None = None
    """Why the plan has downtime; None when it has none."""
    cycles: tuple[Cycle, ...] = ()
    yielded: tuple[Yielded, ...] = ()
    questions: tuple[Question, ...] = ()
    findings: tuple[PlanFinding, ...] = field(default_factory=tuple)
