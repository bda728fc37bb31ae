"""What is computed for templates: times, diagram, people, going back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it.token import Token

from runbook_tui.rendering.mermaid import direct_needs, flowchart, label
from runbook_tui.rendering.prose import prose
from runbook_tui.rendering.schedule import longest_chain, rounded, schedule, window_text
from runbook_tui.rendering.views import views
from runbook_tui.runbook.model import Check, Http, Kind, Need, Rollback, Runbook, Step, StepPhase, Window


def step(name: str, *needs: str, estimate: float | None = None, phase: StepPhase = StepPhase.DEPLOY) -> Step:
    return Step(
        id=name,
        title=name,
        kind=Kind.DEPLOY,
        phase=phase,
        run="true",
        estimate=estimate,
        needs=tuple(Need(step=need, because="x") for need in needs),
    )


def test_times_follow_each_other_in_the_window() -> None:
    window = Window(start="2026-11-24T23:00+01:00", end="2026-11-25T01:00+01:00")
    steps = (step("a", estimate=1800), step("b", estimate=3600), step("c"))
    assert schedule(steps, window).starts == ("23:00", "23:30", "11-25 00:30")
    times = schedule(steps, None)
    assert (times.starts, times.total, times.unestimated) == (("+0s", "+30m", "+1h30m"), "1h30m", 1)


def test_the_longest_chain_is_what_remains_when_the_rest_runs_beside_it() -> None:
    steps = (
        step("a", estimate=60),
        step("b", "a", estimate=60),
        step("c", "a", estimate=600),
        step("d", "b", "c"),
    )
    assert longest_chain(steps) == 660
    assert longest_chain(()) == 0


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (12.4, "12s"), (59.6, "1m"), (61, "1m"), (5400, "1h30m")]
)
def test_times_are_rounded_as_people_plan(seconds: float, text: str) -> None:
    assert rounded(seconds) == text


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("2026-11-24T09:30+01:00", "2026-11-24T12:00+01:00", "2026-11-24 09:30 – 12:00 (UTC+01:00), 2h30m"),
        ("2026-11-24T09:30Z", "2026-11-25T09:30Z", "2026-11-24 09:30 (UTC) – 2026-11-25 09:30 (UTC), 1d"),
        (
            "2026-03-29T01:00+01:00", "2026-03-29T03:00+02:00",
            "2026-03-29 01:00 (UTC+01:00) – 2026-03-29 03:00 (UTC+02:00), 1h",
        ),
    ],
)  # fmt: skip
def test_windows_are_written_for_people(start: str, end: str, text: str) -> None:
    assert window_text(Window(start=start, end=end)) == text


def test_the_diagram_shows_direct_needs_in_boxes_of_phases() -> None:
    steps = (
        step("a", phase=StepPhase.PREPARE),
        step("b", "a"),
        step("c", "a", "b").model_copy(update={"reversible": False}),
    )
    assert direct_needs(steps) == [("a", "b"), ("b", "c")]
    assert flowchart(steps) == (
        "flowchart TD\n"
        '  subgraph prepare_phase["Prepare"]\n'
        '    s1["a"]\n'
        "  end\n"
        '  subgraph deploy_phase["Deploy"]\n'
        '    s2["b"]\n'
        '    s3["c"]:::final\n'
        "  end\n"
        "  s1 --> s2\n"
        "  s2 --> s3\n"
        "  classDef decision stroke-width:3px,stroke-dasharray:6 3\n"
        "  classDef final stroke:#c00,stroke-width:3px"
    )


def test_steps_between_the_same_neighbours_share_a_node() -> None:
    steps = (
        step("a"),
        step("b", "a"),
        step("c", "a"),
        step("d", "a"),
        step("e", "b", "c", "d"),
        step("f", "a"),
    )
    lines = (flowchart(steps) or "").splitlines()
    assert lines[2:9] == [
        '    s1["a"]', '    s2["in any order:<br>b<br>c<br>d"]', '    s3["e"]', '    s4["f"]', "  end", "  s1 --> s2",
        "  s2 --> s3",
    ]  # fmt: skip


def test_there_is_no_diagram_of_nothing_or_of_too_much() -> None:
    assert flowchart((step("a"), step("b"))) is None
    firsts = tuple(step(f"a{n}") for n in range(30))
    thens = tuple(step(f"b{n}", *(first.id for first in firsts)) for n in range(30))
    assert flowchart(firsts + thens) is None


@given(st.text(max_size=80))
def test_a_label_holds_nothing_that_mermaid_reads(text: str) -> None:
    found = label(text)
    assert re.fullmatch(r"(?:[\w .,:/+…→–-]|#\d+;)*", found)
    assert not re.search('["`<>\n{}|%]|(?<!#\\d\\d)(?<!#\\d\\d\\d)(?<!\\d);', found)


def test_going_back_is_the_way_backwards_until_what_cannot_be_undone(release: Runbook) -> None:
    found = [(item["id"], item["possible"]) for item in views(release)["undo"]]
    assert found == [
        ("contract-billing-0043", False),
        ("deploy-search", True),
        ("deploy-billing", True),
        ("expand-billing-0042", True),
    ]


def test_people_are_named_with_everything_they_stand_for(release: Runbook) -> None:
    people = {person["name"]: person for person in views(release)["people"]}
    assert list(people) == ["ann", "ben", "team-payments", "team-search"]
    assert people["ann"]["approves"] == ["gate-go-no-go", "gate-no-return"]
    assert (people["team-payments"]["services"], people["team-payments"]["pagers"]) == (
        ["billing"],
        ["+1 555 0100"],
    )
    assert people["team-search"]["steps"] == 2


def test_views_are_plain_data(release: Runbook) -> None:
    def plain(value: object) -> bool:
        if isinstance(value, dict):
            return all(type(key) is str and plain(item) for key, item in value.items())
        if isinstance(value, list):
            return all(map(plain, value))
        return value is None or type(value) in {str, int, float, bool}

    assert plain(views(release))


def test_prose_keeps_lines_lists_and_paragraphs(tokens: Callable[[str], list[Token]]) -> None:
    found = prose("Say *this*:\n\none\ntwo\n- a | b\n  • c\n\n\n# d\n")
    assert found == "Say \\*this\\*:\n\none\\\ntwo\n\n- a \\| b\n- c\n\n\\# d"
    opened = [token.tag for token in tokens(found) if token.nesting == 1]
    assert opened == ["p", "p", "ul", "li", "p", "li", "p", "p"]


LINE = st.text(
    st.one_of(st.sampled_from("-*•#>1.|` \t"), st.characters(exclude_categories=("Cs", "Cc"))), max_size=12
)


@given(st.lists(LINE, max_size=5).map("\n".join))
def test_prose_is_paragraphs_and_flat_lists_only(tokens: Callable[[str], list[Token]], text: str) -> None:
    parsed = tokens(prose(text))
    assert {token.tag for token in parsed} <= {"p", "ul", "li", ""}
    assert {child.type for token in parsed for child in token.children or ()} <= {"text", "hardbreak"}


def test_no_address_of_a_document_has_a_password(release: Runbook) -> None:
    http = Http(url="http://ann:hunter2@h/x")
    check = Check(http=http)
    undo = Rollback(http=http, verify=check)
    step = Step(id="ask", title="Ask", kind=Kind.VERIFY, http=http, verify=check, rollback=undo)
    changed = release.model_copy(update={"steps": (step,)})
    assert "hunter2" not in str(views(changed))
    assert str(views(changed)).count("http://***@h/x") >= 8
