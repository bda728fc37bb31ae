"""What holds for every pair of descriptions."""

from __future__ import annotations

import json

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from runbook_tui.contracts.model import ContractDiff, Direction, Effect, Verdict
from tests.contracts.asyncapi.describing import Channels, api, diff, of

Flows = tuple[Channels, Channels]
"""What is sent, and what is received."""
OPPOSITE = {Effect.WIDENS: Effect.NARROWS, Effect.NARROWS: Effect.WIDENS}
payloads = st.one_of(
    st.sampled_from([{"type": "string"}, {"type": "integer"}, {"type": "number"}, {"type": "boolean"}]),
    st.lists(st.sampled_from(["x", "y", "z"]), min_size=1, unique=True).map(lambda values: {"enum": values}),
    st.builds(
        lambda names, needed: {
            "type": "object",
            "properties": {name: {"type": "string"} for name in names},
            **({"required": sorted(names & needed)} if names & needed else {}),
        },
        st.sets(st.sampled_from("abc"), min_size=1),
        st.sets(st.sampled_from("abc")),
    ),
)
messages = st.builds(
    lambda payload, more: of(payload, **more),
    payloads,
    st.fixed_dictionaries(
        {}, optional={"contentType": st.sampled_from(["application/json", "application/xml"])}
    ),
)
channels = st.dictionaries(
    st.sampled_from(["orders", "orders.{id}", "refunds", "a/b/{id}"]),
    st.dictionaries(st.sampled_from(["Placed", "Paid", "Closed"]), messages, max_size=3),
    max_size=3,
)
flows = st.tuples(channels, channels)
majors = st.sampled_from([2, 3])


def effects(found: ContractDiff) -> list[tuple[str, Direction, str]]:
    assert not found.faults
    everything = (*found.changes, *found.harmless)
    return sorted((each.rule, each.direction, str(each.effect)) for each in everything)


@settings(deadline=None)
@given(flows, majors, majors)
def test_the_same_api_in_either_version_of_the_notation_is_the_same(flow: Flows, old: int, new: int) -> None:
    one, other = (api(major, *flow) for major in (old, new))
    assert diff(one, other).verdict is Verdict.COMPATIBLE


@settings(max_examples=150, deadline=None)
@given(flows, flows, majors)
def test_the_version_of_the_notation_decides_nothing(before: Flows, after: Flows, old: int) -> None:
    one, other = api(old, *before), api(old, *after)
    mixed = api(5 - old, *after)
    assert effects(diff(one, other)) == effects(diff(one, mixed))


@settings(max_examples=150, deadline=None)
@given(flows, flows)
def test_the_way_back_swaps_widening_and_narrowing(before: Flows, after: Flows) -> None:
    one, other = api(3, *before), api(2, *after)
    there, back = diff(one, other), diff(other, one)
    # what is added beside what is removed demands nothing, on the way back neither
    assume(not any(each.rule.endswith("property-added") for each in (*there.harmless, *back.harmless)))
    swapped = {
        (each.direction, OPPOSITE.get(each.effect, each.effect)) for each in there.changes if each.effect
    }
    assert {(each.direction, each.effect) for each in back.changes} == swapped
    assert bool(there.changes) == bool(back.changes)


@settings(deadline=None)
@given(flows, flows, st.randoms(use_true_random=False))
def test_the_order_of_what_is_described_does_not_matter(
    before: Flows,
    after: Flows,
    random: object,
) -> None:
    one, other = api(3, *before), api(3, *after)
    turned = json.loads(json.dumps(other, sort_keys=True))
    assert effects(diff(one, other)) == effects(diff(one, turned))


@settings(deadline=None)
@given(flows, flows)
def test_every_change_has_a_place_words_and_names(before: Flows, after: Flows) -> None:
    one, other = api(2, *before), api(3, *after)
    lines = max(json.dumps(version, indent=1).count("\n") + 1 for version in (one, other))
    found = diff(one, other)
    for change in (*found.changes, *found.harmless):
        assert change.path == "api/asyncapi.yaml"
        assert 1 <= change.line <= lines
        assert change.column >= 1
        assert change.names
        assert change.text.split()[0].endswith("s") or change.text.startswith(("no longer ", "may "))
