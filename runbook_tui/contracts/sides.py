"""The old and the new version of contracts, each a file or a folder on disk."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path, PurePosixPath

from runbook_tui.contracts.disk import Folder, UnreadableFileError, read_regular, size_of
from runbook_tui.contracts.files import MAX_BYTES, ContractFiles, may_need_others
from runbook_tui.contracts.model import Fault
from runbook_tui.files.problems import Place, Problem, ProblemsError

_EXPECTED = "two files or two folders: the old version, then the new one"


@dataclass(frozen=True, slots=True)
class Side:
    """One version on disk."""

    version: str
    """``old`` or ``new``."""
    given: Path
    folder: Folder
    """What references may lead to."""
    file: str | None = None
    """The one file that was named, inside of the folder; None where a folder was."""

    def shown(self, path: str) -> str:
        """A path of this version as it is reached from where the command runs."""
        whole = os.path.normpath(self.folder.root / path)
        return whole if self.given.is_absolute() else os.path.relpath(whole)

    def files(self, own: Mapping[str, bytes]) -> ContractFiles:
        """A contract with files of its own."""
        if not may_need_others(own):
            # it needs no others, whose names take a while
            return ContractFiles(own, frozenset(self._settings(own)), self.folder.load)
        return ContractFiles(own, self.folder.names, self.folder.load)

    def _settings(self, own: Iterable[str]) -> Iterator[str]:
        """What is agreed on Protobuf files in the folders around them."""
        protos = (PurePosixPath(path) for path in own if path.endswith(".proto"))
        for folder in {around for path in protos for around in path.parents}:
            path = (folder / "buf.yaml").as_posix()
            if os.path.isfile(self.folder.root / path):  # noqa: PTH113 - which, unlike Path.is_file, bears endless names
                yield path

    def read(self, path: str) -> bytes | Fault:
        """Content of a file of the contract, or why there is none."""
        named = self.given if path == self.file else self.folder.root / path
        try:
            # a link that a person names is followed wherever it leads
            data = read_regular(named) if path == self.file else self.folder.read(path)
        except UnreadableFileError as error:
            return self.fault(path, f"it cannot be read: {error}")
        if len(data) > MAX_BYTES:
            what = f"the file has {size_of(named):,} bytes"
            return self.fault(path, what, f"at most {MAX_BYTES:,}", "split it, or name another file")
        return data

    def fault(self, path: str, what: str, expected: str = "", remedy: str = "") -> Fault:
        """Something about a file as a whole."""
        return Fault(path, 0, 0, what, expected, remedy, self.version)


def sides_of(old: Path, new: Path) -> tuple[Side, Side]:
    """Both versions.

    Files may refer to what lies below what is left of the two paths without the end that they share: the roots of two
    checkouts, say; at least below their own folders.

    Raises:
        ProblemsError: one is missing, or one is a file and the other a folder.
    """
    missing = "there is no such file or folder"
    problems = [Problem(Place(str(path)), missing, _EXPECTED) for path in (old, new) if not _exists(path)]
    if not problems and old.is_dir() != new.is_dir():
        file, folder = (new, old) if old.is_dir() else (old, new)
        problems.append(Problem(Place(str(file)), f"this is a file, and {folder} is a folder", _EXPECTED))
    if problems:
        raise ProblemsError(problems)
    if old.is_dir():
        return Side("old", old, Folder(old)), Side("new", new, Folder(new))
    one, other = (Path(os.path.abspath(path)) for path in (old, new))  # noqa: PTH100 - links stay as they are
    depth = _shared_end(one.parts[2:], other.parts[2:])
    return _file_side("old", old, one, depth), _file_side("new", new, other, depth)


def _exists(path: Path) -> bool:
    try:
        return os.path.exists(path)  # noqa: PTH110 - which, unlike Path.exists, bears endless names
    except ValueError:
        return False  # a zero byte


def _shared_end(one: Sequence[str], other: Sequence[str]) -> int:
    """How many last parts two paths have in common; 1 where they are the same, or have none."""
    pairs = zip(reversed(one), reversed(other), strict=False)
    count = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return 1 if one == other else max(1, count)


def _file_side(version: str, given: Path, whole: Path, depth: int) -> Side:
    return Side(version, given, Folder(Path(*whole.parts[:-depth])), "/".join(whole.parts[-depth:]))
