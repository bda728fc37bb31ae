"""Finds the migration folders of a whole repository, unasked: what a manifest would name as ``path`` and ``tool``."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath

from runbook_tui.migrations.registry import all_tools, tool_named
from runbook_tui.migrations.tool import MigrationTool
from runbook_tui.migrations.trees import Tree, is_below

_SUFFIXES = frozenset(
    {
        *(".sql", ".py", ".rb", ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".exs", ".go", ".java", ".kt"),
        *(".xml", ".yaml", ".yml", ".json", ".toml", ".conf", ".hcl", ".plan", ".sum", ".ini", ".properties"),
    }
)
_CODE = frozenset({".sql", ".py", ".rb", ".js", ".mjs", ".cjs", ".ts", ".exs", ".go", ".java", ".kt", ".php"})
_CALLED = re.compile(r"migrations?|migrate|changelogs?")
_NUMBERED = re.compile(r"\d\d")
_WORDS = ("migrat", "changelog")
"""A file of any other name is looked at where its path says what it is: another package's tool may know it."""
_HEAD = 128 * 1024
"""Bytes by which a tool recognises a file."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Folder:
    """One migration folder."""

    path: str
    tool: str
    count: int
    """Files in it that the tool recognises."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """A tool that takes a folder for its own."""

    marked: bool
    files: frozenset[str]
    path: str
    tool: MigrationTool

    @property
    def weight(self) -> tuple[object, ...]:
        """The best claim is the smallest: marks of the tool beside the files, then how many files it knows."""
        return (not self.marked, -len(self.files), self.path.count("/"), self.path, self.tool.name)


def discover(tree: Tree, *, only: str | None = None) -> tuple[Folder, ...]:
    """The migration folders of a tree, sorted by path. A folder belongs to one tool, a file to one folder of it.

    Args:
        tree: a repository or folder.
        only: name of the only tool to look for.

    Raises:
        ProblemsError: when that tool does not exist, or one of another package cannot be loaded.
    """
    tools = all_tools() if only is None else (tool_named(only),)
    recognised = _recognised(tree, tools)
    paths = dict.fromkeys(tree.paths)  # in order, and quick to be asked
    claims: list[_Claim] = []
    for tool in tools:
        own = recognised[tool.name]
        folders = tool.folders(own, paths) if own else ()
        if not folders and only is not None:  # nothing marks them as this tool's, but a person does
            folders = tuple(sorted({_parent(file) for file in own}))
        for path in folders:
            files = frozenset(file for file in own if is_below(file, path))
            claims.append(_Claim(tool.marks(paths, path), files, path, tool))
    return tuple(sorted(_accepted(tree, claims), key=lambda folder: folder.path))


def files_of(tree_paths: Collection[str], folder: Folder | str) -> list[str]:
    """The files below a folder that can matter to a tool, sorted; pictures and programs beside them do not."""
    path = folder.path if isinstance(folder, Folder) else folder
    return sorted(file for file in tree_paths if is_below(file, path) and _may_matter(file))


def unknown_folders(tree: Tree, known: Collection[str]) -> list[tuple[str, int]]:
    """Folders whose name says that they hold migrations, with how many numbered files, where no tool found any.

    Args:
        tree: the repository.
        known: the folders in which migrations were found.
    """
    counts: dict[str, int] = {}
    for path in files_of(tree.paths, "."):
        place = PurePosixPath(path)
        named = next((part for part in reversed(place.parents) if _CALLED.fullmatch(part.name)), None)
        code = place.suffix.lower() in _CODE and _NUMBERED.search(place.stem) is not None
        if code and named is not None and not any(is_below(path, folder) for folder in known):
            counts[str(named)] = counts.get(str(named), 0) + 1
    outer = [path for path in counts if not any(is_below(folder, path) for folder in known)]
    return [(path, counts[path]) for path in sorted(outer)]


def _may_matter(path: str) -> bool:
    place = PurePosixPath(path)
    return place.suffix.lower() in _SUFFIXES or any(word in path.lower() for word in _WORDS)


def _recognised(tree: Tree, tools: Sequence[MigrationTool]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {tool.name: [] for tool in tools}
    candidates = iter(files_of(tree.paths, "."))
    while some := list(islice(candidates, _AT_ONCE)):
        for path, data in tree.read(some, _HEAD).items():
            for tool in tools:
                if tool.recognises(path, data):
                    found[tool.name].append(path)
    return found


def _accepted(tree: Tree, claims: Sequence[_Claim]) -> Iterator[Folder]:
    taken: dict[str, _Claim] = {}
    looked_into: dict[str, frozenset[str]] = {}
    folders: set[str] = set()
    for claim in sorted(claims, key=lambda found: found.weight):
        left = set()
        for file in claim.files:
            other = taken.get(file)
            if other is not None and other.tool is claim.tool:
                if other.path not in looked_into:
                    looked_into[other.path] = _looked_into(tree, other)
                if _parent(file) not in looked_into[other.path]:
                    left.add(file)
            elif other is None:
                left.add(file)
        if left and claim.path not in folders:
            folders.add(claim.path)
            taken.update(dict.fromkeys(left, claim))
            yield Folder(claim.path, claim.tool.name, len(left))


def _looked_into(tree: Tree, claim: _Claim) -> frozenset[str]:
    """The folders in which a tool finds migrations: some look into the folders of their folder, some do not."""
    scripts = claim.tool.scripts(tree.read(files_of(tree.paths, claim.path)), claim.path).scripts
    return frozenset(_parent(script.path) for script in scripts)


def _parent(path: str) -> str:
    return str(PurePosixPath(path).parent)
