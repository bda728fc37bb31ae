"""Reading output files: while they grow, and at the end."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runbook_tui.execution.framing import MAX_BYTES, Checkpoint, encode
from runbook_tui.execution.output import Tail, examine, tail

MEBIBYTE = 1024 * 1024


@pytest.mark.parametrize("place", [0, MEBIBYTE - 3, MEBIBYTE, 2 * MEBIBYTE - 1, 3 * MEBIBYTE])
def test_text_is_found_wherever_it_stands(tmp_path: Path, place: int) -> None:
    path = tmp_path / "log"
    data = b"x" * place + b"needle" + b"x" * 1000
    path.write_bytes(data)
    printed = examine(path, len(data), "needle")
    assert printed.found
    assert (printed.size, printed.digest) == (len(data), hashlib.sha256(data).hexdigest())
    assert not examine(path, place + 5, "needle").found, "what comes after the limit is not the command's"
    assert not examine(path, len(data), "thread").found


def test_an_output_that_is_missing_is_empty(tmp_path: Path) -> None:
    printed = examine(tmp_path / "none", 100)
    assert (printed.size, printed.tail, printed.found) == (0, (), True)
    assert not examine(tmp_path / "none", 100, "x").found
    assert Tail(tmp_path / "none").read() is None


def test_text_is_found_as_a_terminal_would_have_shown_it(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"ver\x1b[1msion \x1b[32m2\x1b[0m\n")
    assert examine(path, 100, "version 2").found


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_pieces_are_read_as_they_come(tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]) -> None:
    path = tmp_path_factory.mktemp("tail") / "log"
    path.touch()
    reader = Tail(path)
    shown = ""
    for piece in pieces:
        with path.open("ab") as file:
            file.write(piece)
        while (text := reader.read()) is not None:
            shown += text
    at_once = Tail(path)
    assert shown + reader.finish() == (at_once.read() or "") + at_once.finish()


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=9000))
def test_a_tail_always_fits_into_a_checkpoint(text: str) -> None:
    lines = tail(text * 20)
    assert len(lines) <= 40
    assert all(len(line) <= 400 for line in lines)
    values = {"tail": lines, "message": "\u202e" * 2000}
    assert len(encode(Checkpoint(0, "", "", "", 0, "step-finished", values))) < MAX_BYTES


def test_a_tail_is_the_end() -> None:
    assert tail("a\nb\n") == ("a", "b")
    assert tail("\n".join(map(str, range(100)))) == tuple(map(str, range(60, 100)))
    (cut,) = tail("x" * 1000)
    assert len(cut) == 400
    assert cut.endswith("…")
