from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from runbook_tui.demo.description import examples_folder, read_example
from runbook_tui.demo.history import write_history
from runbook_tui.files.problems import ProblemsError


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A copy of the example, to be edited as somebody would who makes their own."""
    return Path(shutil.copytree(examples_folder() / "shop", tmp_path / "own"))


def _edit(path: Path, old: str, new: str) -> int:
    """Replace a text; the line where it stood."""
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_all_problems_of_all_files_at_once(own: Path) -> None:
    first = _edit(own / "services/users/history.yaml", "at: 2026-05-13 15:40", "at: yesterday")
    second = _edit(own / "services/auth/history.yaml", "files: auth/throttle", "files: ../../secrets")
    third = _edit(own / "shop.yaml", "aisha: {name: Aisha Bello,", "aisha: {nome: Aisha Bello,")
    with pytest.raises(ProblemsError) as raised:
        read_example(own)
    places = {(problem.place.file, problem.place.line) for problem in raised.value.problems}
    assert {
        ("own/services/users/history.yaml", first),
        ("own/services/auth/history.yaml", second),
        ("own/shop.yaml", third),
    } <= places


def test_an_unknown_author_is_named_with_the_known_ones(own: Path) -> None:
    line = _edit(own / "services/search/history.yaml", "tagged_by: sam", "tagged_by: sma")
    with pytest.raises(ProblemsError) as raised:
        read_example(own)
    (problem,) = raised.value.problems
    assert (problem.place.line, problem.what) == (line, "there is no author sma")
    assert "sam" in problem.expected


def test_a_diff_that_does_not_fit_is_told_with_the_commit(own: Path) -> None:
    _edit(own / "services/search/history.yaml", "-_read_at = 0.0", "-_read_at = 1.0")
    example = read_example(own)
    with pytest.raises(
        ProblemsError,
        match=r"history.yaml:\d+:\d+: SHOP-322 .*diff, line \d+: this is not in search/index.py",
    ):
        write_history(example, "search")


def test_files_that_do_not_exist_are_told(own: Path) -> None:
    shutil.rmtree(own / "services/search/fuzzy")
    with pytest.raises(ProblemsError, match="there are no files in fuzzy"):
        write_history(read_example(own), "search")


def test_a_merge_before_its_last_commit_is_told(own: Path) -> None:
    _edit(own / "services/search/history.yaml", "merged: {at: 2026-10-02", "merged: {at: 2026-09-30")
    with pytest.raises(ProblemsError, match="SHOP-372-spelling is merged before its last commit"):
        write_history(read_example(own), "search")
