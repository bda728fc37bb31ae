"""Reads the output of ``git log``: commits with their messages and changed files.

Fields are told apart by their position between NUL bytes, which git prints in no message and no path, so that
no text in a repository can be taken for the beginning of another commit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from runbook_tui.repositories.model import Commit

FORMAT = "%m%x00%H%x00%P%x00%an%x00%ae%x00%ad%x00%B%x00"
"""Side (``>`` or ``<``), sha, parents, author, e-mail, date, message. :func:`parse` expects exactly this."""

ARGUMENTS = (
    "--raw",
    "-z",
    "--no-renames",
    "--diff-merges=first-parent",
    "--no-textconv",
    "--no-ext-diff",
    "--no-color",
    "--no-notes",
    "--ignore-submodules=none",
    "--encoding=UTF-8",
    "--date=raw",
    f"--format=tformat:{FORMAT}",
)
"""Options of ``git log`` whose output :func:`parse` reads."""

_ISSUE = re.compile(r"(?<![A-Za-z0-9])([A-Z][A-Z0-9]+)-\d+(?![A-Za-z0-9])|(?<![\w&#])#\d+(?!\w)")
_STANDARDS = frozenset({"AES", "CVE", "ISO", "PEP", "RFC", "SHA", "UTF"})
_SPACE = " \t\r\n"
_DAY = 24 * 60  # minutes
_EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """One commit of a log, on its side of a symmetric difference."""

    commit: Commit
    parents: tuple[str, ...]
    in_target: bool


def shown(data: bytes) -> str:
    """Text of git as a string: UTF-8, with every other byte as a visible ``\\xNN``."""
    return data.decode("utf-8", "backslashreplace")


def parse(data: bytes) -> Iterator[Entry]:
    """Commits of ``git log`` run with :data:`ARGUMENTS`, in its order."""
    tokens = data.split(b"\0")
    at, end = 0, len(tokens) - 1  # the output ends with a NUL
    while at < end:
        side, sha, parents, author, email, date, message, _ = tokens[at : at + 8]
        at += 8
        files: list[str] = []
        while at < end and tokens[at].startswith((b":", b"\n:")):
            files.append(shown(tokens[at + 1]))
            at += 2
        subject, body = _message(shown(message))
        commit = Commit(
            sha=sha.decode(),
            author=shown(author),
            email=shown(email),
            at=_moment(date),
            subject=subject,
            body=body,
            files=tuple(sorted(files)),
            issues=issues(f"{subject}\n{body}"),
        )
        yield Entry(commit, tuple(parents.decode().split()), side != b"<")


def issues(text: str) -> tuple[str, ...]:
    """Issue keys in ``text`` (``SHOP-12``, ``#34``), each once, in order. ``UTF-8`` and its like are none."""
    found = (match[0] for match in _ISSUE.finditer(text) if match[1] not in _STANDARDS)
    return tuple(dict.fromkeys(found))


def _message(text: str) -> tuple[str, str]:
    """Subject (the first paragraph on one line) and body of a commit message."""
    lines = [line.rstrip(_SPACE) for line in text.lstrip(_SPACE).split("\n")]
    first_blank = lines.index("") if "" in lines else len(lines)
    return " ".join(lines[:first_blank]), "\n".join(lines[first_blank:]).strip(_SPACE)


def _moment(raw: bytes) -> datetime:
    """Time of git's raw date, ``seconds +hhmm``; the epoch when the commit has no sensible one."""
    try:
        seconds, offset = raw.decode("ascii").split()
        minutes = int(offset[-4:-2]) * 60 + int(offset[-2:])
        if minutes >= _DAY:
            minutes = 0
        zone = timezone(timedelta(minutes=-minutes if offset.startswith("-") else minutes))
        return datetime.fromtimestamp(int(seconds), zone)
    except (ValueError, OverflowError, OSError):
        return _EPOCH
