"""Tags and branches of one repository, and which of them a ref of the manifest means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase

from runbook_tui.repositories.history import shown
from runbook_tui.repositories.model import RepositoryError

FORMAT = "%(objectname) %(*objectname) %(refname)"
"""Format of ``git for-each-ref`` that :meth:`RefTable.parse` reads."""

NAMESPACES = ("refs/tags", "refs/heads", "refs/remotes")

_TOKEN = re.compile(r"\d{1,18}|[^\W\d_]+")
_BEFORE_RELEASE = ("dev", "snapshot", "a", "alpha", "b", "beta", "m", "pre", "preview", "c", "rc")


@dataclass(frozen=True, slots=True)
class Ref:
    """A tag or branch."""

    name: str
    object_id: str
    """The tag object of an annotated tag, otherwise the commit."""
    commit: str
    """What an annotated tag names; the same as ``object_id`` for other refs."""
    is_tag: bool


class RefTable:
    """All tags, branches and remote-tracking branches, as of one moment."""

    def __init__(self, tags: dict[str, Ref], branches: dict[str, Ref]) -> None:
        self._tags = tags
        self._branches = branches

    @classmethod
    def parse(cls, data: bytes) -> RefTable:
        """Read the output of ``git for-each-ref`` with :data:`FORMAT` over :data:`NAMESPACES`."""
        tags: dict[str, Ref] = {}
        branches: dict[str, Ref] = {}
        for line in data.split(b"\n")[:-1]:
            object_id, peeled, full = line.split(b" ", 2)
            _, kind, name = shown(full).split("/", 2)
            ref = Ref(name, object_id.decode(), (peeled or object_id).decode(), kind == "tags")
            (tags if ref.is_tag else branches).setdefault(name, ref)  # heads are listed before remotes
        return cls(tags, branches)

    def __len__(self) -> int:
        return len(self._tags) + len(self._branches)

    def find(self, name: str) -> Ref | None:
        """The ref that ``name`` means: a tag, a tag glob's newest tag, a branch; None for anything else.

        Raises RepositoryError for a glob without a tag, and for a name that a tag and another branch share.
        """
        if is_glob(name):
            return self._newest(name)
        if name.startswith("refs/tags/"):
            return self._tags.get(name.removeprefix("refs/tags/"))
        tag, branch = self._tags.get(name), self._branches.get(name)
        if tag and branch and tag.commit != branch.commit:
            raise RepositoryError(
                f"{name} is a tag and a branch, and they name different commits",
                remedy=f"write refs/tags/{name} or refs/heads/{name}",
            )
        return tag or branch

    def tag_at(self, commit: str) -> str | None:
        """The highest version among the tags of a commit."""
        return max((t.name for t in self._tags.values() if t.commit == commit), key=version_key, default=None)

    def close_to(self, name: str) -> list[str]:
        """At most three existing names that somebody who wrote ``name`` may have meant."""
        names = [*self._tags, *self._branches]
        by_case = [n for n in names if n.lower() == name.lower() or n.removeprefix("origin/") == name]
        return list(dict.fromkeys([*by_case, *get_close_matches(name, names, n=3, cutoff=0.7)]))[:3]

    def _newest(self, glob: str) -> Ref:
        matching = [name for name in self._tags if fnmatchcase(name, glob)]
        if not matching:
            newest = sorted(self._tags, key=version_key, reverse=True)[:3]
            raise RepositoryError(
                f"no tag matches {glob}",
                "a tag glob such as v2.*",
                f"its newest tags: {', '.join(newest)}" if newest else "fetch them: there are no tags",
            )
        return self._tags[max(matching, key=version_key)]


def is_glob(name: str) -> bool:
    """Whether ``name`` is a pattern; none of these characters may stand in the name of a ref."""
    return any(character in name for character in "*?[")


def version_key(name: str) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """Sort key under which versions stand in their order: v2.9 < v2.10-rc1 < v2.10 < v2.10.1."""
    parts: list[tuple[int, int, str]] = []
    tokens = _TOKEN.findall(name.lower())
    for position, token in enumerate(tokens):
        if token.isdecimal():
            parts.append((3, int(token), ""))
        elif token == "v" and position + 1 < len(tokens):
            continue
        elif parts and token in _BEFORE_RELEASE:
            parts.append((0, _BEFORE_RELEASE.index(token), ""))
        else:
            parts.append((2, 0, token))
    return (*parts, (1, 0, "")), name  # the end of a version stands between rc1 and .1
