"""Random escape sequences and random YAML: a fixed seed, and a fresh one that is printed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from secrets import randbits

import pytest

from runbook_tui.files.foreign_yaml import read_foreign_yaml
from runbook_tui.files.problems import ProblemsError
from runbook_tui.files.yaml_source import parse_yaml
from runbook_tui.text.terminal import StreamCleaner, block, plain
from tests.hostile.conftest import Show
from tests.hostile.sweep import LEAK
from tests.hostile.texts import TERMINAL
from tests.hostile.yaml_files import PROGRAMS, VALUES, VERSIONS, alias_bomb, merge_bomb

FIXED = 20261130
PIECES: tuple[bytes, ...] = (
    *(text.encode() for text in TERMINAL),
    b"\x1b", b"[", b"]", b"\\", b"\x07", b"\x9b", b"\xc2\x9b", b"\xc2\x90", b"\xe2\x80\xae", b"\xf0\x9f\x9a\x80",
    b"m", b"31;1", b"?1049h", b"P", b"_", b"^", b"X", b"\x18", b"\x1a", b"\r", b"\n", b"\r\n", b"\t", b" ", b"text",
    b"\xff", b"\xc3", b"\xed\xa0\x80", b"\x00", b"\x7f", b"(B", b"#8", b"x" * 50, b"52;c;", b"0;t", b"\xcc\x80",
)  # fmt: skip
YAML_PIECES: tuple[bytes, ...] = (
    *PROGRAMS.values(), *(value for value in VALUES.values() if len(value) < 200),
    *(f"{version}\n".encode() for version in VERSIONS),
    b"a: ", b"- ", b"? ", b": ", b"{", b"}", b"[", b"]", b", ", b"&a ", b"*a", b"<<: ", b"!!str ", b"!x ",
    b"|\n", b">-\n",
    b"'", b'"', b"#", b" #x\n", b"---\n", b"...\n", b"%YAML 1.2\n", b"\n", b"  ", b"\t", b"key", b"~", b"null",
    b"\\x41",
    b"\\ud800", b"\xef\xbb\xbf", b"\xc2\x85", b"\xe2\x80\xa8", b"@", b"`", b"=", b"{{ x }}", b"runbook: 1\nsteps:\n",
    b"0x1", b"1e999", b"9" * 30, alias_bomb(4, 3), merge_bomb(4, 3),
)  # fmt: skip


def made(chance: random.Random, pieces: Sequence[bytes], most: int) -> bytes:
    """Some pieces one after the other; now and then a byte of them is another one."""
    data = bytearray(b"".join(chance.choices(pieces, k=chance.randint(1, most))))
    if data and chance.random() < 0.3:
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def cleaned(data: bytes, cuts: Sequence[int] = ()) -> str:
    cleaner = StreamCleaner()
    ends = [*cuts, len(data)]
    return "".join(cleaner.feed(data[a:b]) for a, b in zip([0, *cuts], ends, strict=True)) + cleaner.finish()


def clean_one(chance: random.Random) -> list[str]:
    """What is wrong with the cleaning of one random output."""
    data = made(chance, PIECES, 12)
    whole = cleaned(data)
    cuts = sorted(chance.randint(0, len(data)) for _ in range(chance.randint(1, 4)))
    text = data.decode("utf-8", "surrogateescape")
    wrong = [
        ("unsafe", LEAK.search(whole)),
        ("depends on the pieces", cleaned(data, cuts) != whole),
        ("not idempotent", cleaned(whole.encode()) != whole),
        ("unsafe block", LEAK.search(block(text))),
        ("unsafe line", LEAK.search(plain(text)) or "\n" in plain(text)),
        ("block not idempotent", block(block(text)) != block(text)),
    ]
    return [f"{what}: {data!r}" for what, found in wrong if found]


def read_one(chance: random.Random) -> list[str]:
    """What is wrong with the reading of one random file."""
    data = made(chance, YAML_PIECES, 10)
    wrong = []
    try:
        parse_yaml(data, "file.yaml")
    except ProblemsError as error:
        wrong += [] if error.problems and str(error) else [f"no problem told: {data!r}"]
    except Exception as error:
        wrong.append(f"{type(error).__name__}: {data!r}")
    try:
        read_foreign_yaml(data, "file.yaml")
    except Exception as error:
        wrong.append(f"foreign {type(error).__name__}: {data!r}")
    return wrong


def sweep_of(one: Callable[[random.Random], list[str]], count: int, show: Show, name: str) -> None:
    """Half with the fixed seed, half with a fresh one."""
    fresh = randbits(32)
    began = time.monotonic()
    wrong: list[str] = []
    for seed in (FIXED, fresh):
        chance = random.Random(seed)
        for _ in range(count // 2):
            wrong += one(chance)
            assert len(wrong) < 10, (seed, wrong)
    show(f"{name}={count} wrong={len(wrong)} seeds={FIXED},{fresh} seconds={time.monotonic() - began:.0f}")
    assert not wrong, (fresh, wrong)


def test_random_output_is_cleaned(show: Show) -> None:
    sweep_of(clean_one, 10_000, show, "strings")


def test_random_yaml_is_read_or_explained(show: Show) -> None:
    sweep_of(read_one, 1_000, show, "documents")


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_million_outputs_are_cleaned(show: Show) -> None:
    sweep_of(clean_one, 1_000_000, show, "strings")


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_hundred_thousand_files_are_read_or_explained(show: Show) -> None:
    sweep_of(read_one, 100_000, show, "documents")
