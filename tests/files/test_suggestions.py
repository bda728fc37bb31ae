"""Near misses and how names are shown in sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runbook_tui.files.suggestions import did_you_mean, one_of, quoted


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("onwer", "owner"),
        ("on-call", "on_call"),
        ("Owner", "owner"),
        ("depends-on", "depends_on"),
        ("zzz", ""),
    ],
)
def test_near_misses(written: str, meant: str) -> None:
    known = ["owner", "on_call", "depends_on", "release"]
    assert did_you_mean(written, known) == (f"did you mean '{meant}'?" if meant else "")


def test_enumerations_are_sorted_and_cut() -> None:
    assert one_of(["b", "a"]) == "one of a, b"
    assert one_of(["only"]) == "only"
    assert one_of("abcdef", most=3) == "one of a, b, c, ..."


@given(st.text(max_size=100))
def test_quoted_is_one_short_printable_line(value: str) -> None:
    shown = quoted(value)
    assert shown.isprintable()
    assert shown[0] == shown[-1] == "'"
    if value.isprintable() and len(value) <= 60:
        assert shown == f"'{value}'"
