"""Time spans as people write them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runbook_tui.runbook.duration import format_duration, parse_duration


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("500ms", 0.5),
        ("90s", 90),
        ("2m", 120),
        ("1h30m", 5400),
        ("1.5h", 5400),
        (" 1d ", 86400),
        (3, 3),
        ("0s", 0),
    ],
)
def test_what_people_write_is_read(written: object, seconds: float) -> None:
    assert parse_duration(written) == seconds


@pytest.mark.parametrize(
    "written",
    ["", "5", "m", "-1s", "1 h", "1h 30m", "401d", -1, True, None, "1e3s", math.nan, math.inf, "１s"],
)
def test_what_is_not_a_time_span_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="time span"):
        parse_duration(written)


@given(st.integers(0, 400 * 86_400_000))
def test_every_millisecond_is_written_exactly(milliseconds: int) -> None:
    seconds = milliseconds / 1000
    assert parse_duration(format_duration(seconds)) == seconds
