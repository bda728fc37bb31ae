"""Foreign text for a terminal: nothing moves the cursor, nothing changes order, nothing stays unseen."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from runbook_tui.text.terminal import LONGEST_LINE, StreamCleaner, block, plain

SHOWN_BY_FONTS = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
"""Format characters that have a shape of their own."""

ANY_TEXT = st.text(alphabet=st.characters(), max_size=200) | st.text(
    alphabet="ab \t\n\r\x00\x07\x1b\x7f\x85\x9b\u200b\u202e\u2028\ud800[]0;m\\", max_size=60
)


def unsafe(text: str, allowed: str = "") -> list[str]:
    return [
        character
        for character in text
        if character not in allowed
        and (
            unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}
            or (unicodedata.category(character) == "Cf" and character not in SHOWN_BY_FONTS)
        )
    ]


@given(ANY_TEXT)
@example("a\r\nb\r\x1b]52;c;x\x07\x9b31m\u202e\u2028\ud800")
def test_plain_is_one_safe_line(text: str) -> None:
    result = plain(text)
    assert not unsafe(result)
    assert result.encode().decode() == plain(result) == result


@given(ANY_TEXT)
def test_block_is_safe_lines(text: str) -> None:
    result = block(text)
    assert not unsafe(result, "\n\t")
    assert result.count("\n") == text.count("\n")
    assert block(result) == result


def test_every_unsafe_character_of_unicode_is_caught() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    assert not unsafe(plain(everything))
    assert not unsafe(block(everything), "\n\t")


@given(
    st.text(
        alphabet=st.characters(categories=["L", "N", "P", "S"], exclude_characters="\u3164\uffa0\u115f\u1160")
    )
)
def test_visible_text_is_not_changed(text: str) -> None:
    assert plain(text) == block(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "␛[2J"),
        ("a\tb", "a b"),
        ("a\nb\r\nc", "a⏎b⏎c"),
        ("a\rb", "a␍b"),
        ("\x7f\x9b", "␡⟪009B⟫"),
        ("user\u202egpj.exe", "user⟪202E⟫gpj.exe"),
        ("zero\u200bwidth", "zero⟪200B⟫width"),
        ("tag\U000e0041", "tag⟪E0041⟫"),
        ("[/bold] [@click=app.quit]", "[/bold] [@click=app.quit]"),
        ("Ünïcödé ✔ 日本", "Ünïcödé ✔ 日本"),
    ],
)
def test_what_cannot_be_seen_is_made_visible(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_block_keeps_lines_and_tabs() -> None:
    assert block("a\tb\r\nc\n\x1bd\re") == "a\tb\nc\n␛d␍e"


def cleaned(*pieces: bytes) -> str:
    cleaner = StreamCleaner()
    return "".join(cleaner.feed(piece) for piece in pieces) + cleaner.finish()


SEQUENCES = [
    b"\x1b[31mred\x1b[0m",
    b"\x1b]0;title\x07",
    b"\x1b]52;c;SGVsbG8=\x1b\\",
    b"\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\",
    b"\x1b[?1049l\x1b[2J\x1b[6n\x1b[c",
    b"\x1bP+q544e\x1b\\",
    b"\x1b_apc\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\",
    b"\x1bc\x1b(B\x1b=\x1b7",
    b"\xc2\x9b31m\xc2\x9d0;t\xc2\x9cx",
    b"\x1b\x1b[1mbold",
    b"\x1b[31\nnext line",
    b"\x1b]never ended\nnext line",
    b"\x1b]cancelled\x18after",
    b"10%\r20%\r30%\r\ndone\r\r\n",
    b"spin|\b/\b-\x07",
    b"caf\xc3\xa9 \xf0\x9f\x9a\x80 \xff\xc3",
    b"nul\x00 del\x7f \xe2\x80\xae rlo",
    b"tab\there\x0b\x0c",
    b"\r",
    b"",
]


@pytest.mark.parametrize("data", SEQUENCES)
def test_every_split_gives_the_same(data: bytes) -> None:
    whole = cleaned(data)
    assert not unsafe(whole, "\n\t")
    for first in range(len(data) + 1):
        for second in range(first, len(data) + 1):
            assert cleaned(data[:first], data[first:second], data[second:]) == whole


@given(st.lists(st.sampled_from(SEQUENCES) | st.binary(max_size=8), max_size=6), st.data())
def test_any_output_is_safe_and_independent_of_its_pieces(parts: list[bytes], chooser: st.DataObject) -> None:
    data = b"".join(parts)
    whole = cleaned(data)
    assert not unsafe(whole, "\n\t")
    cuts = sorted(chooser.draw(st.lists(st.integers(0, len(data)), max_size=8)))
    pieces = [data[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    assert cleaned(*pieces) == whole


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\x1b[31mred\x1b[0m plain", "red plain"),
        (b"\x1b]0;title\x07after", "after"),
        (b"\x1b]52;c;SGVsbG8=\x1b\\after", "after"),
        (b"\x1b(Bx\x1b=y", "xy"),
        (b"10%\r20%\r\ndone\r\r\nnext", "10%\n20%\ndone\nnext"),
        (b"x\r", "x\n"),
        (b"\x1b]never ended\nnext line", "\nnext line"),
        (b"\x1b[31\nnext", "\nnext"),
        (b"\x1b]cancelled\x18after", "after"),
        (b"a\bb\x07c\x00d", "abc␀d"),
        (b"caf\xc3\xa9 \xff", "café \ufffd"),
        (b"\xe2\x80\xae", "⟪202E⟫"),
        (b"a\x1b\xc3\xa9b", "aéb"),
        (b"a\x1b\x7fb", "a␡b"),
        (b"  indented\tcolumns\n\n", "  indented\tcolumns\n\n"),
    ],
)
def test_what_output_becomes(data: bytes, text: str) -> None:
    assert cleaned(data) == text


@given(
    st.text(alphabet=st.characters(categories=["L", "N", "P", "S"], include_characters=" \n\t"), max_size=100)
)
def test_harmless_output_is_not_changed(text: str) -> None:
    assert cleaned(text.encode()) == block(text)


def test_sequence_without_an_end_hides_little() -> None:
    shown = cleaned(b"\x1b]52;c;" + b"A" * 10_000)
    assert 5_000 < shown.count("A") < 6_100


def test_long_lines_are_broken_wherever_the_pieces_end() -> None:
    data = b"x" * 10_000 + b"\ny"
    whole = cleaned(data)
    assert max(map(len, whole.split("\n"))) == LONGEST_LINE
    assert whole.replace("\n", "") == "x" * 10_000 + "y"
    assert cleaned(*(data[i : i + 1000] for i in range(0, len(data), 1000))) == whole


def test_text_arrives_with_its_piece() -> None:
    cleaner = StreamCleaner()
    assert cleaner.feed(b"50%\r") == "50%"
    assert cleaner.feed(b"60%") == "\n60%"
    assert cleaner.feed(b"\x1b[3") == ""
    assert cleaner.feed(b"1mred") == "red"


def test_cleaning_is_fast_enough_for_a_chatty_command() -> None:
    import time

    data = b"\x1b[32mINFO\x1b[0m 2026-11-24 applying step\r\n" * 5_000
    began = time.process_time()
    result = cleaned(data)
    assert result == "INFO 2026-11-24 applying step\n" * 5_000
    assert re.search("\x1b", result) is None
    assert time.process_time() - began < 2
