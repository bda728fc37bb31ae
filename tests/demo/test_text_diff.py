from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runbook_tui.demo.text_diff import DiffError, apply_diff

LINES = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\n\r\x0b\x0c\x1c\x1d\x1e\x85  "), max_size=8)
)


def test_lines_that_stay_go_and_come() -> None:
    files = {"a.py": b"one\ntwo\nthree\n", "b.py": b"x\n"}
    changed = apply_diff(files, "--- a.py\n one\n-two\n+2\n+2.5\n three\n--- b.py\n+y\n")
    assert changed == {"a.py": b"one\n2\n2.5\nthree\n", "b.py": b"x\ny\n"}
    assert files["a.py"] == b"one\ntwo\nthree\n"


def test_several_places_of_one_file() -> None:
    changed = apply_diff({"a": b"one\n\ntwo\nthree\n"}, "--- a\n-one\n+1\n\n@@\n-three\n+3\n")
    assert changed == {"a": b"1\n\ntwo\n3\n"}


@pytest.mark.parametrize(
    ("diff", "says"),
    [
        ("--- a\n-four\n", "line 1: this is not in a: four"),
        ("--- a\n one\n-two\n@@\n-same\n", "line 4: this is 2 times in a: same"),
        ("--- b\n+x\n", "line 1: there is no file b"),
        ("+x\n", "line 1: a file has to be named first"),
        ("@@\n+x\n", "line 1: a file has to be named first"),
        ("--- a\n*x\n", "line 2: begins with neither a blank, - nor +"),
    ],
)
def test_what_does_not_fit_is_told_with_its_line(diff: str, says: str) -> None:
    with pytest.raises(DiffError, match=says.replace("+", r"\+")):
        apply_diff({"a": b"one\ntwo\nsame\nsame\n"}, diff)


@given(head=LINES, old=LINES, new=LINES, tail=LINES)
def test_any_lines_can_be_replaced_where_they_stand_once(
    head: list[str], old: list[str], new: list[str], tail: list[str]
) -> None:
    old = ["<the place>", *old]
    diff = "\n".join(["--- a", *(f"-{line}" for line in old), *(f"+{line}" for line in new)])
    before = "".join(f"{line}\n" for line in [*head, *old, *tail]).encode()
    after = "".join(f"{line}\n" for line in [*head, *new, *tail]).encode()
    assert apply_diff({"a": before}, diff) == {"a": after}
