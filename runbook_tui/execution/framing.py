"""The bytes of a record: one YAML document a checkpoint, each with a checksum and a terminator of its own.

    ---
    seq: 17
    prev: "<sum of checkpoint 16; 64 zeros for the first>"
    at: "2026-11-22T19:12:01.123Z"
    boot: "<boot id>"
    mono: 3207207855
    kind: "step-started"
    step: "deploy-billing"
    sum: "<SHA-256 of every byte from the --- on to the end of the line before>"
    ...

Every value is at the same time YAML 1.2 and JSON: a string in double quotes, an integer, true, false, null,
or a flat list or map of these. A torn document can be valid YAML with a wrong value in it, therefore only the
terminator and the checksum say that a checkpoint is whole; YAML is for people and other programs.
"""

from __future__ import annotations

import hashlib
import json
import json.scanner
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, NoReturn

Scalar = str | int | bool | None
Value = Scalar | Sequence[Scalar] | Mapping[str, Scalar]
"""What a checkpoint can hold. Floating point numbers are refused: time spans are whole milliseconds."""

FORMAT = 1
MAX_BYTES = 64 * 1024
"""No checkpoint is longer. Output of commands is kept in files of its own."""
NO_SUM = "0" * 64
"""What the first checkpoint has as ``prev``."""

_UNSAFE = (
    *range(0x7F, 0xA0),
    0xAD,
    0x61C,
    *range(0x200B, 0x2010),
    *range(0x2028, 0x202F),
    *range(0x2060, 0x2070),
    0xFEFF,
)
_BEGIN, _END = b"---\n", b"\n...\n"
_KEY = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_TAKEN = frozenset({"seq", "prev", "at", "boot", "mono", "kind", "sum"})
_NUMBER = r"(0|[1-9]\d{0,15})"
_WORD = rf'"([^"\\\x00-\x1f{"".join(map(chr, _UNSAFE))}]*)"'
_HEAD = re.compile(
    rf"---\nseq: {_NUMBER}\nprev: {_WORD}\nat: {_WORD}\nboot: {_WORD}\nmono: {_NUMBER}\nkind: {_WORD}\n",
    re.ASCII,
)
"""How every checkpoint begins. None of these words may need an escape."""
_END_OF_SUM = len('"') + len(_END)
_SUM_AND_END = len(NO_SUM) + _END_OF_SUM
_WORDS = {None: "null", True: "true", False: "false"}
_LARGEST = 2**53
_ESCAPES = {code: f"\\u{code:04x}" for code in _UNSAFE}
"""Beyond what JSON escapes: C1, line separators, bidirectional and zero-width characters, byte order mark."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One fact of a run's history."""

    seq: int
    prev: str
    at: str
    """Wall clock, UTC, ISO 8601 with milliseconds. For people; order is ``seq``."""
    boot: str
    mono: int
    """Microseconds since boot, suspended time included; comparable inside one ``boot`` only."""
    kind: str
    values: Mapping[str, Value] = field(default_factory=dict)
    sum: str = ""
    size: int = 0
    """Bytes that it takes in the file."""


class Whole(StrEnum):
    """What reading a record found."""

    CLEAN = "clean"
    EMPTY = "empty"
    """Nothing was ever written to it."""
    TORN = "torn"
    """The last write was cut off; what is before it is whole."""
    DAMAGED = "damaged"
    """The last checkpoint looks complete and its checksum is wrong."""
    CORRUPT = "corrupt"


@dataclass(frozen=True, slots=True)
class Scan:
    """All whole checkpoints at the start of a record, and what follows them."""

    checkpoints: tuple[Checkpoint, ...]
    end: int
    """Number of bytes that the whole checkpoints take."""
    whole: Whole
    why: str = ""
    """Where and how it is not clean, in words."""


class FramingError(ValueError):
    """Values that cannot be written, or bytes that are no checkpoint."""


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(f"{text[:40]} is no whole number")


_make_scanner: Any = json.scanner.make_scanner
_read_value: Callable[[str, int], tuple[Value, int]] = _make_scanner(
    json.JSONDecoder(parse_float=_refuse_number, parse_constant=_refuse_number)
)
"""The value at a place of a text, and where it ends: what ``JSONDecoder.raw_decode`` calls, three times as fast."""


def encode(checkpoint: Checkpoint) -> bytes:
    """The bytes of a checkpoint; its own ``sum`` is left out of account.

    Raises:
        FramingError: a key or value has no place in a record, or there is too much of it.
    """
    point = checkpoint
    head = (
        f'---\nseq: {point.seq}\nprev: "{point.prev}"\nat: "{point.at}"\nboot: "{point.boot}"\n'
        f'mono: {point.mono}\nkind: "{point.kind}"\n'
    )
    if not _HEAD.fullmatch(head):
        raise FramingError(f"a checkpoint cannot begin with {head!r:.400}")
    lines = []
    for key, value in checkpoint.values.items():
        if key in _TAKEN or not _is_key(key):
            raise FramingError(f"{key!r} cannot be a key of a checkpoint")
        lines.append(f"{key}: {_text(key, value)}")
    lines.append("")
    try:
        body = (head + "\n".join(lines)).encode()
    except UnicodeEncodeError as error:
        raise FramingError("a lone surrogate cannot be recorded") from error
    data = body + _closing(body)
    if len(data) > MAX_BYTES:
        raise FramingError(f"a checkpoint of {len(data)} bytes; at most {MAX_BYTES} can be recorded")
    return data


def seal(checkpoint: Checkpoint) -> tuple[Checkpoint, bytes]:
    """A checkpoint as a reader will see it, and its bytes, whose framing was looked at once more.

    Raises:
        FramingError: it cannot be written.
    """
    data = encode(checkpoint)
    lines = len(_TAKEN) + len(checkpoint.values) + 2
    if data.find(_END) != len(data) - len(_END) or data.count(b"\n") != lines:
        raise FramingError("it would not be framed as a checkpoint")
    values = {key: _own(value) for key, value in checkpoint.values.items()}
    point = checkpoint
    total = data[-_SUM_AND_END:-_END_OF_SUM].decode()
    return Checkpoint(
        point.seq, point.prev, point.at, point.boot, point.mono, point.kind, values, total, len(data)
    ), data


def decode(data: bytes) -> Checkpoint:
    """The checkpoint that these bytes are, from ``---`` to ``...``.

    Raises:
        FramingError: they are not exactly one whole checkpoint.
    """
    start = data.rfind(b"\nsum: ", 0, -len(_END)) + 1
    if not (data.startswith(_BEGIN) and data.endswith(_END) and start):
        raise FramingError("not framed as a checkpoint")
    body = data[:start]
    if data[start:] != _closing(body):
        raise FramingError("the checksum is wrong")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise FramingError("it is not UTF-8") from error
    head = _HEAD.match(text)
    if head is None:
        raise FramingError("it does not begin with seq, prev, at, boot, mono and kind")
    seq, prev, at, boot, mono, kind = head.groups()
    values = _values(text[head.end() :])
    total = data[-_SUM_AND_END:-_END_OF_SUM].decode()
    return Checkpoint(int(seq), prev, at, boot, int(mono), kind, values, total, len(data))


def _values(text: str) -> dict[str, Value]:
    """What stands in the lines between ``kind`` and ``sum``."""
    values: dict[str, Value] = {}
    lines = text[:-1].split("\n") if text else []
    try:
        for line in lines:
            key, _, rest = line.partition(": ")
            values[key], end = _read_value(rest, 0)
            if end != len(rest) or not _is_key(key) or key in _TAKEN:
                raise ValueError(f"{line[:40]!r}")
    except (ValueError, RecursionError, StopIteration) as error:
        raise FramingError(f"a line is not `key: value`: {error}") from error
    if len(values) != len(lines):
        raise FramingError("a key stands there twice")
    return values


def scan(data: bytes, number: int = 0, previous: str = NO_SUM) -> Scan:
    """Read a whole record by its framing: chain, checksums, and what the end looks like. Never raises.

    Args:
        data: the record, or what follows a part of it that was read before.
        number: of the first checkpoint in it.
        previous: checksum of the checkpoint before that.
    """
    found: list[Checkpoint] = []
    position = 0
    while position < len(data):
        end = data.find(_END, position)
        why = "it is cut off"
        if end >= 0:
            try:
                checkpoint = decode(data[position : end + len(_END)])
            except FramingError as error:
                why = str(error)
            else:
                why = _breaks_chain(checkpoint, number + len(found), previous, data)
        if why:
            return _judge(data, position, tuple(found), why)
        found.append(checkpoint)
        position, previous = end + len(_END), checkpoint.sum
    return Scan(tuple(found), position, Whole.CLEAN if found else Whole.EMPTY)


def _closing(body: bytes) -> bytes:
    """The last two lines of a checkpoint: the checksum of all before them, and the terminator."""
    return b'sum: "' + hashlib.sha256(body).hexdigest().encode() + b'"' + _END


@lru_cache(maxsize=1024)
def _is_key(key: str) -> bool:
    return _KEY.fullmatch(key) is not None


def _own(value: Value) -> Value:
    """A copy of what a caller could still change."""
    if isinstance(value, (str, int)) or value is None:
        return value
    return dict(value) if isinstance(value, Mapping) else list(value)


def _text(key: str, value: object) -> str:
    if isinstance(value, (str, int)) or value is None:
        return _scalar(key, value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_scalar(key, item) for item in value) + "]"
    if not isinstance(value, Mapping):
        return _scalar(key, value)
    if not all(isinstance(name, str) for name in value):
        raise FramingError(f"{key}: the keys of a map are strings")
    return "{" + ", ".join(f"{_scalar(key, n)}: {_scalar(key, v)}" for n, v in value.items()) + "}"


def _scalar(key: str, value: object) -> str:
    if isinstance(value, str):
        text = encode_basestring(value)
        return text if text.isascii() and "\x7f" not in text else text.translate(_ESCAPES)
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, int) and abs(value) < _LARGEST:
        return str(int(value))
    raise FramingError(f"{key}: {type(value).__name__} {value!r:.40} cannot be recorded")


def _breaks_chain(checkpoint: Checkpoint, expected: int, previous: str, data: bytes) -> str:
    """How a whole checkpoint does not fit behind the one before it; empty when it does."""
    if checkpoint.seq == expected:
        if checkpoint.prev == previous:
            return ""
        return (
            "it does not continue the checkpoint before it: that one was written anew, or is of another run"
        )
    told = f"it has number {checkpoint.seq} where {expected} comes next"
    if checkpoint.seq < expected:
        return f"{told}: checkpoint {checkpoint.seq} stands there twice"
    if f"\n---\nseq: {expected}\n".encode() in data:
        return f"{told}: the order was changed"
    return f"{told}: {checkpoint.seq - expected} checkpoints were taken out"


def _judge(data: bytes, position: int, found: tuple[Checkpoint, ...], why: str) -> Scan:
    """Name the bytes after the last whole checkpoint: torn, damaged or corrupt."""
    rest = data[position:]
    line = data.count(b"\n", 0, position) + 1
    place = f"checkpoint {len(found)}, line {line}: {why}"
    cause = _known_damage(data)
    if not found:
        return Scan(found, position, Whole.CORRUPT, place + cause)
    if _valid_later(rest):
        return Scan(found, position, Whole.CORRUPT, f"{place}, and whole checkpoints follow it{cause}")
    ends = rest.count(_END) + rest.startswith(_END[1:])
    if not ends or b"\0" in rest:
        return Scan(
            found, position, Whole.TORN, f"{place}; {len(rest)} bytes follow checkpoint {len(found) - 1}"
        )
    whole = Whole.DAMAGED if ends == 1 else Whole.CORRUPT
    return Scan(found, position, whole, place + cause)


def _valid_later(rest: bytes) -> bool:
    """Whether a whole checkpoint stands anywhere in these bytes; its place in the chain does not matter.

    No line of a checkpoint ends in ``---``, so only the last one before a terminator can begin it.
    """
    begin, end = 0, rest.find(_END)
    while end >= 0:
        start = rest.rfind(_BEGIN, begin, end)
        if start >= 0 and end - start <= MAX_BYTES:
            with suppress(FramingError):
                decode(rest[start : end + len(_END)])
                return True
        begin, end = end + 1, rest.find(_END, end + 1)
    return False


def _known_damage(data: bytes) -> str:
    """What editors and transfers do to files, when one of it is seen."""
    if data.startswith(b"\xef\xbb\xbf"):
        return "; the file begins with a byte order mark, as an editor writes it"
    if b"\r\n" in data:
        return "; its line ends were converted to CR LF"
    if re.search(rb"[ \t]\n", data):
        return "; lines end in spaces, as an editor leaves them"
    return ""
