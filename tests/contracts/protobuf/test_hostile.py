"""Hostile input never raises, and costs what its length costs."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contracts.protobuf.protos import PROTO3, diff, message

SIZE = 150_000
HEAD = 'syntax = "proto3"; package shop; '


def repeated(unit: str) -> Callable[[int], str]:
    return lambda size: unit * (size // len(unit))


def many(head: str, unit: str, tail: str = "") -> Callable[[int], str]:
    """``unit`` with a running number until the size is reached."""
    return lambda size: head + "".join(unit.format(n=n) for n in range(1, size // len(unit))) + tail


BOMBS: dict[str, Callable[[int], str]] = {
    "braces": repeated("{"),
    "closing braces": repeated("}"),
    "messages in messages": repeated("message M {"),
    "aggregates in aggregates": lambda size: "option (a) = " + "{a:" * (size // 3),
    "lists in lists": lambda size: "option (a) = {b: " + "[" * size,
    "comments that never end": repeated("/* "),
    "quotes": repeated('"'),
    "one long text": lambda size: 'option a = "' + 'a\\"' * (size // 3),
    "one long name": lambda size: HEAD + "message " + "a" * size + " {}",
    "one long dotted name": lambda size: HEAD + "message M { " + "a." * (size // 2) + "a x = 1; }",
    "one long package": lambda size: "package " + "a." * (size // 2) + "a; message M {}",
    "one long number": lambda size: HEAD + "message M { int32 a = " + "9" * size + "; }",
    "semicolons": repeated(";"),
    "fields": many(HEAD + "message M { ", "int32 f{n} = {n};", "}"),
    "members of a oneof": many(HEAD + "message M { oneof o { ", "int32 f{n} = {n};", "} }"),
    "types that are not there": many("package " + "a." * 200 + "a; message M { ", "optional T{n} f{n} = {n};", "}"),
    "messages": many(HEAD, "message M{n} {{ M{n} m = 1; }}"),
    "one message again and again": repeated("message M { optional M m = 1; } "),
    "names for one number": many(HEAD + "enum E { option allow_alias = true; ", "V{n} = 0;", "}"),
    "reserved numbers": many(HEAD + "message M { ", "reserved {n}0 to {n}5;", "}"),
    "reserved to the end": many(HEAD + "message M { ", "reserved {n} to max;", "}"),
    "imports": many(HEAD, 'import "a/b{n}.proto";'),
    "methods": many(HEAD + "message A {} service S { ", "rpc R{n} (A) returns (A);", "}"),
    "extensions": many("message M { extensions 1 to max; } extend M { ", "optional int32 e{n} = {n};", "}"),
    "options": many(HEAD, 'option (a{n}) = "x";', "message M { string s = 1; }"),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_time_grows_with_the_size(name: str) -> None:
    make = BOMBS[name]
    small, large = (_seconds(make(size)) for size in (SIZE // 8, SIZE))
    assert large < 12 * max(small, 0.02) * 2, f"{small:.2f} s for an eighth, {large:.2f} s for all"


def _seconds(text: str) -> float:
    other = (
        text.replace("f1", "g1")
        .replace("V1", "W1")
        .replace("int32", "string")
        .replace("reserved 1", "reserved 2")
    )
    began = time.process_time()
    diff(text, other + " ")
    diff(PROTO3 + "message M { int32 f7 = 7; }", text + "\n")
    diff(text + " // ", PROTO3 + "message M { int32 f7 = 7; } enum E { Z = 0; }")
    return time.process_time() - began


def test_garbage_costs_little() -> None:
    garbage = bytes((n * 7919 + n // 251) % 255 + 1 for n in range(1_000_000))
    began = time.process_time()
    found = diff(garbage, garbage[::-1])
    assert time.process_time() - began < 3
    assert found.verdict is None
    assert 0 < len(found.faults) <= 40


LANGUAGE = (
    'syntax = "proto3" ; message M { } enum E oneof map < > , int32 string M a b 1 2 3 -1 reserved to max extensions '
    "option ( ) [ ] . features . default json_name extend group service rpc returns stream import package shop "
    "edition \"2023\" 'x' /* */ // \n required optional repeated : $ \u00e9 \\"
)
WORDS = st.sampled_from(LANGUAGE.split(" "))


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=60), st.lists(WORDS, max_size=60))
def test_any_words_are_read_or_told(old: list[str], new: list[str]) -> None:
    found = diff(" ".join(old), " ".join(new))
    assert all(fault.line > 0 and fault.column > 0 for fault in found.faults)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 60), st.integers(0, 8))
def test_any_bytes_inside_of_a_file_are_read_or_told(inserted: bytes, at: int, cut: int) -> None:
    text = message("map<string, int32> a = 1 [json_name = 'x']; oneof o { string b = 2; }").encode()
    diff(text, text[:at] + inserted + text[at + cut :])
    diff(text[:at] + inserted + text[at + cut :], text)


def test_a_deep_path_and_a_large_buf_yaml_are_no_matter() -> None:
    folder = "/".join("d" * 2000)
    old = {f"{folder}/a.proto": message("int32 a = 1;")}
    ignored = "".join(f"\n    - x{n}" for n in range(5000))
    new = {f"{folder}/a.proto": message(""), "buf.yaml": f"breaking:\n  ignore:{ignored}\n"}
    assert diff(old, new).verdict == "consumer-first"
