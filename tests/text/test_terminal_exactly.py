"""What a terminal is shown, character by character and state by state."""

from __future__ import annotations

import pytest

from runbook_tui.text.terminal import LONGEST_LINE, StreamCleaner, block, plain, visible


def cleaned(*pieces: bytes) -> str:
    cleaner = StreamCleaner()
    return "".join(cleaner.feed(piece) for piece in pieces) + cleaner.finish()


def test_signs_for_what_has_none() -> None:
    assert [visible(character) for character in "\x00\x1f\x7f\x80\u200b"] == [
        "␀",
        "␟",
        "␡",
        "⟪0080⟫",
        "⟪200B⟫",
    ]
    assert visible("\x20") == "⟪0020⟫"
    assert plain("\x00\x1f \x7e\x7f\x80\x9f\xa0") == "␀␟ ~␡⟪0080⟫⟪009F⟫\xa0"
    assert plain("a b") == "a b"
    assert plain("é") == "é"
    assert block("\x00\t\n\r\r\n") == "␀\t\n␍\n"
    assert plain("\r\n\n\r\t") == "⏎⏎␍ "


@pytest.mark.parametrize(
    ("data", "text"),
    [
        # ESC and one character
        (b"a\x1bZb", "ab"),
        (b"a\x1b0b", "ab"),
        (b"a\x1b~b", "ab"),
        (b"a\x1b\x7fb", "a␡b"),
        (b"a\x1b\x01b", "a␁b"),
        (b"a\x1b\xc3\xa9b", "aéb"),
        (b"a\x1b b", "a"),
        (b"a\x1b  Gb", "ab"),
        (b"a\x1b/Gb", "ab"),
        (b"a\x1b\x1bGb", "ab"),
        (b"a\x1b\x1b[1mb", "ab"),
        (b"a\x1b\tb", "a\tb"),
        # control sequences
        (b"a\x1b[@b", "ab"),
        (b"a\x1b[~b", "ab"),
        (b"a\x1b[?1;2 qb", "ab"),
        (b"a\x1b[\x7fb", "a␡b"),
        (b"a\x1b[\x1fb", "a␟b"),
        (b"a\x1b[1\xc3\xa9b", "aéb"),
        (b"a\x1b[1\x1b[2mb", "ab"),
        (b"a\xc2\x9b1mb", "ab"),
        (b"a\x1b[1\xc2\x9b2mb", "ab"),
        # strings
        (b"a\x1b]x\x07b", "ab"),
        (b"a\x1b]wXx\x07b", "ab"),
        (b"a\x1bPx\x1b\\b", "ab"),
        (b"a\x1bXx\xc2\x9cb", "ab"),
        (b"a\x1b^x\x1b[1mb", "ab"),
        (b"a\x1b_x\x1b]y\x07b", "ab"),
        (b"a\x1b_x\x1b_y\x07b", "ab"),
        (b"a\xc2\x90x\x07b", "ab"),
        (b"a\xc2\x98x\x07b", "ab"),
        (b"a\xc2\x9dx\x07b", "ab"),
        (b"a\xc2\x9ex\x07b", "ab"),
        (b"a\xc2\x9fx\x07b", "ab"),
        (b"a\x1b\xc2\x90x\x07b", "ab"),
        (b"a\xc2\x9cb", "ab"),
        (b"a\xc2\x91b", "a⟪0091⟫b"),
        # given up
        (b"a\x1b\x18b", "ab"),
        (b"a\x1b[1\x1ab", "ab"),
        (b"a\x1b]x\x18b", "ab"),
        (b"a\x1b]x\rb", "a\nb"),
        (b"a\x1b]x\nb", "a\nb"),
        (b"a\x1b]x\r\nb", "a\nb"),
        (b"a\x18b", "a␘b"),
        (b"a\x1b", "a"),
        (b"a\x1b[1", "a"),
        # lines
        (b"\n\n", "\n\n"),
        (b"\r\r\r\n\n", "\n\n"),
        (b"a\rb\rc", "a\nb\nc"),
        (b"a\r", "a\n"),
        (b"a\r\x1b[Kb", "a\nb"),
        (b"a\r\x07\x08b", "a\nb"),
        (b"a\r\x00b", "a\n␀b"),
        (b"a\r\x1b[1\nb", "a\nb"),
        # not UTF-8
        (b"a\xe2\x80", "a\ufffd"),
        (b"\xffa", "\ufffda"),
        (b"\xed\xa0\x80", "\ufffd\ufffd\ufffd"),
    ],
)
def test_what_each_state_does_with_each_kind_of_character(data: bytes, text: str) -> None:
    assert cleaned(data) == text
    assert cleaned(*(data[place : place + 1] for place in range(len(data)))) == text


@pytest.mark.parametrize("kind", [b"\x1b]", b"\x1bP", b"\x1b[", b"\xc2\x9b", b"\xc2\x9d", b"\x1b "])
def test_a_sequence_is_given_up_after_so_many_characters(kind: bytes) -> None:
    filler = b"1" if kind != b"\x1b " else b" "
    counted = 4096 - (kind[0] == 0x1B) * (len(kind) - 1)
    shown = filler.decode()
    assert cleaned(kind + filler * counted) == ""
    assert cleaned(kind + filler * (counted + 1)) == shown
    assert cleaned(kind + filler * (counted + 3) + b"\x1b[1mz") == shown * 3 + "z"
    assert cleaned(kind + filler * counted + b"\x07z") == "z"


def test_every_character_is_shown_that_comes_too_late_for_a_sequence() -> None:
    assert cleaned(b"\x1b]" + b"X" * 5000) == "X" * 905
    assert cleaned(b"\x1b[" + b"1" * 4096 + b"X") == "1X"


def test_what_ends_a_sequence_that_was_given_up_is_a_character_like_others() -> None:
    assert cleaned(b"\x1b[" + b"1" * 4095 + b"mz") == "mz"
    assert cleaned(b"\x1b[" + b"1" * 4094 + b"mz") == "z"
    assert cleaned(b"\x1b]" + b"1" * 4095 + b"\x1b[1mz") == "z"
    assert cleaned(b"\x1b]" + b"1" * 5000 + b"\n" + b"\x1b]" + b"2" * 4095 + b"\x07z") == "1" * 905 + "\nz"
    # Each sequence is counted from its own beginning.
    assert cleaned(b"\x1b[" + b"1" * 4000 + b"m" + b"\x1b[" + b"1" * 4000 + b"mz") == "z"
    assert cleaned(b"\x1b" * 5000 + b"[1mz") == "z"
    assert cleaned(b"\x1b]" + b"1" * 3000 + b"\x1b\x1b]" + b"1" * 3000 + b"\x07z") == "z"


def test_long_lines_are_broken_after_so_many_characters() -> None:
    most = LONGEST_LINE
    assert cleaned(b"x" * most) == "x" * most
    assert cleaned(b"x" * most + b"\ny") == "x" * most + "\ny"
    assert cleaned(b"x" * most, b"y") == "x" * most + "\ny"
    assert cleaned(b"x" * (most + 1)) == "x" * most + "\nx"
    assert cleaned(b"x" * (2 * most)) == "x" * most + "\n" + "x" * most
    assert cleaned(b"x" * (2 * most + 1)) == "x" * most + "\n" + "x" * most + "\nx"
    assert cleaned(b"x" * 10, b"y" * most) == "x" * 10 + "y" * (most - 10) + "\n" + "y" * 10
    assert cleaned(b"x\n" + b"y" * most) == "x\n" + "y" * most
    assert cleaned(b"x\r" + b"y" * most) == "x\n" + "y" * most
    assert cleaned(b"x" * most + b"\x00") == "x" * most + "\n␀"
    assert cleaned(b"x" * (most - 1) + b"\xe2\x80\xae") == "x" * (most - 1) + "⟪\n202E⟫"


def test_what_is_held_back_comes_at_the_end() -> None:
    cleaner = StreamCleaner()
    assert cleaner.feed(b"a\r") == "a"
    assert cleaner.finish() == "\n"
    assert cleaner.finish() == ""
    assert cleaner.feed(b"\xe2\x80") == ""
    assert cleaner.finish() == "\ufffd"
    assert cleaner.feed(b"\x1b]never") == ""
    assert cleaner.finish() == ""
    assert cleaner.feed(b"shown") == "shown"
