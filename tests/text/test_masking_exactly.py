"""Every form of a secret that is looked for, to the letter; and what is held back of a stream, to the byte."""

from __future__ import annotations

import base64
import html
import json
import shlex
from itertools import combinations_with_replacement
from urllib.parse import quote, quote_plus

import pytest

from runbook_tui.text.masking import Masker, Squeezed, forms, masked

FORMS = [
    (
        "aB/\xe9",
        {
            b"61 42 2F C3 A9",
            b"61 42 2f c3 a9",
            b"61422FC3A9",
            b"61422fc3a9",
            b"61:42:2F:C3:A9",
            b"61:42:2f:c3:a9",
            b"AB/\xc3\x89",
            b"FCL8Op",
            b"YUIvw6",
            b"YUIvw6k=",
            b"aB%2F%C3%A9",
            b"aB%2f%c3%a9",
            b"aB/%C3%A9",
            b"aB/%c3%a9",
            b"aB/\\u00e9",
            b"aB/\\\xc3\xa9",
            b"aB/\xc3\xa9",
            b"aB\\/\\u00e9",
            b"aB\\/\xc3\xa9",
            b"ab/\xc3\xa9",
            b"hQi/Dq",
            b"hQi_Dq",
            b"\xc3\xa9/Ba",
        },
    ),
    (
        " 'x\"\n$?\\ ",
        {
            b" &#39;x&#34;$?\\ ",
            b" &#39;x&quot;$?\\ ",
            b" &#x27;x&quot;$?\\ ",
            b" &apos;x&quot;$?\\ ",
            b" '\"'\"'x\"$?\\ ",
            b" 'X\"$?\\ ",
            b" '\\''x\"$?\\ ",
            b" 'x\"$?\\ ",
            b" 'x&quot;$?\\ ",
            b" 'x\\\"\\$?\\\\ ",
            b" 'x\\\"\\n$?\\\\ ",
            b" \\'x\"\\n$?\\\\ ",
            b" \\?$\"x' ",
            b"%20%27x%22%0A%24%3F%5C%20",
            b"%20%27x%22%0a%24%3f%5c%20",
            b"%27x%22%0A%24%3F%5C",
            b"%27x%22%0a%24%3f%5c",
            b"&#39;x&#34;$?\\",
            b"&#39;x&quot;$?\\",
            b"&#x27;x&quot;$?\\",
            b"&apos;x&quot;$?\\",
            b"'\"'\"'x\"$?\\",
            b"'\\''x\"$?\\",
            b"'x\"$?\\",
            b"'x&quot;$?\\",
            b"'x\\\"\\$?\\\\",
            b"'x\\\"\\n$?\\\\",
            b"+%27x%22%0A%24%3F%5C+",
            b"+%27x%22%0a%24%3f%5c+",
            b"20 27 78 22 0A 24 3F 5C 20",
            b"20 27 78 22 0a 24 3f 5c 20",
            b"202778220A243F5C20",
            b"202778220a243f5c20",
            b"20:27:78:22:0A:24:3F:5C:20",
            b"20:27:78:22:0a:24:3f:5c:20",
            b"27 78 22 0A 24 3F 5C",
            b"27 78 22 0a 24 3f 5c",
            b"2778220A243F5C",
            b"2778220a243f5c",
            b"27:78:22:0A:24:3F:5C",
            b"27:78:22:0a:24:3f:5c",
            b"AneCIKJD9cI",
            b"ICd4IgokP1wg",
            b"J3giCiQ/X",
            b"J3giCiQ/XA==",
            b"J3giCiQ_X",
            b"J3giCiQ_XA==",
            b"\\ \\'x\\\"\\\\$\\?\\\\\\ ",
            b"\\'x\"\\n$?\\\\",
            b"\\'x\\\"\\\\$\\?\\\\",
            b"d4IgokP1",
            b"gJ3giCiQ/XC",
            b"gJ3giCiQ_XC",
            b"neCIKJD9c",
        },
    ),
    (
        "\xe9\U0001f511<&>",
        {
            b"%C3%A9%F0%9F%94%91%3C%26%3E",
            b"%c3%a9%f0%9f%94%91%3c%26%3e",
            b">&<\xf0\x9f\x94\x91\xc3\xa9",
            b"C3 A9 F0 9F 94 91 3C 26 3E",
            b"C3:A9:F0:9F:94:91:3C:26:3E",
            b"C3A9F09F94913C263E",
            b"DqfCflJE8Jj",
            b"Op8J+UkTwmP",
            b"Op8J-UkTwmP",
            b"\\u00e9\\ud83d\\udd11<&>",
            b"\\\xc3\xa9\\\xf0\x9f\x94\x91\\<\\&\\>",
            b"c3 a9 f0 9f 94 91 3c 26 3e",
            b"c3:a9:f0:9f:94:91:3c:26:3e",
            b"c3a9f09f94913c263e",
            b"w6nwn5SRPCY+",
            b"w6nwn5SRPCY-",
            b"\xc3\x89\xf0\x9f\x94\x91<&>",
            b"\xc3\xa9\xf0\x9f\x94\x91&lt;&amp;&gt;",
            b"\xc3\xa9\xf0\x9f\x94\x91<&>",
        },
    ),
]


@pytest.mark.parametrize(("value", "found"), FORMS, ids=["path", "padded", "signs"])
def test_the_forms_of_a_value(value: str, found: set[bytes]) -> None:
    assert forms(value) == found
    data = value.encode()
    # What the standard library makes of it is among them.
    for text in (
        quote(value, safe=""),
        quote(value),
        quote_plus(value),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        html.escape(value),
        html.escape(value, quote=False),
        base64.b64encode(data).decode(),
        base64.urlsafe_b64encode(data).decode(),
        data.hex(),
        data.hex(" "),
        data.hex(":").upper(),
        value.upper(),
        value.lower(),
        value[::-1],
    ):
        assert text.replace("\n", "").encode() in found or len(text) < 4, text
    word = shlex.quote(value).strip("'")
    assert any(word.replace("\n", "").encode() in form for form in found)


def test_signs_at_the_borders_of_json() -> None:
    for value in (
        "abc\x7f",
        "abc\x80",
        "abc ~",
        "abc\x1f",
        "abc\uffff",
        "abc\U00010000",
        "abc\U0010ffff",
        "\ud800bc",
    ):
        assert json.dumps(value)[1:-1].encode() in forms(value)


def test_every_line_of_a_value_is_a_secret_of_its_own() -> None:
    found = forms(" first \r\n second\nabc\n third")
    assert {b"first", b"second", b"third"} <= found
    assert b"abc" not in found
    assert forms("") == set()
    assert masked("a   b\n\n\n", ["\n\n\n", "   "]) == "a   b\n\n\n"


def test_bytes_that_are_no_text_and_characters_that_are_no_bytes() -> None:
    assert b"k\xffey" in forms("k\udcffey")
    assert b"k\xed\xa0\x80ey" in forms("k\ud800ey")
    assert b"\x1b[31m" not in b"".join(forms("a\x1b[31mbcde"))
    assert b"abcde" in forms("a\x1b[31mbcde")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("s3cret", "***"),
        ("a s3cret b", "a *** b"),
        ("\n\ns3cret\r\n\nb", "\n\n***\r\n\nb"),
        ("\x1b[1ms3cret\x1b[mb", "\x1b[1m***\x1b[mb"),
        ("s3\r\ncr\x1b[1;31met b", "*** b"),
        ("s\n3\nc\nr\ne\nt\n", "***\n"),
        ("\x1b[1m\x1b[2ms3\x1b[1m\x1b[2mcret\x1b[m", "\x1b[1m\x1b[2m***\x1b[m"),
        ("s3cre", "s3cre"),
        ("s3cres3cret", "s3cre***"),
        ("ss3crett", "s***t"),
        ("s3crets3cret", "***"),
        ("s3cret s3cret", "*** ***"),
        ("s3cret\ns3cret", "***\n***"),
        ("s3cretwxyz", "***"),
        ("s3cretxyz", "***xyz"),
        ("s3cr\netwx\x1b[myz.", "***."),
        ("etwxyz s3cret", "*** ***"),
        ("a\x1b[\x01s3cret", "a\x1b[\x01***"),
        ("a\x1bs3cret", "a\x1b***"),
        ("a\x1b[1;ms3cret\x1b", "a\x1b[1;m***\x1b"),
        ("a\x1b[ !", "a\x1b[ !"),
        (
            "x" * 100 + "\n" + "y" * 100 + "s3c\n\nret" + "z" * 100,
            "x" * 100 + "\n" + "y" * 100 + "***" + "z" * 100,
        ),
    ],
    ids=range(22),
)
def test_what_is_shown_wherever_it_is_cut(text: str, shown: str) -> None:
    values = ["s3cret", "etwxyz"]
    assert masked(text, values) == shown
    data = text.encode()
    places = range(0, len(data) + 1, 1 + len(data) // 40)
    for first, second in combinations_with_replacement(places, 2):
        masker = Masker(values)
        out = masker.feed(data[:first]) + masker.feed(data[first:second]) + masker.feed(data[second:])
        assert out + masker.finish() == shown.encode(), (first, second)


def test_many_colours_and_breaks() -> None:
    lines = [f"\x1b[{number}m{'s3c' if number % 3 else 'x'}\r\nret{number}" for number in range(300)]
    shown = [f"\x1b[{number}m***{number}" if number % 3 else line for number, line in enumerate(lines)]
    assert masked("\n".join(lines), ["s3cret"]) == "\n".join(shown)


def test_where_a_byte_stood() -> None:
    raw = b"\x1b[1mab\r\n\x1b[mc\nd\n"
    seen = Squeezed(raw)
    assert seen.text == b"abcd"
    assert [seen.raw(place, 99) for place in range(6)] == [4, 5, 11, 13, 99, 99]
    assert seen.raw(4) == 0
    seen = Squeezed(b"ab")
    assert (seen.text, [seen.raw(place, 7) for place in range(3)]) == (b"ab", [0, 1, 7])
    seen = Squeezed(b"\na\n")
    assert (seen.text, [seen.raw(place, 7) for place in range(2)]) == (b"a", [1, 7])


def fed(masker: Masker, *pieces: bytes) -> list[bytes]:
    return [*map(masker.feed, pieces), masker.finish()]


def test_only_what_may_become_a_value_is_held_back() -> None:
    assert fed(Masker(["p4ssword"]), b"a p4ss", b"word b", b"p") == [b"a ", b"*** b", b"", b"p"]
    assert fed(Masker(["p4ssword"]), b"p4ssword", b"p4ss") == [b"***", b"", b"p4ss"]
    assert fed(Masker(["p4ssword"]), b"p4sp4ss", b"x") == [b"p4s", b"p4ssx", b""]
    assert fed(Masker(["p4ssword"]), b"p4ss\n\n", b"x") == [b"", b"p4ss\n\nx", b""]
    assert fed(Masker(["p4ssword"]), b"x\n\n", b"x") == [b"x\n\n", b"x", b""]
    assert fed(Masker(["p4ssword", "wordy"]), b"p4ssword", b"y", b".") == [b"***", b"", b".", b""]
    assert fed(Masker(["p4ssword", "wordy"]), b"p4ssword", b"x") == [b"***", b"x", b""]
    assert fed(Masker(["p4ssword", "wordy"]), b"p4ssword") == [b"***", b""]
    assert fed(Masker([]), b"p4ss") == [b"p4ss", b""]
    assert fed(Masker(["abc"]), b"abc") == [b"abc", b""]
    assert fed(Masker(["abcd"]), b"abcd", b"ab") == [b"***", b"", b"ab"]


def test_after_its_end_nothing_is_held() -> None:
    masker = Masker(["p4ssword"])
    assert (masker.feed(b"p4ss"), masker.finish(), masker.finish()) == (b"", b"p4ss", b"")


def test_a_sequence_is_held_back_until_it_ends_or_cannot() -> None:
    def masker() -> Masker:
        return Masker(["p4ssword"])

    assert fed(masker(), b"x\x1b", b"[1", b"mx") == [b"x", b"", b"\x1b[1mx", b""]
    assert fed(masker(), b"x\x1b[" + b"1" * 64 + b" " * 4, b"m") == [
        b"x",
        b"\x1b[" + b"1" * 64 + b"    m",
        b"",
    ]
    assert fed(masker(), b"x\x1b[" + b"1" * 65) == [b"x\x1b[" + b"1" * 65, b""]
    assert fed(masker(), b"x\x1b[ " + b" " * 4) == [b"x\x1b[ " + b" " * 4, b""]
    assert fed(masker(), b"p4ss\x1b", b"[mword") == [b"", b"***", b""]
    assert fed(masker(), b"p4ss\x1b") == [b"", b"p4ss\x1b"]


def test_so_many_breaks_are_kept_and_no_more() -> None:
    value = "p4ssword"
    most = 64 * 1024 + max(map(len, forms(value)))
    for more in (-1, 0, 1, 100):
        masker = Masker([value])
        data = b"p4ss" + b"\n" * (most + more - 4)
        out = masker.feed(data)
        assert len(out) == max(0, more)
        assert out + masker.finish() == data
    masker = Masker([value])
    assert masker.feed(b"p4ss" + b"\n" * (most - 8)) + masker.feed(b"word") == b"***"
    masker = Masker([value])
    assert masker.feed(b"p4ss" + b"\n" * (most - 3)) + masker.feed(b"word") + masker.finish() == (
        b"p4ss" + b"\n" * (most - 3) + b"word"
    )


def test_longer_and_shorter_values_in_any_order() -> None:
    for values in (["abcd", "abcdefgh"], ["abcdefgh", "abcd"]):
        assert masked("abcdefgh abcd abcdef", values) == "*** *** ***ef"
        assert fed(Masker(values), b"abcd", b"efgh.") == [b"", b"***.", b""]
