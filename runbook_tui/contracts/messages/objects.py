"""Objects with some members and without others, whose values fit some schemas and not others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from runbook_tui.contracts.messages.cases import check
from runbook_tui.contracts.messages.containers import Members, Names, Required
from runbook_tui.contracts.messages.evaluating import Evaluator
from runbook_tui.contracts.messages.fresh_names import fresh_names
from runbook_tui.contracts.messages.model import NOTHING, UNKNOWN, Answer, Case, Found, Schema, every
from runbook_tui.contracts.messages.scalars import Count
from runbook_tui.contracts.messages.search import Search

MAX_MEMBERS = 100
"""Most members that an object is given only to have as many."""


@dataclass(frozen=True, slots=True)
class Break:
    """A member that has to be there and must not fit a schema; no schema where its name is what is wrong."""

    name: str
    schema: Schema | None


@dataclass(slots=True)
class Plan:
    """What is known of all objects of a case."""

    case: Case
    members: list[Members]
    names: list[Schema]
    """What every name has to fit."""
    required: set[str]
    absent: set[str]
    least: int
    most: int | None
    known: list[str] = field(default_factory=list)
    """Names that anything is said of, without those that must be absent."""
    unknown: bool = False
    """Whether there may be ways that are not tried."""

    def allows_name(self, name: str) -> Answer:
        """Whether a member may be called so."""
        return name not in self.absent and every(Evaluator().allows(schema, name) for schema in self.names)


def plan_of(case: Case) -> Plan:
    """Sort out the assertions of a case."""
    counts = [each for each in case.hold if isinstance(each, Count)]
    members = [each for each in case.hold if isinstance(each, Members)]
    broken = [each for each in case.fail if isinstance(each, Members)]
    absent = {each.name for each in case.fail if isinstance(each, Required)}
    required = {each.name: None for each in case.hold if isinstance(each, Required)}
    mentioned = [name for each in (*members, *broken) for name in each.named]
    return Plan(
        case,
        members,
        [each.schema for each in case.hold if isinstance(each, Names)],
        set(required),
        absent,
        max((c.limit for c in counts if not c.upper), default=0),
        min((c.limit for c in counts if c.upper), default=None),
        [name for name in dict.fromkeys([*required, *mentioned]) if name not in absent],
    )


def make_object(search: Search, case: Case) -> Found:
    """An object for a case.

    What has to be broken is broken one after the other: an object that breaks some of it often breaks the rest as well,
    as a constant that tells alternatives apart does.
    """
    plan = plan_of(case)
    if plan.required & plan.absent or (
        plan.most is not None and max(plan.least, len(plan.required)) > plan.most
    ):
        return NOTHING
    stack: list[tuple[Break, ...]] = [()]
    unknown = False
    while stack:
        breaks = stack.pop()
        search.step(1 + len(breaks))
        found = _make(search, plan, breaks)
        unknown |= found.unknown
        if not found.exists:
            continue
        whole = _unbroken(case, found.value)
        if whole is not None:
            ways = list(_ways_to_break(search, plan, whole))
            search.step(len(ways) // 10)
            # what was made to break it and does not is one of a schema that nothing can be said of
            unknown |= any(each in breaks for each in ways)
            stack += [(*breaks, each) for each in ways if each not in breaks]
        elif check(case, found.value):
            return found
        else:
            unknown = True
    return UNKNOWN if unknown or plan.unknown else NOTHING


def _unbroken(case: Case, value: object) -> Members | Names | None:
    """What an object does not break yet."""
    evaluator = Evaluator()
    for each in case.fail:
        if isinstance(each, (Members, Names)) and evaluator.holds(each, value) is not False:
            return each
    return None


def _ways_to_break(search: Search, plan: Plan, broken: Members | Names) -> Iterator[Break]:
    """Every member that can make an assertion about members fail."""
    if isinstance(broken, Names):
        for name in plan.known:
            if Evaluator().allows(broken.schema, name) is not True:
                yield Break(name, None)
        for name in fresh_names(search, plan, unfit=[broken.schema]):
            yield Break(name, None)
        return
    for name in plan.known:
        schemas, complete = broken.of(name)
        plan.unknown |= not complete
        yield from (Break(name, schema) for schema in schemas if not schema.is_anything)
    for pattern, schema in broken.matching.items():
        if not schema.is_anything:
            yield from (Break(name, schema) for name in fresh_names(search, plan, pattern=pattern))
    if broken.rest is not None and not broken.rest.is_anything:
        for name in fresh_names(search, plan, unmatched=list(broken.matching)):
            yield Break(name, broken.rest)


def _make(search: Search, plan: Plan, breaks: tuple[Break, ...]) -> Found:
    """An object in which given members break what they have to."""
    present = dict.fromkeys([*(each.name for each in reversed(breaks)), *sorted(plan.required)])
    if plan.most is not None and len(present) > plan.most:
        return NOTHING
    made: dict[str, object] = {}
    for name in present:
        unfit = [each.schema for each in breaks if each.name == name and each.schema is not None]
        found = _member(search, plan, name, unfit, needed=name in plan.required)
        if not found.exists:
            return found
        made[name] = found.value
    return _with_more(search, plan, made)


def _member(search: Search, plan: Plan, name: str, unfit: list[Schema], *, needed: bool) -> Found:
    """A value for a member, if there may be one of that name."""
    allowed = plan.allows_name(name)
    if not allowed:
        return NOTHING if allowed is False else UNKNOWN
    fits: list[Schema] = []
    declared = needed
    for each in plan.members:
        schemas, complete = each.of(name)
        fits += schemas
        plan.unknown |= not complete
        declared |= bool(schemas)
    if search.declared_only and not declared:
        return NOTHING
    return search.find(fits, unfit)


def _with_more(search: Search, plan: Plan, made: dict[str, object]) -> Found:
    """Add members until there are enough: those that are known, and then any others."""
    if plan.least > MAX_MEMBERS:
        return UNKNOWN
    unknown = False
    for name in plan.known:
        if len(made) < plan.least and name not in made:
            unknown |= _add(search, plan, made, name).unknown
    while len(made) < plan.least:
        before = len(made)
        for name in fresh_names(search, plan, taken=list(made)):
            unknown |= _add(search, plan, made, name).unknown
            if len(made) > before:
                break
        if len(made) == before:
            return UNKNOWN if unknown or plan.unknown else NOTHING
    return Found(made, exists=True)


def _add(search: Search, plan: Plan, made: dict[str, object], name: str) -> Found:
    found = _member(search, plan, name, [], needed=False)
    if found.exists:
        made[name] = found.value
    return found
