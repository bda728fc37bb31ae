"""Reads what git says about the files of a commit: ``ls-tree``, ``cat-file``, ``diff-tree`` and ``grep``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from runbook_tui.repositories.history import shown
from runbook_tui.repositories.model import Hit

_LONGEST_LINE = 500


def parse_tree(data: bytes) -> dict[str, str]:
    """Path -> blob id from ``ls-tree -r -z``. Submodules have no blob and are left out."""
    files: dict[str, str] = {}
    for entry in data.split(b"\0")[:-1]:
        facts, _, path = entry.partition(b"\t")
        _mode, kind, name = facts.split(b" ")
        if kind == b"blob":
            files[shown(path)] = name.decode()
    return files


def parse_blobs(data: bytes, names: Sequence[str]) -> dict[str, bytes]:
    """Blob id -> content from ``cat-file --batch`` for ``names``; missing objects are left out."""
    contents: dict[str, bytes] = {}
    at = 0
    for name in names:
        end = data.index(b"\n", at)
        header = data[at:end].split(b" ")
        at = end + 1
        if header[-1] == b"missing":
            continue
        size = int(header[2])
        contents[name] = data[at : at + size]
        at += size + 1
    return contents


def parse_objects(data: bytes, asked: Sequence[str]) -> list[tuple[str, str, bytes]]:
    """Id, type and content for each object that was asked for; empty for a missing one, and for a broken link.

    From ``cat-file --batch --follow-symlinks``, which tells of a link that leads out or nowhere what is wrong, the size
    of its target, and the target.
    """
    found: list[tuple[str, str, bytes]] = []
    at = 0
    for wanted in asked:
        end = data.index(b"\n", at)
        header = data[at:end]
        at = end + 1
        if header.endswith((b" missing", b" ambiguous")) and header.startswith(wanted.encode()):
            found.append(("", "", b""))
            continue
        words = header.split(b" ")
        if words[0] in (b"symlink", b"dangling", b"loop", b"notdir"):
            found.append(("", "", b""))
            at += int(words[1]) + 1
            continue
        name, kind, size = words
        found.append((name.decode(), kind.decode(), data[at : at + int(size)]))
        at += int(size) + 1
    return found


def parse_commits(data: bytes, asked: Sequence[str]) -> dict[str, str | None]:
    """What ``cat-file --batch-check`` found for each revision asked: the sha of a commit, or None."""
    answers: dict[str, str | None] = {}
    for line, revision in zip(data.split(b"\n"), asked, strict=False):
        words = line.split(b" ")
        found = len(words) == 3 and words[1] == b"commit" and len(words[0]) in (40, 64)
        answers[revision] = words[0].decode() if found else None
    return answers


def parse_changes(data: bytes) -> dict[str, str]:
    """Path -> ``A``, ``M`` or ``D`` from ``diff-tree -r -z --name-status``.

    A change of type, such as from a file to a symbolic link, is a modification.
    """
    tokens = data.split(b"\0")[:-1]
    pairs = zip(tokens[::2], tokens[1::2], strict=True)
    return {shown(path): "M" if status == b"T" else status.decode() for status, path in pairs}


def parse_hits(data: bytes, commit: str) -> Iterable[Hit]:
    """Hits of ``grep -z -n`` at ``commit``, in path order, without those at other commits; long lines are cut."""
    at, wanted = 0, f"{commit}:".encode()
    while at < len(data):
        path_end = data.index(b"\0", at)
        line_end = data.index(b"\0", path_end + 1)
        text_end = data.find(b"\n", line_end + 1)
        text_end = len(data) if text_end < 0 else text_end
        if data.startswith(wanted, at):
            text = shown(data[line_end + 1 : text_end]).strip()
            yield Hit(
                path=shown(data[at + len(wanted) : path_end]),
                line=int(data[path_end + 1 : line_end]),
                text=text if len(text) <= _LONGEST_LINE else f"{text[: _LONGEST_LINE - 1]}…",
            )
        at = text_end + 1
