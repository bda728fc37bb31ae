"""Secrets in streams: in every form, wherever the stream is cut."""

from __future__ import annotations

import base64
import html
import json
import random
import shlex
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbook_tui.text import masking
from runbook_tui.text.masking import Masker, forms, masked

SECRETS = {
    "password": "p@ss\"W0rd/+'é<x",
    "token": "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "key": "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQC7\n-----END KEY-----",
}


def wrapped(text: str, width: int = 7) -> str:
    return "\r\n".join(text[place : place + width] for place in range(0, len(text), width))


def coloured(text: str) -> str:
    half = len(text) // 2
    return f"{text[:3]}\x1b[01;31m\x1b[K{text[3:half]}\x1b[m{text[half:]}"


FORMS: dict[str, Callable[[str], str]] = {
    "plain": lambda value: value,
    "a line": lambda value: max(value.splitlines(), key=len),
    "base64": lambda value: base64.b64encode(value.encode()).decode(),
    "base64 after something": lambda value: base64.b64encode(b"user:" + value.encode()).decode(),
    "base64 between, for URLs": lambda value: base64.urlsafe_b64encode(
        b"ab" + value.encode() + b"@h"
    ).decode(),
    "URL": lambda value: quote(value, safe=""),
    "form": quote_plus,
    "JSON": lambda value: json.dumps(value)[1:-1],
    "HTML": html.escape,
    "shell": lambda value: shlex.quote(value)[1:-1] if shlex.quote(value) != value else value,
    "backwards": lambda value: value[::-1],
    "coloured": coloured,
    "wrapped": wrapped,
    "capitals": str.upper,
    "small letters": str.lower,
    "hex": lambda value: value.encode().hex(),
    "hex with colons": lambda value: value.encode().hex(":").upper(),
    "wrapped base64": lambda value: base64.encodebytes(value.encode() * 1).decode(),
    "JSON of more than ASCII": lambda value: json.dumps(value, ensure_ascii=False)[1:-1],
}


def core(name: str, form: str) -> str:
    """The part of a form that gives the value away; the edges of base64 depend on what is around it."""
    return form[8:-6] if "between" in name or "after" in name else form[:-4] if "base64" in name else form


def cut(data: bytes, *places: int) -> list[bytes]:
    edges = [0, *places, len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


def through(masker: Masker, pieces: list[bytes]) -> bytes:
    return b"".join(map(masker.feed, pieces)) + masker.finish()


@pytest.mark.parametrize("secret", SECRETS)
def test_no_form_gets_through_wherever_the_stream_is_cut(secret: str, show: Callable[[str], None]) -> None:
    value = SECRETS[secret]
    cases = leaks = different = 0
    for name, make in FORMS.items():
        form = make(value)
        data = f"before {form} after\n".encode()
        whole = through(Masker([value]), [data])
        assert whole.startswith(b"before "), name
        assert whole.endswith(b" after\n"), name
        assert b"***" in whole, name
        assert "base64" in name or whole == b"before *** after\n", name
        for place in range(len(data) + 1):
            cases += 1
            found = through(Masker([value]), cut(data, place))
            different += found != whole
            leaks += core(name, form).encode() in found
    assert (leaks, different) == (0, 0)
    show(f"secret={secret} forms={len(FORMS)} cuts={cases} leaked=0 different=0")


def test_all_secrets_at_once_byte_by_byte() -> None:
    for value in SECRETS.values():
        for name, make in FORMS.items():
            data = f"{make(value)}|".encode()
            pieces = [data[place : place + 1] for place in range(len(data))]
            assert core(name, make(value)).encode() not in through(Masker(SECRETS.values()), pieces), name


@given(
    st.lists(
        st.sampled_from(["s3cret", "S3CRET", "terces", "ets3", "\n", "\r\n", "\x1b[31m", "x", " ", "s3"])
    ),
    st.data(),
)
@settings(max_examples=300)
def test_the_result_does_not_depend_on_the_cuts(words: list[str], data: st.DataObject) -> None:
    text = "".join(words).encode()
    places = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    values = ["s3cret", "ets3 x", "cret\ns3"]
    assert through(Masker(values), cut(text, *places)) == through(Masker(values), [text])


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=5))
def test_what_is_no_secret_is_left_as_it_is(data: bytes, places: list[int]) -> None:
    sure = sorted(place for place in places if place <= len(data))
    assert through(Masker(["a secret that is not in it"]), cut(data, *sure)) == data


def test_nothing_is_held_back_that_cannot_become_a_secret() -> None:
    masker = Masker(["password1"])
    assert masker.feed(b"Waiting for the database: ") == b"Waiting for the database: "
    assert masker.feed(b"pass") == b""
    assert masker.feed(b"ing\n") == b"passing\n"
    assert masker.finish() == b""


def test_secrets_that_touch_or_overlap_are_hidden_as_one() -> None:
    assert masked("abcdabcd", ["abcd"]) == "***"
    assert masked("xxABCDEFyy", ["ABCD", "CDEF"]) == "xx***yy"
    assert masked("ABCD ABCD", ["ABCD"]) == "*** ***"
    assert masked("aaaaaaa", ["aaaa"]) == "***"


def test_texts_with_anything_in_them() -> None:
    assert masked("\ud800 s3cret \x1b[", ["s3cret"]) == "\ud800 *** \x1b["
    assert masked("k\udcffey1", ["k\udcffey1"]) == "k\udcffey1", (
        "it was no byte of a command, but a character"
    )
    assert through(Masker(["k\udcffey1"]), [b"k\xffey1"]) == b"***"
    assert masked("k\ud800ey1", ["k\ud800ey1"]) == "***"


def test_signs_beyond_the_basic_plane_in_json() -> None:
    value = "key-\N{KEY}-\N{EURO SIGN}\b\f\t"
    assert masked(json.dumps({"a": value}), [value]) == '{"a": "***"}'


def test_what_is_too_short_is_not_masked() -> None:
    assert masked("an apple a day", ["a", "", "app"]) == "an apple a day"
    assert Masker([]).feed(b"data") == b"data"


def test_breaks_without_end_are_not_kept_in_memory() -> None:
    masker = Masker(["s3cret-value"])
    out = masker.feed(b"s3cret")
    for _ in range(64):
        out += masker.feed(b"\n" * 4096)
    assert len(out) > 64 * 4096 - 2 * 64 * 1024
    assert (out + masker.feed(b"-value") + masker.finish()).startswith(b"s3cret\n")


def test_a_sequence_that_never_ends_is_given_up() -> None:
    masker = Masker(["s3cret-value"])
    out = masker.feed(b"\x1b[" + b"1" * 60)
    assert out == b""
    out += masker.feed(b"1" * 100)
    assert (out + masker.finish()) == b"\x1b[" + b"1" * 160


def test_the_speed_does_not_depend_on_where_the_breaks_are() -> None:
    chance = random.Random(7)
    text = "".join(chance.choice(["word ", "\n", "s3cret-value ", "\x1b[1m"]) for _ in range(20_000))
    clean = masked(text, ["s3cret-value"])
    assert "s3cret-value" not in clean
    assert clean.count("***") == text.count("s3cret-value")


def test_forms_are_never_short_and_have_no_breaks() -> None:
    for value in SECRETS.values():
        found = forms(value)
        assert len(found) >= 14
        assert all(len(form) >= masking.SHORTEST and b"\n" not in form for form in found)


def test_the_shim_can_load_it_alone_and_quickly() -> None:
    folder = str(Path(masking.__file__).parent)
    code = f"import sys; sys.path.append({folder!r}); import masking; print(*sys.modules)"
    argv = [sys.executable, "-I", "-S", "-c", code]
    loaded = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()
    assert not {"typing", "json", "html", "urllib", "base64", "shlex", "ctypes", "pathlib"} & set(loaded)
