"""What holds for every release: whatever the input's order, whatever contradicts."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from runbook_tui.catalog.model import Manifest
from runbook_tui.migrations.model import Phase
from runbook_tui.planning.model import Plan, Strength
from runbook_tui.planning.planner import plan
from runbook_tui.release.model import Release, ServiceChange
from runbook_tui.runbook.graph import order_violations, waves
from tests.planning.conftest import COMMANDS

if TYPE_CHECKING:
    from tests.planning.conftest import World

T = TypeVar("T")

_SERVICES = ("a", "b", "c", "d", "e")
_STORES = ("db", "b", "logs")


@st.composite
def _worlds(draw: st.DrawFn, empty: Callable[[], World]) -> World:
    world = empty()
    for name in _SERVICES:
        others = [other for other in _SERVICES if other != name]
        depends = draw(st.lists(st.sampled_from(others), max_size=2, unique=True))
        kinds = [draw(st.sampled_from(["normal", "normal", "soft", "hard"])) for _ in depends]
        world.service(
            name,
            moves=draw(st.sampled_from([True, True, True, False])),
            uses=draw(st.dictionaries(st.sampled_from(_STORES), st.sampled_from(["owner", "write", "read"]))),
            commands={**COMMANDS, "migrate": draw(st.sampled_from([COMMANDS["migrate"], "migrate all"]))},
            depends_on=[{"service": one, "kind": kind} for one, kind in zip(depends, kinds, strict=True)],
        )
    for store in _STORES:
        world.store(
            store,
            contract=draw(st.sampled_from(["online", "online", "offline"])),
            backfill=draw(st.sampled_from(["after-deploy", "after-deploy", "before-deploy"])),
            **draw(st.fixed_dictionaries({}, optional={"check": st.just("ping"), "backup": st.just("dump")})),
        )
    phases = [
        Phase.EXPAND,
        Phase.EXPAND,
        Phase.BACKFILL,
        Phase.CONTRACT,
        Phase.CONTRACT,
        Phase.NONE,
        Phase.ASK,
    ]
    for number in range(draw(st.integers(0, 7))):
        service, store = draw(st.sampled_from(_SERVICES)), draw(st.sampled_from(_STORES))
        world.migration(service, str(number), draw(st.sampled_from(phases)), store=store)
        if draw(st.booleans()):
            world.not_linear(service, store)
    for number in range(draw(st.integers(0, 3))):
        provider, consumer = draw(st.permutations(_SERVICES))[:2]
        kind = draw(st.sampled_from(["added", "modified", "removed"]))
        world.api(provider, f"api{number}", consumer, kind=kind)
        verdict = draw(st.sampled_from([None, "provider-first", "consumer-first", "either"]))
        if verdict:
            world.answer("contracts", f"api{number}", verdict=verdict)
    return world


def _shuffled(release: Release, shuffle: random.Random) -> Release:
    """The same release with everything in another order that has no meaning."""

    def mixed(items: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(shuffle.sample(items, len(items)))

    services = {}
    for name in mixed(tuple(release.manifest.services)):
        service = release.manifest.services[name]
        services[name] = service.model_copy(
            update={
                field: mixed(getattr(service, field))
                for field in ("provides", "consumes", "datastores", "depends_on")
            }
        )
    datastores = {
        name: release.manifest.datastores[name] for name in mixed(tuple(release.manifest.datastores))
    }
    manifest = release.manifest.model_copy(update={"services": services, "datastores": datastores})

    def change(item: ServiceChange) -> ServiceChange:
        pending = tuple(
            replace(part, pending=part.pending if part.linear else mixed(part.pending))
            for part in item.pending
        )
        return replace(
            item,
            service=manifest.services[item.name],
            pending=mixed(pending),
            contracts=mixed(item.contracts),
        )

    return replace(
        release,
        manifest=Manifest.model_validate(manifest.model_dump(by_alias=True)),
        changes=mixed(tuple(change(item) for item in release.changes)),
        usages=mixed(release.usages),
        introductions=mixed(release.introductions),
    )


def _check_order(found: Plan) -> None:
    order = [step.id for step in found.steps]
    position = {name: number for number, name in enumerate(order)}
    for constraint in found.constraints:
        assert position[constraint.before] < position[constraint.after], constraint
    assert order_violations(found.steps) == []
    assert found.waves == waves(found.steps)
    assert sorted(name for wave in found.waves for name in wave) == sorted(order)
    wave_of = {name: number for number, wave in enumerate(found.waves) for name in wave}
    for constraint in found.constraints:
        if constraint.strength is not Strength.SOFT:
            assert wave_of[constraint.before] < wave_of[constraint.after]
    writers = [(step.migration.datastore, wave_of[step.id]) for step in found.steps if step.migration]
    assert len(writers) == len(set(writers))
    lasting = [step.id for step in found.steps if not step.reversible]
    assert found.point_of_no_return == (lasting[0] if lasting else None)
    if lasting:
        behind = order[position[lasting[0]] :]
        free = {step.id for step in found.steps if step.reversible} & set(behind)
        reached = set(lasting)
        for step in found.steps:
            if reached & {need.step for need in step.needs}:
                reached.add(step.id)
        assert free <= reached  # nothing that could have come before the point of no return comes after it


def _check_cycles(found: Plan) -> None:
    assert found.runbook is None
    assert found.waves == ()
    for cycle in found.cycles:
        assert cycle.cheapest in cycle.constraints
        assert cycle.remedy
        following = (*cycle.constraints[1:], cycle.constraints[0])
        assert all(one.after == two.before for one, two in zip(cycle.constraints, following, strict=True))
        assert set(cycle.constraints) <= set(found.constraints)
    nodes = [item.before for cycle in found.cycles for item in cycle.constraints]
    assert len(nodes) == len(set(nodes))


def _check_steps(release: Release, found: Plan) -> None:
    """Every change has its step, and the constraints between them name steps that are there."""
    ids = [step.id for step in found.steps]
    assert len(ids) == len(set(ids))
    moving = [change for change in release.changes if change.moves]
    pending = {
        (item.service, item.datastore, item.id)
        for change in moving
        for part in change.pending
        for item in part.pending
    }
    steps = [step for step in found.steps if step.migration]
    applied = [
        (step.service, step.migration.datastore, revision)
        for step in steps
        if step.migration
        for revision in step.migration.revisions or (step.migration.revision,)
    ]
    assert set(applied) == pending
    assert len(applied) == len(pending)
    assert {f"deploy-{change.name}" for change in moving} <= set(ids)
    assert {end for item in found.constraints for end in (item.before, item.after)} <= set(ids)


@settings(max_examples=80, deadline=None)
@given(st.data(), st.integers(0, 2**32))
def test_every_plan_holds_together(new_world: Callable[[], World], data: st.DataObject, seed: int) -> None:
    release = data.draw(_worlds(new_world)).release()
    found = plan(release)
    _check_steps(release, found)
    (_check_cycles if found.cycles else _check_order)(found)
    assert plan(_shuffled(release, random.Random(seed))) == found


def test_a_thousand_steps_are_planned_in_well_under_a_second(world: World) -> None:
    for number in range(200):
        store, before = f"d{number:03}", [f"s{other:03}" for other in range(max(0, number - 3), number)]
        uses = {store: "owner", f"d{number // 2:03}": "read"} if number else {store: "owner"}
        world.service(f"s{number:03}", uses=uses, depends_on=before)
        for revision, phase in enumerate((Phase.EXPAND, Phase.BACKFILL, Phase.CONTRACT)):
            world.migration(f"s{number:03}", str(revision), phase, store=store)
    release = world.release()
    began = time.process_time()
    found = plan(release)
    took = time.process_time() - began
    assert len(found.steps) > 1000
    assert took < 1.5  # 0.3 s on an idle machine; the limit only catches what grows with the square
