"""Who commits most to each service: a hint for a person who has to name an owner, and never an owner itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from runbook_tui.discovery.checkout import Checkout
from runbook_tui.migrations.trees import is_below
from runbook_tui.repositories.history import shown

_NEWEST = 500
"""Commits that are looked at, newest first."""
_BOTS = re.compile(
    r"(?i)\[bot\]|\b(?:bot|dependabot|renovate|greenkeeper|snyk|github-actions|weblate|jenkins|ci)\b"
)


def committers(checkout: Checkout, folders: Sequence[str]) -> dict[str, str]:
    """Folder to who commits most to it, in words; without those to whom nobody commits. One git process.

    Raises RepositoryError when git cannot answer.
    """
    options = [
        "-z",
        f"--max-count={_NEWEST}",
        "--no-merges",
        "--encoding=UTF-8",
        "--no-ext-diff",
        "--no-textconv",
    ]
    output = checkout.git.read(
        "log", *options, "--no-renames", "--name-only", "--format=tformat:%x01%aN", "HEAD", "--"
    )
    counts: dict[str, Counter[str]] = {folder: Counter() for folder in folders}
    for author, files in _commits(output):
        if not _BOTS.search(author):
            for folder, count in counts.items():
                if any(is_below(file, folder) for file in files):
                    count[author] += 1
    return {folder: _words(count) for folder, count in counts.items() if count}


def _commits(output: bytes) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for token in (each.lstrip(b"\n") for each in output.split(b"\0")):
        if token.startswith(b"\x01"):
            found.append((shown(token[1:]).strip(), []))
        elif token and found:
            found[-1][1].append(shown(token))
    return found


def _words(count: Counter[str]) -> str:
    total = count.total()
    author, most = min(count.items(), key=lambda item: (-item[1], item[0]))
    return f"{author} made {most} of the last {total} commits"
