"""Names made from foreign text."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from runbook_tui.text.names import slug


@given(st.text(max_size=200))
@example("../../etc/passwd")
@example(".")
@example("-rf")
@example("\ud800")
def test_result_is_a_safe_name_and_its_own_slug(text: str) -> None:
    name = slug(text)
    assert re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,79}", name)
    assert slug(name) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Checkout release, week 47", "checkout-release-week-47"),
        ("deploy-billing", "deploy-billing"),
        ("billing/0042_add_currency", "billing-0042_add_currency"),
        ("v2.4.0", "v2.4.0"),
        ("Zürich café", "zurich-cafe"),
        ("../../x", "x"),
        ("-rf", "rf"),
    ],
)
def test_readable_text_stays_readable(text: str, name: str) -> None:
    assert slug(text) == name


@pytest.mark.parametrize(
    ("one", "other"),
    [("日本", "中国"), ("", "."), ("x" * 100, "x" * 99 + "y"), ("Straße", "Strae"), ("ж-1", "щ-1")],
)
def test_what_cannot_be_written_is_kept_apart(one: str, other: str) -> None:
    assert slug(one) != slug(other)
