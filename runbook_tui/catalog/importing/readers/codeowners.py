"""CODEOWNERS: who owns a path. They fill the owners that no catalog states.

Sources: docs.github.com, "About code owners" (the last pattern that matches takes precedence; no negation, no ranges);
docs.gitlab.com/user/project/codeowners (sections in square brackets).
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

from runbook_tui.catalog.importing.files import Files, Source
from runbook_tui.catalog.importing.model import Stated
from runbook_tui.catalog.importing.reader import CatalogReader
from runbook_tui.catalog.importing.report import Report
from runbook_tui.files.problems import Place

_INSIDE = frozenset({".github", ".gitlab", "docs"})
"""Folders in which the file may be kept: its paths are those of the folder above."""
_MOST = 5_000
_SECTION = re.compile(r"\^?\[")
_WORDS = re.compile(r"(?:\\.|[^\s\\])+")


@dataclass(frozen=True, slots=True)
class _Line:
    pattern: re.Pattern[str]
    owner: Stated | None


class CodeOwners(CatalogReader):
    """Gives owners to the services of other catalogs; has none of its own."""

    name = "codeowners"
    order = 90
    file_names = "CODEOWNERS"

    def recognises(self, name: str, folder: str, data: bytes) -> bool:
        """By name."""
        return name == "CODEOWNERS"

    def read(self, sources: Sequence[Source], files: Files, report: Report) -> None:
        """Add what each file says; the nearest one above a path is asked."""
        for source in sorted(sources, key=lambda source: -len(source.folder.parts)):
            report.read.append(source.shown)
            root = source.folder.parent if source.folder.name in _INSIDE else source.folder
            owners = _Owners(os.path.abspath(root), tuple(_lines(source)))  # noqa: PTH100 - links stay links
            report.owners.append(owners.of)


@dataclass(frozen=True, slots=True)
class _Owners:
    root: str
    lines: tuple[_Line, ...]

    def of(self, path: str) -> Stated | None:
        """The owner of a path; None when it lies elsewhere, or nobody owns it."""
        inner = os.path.relpath(os.path.abspath(path), self.root).replace(os.sep, "/")  # noqa: PTH100
        if inner == ".." or inner.startswith("../"):
            return None
        found = next((line for line in reversed(self.lines) if line.pattern.match(inner)), None)
        return found.owner if found is not None else None


def _lines(source: Source) -> list[_Line]:
    lines: list[_Line] = []
    text = source.data.decode("utf-8-sig", "replace")
    for number, written in enumerate(text.split("\n"), start=1):
        bare = re.split(r"(?:^|\s)#", written, maxsplit=1)[0].strip()
        if not bare or _SECTION.match(bare) or len(lines) == _MOST:
            continue
        pattern, *owners = _WORDS.findall(bare)
        owner = Stated(owners[0], Place(source.shown, number)) if owners else None
        compiled = _compiled(pattern)
        lines += [_Line(compiled, owner)] if compiled is not None else []
    return lines


def _compiled(pattern: str) -> re.Pattern[str] | None:
    """A pattern as gitignore has it: anchored when it has a slash before its end; a folder holds all below it."""
    bare = pattern.replace("\\ ", " ")
    anchored = "/" in bare.rstrip("/")
    only_below = bare.endswith("/")
    parts = bare.strip("/").split("/")
    pieces = ["" if anchored else "(?:.*/)?"]
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part == "**":
            pieces.append(".*" if last else "(?:.*/)?")
        else:
            piece = re.sub(r"\*+", "*", part)
            pieces.append(
                "".join(_CHARACTERS.get(one, re.escape(one)) for one in piece) + ("" if last else "/")
            )
    # docs/* owns the files of docs, and not those of the folders in it
    below = "" if parts[-1] == "*" and anchored else "(?:/.*)?"
    try:
        return re.compile("".join(pieces) + ("(?:/.*)?" if only_below else below) + r"\Z")
    except (re.error, OverflowError, RecursionError):
        return None


_CHARACTERS = {"*": "[^/]*", "?": "[^/]"}

READER = CodeOwners
