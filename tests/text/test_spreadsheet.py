"""Foreign text in CSV: one cell, and never a formula."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from runbook_tui.text.spreadsheet import csv_cell
from runbook_tui.text.terminal import plain


@given(st.text(max_size=40))
@example("a\r\nb,c\"d'")
def test_any_text_is_one_cell_of_one_line(text: str) -> None:
    ((one, two),) = csv.reader(StringIO(f"{csv_cell(text)},x\n"))
    assert two == "x"
    assert one in {plain(text), f"'{plain(text)}"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1"])
def test_what_begins_like_a_formula_is_text(text: str) -> None:
    assert csv_cell(text).startswith("\"'")


@pytest.mark.parametrize(("value", "cell"), [("a", '"a"'), (3, '"3"'), ("", '""'), ("a=b", '"a=b"')])
def test_ordinary_values_are_only_quoted(value: object, cell: str) -> None:
    assert csv_cell(value) == cell
