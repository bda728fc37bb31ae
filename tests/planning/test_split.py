"""Splits: every part that is proposed can be ordered, and nothing goes ahead of what it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbook_tui.migrations.model import Phase
from runbook_tui.planning.model import Plan
from runbook_tui.planning.parts import at, remainder
from runbook_tui.planning.planner import plan
from runbook_tui.planning.split import propose
from runbook_tui.release.model import Release

if TYPE_CHECKING:
    from tests.planning.conftest import World


def _chain(world: World) -> World:
    world.service("billing", uses={"db": "owner"}).service("web")
    world.migration("billing", "0042", Phase.CONTRACT).migration("billing", "0043", Phase.EXPAND)
    return world.history("billing", "", "0042", "", "0043", "")


def _pending(release: Release) -> list[str]:
    return [item.key for change in release.changes for part in change.pending for item in part.pending]


def test_the_parts_follow_history_and_each_can_be_ordered(world: World) -> None:
    release = _chain(world).release()
    (cycle,) = plan(release).cycles
    first, second = cycle.split
    shas = [commit.sha for commit in reversed(release.changes[0].commits)]
    assert first.targets["billing"] == shas[2]
    assert second.targets["billing"] == shas[4]
    assert first.targets["web"] == second.targets["web"] == release.changes[1].target.sha
    assert first.title == "shop release, part 1 of 2"
    assert (
        first.because == f"billing/0043 waits; billing goes to {shas[2][:12]}, the commit before 0043 came in"
    )
    assert first.remaining == ("billing/0043: Change c0043",)
    assert second.because == "billing/0043 follows now"
    done = at(release, first.targets)
    assert _pending(done) == ["billing/0042"]
    assert not plan(done).cycles
    rest = remainder(release, done)
    assert _pending(rest) == ["billing/0043"]
    assert not plan(rest).cycles


def test_without_introductions_no_earlier_commit_is_known(world: World) -> None:
    world.service("billing", uses={"db": "owner"})
    world.migration("billing", "1", Phase.CONTRACT).migration("billing", "2", Phase.EXPAND)
    (cycle,) = world.plan().cycles
    assert cycle.split == ()


def test_a_service_that_needs_what_waits_stays(world: World) -> None:
    _chain(world).service("reports", uses={"db": "read"})
    release = world.release()
    (first,) = plan(release).cycles[0].split
    reports = next(change for change in release.changes if change.name == "reports")
    assert first.targets["reports"] == reports.base.sha
    assert "reports stays" in first.because
    assert _pending(at(release, first.targets)) == []
    assert "put 0043 before 0042" in first.remaining[-1]


def test_a_migration_that_has_to_be_taken_apart_is_left_with_its_recipe(world: World) -> None:
    world.service("billing", uses={"db": "owner"})
    world.migration("billing", "1", Phase.EXPAND).migration("billing", "2", Phase.BREAKING)
    world.history("billing", "1", "2", "")
    (first,) = world.plan().cycles[0].split
    assert first.title == "shop release, part 1"
    assert first.remaining[0] == "billing/2: Change c2"
    assert first.remaining[1].startswith("split billing/2: ")


def test_parts_are_checked_by_reading_them_again(world: World) -> None:
    release = _chain(world).release()
    asked: list[dict[str, str]] = []

    def read(targets: Mapping[str, str], bases: Mapping[str, str]) -> Release:
        asked.append(dict(targets))
        whole = at(release, targets)
        return remainder(whole, at(release, bases)) if bases else whole

    (cycle,) = plan(release).cycles
    assert propose(release, None, read) == cycle.split
    assert cycle.split[0].targets in asked


def test_what_reading_again_contradicts_is_not_proposed(world: World) -> None:
    release = _chain(world).release()
    assert propose(release, None, lambda *_: release) == ()


@pytest.mark.parametrize("newest_first", [True, False])
def test_three_parts_where_two_migrations_have_to_wait(world: World, newest_first: bool) -> None:
    world.service("billing", uses={"db": "owner"})
    world.migration("billing", "1", Phase.BACKFILL).migration("billing", "2", Phase.EXPAND)
    world.migration("billing", "3", Phase.BACKFILL).migration("billing", "4", Phase.EXPAND)
    world.history("billing", "1", "2", "3", "4")
    release = world.release()
    if not newest_first:
        release = replace(release, introductions=tuple(reversed(release.introductions)))
    (cycle,) = plan(release).cycles
    done: Release | None = None
    for part in cycle.split:
        whole = at(release, part.targets)
        assert not plan(remainder(whole, done) if done else whole).cycles
        done = whole
    assert done
    assert _pending(done) == ["billing/1", "billing/2", "billing/3", "billing/4"]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("ab"),
            st.sampled_from([Phase.EXPAND, Phase.BACKFILL, Phase.CONTRACT, Phase.BREAKING]),
        ),
        min_size=1,
        max_size=6,
    ),
    st.booleans(),
)
def test_whatever_is_proposed_can_be_ordered(
    new_world: Callable[[], World], pending: list[tuple[str, Phase]], shared: bool
) -> None:
    world = new_world()
    world.service("a", uses={"db": "owner"}).service("b", uses={"db" if shared else "own": "owner"}).service(
        "c"
    )
    for number, (service, phase) in enumerate(pending):
        world.migration(service, str(number), phase, store="db" if shared or service == "a" else "own")
    for service in "ab":
        world.history(service, "", *(str(n) for n, (owner, _) in enumerate(pending) if owner == service), "")
    release = world.release()
    found = plan(release)
    for cycle in found.cycles:
        done: Release | None = None
        for part in cycle.split:
            whole = at(release, part.targets)
            step = remainder(whole, done) if done else whole
            assert not plan(step).cycles
            assert any(change.moves for change in step.changes)
            _check_nothing_runs_ahead(release, found, whole)
            done = whole


def _check_nothing_runs_ahead(release: Release, found: Plan, reached: Release) -> None:
    """A service is at its target only with what it needs of others, and they are before what they must precede."""
    owner = {step.id: step.service for step in found.steps if step.migration}
    applied = {
        step.id
        for step in found.steps
        if step.migration and f"{step.service}/{step.migration.revision}" in _pending(reached)
    }
    final = {
        f"deploy-{change.name}": change.target.sha == before.target.sha
        for change, before in zip(reached.changes, release.changes, strict=True)
    }
    for item in found.constraints:
        if item.rule == "expand-before-deploy" and item.after != f"deploy-{owner[item.before]}":
            assert item.before in applied or not final[item.after], item
        if item.rule == "contract-last" and item.before != f"deploy-{owner[item.after]}":
            assert final[item.before] or item.after not in applied, item
