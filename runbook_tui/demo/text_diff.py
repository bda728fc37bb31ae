"""Diffs as people write them by hand: found by their text, without line numbers.

    --- orders/placing.py
     MOST_LINES = 100
    +SHIPPED_TO = {"AT", "DE"}
    @@
    -    return None
    +    return order

``---`` names a file, ``@@`` begins another place in it. The lines that stay and those that go have to stand
in the file exactly once, one after the other. Added lines alone go to the end of the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


class DiffError(Exception):
    """The diff does not fit the files; the text says where in the diff, and why."""


@dataclass
class _Hunk:
    """One place of one file."""

    path: str
    line: int
    """Line of the diff, from 1."""
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    @property
    def says_something(self) -> bool:
        """Whether it has lines."""
        return bool(self.before or self.after)


def apply_diff(files: Mapping[str, bytes], diff: str) -> dict[str, bytes]:
    """The files with the diff applied; the given mapping stays as it is.

    Raises:
        DiffError: a file does not exist, a line is of no known kind, or a place is not found exactly once.
    """
    changed = dict(files)
    for hunk in _hunks(diff):
        if hunk.path not in changed:
            raise DiffError(f"line {hunk.line}: there is no file {hunk.path}")
        changed[hunk.path] = _applied(changed[hunk.path], hunk)
    return changed


def _hunks(diff: str) -> Iterator[_Hunk]:
    hunk: _Hunk | None = None
    for number, line in enumerate(diff.splitlines(), 1):
        begins = line == "@@" or line.startswith("--- ")
        if hunk is None and not line.startswith("--- "):
            raise DiffError(f"line {number}: a file has to be named first, with ---")
        if hunk is not None and begins and hunk.says_something:
            yield hunk
        if line.startswith("--- "):
            hunk = _Hunk(line[4:], number)
        elif hunk is not None and begins:
            hunk = _Hunk(hunk.path, number)
        elif hunk is not None:
            _take(hunk, line, number)
    if hunk is not None and hunk.says_something:
        yield hunk


def _take(hunk: _Hunk, line: str, number: int) -> None:
    kind, text = line[:1] or " ", line[1:]  # editors strip the blank of an empty line
    if kind not in " -+":
        raise DiffError(f"line {number}: begins with neither a blank, - nor +")
    if kind in " -":
        hunk.before.append(text)
    if kind in " +":
        hunk.after.append(text)


def _applied(content: bytes, hunk: _Hunk) -> bytes:
    lines = content.decode().split("\n")
    if not hunk.before:
        return content + "".join(f"{line}\n" for line in hunk.after).encode()
    size = len(hunk.before)
    found = [i for i in range(len(lines) - size + 1) if lines[i : i + size] == hunk.before]
    if len(found) != 1:
        times = f"{len(found)} times" if found else "not"
        raise DiffError(f"line {hunk.line}: this is {times} in {hunk.path}: {hunk.before[0].strip()}")
    lines[found[0] : found[0] + size] = hunk.after
    return "\n".join(lines).encode()
