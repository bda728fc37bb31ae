"""Regular expressions as sets of texts."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbook_tui.contracts.messages.automaton import find_text, matches, searching

atoms = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "^", "$", "\\d", "\\w", "(?:a|b)", "(ab)"])
repeated = st.builds(
    lambda atom, times: atom if atom in "^$" else atom + times,
    atoms,
    st.sampled_from(["", "", "*", "+", "?", "{2}", "{0,1}", "{1,}", "*?"]),
)
expressions = st.recursive(
    st.lists(repeated, max_size=4).map("".join),
    lambda inner: st.builds(lambda one, other: f"({one}|{other})", inner, inner),
    max_leaves=4,
)


@settings(max_examples=400, deadline=None)
@given(expressions, st.text("ab1_\n", max_size=5))
def test_matching_is_that_of_the_standard_library(expression: str, text: str) -> None:
    in_python = expression.replace("$", "\\Z").replace("\\d", "[0-9]")
    assert matches(expression, text) is (re.search(in_python, text) is not None)


@settings(max_examples=200, deadline=None)
@given(expressions, expressions)
def test_a_text_that_is_found_matches_one_and_not_the_other(wanted: str, unwanted: str) -> None:
    one, other = searching(wanted), searching(unwanted)
    assert one is not None
    assert other is not None
    text = find_text([one], [other])
    if text is not None:
        assert matches(wanted, text)
        assert not matches(unwanted, text)
    assert find_text([one], [one]) is None


def test_the_length_of_a_text_is_heeded() -> None:
    letters = searching("^[ab]*$")
    assert letters is not None
    assert len(find_text([letters], [], 7, 9) or "") == 7
    assert find_text([letters], [letters], 7) is None
    wide = searching("^.{5}$")
    assert wide is not None
    assert find_text([letters, wide], [], 6) is None


@pytest.mark.parametrize(
    ("expression", "text", "expected"),
    [
        ("\\x41\\u0042\\u{43}", "ABC", True), ("^\\cC$", "\x03", True), ("[\\]a-]", "]", True), ("[a-]", "-", True),
        ("^[\\w.-]+@\\w+$", "a.b@c", True), ("\\.", "x", False), ("^\\p{L}$", "x", None), ("(?=x)", "x", None),
        ("\\bx", "x", None), ("(a)\\1", "aa", None), ("a{2,1}", "a", None), ("a{", "a{", True), ("(", "x", None),
        ("[z-a]", "x", None), ("*a", "x", None), ("(?<year>\\d{4})-", "2026-", True), ("a{1,9999}", "a", None),
        ("é+", "éé", True), ("^😀$", "😀", True), ("(" * 60 + ")" * 60, "", None),
    ],
)  # fmt: skip
def test_what_is_read_of_ecmascript(expression: str, text: str, expected: object) -> None:
    assert matches(expression, text) is expected


def test_no_expression_makes_a_search_endless() -> None:
    assert matches("^(a+)+$", "a" * 5_000 + "b") is False
    assert matches("(x{1,50}){1,50}", "x") is None  # too large to be looked at
