"""The bytes of a record: everything that goes in comes out, and nothing half or changed is taken for whole."""

from __future__ import annotations

import hashlib
import io
import time
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from runbook_tui.execution import framing
from runbook_tui.execution.framing import (
    MAX_BYTES,
    NO_SUM,
    Checkpoint,
    FramingError,
    Value,
    Whole,
    decode,
    encode,
    scan,
    seal,
)

# Every character that UTF-8 can carry.
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = st.one_of(TEXT, st.integers(-(2**53) + 1, 2**53 - 1), st.booleans(), st.none())
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=5), st.dictionaries(TEXT, SCALARS, max_size=5))
KEYS = st.from_regex(r"[a-z][a-z0-9_-]{0,10}", fullmatch=True).filter(
    lambda key: key not in {"seq", "prev", "at", "boot", "mono", "kind", "sum"}
)


def checkpoint(values: dict[str, Value], seq: int = 0, prev: str = NO_SUM) -> Checkpoint:
    return Checkpoint(seq, prev, "2026-11-22T19:12:01.123Z", "boot", 7, "note", values)


def record(*texts: str) -> bytes:
    data, prev = b"", NO_SUM
    for seq, text in enumerate(texts):
        piece = encode(checkpoint({"text": text}, seq, prev))
        prev = decode(piece).sum
        data += piece
    return data


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_any_values_come_back(values: dict[str, Value]) -> None:
    assert decode(encode(checkpoint(values))).values == values


@given(st.lists(TEXT, min_size=1, max_size=4))
def test_a_record_reads_back_as_it_was_written(texts: list[str]) -> None:
    found = scan(record(*texts))
    assert found.whole is Whole.CLEAN
    assert [point.values["text"] for point in found.checkpoints] == texts


@given(st.dictionaries(KEYS, VALUES, max_size=3))
def test_any_yaml_reader_sees_the_same(values: dict[str, Value]) -> None:
    data = encode(checkpoint(values))
    loaded = YAML(typ="safe", pure=True).load(io.BytesIO(data))
    assert {key: loaded[key] for key in values} == values
    assert loaded["kind"] == "note"


def test_a_record_is_a_stream_of_yaml_documents() -> None:
    documents = list(YAML(typ="safe", pure=True).load_all(io.BytesIO(record("one", "---\n...\n", "three"))))
    assert [document["text"] for document in documents] == ["one", "---\n...\n", "three"]
    assert [document["prev"] for document in documents][1:] == [
        document["sum"] for document in documents[:-1]
    ]


@given(TEXT)
def test_nothing_unseen_is_written(text: str) -> None:
    data = encode(checkpoint({"text": text})).decode()
    for character in data.replace("\n", ""):
        assert character.isprintable() or character in text.replace("\n", "")
    for hidden in "\x1b\x7f\x85\x9b\u200b\u202e\u2028\u2066\ufeff\t":
        assert hidden not in data


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"seconds": 1.5}, "float"),
        ({"list": [1.5]}, "float"),
        ({"nested": [[1]]}, "list"),
        ({"large": 2**53}, "int"),
        ({"text": "\ud800"}, "surrogate"),
        ({"data": b"x"}, "bytes"),
        ({"map": {1: "x"}}, "strings"),
        ({"Key": 1}, "Key"),
        ({"sum": "x"}, "sum"),
        ({"seq": 1}, "seq"),
        ({"a: b": 1}, "a: b"),
        ({"text": "x" * MAX_BYTES}, "bytes"),
    ],
)
def test_what_has_no_place_in_a_record_is_refused(values: dict[str, Value], said: str) -> None:
    with pytest.raises(FramingError, match=said):
        encode(checkpoint(values))


def test_a_checkpoint_of_the_largest_size_is_whole() -> None:
    room = MAX_BYTES - len(encode(checkpoint({"text": ""})))
    assert len(encode(checkpoint({"text": "x" * room}))) == MAX_BYTES
    with pytest.raises(FramingError):
        encode(checkpoint({"text": "x" * (room + 1)}))


def test_an_empty_record_is_empty() -> None:
    assert scan(b"").whole is Whole.EMPTY


def test_an_end_that_was_cut_off_is_torn() -> None:
    data = record("one", "two")
    found = scan(data[:-1])
    assert found.whole is Whole.TORN
    assert len(found.checkpoints) == 1
    assert found.end == found.checkpoints[0].size
    assert "checkpoint 1, line 11" in found.why


@pytest.mark.parametrize("tail", [b"\0" * 512, b"garbage", b"\0", b"---\nseq: 2\n", b"\0\n...\n\0"])
def test_an_end_of_garbage_is_torn(tail: bytes) -> None:
    found = scan(record("one", "two") + tail)
    assert (found.whole, len(found.checkpoints)) == (Whole.TORN, 2)


def test_a_changed_last_checkpoint_is_damaged() -> None:
    found = scan(record("one", "two").replace(b'"two"', b'"TWO"'))
    assert (found.whole, len(found.checkpoints)) == (Whole.DAMAGED, 1)
    assert "checksum" in found.why


def test_a_changed_checkpoint_in_the_middle_is_corrupt() -> None:
    found = scan(record("one", "two", "three").replace(b'"two"', b'"TWO"'))
    assert (found.whole, len(found.checkpoints)) == (Whole.CORRUPT, 1)
    assert "whole checkpoints follow" in found.why


@pytest.mark.parametrize("order", [(0, 2), (1,), (1, 0), (0, 0), (0, 1, 1)])
def test_dropped_moved_and_doubled_checkpoints_are_corrupt(order: tuple[int, ...]) -> None:
    data = record("one", "two", "three")
    ends = [0]
    for point in scan(data).checkpoints:
        ends.append(ends[-1] + point.size)
    pieces = [data[start:end] for start, end in pairwise(ends)]
    assert scan(b"".join(pieces[number] for number in order)).whole is Whole.CORRUPT


def test_a_checkpoint_with_another_number_is_corrupt() -> None:
    data = record("one")
    found = scan(data + encode(checkpoint({}, 5, decode(data).sum)))
    assert (found.whole, len(found.checkpoints)) == (Whole.CORRUPT, 1)
    assert "number 5 where 1 comes next" in found.why


def test_a_chain_from_another_record_is_corrupt() -> None:
    ours, theirs = record("one", "two"), record("uno", "dos")
    first = scan(ours).checkpoints[0].size
    other = scan(theirs).checkpoints[0].size
    found = scan(ours[:first] + theirs[other:])
    assert found.whole is Whole.CORRUPT
    assert "does not continue" in found.why


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (lambda data: data.replace(b"\n", b"\r\n"), "CR LF"),
        (lambda data: b"\xef\xbb\xbf" + data, "byte order mark"),
        (lambda data: data.replace(b'"two"\n', b'"two" \n'), "spaces"),
    ],
)
def test_what_editors_do_is_named_and_never_taken_for_torn(damage: object, named: str) -> None:
    assert callable(damage)
    found = scan(damage(record("one", "two", "three")))
    assert found.whole is Whole.CORRUPT
    assert named in found.why


@given(st.binary(max_size=300))
def test_reading_never_fails(tail: bytes) -> None:
    found = scan(record("one") + tail)
    assert len(found.checkpoints) == 1
    assert (found.whole is Whole.CLEAN) == (not tail)


def test_values_that_nest_too_deep_are_no_checkpoint() -> None:
    import hashlib

    body = encode(checkpoint({"text": "x"})).partition(b"sum: ")[0].replace(b'"x"', b"[" * 30_000)
    data = body + b'sum: "' + hashlib.sha256(body).hexdigest().encode() + b'"\n...\n'
    assert scan(data).whole is Whole.CORRUPT


def sealed(body: str) -> bytes:
    """These lines with a right checksum: what only somebody who tampers can write."""
    data = body.encode("utf-8", "surrogateescape")
    return data + f'sum: "{hashlib.sha256(data).hexdigest()}"\n...\n'.encode()


HEAD = f'---\nseq: 0\nprev: "{NO_SUM}"\nat: "now"\nboot: "b"\nmono: 1\nkind: "k"\n'


@pytest.mark.parametrize(
    "lines",
    [
        *(
            "a: 1.5\n",
            "a: NaN\n",
            "a: 1e3\n",
            "a: 1,\n",
            'a: 1,"b":2\n',
            "a: \n",
            "a\n",
            "A: 1\n",
            "sum: 1\n",
        ),
        *("a: 1\na: 2\n", "a: [1\nb: 2]\n", 'a: "\x01"\n', "a: 1 \n", "a:  1\n", "a: '1'\n", "a: True\n"),
        *("kind: 1\n", "\n", "a: 1\n\n", 'a: "\udcff"\n', f"a: {'[' * 100_000}\n"),
    ],
)
def test_lines_that_only_another_program_writes_are_refused(lines: str) -> None:
    assert decode(sealed(HEAD)).values == {}
    with pytest.raises(FramingError):
        decode(sealed(HEAD + lines))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("seq: 0", "seq: 00"),
        ("seq: 0", "seq: -1"),
        ("seq: 0\n", ""),
        ("mono: 1", "mono: 1.0"),
        ('"now"', '"n\\u0041"'),
        ('kind: "k"', "kind: 1"),
        ("boot", "Boot"),
        ('at: "now"\nboot: "b"', 'boot: "b"\nat: "now"'),
    ],
)
def test_a_head_that_only_another_program_writes_is_refused(old: str, new: str) -> None:
    with pytest.raises(FramingError, match="does not begin with"):
        decode(sealed(HEAD.replace(old, new)))


@pytest.mark.parametrize(
    "change", [{"seq": -1}, {"kind": 'a"b'}, {"boot": "\x00"}, {"at": "\u202e"}, {"mono": -5}, {"kind": "\\"}]
)
def test_a_head_that_could_not_be_read_again_is_not_written(change: dict[str, Any]) -> None:
    with pytest.raises(FramingError, match="cannot begin with"):
        encode(replace(decode(sealed(HEAD)), **change))


def test_what_was_encoded_is_looked_at_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    point = decode(sealed(HEAD))
    assert seal(point) == (point, sealed(HEAD))
    for wrong in (sealed(HEAD)[:-1], sealed(HEAD) * 2, sealed(HEAD).replace(b"\n...\n", b"\n\n...\n")):
        monkeypatch.setattr(framing, "encode", lambda checkpoint, wrong=wrong: wrong)
        with pytest.raises(FramingError, match="would not be framed"):
            seal(point)


def test_what_is_recorded_cannot_be_changed_by_the_caller() -> None:
    values: dict[str, Any] = {"list": [1], "map": {"a": 1}, "tuple": (1, 2)}
    point, data = seal(replace(decode(sealed(HEAD)), values=values))
    values["list"].append(2)
    values["map"]["b"] = 2
    assert point.values == {"list": [1], "map": {"a": 1}, "tuple": [1, 2]}
    assert decode(data) == point


def test_a_part_of_a_record_is_read_on_its_own() -> None:
    first = sealed(HEAD)
    second = encode(replace(decode(first), seq=1, prev=decode(first).sum))
    found = scan(second, 1, decode(first).sum)
    assert (found.whole, [point.seq for point in found.checkpoints]) == (Whole.CLEAN, [1])
    assert scan(b"", 1, decode(first).sum).whole is Whole.EMPTY
    assert scan(second, 1, NO_SUM).whole is Whole.CORRUPT


def test_looking_for_whole_checkpoints_takes_no_time_that_grows_faster_than_a_record() -> None:
    """Garbage of thousands of beginnings and ends, which somebody made to keep a reader busy."""
    piece = b'---\nsum: "x"\n' * 2000 + b"\n...\n"
    started = time.process_time()
    found = scan(sealed(HEAD) + piece * 40)
    assert found.whole is Whole.CORRUPT
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "code", [*range(0x20), *range(0x7F, 0xA0), 0xAD, 0x200B, 0x2028, 0x202E, 0x2066, 0xFEFF]
)
def test_what_cannot_be_seen_is_escaped(code: int) -> None:
    data = encode(checkpoint({"text": chr(code), "list": [chr(code)], "map": {chr(code): chr(code)}}))
    lines = data.decode().split("\n")
    assert chr(code) not in "".join(lines)
    assert decode(data).values == {"text": chr(code), "list": [chr(code)], "map": {chr(code): chr(code)}}
    with pytest.raises(FramingError, match="cannot begin with"):
        encode(replace(checkpoint({}), kind=f"a{chr(code)}"))


def test_a_lone_surrogate_is_refused_anywhere() -> None:
    for point in (checkpoint({"text": "\ud800"}), replace(checkpoint({}), boot="\udfff")):
        with pytest.raises(FramingError, match="lone surrogate"):
            encode(point)
