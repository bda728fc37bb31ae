"""The bytes of a record, to the byte; and every sentence about one that is not whole, to the letter."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from runbook_tui.execution import framing
from runbook_tui.execution.framing import (
    MAX_BYTES,
    NO_SUM,
    Checkpoint,
    FramingError,
    Scan,
    Value,
    Whole,
    decode,
    encode,
    scan,
    seal,
)


def sealed(body: str | bytes) -> bytes:
    """These lines with a right checksum, whatever they are."""
    data = body if isinstance(body, bytes) else body.encode()
    return data + f'sum: "{hashlib.sha256(data).hexdigest()}"\n...\n'.encode()


HEAD = f'---\nseq: 0\nprev: "{NO_SUM}"\nat: "now"\nboot: "b"\nmono: 1\nkind: "k"\n'
POINT = Checkpoint(0, NO_SUM, "now", "b", 1, "k", {})


def record(count: int, **values: Value) -> list[bytes]:
    """Checkpoints in a chain, eight lines and one for each value long."""
    pieces: list[bytes] = []
    prev = NO_SUM
    for seq in range(count):
        pieces.append(encode(replace(POINT, seq=seq, prev=prev, values=values)))
        prev = decode(pieces[-1]).sum
    return pieces


def test_a_checkpoint_is_these_bytes() -> None:
    values: dict[str, Value] = {
        "text": "a\n\x7f\u202e\u00e9",
        "number": -5,
        "yes": True,
        "nothing": None,
        "list": [1, "two", False],
        "tuple": (None,),
        "map": {"a b": 1, "c": "d"},
    }
    lines = (
        'text: "a\\n\\u007f\\u202e\u00e9"\nnumber: -5\nyes: true\nnothing: null\nlist: [1, "two", false]\n'
        'tuple: [null]\nmap: {"a b": 1, "c": "d"}\n'
    )
    assert encode(replace(POINT, values=values)) == sealed(HEAD + lines)


def test_everything_that_was_written_is_read() -> None:
    data = sealed(HEAD + 'text: "x"\n')
    total = hashlib.sha256((HEAD + 'text: "x"\n').encode()).hexdigest()
    whole = Checkpoint(0, NO_SUM, "now", "b", 1, "k", {"text": "x"}, total, len(data))
    assert decode(data) == whole
    assert seal(replace(POINT, values={"text": "x"})) == (whole, data)


def test_every_value_is_recorded_as_it_is_seen_later() -> None:
    values: dict[str, Value] = {"a": None, "b": "x", "c": 1, "d": True, "e": [None], "f": {"g": None}}
    point, data = seal(replace(POINT, values=values))
    assert point.values == values == decode(data).values


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"seconds": 1.5}, "seconds: float 1.5 cannot be recorded"),
        ({"data": b"x" * 90}, f"data: bytes {b'x' * 90!r:.40} cannot be recorded"),
        ({"list": [1.5]}, "list: float 1.5 cannot be recorded"),
        ({"map": {"a": 1.5}}, "map: float 1.5 cannot be recorded"),
        ({"map": {1: "x"}}, "map: the keys of a map are strings"),
        ({"large": 2**53}, f"large: int {2**53} cannot be recorded"),
        ({"Key": 1}, "'Key' cannot be a key of a checkpoint"),
        ({"sum": 1}, "'sum' cannot be a key of a checkpoint"),
        ({"text": "\ud800"}, "a lone surrogate cannot be recorded"),
        (
            {"text": "x" * MAX_BYTES},
            f"a checkpoint of {len(sealed(HEAD)) + MAX_BYTES + 9} bytes; at most {MAX_BYTES} can be recorded",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_cannot_be_recorded_is_named(values: dict[str, Any], said: str) -> None:
    with pytest.raises(FramingError) as refused:
        encode(replace(POINT, values=values))
    assert str(refused.value) == said


@pytest.mark.parametrize("change", [{"seq": -1}, {"mono": -1}, {"kind": '"' * 900}, {"at": "\\"}])
def test_a_head_that_cannot_be_recorded_is_shown(change: dict[str, Any]) -> None:
    point = replace(POINT, **change)
    head = (
        f'---\nseq: {point.seq}\nprev: "{NO_SUM}"\nat: "{point.at}"\nboot: "b"\nmono: {point.mono}\n'
        f'kind: "{point.kind}"\n'
    )
    with pytest.raises(FramingError) as refused:
        encode(point)
    assert str(refused.value) == f"a checkpoint cannot begin with {head!r:.400}"


DATA = sealed(HEAD)
LONG = "x" * 90


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not framed as a checkpoint"),
        (DATA[1:], "not framed as a checkpoint"),
        (DATA[:-1], "not framed as a checkpoint"),
        (DATA + b"\n", "not framed as a checkpoint"),
        (HEAD.encode() + b"\n...\n", "not framed as a checkpoint"),
        (sealed(b""), "not framed as a checkpoint"),
        (sealed(HEAD[4:]), "not framed as a checkpoint"),
        (DATA.replace(b"now", b"Now"), "the checksum is wrong"),
        (DATA.replace(b'sum: "', b'sum:"'), "not framed as a checkpoint"),
        (DATA + DATA, "the checksum is wrong"),
        (sealed(HEAD.encode() + b'a: "\xff"\n'), "it is not UTF-8"),
        (sealed(HEAD[:-10]), "it does not begin with seq, prev, at, boot, mono and kind"),
        (sealed(HEAD + "a: 1.5\n"), "a line is not `key: value`: 1.5 is no whole number"),
        (
            sealed(HEAD + f"a: 1.{'5' * 60}\n"),
            f"a line is not `key: value`: 1.{'5' * 38} is no whole number",
        ),
        (sealed(HEAD + "a: 1,\n"), "a line is not `key: value`: 'a: 1,'"),
        (sealed(HEAD + "A: 1\n"), "a line is not `key: value`: 'A: 1'"),
        (sealed(HEAD + "sum: 1\n"), "a line is not `key: value`: 'sum: 1'"),
        (sealed(HEAD + f"{LONG}: 1\n"), "a line is not `key: value`: " + repr("x" * 40)),
        (sealed(HEAD + "a: 1\na: 2\n"), "a key stands there twice"),
    ],
    ids=range(19),
)
def test_what_is_no_checkpoint_is_named(data: bytes, said: str) -> None:
    with pytest.raises(FramingError) as refused:
        decode(data)
    assert str(refused.value) == said


def found(pieces: list[bytes], whole: Whole, why: str = "") -> Scan:
    """What is to be found when these checkpoints are all that is whole."""
    return Scan(tuple(map(decode, pieces)), sum(map(len, pieces)), whole, why)


def test_a_whole_record() -> None:
    one, two = record(2)
    assert scan(b"") == Scan((), 0, Whole.EMPTY, "")
    assert scan(one + two) == found([one, two], Whole.CLEAN)


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        (b"x", "it is cut off; 1 bytes follow checkpoint 1"),
        (b"---\nseq: 2\n", "it is cut off; 11 bytes follow checkpoint 1"),
        (b"\n...\n\0", "not framed as a checkpoint; 6 bytes follow checkpoint 1"),
    ],
    ids=["x", "head", "nul"],
)
def test_a_torn_end(rest: bytes, why: str) -> None:
    pieces = record(2)
    assert scan(b"".join(pieces) + rest) == found(pieces, Whole.TORN, f"checkpoint 2, line 19: {why}")


def test_one_bad_end_is_damage_and_two_are_corruption() -> None:
    one, two, _ = record(3)
    bad = two.replace(b'"now"', b'"Now"')
    place = "checkpoint 1, line 10: "
    assert scan(one + bad) == found([one], Whole.DAMAGED, place + "the checksum is wrong")
    assert scan(one + bad + bad) == found([one], Whole.CORRUPT, place + "the checksum is wrong")
    # The first end may have lost the line break before it.
    ends = b"...\n" + bad[:-5]
    assert scan(one + ends + b"\n...\n") == found([one], Whole.CORRUPT, place + "not framed as a checkpoint")
    assert scan(one + b"...\n") == found([one], Whole.DAMAGED, place + "it is cut off")
    assert scan(one + b".\n") == found(
        [one], Whole.TORN, f"{place}it is cut off; 2 bytes follow checkpoint 0"
    )


def test_the_first_checkpoint_is_never_torn() -> None:
    (one,) = record(1)
    assert scan(one[:-1]) == Scan((), 0, Whole.CORRUPT, "checkpoint 0, line 1: it is cut off")
    assert scan(b"\n...\n") == Scan((), 0, Whole.CORRUPT, "checkpoint 0, line 1: not framed as a checkpoint")
    assert scan(b"\n" + one) == Scan((), 0, Whole.CORRUPT, "checkpoint 0, line 1: not framed as a checkpoint")


def test_what_is_whole_behind_damage_makes_it_corruption() -> None:
    one, two, three = record(3)
    bad = two.replace(b'"now"', b'"Now"')
    why = "checkpoint 1, line 10: the checksum is wrong, and whole checkpoints follow it"
    assert scan(one + bad + three) == found([one], Whole.CORRUPT, why)
    for between in (b"x", b"\n", b"---\nx\n", b"\n...\n", b"\n...\n---\n", b"x\n...\n\n...\nx"):
        said = "the checksum is wrong" if between.startswith(b"---") else "not framed as a checkpoint"
        why = f"checkpoint 1, line 10: {said}, and whole checkpoints follow it"
        assert scan(one + between + three) == found([one], Whole.CORRUPT, why), between
        assert scan(one + between + three + b"\n...\n") == found([one], Whole.CORRUPT, why), between
        assert scan(one + between + three + b"---\n") == found([one], Whole.CORRUPT, why), between


@pytest.mark.parametrize(("more", "found_behind"), [(0, True), (5, True), (6, False)])
def test_the_largest_checkpoint_is_found_behind_damage(more: int, found_behind: bool) -> None:
    (one,) = record(1)
    room = MAX_BYTES - len(encode(replace(POINT, values={"text": ""})))
    large = sealed(HEAD + f'text: "{"x" * (room + more)}"\n')
    assert len(large) == MAX_BYTES + more
    assert ("follow it" in scan(one + b"x" + large).why) is found_behind


def test_what_was_encoded_is_looked_at_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    point = replace(POINT, values={"a": 1})
    for wrong in (DATA, DATA + b"x", sealed(HEAD + "...\n"), sealed(HEAD + "a: 1\nb: 2\n")):
        monkeypatch.setattr(framing, "encode", lambda _, wrong=wrong: wrong)
        with pytest.raises(FramingError) as refused:
            seal(point)
        assert str(refused.value) == "it would not be framed as a checkpoint"


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ((0, 2), "line 10: it has number 2 where 1 comes next: 1 checkpoints were taken out"),
        ((0, 3), "line 10: it has number 3 where 1 comes next: 2 checkpoints were taken out"),
        ((0, 2, 1), "line 10: it has number 2 where 1 comes next: the order was changed"),
        ((0, 0), "line 10: it has number 0 where 1 comes next: checkpoint 0 stands there twice"),
        ((0, 0, 1), "line 10: it has number 0 where 1 comes next: checkpoint 0 stands there twice"),
    ],
)
def test_what_was_done_to_the_order_is_named(order: tuple[int, ...], why: str) -> None:
    pieces = record(4)
    told = f"checkpoint 1, {why}, and whole checkpoints follow it"
    assert scan(b"".join(pieces[place] for place in order)) == found(pieces[:1], Whole.CORRUPT, told)


def test_a_checkpoint_of_another_run_is_named() -> None:
    one, _ = record(2)
    _, other = record(2, text="x")
    told = (
        "checkpoint 1, line 10: it does not continue the checkpoint before it: that one was written anew, or is of "
        "another run, and whole checkpoints follow it"
    )
    assert scan(one + other) == found([one], Whole.CORRUPT, told)


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        ((b"\n", b"\r\n"), "it is cut off; its line ends were converted to CR LF"),
        ((b'"now"\n', b'"now" \n'), "the checksum is wrong; lines end in spaces, as an editor leaves them"),
        ((b'"now"\n', b'"now"\t\n'), "the checksum is wrong; lines end in spaces, as an editor leaves them"),
        (
            (b"---\nseq: 0", b"\xef\xbb\xbf---\nseq: 0"),
            "not framed as a checkpoint; the file begins with a byte order mark, as an editor writes it",
        ),
    ],
    ids=["crlf", "space", "tab", "mark"],
)
def test_what_editors_do_is_named(damage: tuple[bytes, bytes], why: str) -> None:
    (one,) = record(1)
    assert scan(one.replace(*damage)) == Scan((), 0, Whole.CORRUPT, f"checkpoint 0, line 1: {why}")


def test_what_editors_do_is_named_behind_what_is_whole_too() -> None:
    one, two, three = record(3)
    spaces = "; lines end in spaces, as an editor leaves them"
    bad = two.replace(b'"now"\n', b'"now" \n')
    why = "checkpoint 1, line 10: the checksum is wrong"
    assert scan(one + bad) == found([one], Whole.DAMAGED, why + spaces)
    assert scan(one + bad + three) == found(
        [one], Whole.CORRUPT, f"{why}, and whole checkpoints follow it{spaces}"
    )
