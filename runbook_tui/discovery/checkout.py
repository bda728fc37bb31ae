"""One repository as it is at HEAD, read from git's objects: which files there are, and what the small ones hold."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path

from runbook_tui.contracts.documents.document import read_document
from runbook_tui.contracts.documents.node import Node
from runbook_tui.migrations.trees import CommitTree, is_below
from runbook_tui.repositories.command import GitCommand
from runbook_tui.repositories.git import Repository
from runbook_tui.repositories.location import locate

LONGEST = 256 * 1024
"""Bytes that are read of a file: settings and build files are far smaller."""
MOST_FILES = 4000
"""Files of one kind that are read."""
_LARGEST_STRUCTURED = 128 * 1024
"""Characters of a YAML or JSON document that is parsed: a tenth of a second for each 32 KiB."""


_NAMED = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,400}")


class Checkout:
    """A repository, and the part of it that is looked at."""

    def __init__(self, path: Path, place: str, scope: str = ".") -> None:
        """
        Args:
            path: the repository.
            place: its path, relative to the folder that was asked for.
            scope: the folder of the repository that is looked at.

        Raises:
            RepositoryError: it has no commit, or cannot be read. Three git processes.
        """
        self.repository = Repository.open(path)
        self.git = GitCommand(locate(path).git_dir, str(path))
        self.place = place
        self.name = path.resolve().name
        """What its folder is called."""
        self.scope = scope
        self.tree = CommitTree(self.repository, "HEAD")
        self.paths = tuple(
            name for name in self.tree.paths if is_below(name, scope) and _NAMED.fullmatch(name)
        )
        self._by_name: dict[str, list[str]] = {}
        for file in self.paths:
            self._by_name.setdefault(file.rpartition("/")[2], []).append(file)
        self._texts: dict[str, str] = {}
        self._known = frozenset(self.paths)

    def __contains__(self, path: str) -> bool:
        return path in self._known

    def named(self, *patterns: str) -> list[str]:
        """Files whose name is one of these, or fits one of these patterns; sorted."""
        plain = [name for name in patterns if not any(sign in name for sign in "*?[")]
        found = {path for name in plain for path in self._by_name.get(name, ())}
        wild = [pattern for pattern in patterns if pattern not in plain]
        if wild:
            for name, paths in self._by_name.items():
                if any(fnmatchcase(name, pattern) for pattern in wild):
                    found.update(paths)
        return sorted(found)

    def load(self, paths: Iterable[str]) -> None:
        """Read files at once: one git process, however many there are."""
        wanted = (path for path in paths if path in self._known and path not in self._texts)
        for path, data in self.tree.read(list(islice(wanted, MOST_FILES)), LONGEST).items():
            self._texts[path] = data.decode("utf-8", "replace").removeprefix("\ufeff")

    def text(self, path: str) -> str:
        """What a file holds, at most its first 256 KiB; empty where there is no such file."""
        if path in self._known and path not in self._texts:
            self.load([path])
        return self._texts.get(path, "")

    def texts(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Path and text of several files, read at once."""
        wanted = list(paths)
        self.load(wanted)
        for path in wanted:
            if self.text(path):
                yield path, self.text(path)

    def document(self, path: str) -> Node | None:
        """A YAML or JSON file of one document; None where it cannot be read as one."""
        return parsed(path, self.text(path))

    def source(self, path: str, line: int = 0) -> str:
        """How a place of this repository is written in everything that is shown."""
        whole = path if self.place == "." else posixpath.normpath(posixpath.join(self.place, path))
        return f"{whole}:{line}" if line else whole


def nameable(path: str) -> bool:
    """Whether a manifest can name a path: one line without control characters, and not endless."""
    return _NAMED.fullmatch(path) is not None


def parsed(path: str, text: str) -> Node | None:
    """A YAML or JSON text; None where it cannot be read, is too large, or holds nothing."""
    if not text or len(text) > _LARGEST_STRUCTURED:
        return None
    document = read_document(path, text.encode("utf-8"), "new")
    return None if document.value is None else Node(document.value, document)


def folder_of(path: str) -> str:
    """The folder of a file; ``.`` for the root."""
    return posixpath.dirname(path) or "."


def joined(folder: str, path: str) -> str:
    """A path inside a folder of the repository, without detours; empty when it leads out of the repository."""
    whole = posixpath.normpath(posixpath.join(folder, path))
    return "" if whole.startswith("../") or whole == ".." or posixpath.isabs(whole) else whole


def line_of(text: str, position: int) -> int:
    """The line, from 1, of a position in a text."""
    return text.count("\n", 0, position) + 1
