"""What is drawn, from values: rows, sheets, forms, times, output. Any text and any width."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.content import Content

from runbook_tui.rendering.render import render
from runbook_tui.runbook.document import RunbookDocument
from runbook_tui.runbook.model import Kind, Runbook, Step
from runbook_tui.tui.content import line, lines
from runbook_tui.tui.forms import step_form
from runbook_tui.tui.forms.new_step import KINDS, new_step
from runbook_tui.tui.step_blocks import details
from runbook_tui.tui.step_items import any_order, author_items, matches
from runbook_tui.tui.step_lines import document_lines
from runbook_tui.tui.times import planned, spent
from runbook_tui.tui.widgets.output_pane import MAX_LINES, OutputStore
from runbook_tui.tui.widgets.row import Cell, LineOfNoReturn, LineVisual, PhaseRow, StepRow
from runbook_tui.tui.widgets.sheet import Block, Command, Field, Heading, Paragraph

if TYPE_CHECKING:
    from tests.tui.conftest import WriteRunbook

TEXT = st.text(max_size=120)
WIDTH = st.integers(min_value=4, max_value=160)
DATA = Path(__file__).parent / "data" / "checkout.yaml"


@pytest.fixture(scope="module")
def checkout_runbook() -> Runbook:
    return RunbookDocument.read(DATA).runbook


@given(TEXT, TEXT, WIDTH)
def test_no_block_is_wider_than_its_sheet(label: str, text: str, width: int) -> None:
    blocks: list[Block] = [
        Paragraph(lines(text)),
        Field(line(label).plain, lines(text)),
        Command(lines(text), label="Runs"),
        Heading(line(label).plain, "note"),
    ]
    for block in blocks:
        # a character of two cells does not fit where only one is left
        assert all(drawn.cell_length <= max(width, 8) for drawn in block.lines(width))


@given(TEXT, TEXT, st.integers(min_value=12, max_value=160))
def test_a_row_fills_exactly_one_line(title: str, owner: str, width: int) -> None:
    cells = (Cell(line(owner), 13), Cell(Content("low"), 6), Cell(Content("2m"), 6, right=True))
    rows: list[LineVisual] = [
        StepRow(Content("│ deploy   "), line(title), cells, short=Content("│ ")),
        PhaseRow("expand", "3 · 4m"),
        LineOfNoReturn(),
    ]
    for row in rows:
        drawn = row.line(width)
        assert "\n" not in drawn.plain
        assert drawn.cell_length <= width


def test_titles_keep_their_room_when_the_list_is_narrow() -> None:
    title = Content("billing database is reachable")
    row = StepRow(Content("  preflight  "), title, (Cell(Content("team-payments"), 13),), short=Content("  "))
    assert "team-payments" in row.line(80).plain
    assert "preflight" in row.line(44).plain
    assert "team-payments" not in row.line(44).plain
    assert row.line(30).plain.startswith("  billing database is reach")


def test_steps_of_one_wave_are_bracketed(checkout_runbook: Runbook) -> None:
    brackets = any_order(checkout_runbook.steps)
    assert brackets == {
        "announce-start": "╭",
        "preflight-billing-db": "│",
        "preflight-images": "╰",
        "expand-billing-0042": "╭",
        "expand-ledger-0011": "╰",
        "deploy-billing": "╭",
        "deploy-ledger": "╰",
    }


def test_a_filter_that_matches_nothing_says_so(checkout_runbook: Runbook) -> None:
    items = author_items(checkout_runbook.steps, "no such words")
    assert [item.step_id for item in items] == [None]
    assert matches(checkout_runbook.step("deploy-cart"), "CART deploy team-shop")


def test_details_show_every_field_that_a_step_has(checkout_runbook: Runbook) -> None:
    step = checkout_runbook.step("expand-billing-0042")
    blocks = details(checkout_runbook, step)
    text = " ".join(drawn.plain for block in blocks for drawn in block.lines(200))
    for value in (
        "alembic upgrade 0042",
        "../billing",
        "alembic current",
        "alembic downgrade 0041",
        "team-payments",
        "pagerduty:payments",
        "medium",
        "2m",
        "10m",
        "billing-db",
        "takes a short lock on invoices",
        "2.3.1 → 2.4.0",
    ):
        assert value in text


# -- the form


def test_an_untouched_form_changes_nothing(checkout_runbook: Runbook) -> None:
    for step in checkout_runbook.steps:
        values = step_form.values_of(step)
        assert step_form.changes(values, step) == {}
        assert step_form.problems(values, step) == {}


@pytest.mark.parametrize("kind", list(Kind))
def test_a_new_step_of_every_kind_is_valid_and_free_of_clashes(kind: Kind) -> None:
    assert set(KINDS) == set(Kind)
    step = new_step(kind, None, {f"{kind.value}-new"})
    assert step.id == f"{kind.value}-new-2"
    assert step_form.problems(step_form.values_of(step), step) == {}


STEP = Step.model_validate(
    {"id": "a", "title": "A", "kind": "deploy", "run": "echo", "verify": {"run": "x", "every": "5s"}}
)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"title": "B"}, {"title": "B"}),
        ({"owner": "  ann "}, {"owner": "ann"}),
        ({"estimate": "90s"}, {"estimate": "90s"}),
        ({"action": "confirm", "text": "Do it."}, {"run": None, "confirm": "Do it."}),
        ({"action": "http", "text": "https://x.example"}, {"run": None, "http": "https://x.example"}),
        (
            {"action": "http", "text": "post https://x.example\n{}"},
            {"run": None, "http": {"url": "https://x.example", "method": "POST", "body": "{}"}},
        ),
        (
            {"action": "sql", "text": "select 1", "database": "a.db"},
            {"run": None, "sql": {"database": "a.db", "query": "select 1"}},
        ),
        ({"verify.expect": "ok"}, {"verify": {"run": "x", "every": "5s", "expect": "ok"}}),
        ({"verify.action": "none"}, {"verify": None}),
        ({"rollback.action": "confirm", "rollback.text": "Undo."}, {"rollback": {"confirm": "Undo."}}),
        ({"reversible": False}, {"reversible": False}),
    ],
)
def test_a_form_answers_the_fields_that_changed(
    changed: dict[str, str | bool], expected: dict[str, object]
) -> None:
    values = step_form.values_of(STEP) | changed
    assert step_form.problems(values, STEP) == {}
    assert step_form.changes(values, STEP) == expected


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": ""}, "title"),
        ({"estimate": "soon"}, "estimate"),
        ({"action": "http", "text": "ftp://x"}, "text"),
        ({"action": "wait", "text": "a while"}, "text"),
        ({"action": "none"}, "text"),
        ({"action": "sql", "text": "select 1", "database": ""}, "database"),
        ({"verify.action": "http", "verify.text": "nowhere"}, "verify.text"),
        ({"id": "taken"}, "id"),
        ({"owner": "a\tb"}, "owner"),
    ],
)
def test_a_form_says_which_field_is_wrong(changed: dict[str, str | bool], field: str) -> None:
    values = step_form.values_of(STEP) | changed
    assert list(step_form.problems(values, STEP, {"taken"})) == [field]


@given(st.dictionaries(st.sampled_from(sorted(step_form.values_of(STEP))), st.text(max_size=30)))
@settings(max_examples=60)
def test_whatever_is_typed_the_form_answers_instead_of_failing(typed: dict[str, str]) -> None:
    values = step_form.values_of(STEP) | {
        name: text
        for name, text in typed.items()
        if not name.endswith("action") and name not in step_form.TICKS
    }
    found = step_form.problems(values, STEP)
    assert set(found) <= set(values)
    if not found:
        data = STEP.model_dump(mode="json", exclude_none=True) | step_form.fields_of(values, STEP)
        Step.model_validate({name: value for name, value in data.items() if value is not None})


# -- small things


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (59.6, "1m 00s"), (725, "12m 05s"), (4320, "1h 12m"), (-5, "0s")],
)
def test_time_that_passed_is_short(seconds: float, text: str) -> None:
    assert spent(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, ""), (30, "30s"), (60, "1m"), (90, "90s"), (725, "12m"), (4260, "1h 11m")],
)
def test_estimates_have_no_false_precision(seconds: float | None, text: str) -> None:
    assert planned(seconds) == text


def test_the_section_of_a_step_in_the_document_ends_at_the_next_heading(checkout_runbook: Runbook) -> None:
    text = render(checkout_runbook)
    found = document_lines(text, "deploy-billing")
    section = text.split("\n")[found.start : found.stop]
    assert section[0] == "#### deploy-billing"
    assert sum(part.startswith("#") for part in section) == 1
    assert any("billing:2.4.0" in part for part in section)
    assert document_lines(text, "gone") == range(0)


def test_the_lines_of_a_step_in_the_file_follow_edits(write_runbook: WriteRunbook) -> None:
    document = RunbookDocument.read(
        write_runbook("""
        - id: a
          title: A
          kind: note

        # about b
        - id: b
          title: B
          kind: note
        """)
    )

    def written(step_id: str) -> list[str]:
        text = document.text.split("\n")
        return [text[index].strip() for index in document.lines_of(step_id)]

    assert written("a") == ["- id: a", "title: A", "kind: note"]
    assert written("b") == ["- id: b", "title: B", "kind: note"]
    document.set_field("a", "description", "First.")
    document.move_step("b", after=None)
    assert written("a") == ["- id: a", "title: A", "kind: note", "description: First."]
    assert written("b") == ["- id: b", "title: B", "kind: note"]
    assert written("gone") == []


@given(st.lists(st.text(alphabet="ab\n", max_size=20), max_size=30))
def test_output_is_the_same_however_it_was_cut(pieces: list[str]) -> None:
    store = OutputStore()
    received = ""
    for piece in pieces:
        store.add("one", piece)
        received += store.take().get("one", "")
    assert received == "".join(pieces)
    assert store.text("one") == "".join(pieces)


def test_a_flood_of_output_keeps_only_its_end() -> None:
    store = OutputStore()
    assert store.add("one", "first\n")
    assert not store.add("one", "".join(f"{number}\n" for number in range(3 * MAX_LINES)))
    text = store.take()["one"]
    assert text.count("\n") <= MAX_LINES + 1
    assert text.endswith(f"{3 * MAX_LINES - 1}\n")
    assert store.text("one").count("\n") < MAX_LINES
    assert max(cell_len(part) for part in text.split("\n")) < 10


def test_a_step_names_every_migration_that_its_command_applies(checkout_runbook: Runbook) -> None:
    step = next(step for step in checkout_runbook.steps if step.migration is not None)
    assert step.migration is not None
    note = step.migration.model_copy(update={"revision": "0043", "revisions": ("0042", "0043")})
    several = step.model_copy(update={"migration": note})
    drawn = [text.plain for block in details(checkout_runbook, several) for text in block.lines(100)]
    assert any("0042, 0043" in text for text in drawn)
