"""Which engine a repository's migrations are for, and which of its files says so.

What stands nearest to the migrations counts most; settings count more than words of SQL, and those more than drivers
and images. SQLite beside a server is taken for what tests run on; two servers tell nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from runbook_tui.migrations.engine import engine_family
from runbook_tui.migrations.engine_places import (
    DIALECT,
    DRIVERS,
    FOREIGN,
    IMAGES,
    SETTINGS,
    WORDS,
    NamingFile,
)
from runbook_tui.migrations.trees import Tree, is_below

_HEAD = 256 * 1024
_MOST_SCRIPTS = 200
_NEAR = 2
"""Parts at the end of a path in which one word is enough; ``mysql-exporter`` further up means something else."""
_COMMENT = re.compile(r"^[ \t]*(?:#|//|--|;).*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Guess:
    """An engine, and where it is written; both empty when it is nowhere."""

    engine: str = ""
    source: str = ""


class EngineGuesser:
    """Looks through one repository; its listing is read once for all folders."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._by_name: dict[str, list[str]] = {}
        wanted = {end.rpartition("/")[2] for kind in (*SETTINGS, IMAGES) for end in kind.ends} | set(DRIVERS)
        for path in tree.paths:
            name = path.rpartition("/")[2]
            if name in wanted:
                self._by_name.setdefault(name, []).append(path)

    def guess(self, folder: str, scripts: Collection[str]) -> Guess:
        """The engine of the migrations in ``folder``, whose files are ``scripts``."""
        return (
            _of_name(folder)
            or self._of_files(folder, SETTINGS)
            or self._of_sql(scripts)
            or self._of_drivers(folder)
            or self._of_files(folder, [IMAGES])
            or Guess()
        )

    def _of_files(self, folder: str, kinds: Sequence[NamingFile]) -> Guess | None:
        for above in _upwards(folder):
            for kind in kinds:
                texts = {path: self._text(path) for path in self._lying(kind, above)}
                words = {p: [m["name"] for m in kind.pattern.finditer(text)] for p, text in texts.items()}
                engine = _one(word for found in words.values() for word in found)
                if engine:
                    return Guess(engine, next(p for p, found in words.items() if _one(found) == engine))
        return None

    def _of_drivers(self, folder: str) -> Guess | None:
        for above in _upwards(folder):
            for name, drivers in DRIVERS.items():
                path = _joined(above, name)
                if path in self._by_name.get(name, ()):
                    text = self._text(path)
                    engine = _one(e for e, line in drivers.items() if re.search(line, text, re.MULTILINE))
                    if engine:
                        return Guess(engine, path)
        return None

    def _of_sql(self, scripts: Collection[str]) -> Guess | None:
        votes: dict[str, str] = {}
        for path in sorted(script for script in scripts if script.endswith(".sql"))[:_MOST_SCRIPTS]:
            text = self._text(path)
            for engine, words in DIALECT.items():
                if engine not in votes and re.search(words, text, re.MULTILINE):
                    votes[engine] = path
        return Guess(*votes.popitem()) if len(votes) == 1 else None

    def _lying(self, kind: NamingFile, above: str) -> list[str]:
        found: set[str] = set()
        for end in kind.ends:
            for path in self._by_name.get(end.rpartition("/")[2], ()):
                deep = kind.deep and is_below(path, above) and f"/{path}".endswith(f"/{end}")
                if deep or path == _joined(above, end):
                    found.add(path)
        return sorted(found, key=lambda path: (path.count("/"), path))

    def _text(self, path: str) -> str:
        data = self._tree.read([path], _HEAD).get(path, b"")
        return _COMMENT.sub("", data.decode("utf-8", "replace"))


def _of_name(folder: str) -> Guess | None:
    """A project with several engines keeps a folder for each: ``migrations/mysql``."""
    for distance, part in enumerate(reversed(PurePosixPath(folder).parts)):
        near = distance < _NEAR
        engine = _one(re.split(r"[^a-z0-9]+", part.lower()) if near else [part])
        if engine:
            return Guess(engine, f"the folder's name {part}")
    return None


def _one(words: Iterable[str]) -> str:
    """The engine that all these words mean; empty when they mean none, or several."""
    found: set[str] = set()
    for word in words:
        name = WORDS.get(word.lower(), word.lower())
        family = engine_family(name)
        if family is not None:
            found.add(family.value)
        elif name in FOREIGN:
            found.add(name)
    if len(found) > 1:
        found.discard("sqlite")
    return found.pop() if len(found) == 1 else ""


def _upwards(folder: str) -> Iterator[str]:
    """The folder and those above it, nearest first; ``.`` is the last."""
    place = PurePosixPath(folder)
    yield str(place)
    if str(place) != ".":
        yield from map(str, place.parents)


def _joined(folder: str, name: str) -> str:
    return name if folder == "." else f"{folder}/{name}"
