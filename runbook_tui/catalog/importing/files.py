"""The files of catalogs: found in folders, read within bounds, never outside of the folder that is read."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from itertools import islice
from pathlib import Path

from runbook_tui.files.foreign_yaml import MAX_BYTES
from runbook_tui.files.problems import Place, Problem, ProblemsError

MAX_LEVELS = 8
"""Folders below the one that is named which are searched."""
MAX_FOUND = 20_000
"""Files of a folder whose content is looked at."""
MAX_TOTAL = 64 * 1024 * 1024
"""Bytes of all files that are read as catalogs; a catalog of ten thousand services has some ten million."""

_SKIPPED = frozenset({"node_modules", "vendor", "third_party", "bower_components", "__pycache__", "venv"})
_HIDDEN = frozenset({".github", ".gitlab"})
"""Hidden folders that are looked into: they may hold CODEOWNERS."""
_NAMES = re.compile(r".*\.ya?ml(\.gotmpl)?|CODEOWNERS", re.IGNORECASE)


class UnreadableError(Exception):
    """A file that cannot be read; its text is the reason."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that is read as a catalog."""

    path: Path
    data: bytes = field(repr=False)
    named: bool
    """Whether a person named it, in place of its folder."""

    @property
    def shown(self) -> str:
        """Its name in places and findings."""
        return str(self.path)

    @property
    def name(self) -> str:
        """Its last part."""
        return self.path.name

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self.path.parent


@dataclass(frozen=True, slots=True)
class Files:
    """Access to the files around those that were named."""

    roots: tuple[str, ...]
    """Real paths of the folders that may be read."""

    def inside(self, path: Path) -> bool:
        """Whether a path, with all its links followed, lies in a folder that may be read."""
        try:
            real = os.path.realpath(path)
        except (OSError, ValueError):  # a name that no file can have
            return False
        return any(real == root or real.startswith(root.rstrip(os.sep) + os.sep) for root in self.roots)

    def exists(self, path: Path) -> bool:
        """Whether there is a file or folder, inside of what may be read."""
        return self.inside(path) and os.path.lexists(os.path.realpath(path))

    def is_folder(self, path: Path) -> bool:
        """Whether there is such a folder, inside of what may be read."""
        return self.inside(path) and os.path.isdir(path)  # noqa: PTH112 - bears endless names

    def matching(self, folder: Path, pattern: str) -> list[Path]:
        """Files that fit a pattern with ``*``, ``?``, ``[...]`` and ``**``, of those that :func:`candidates` gives."""
        fixed: list[str] = []
        parts = pattern.split("/")
        while len(parts) > 1 and not is_pattern(parts[0]):
            fixed.append(parts.pop(0))
        base = Path(os.path.normpath(folder.joinpath(*fixed)))
        try:
            wanted = re.compile("".join(_as_expression(part) for part in parts).removesuffix("/"))
        except re.error:
            return []
        found = islice(candidates(base), MAX_FOUND) if self.inside(base) else ()
        return [path for path in found if wanted.fullmatch(path.relative_to(base).as_posix())]

    def read(self, path: Path) -> bytes:
        """Content of a regular file of at most 5 MiB.

        Raises:
            UnreadableError: with the reason.
        """
        if not self.inside(path):
            raise UnreadableError("it lies outside of the folder that is read")
        return read_bounded(path)


def files_around(paths: Sequence[Path]) -> Files:
    """What may be read when some paths are named: each folder, and the repository or else the folder of each file."""
    roots = {os.path.realpath(path if os.path.isdir(path) else _home(path)) for path in paths}  # noqa: PTH112
    return Files(tuple(sorted(roots)))


def read_bounded(path: Path) -> bytes:
    """Content of a regular file of at most 5 MiB; nothing is read from a larger one.

    Raises:
        UnreadableError: with the reason.
    """
    try:
        # Without O_NONBLOCK opening a named pipe would wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise UnreadableError("there is no such file") from error
    except (OSError, ValueError) as error:
        raise UnreadableError(f"it cannot be opened ({getattr(error, 'strerror', None) or error})") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError("it is not a regular file")
        if status.st_size > MAX_BYTES:
            raise UnreadableError(f"it has {status.st_size:,} bytes; at most {MAX_BYTES:,} are read")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableError(f"it cannot be read ({error.strerror})") from error
    finally:
        os.close(descriptor)


def candidates(folder: Path) -> Iterator[Path]:
    """Files below a folder whose name a catalog may have, in order. Links and most hidden folders are passed over."""
    yield from _below(folder, 0)


def is_pattern(written: str) -> bool:
    """Whether a path has wildcards."""
    return any(character in written for character in "*?[")


def _as_expression(part: str) -> str:
    if part == "**":
        return "(?:[^/]+/)*"
    return translate(part).removeprefix("(?s:").removesuffix(r")\Z").replace(".*", "[^/]*") + "/"


def missing(path: Path) -> ProblemsError:
    """The error for a path that a person named and that cannot be read."""
    problem = Problem(Place(str(path)), "there is no such file or folder", "", "check the path")
    return ProblemsError([problem])


def _below(folder: Path, level: int) -> Iterator[Path]:
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return
    if any(entry.name == "Chart.yaml" for entry in found):
        found = [
            entry for entry in found if entry.name not in {"templates", "charts"}
        ]  # no manifests: Go templates
    for entry in found:
        if entry.is_symlink():
            continue
        if entry.is_file() and _NAMES.fullmatch(entry.name):
            yield folder / entry.name
        elif entry.is_dir() and level < MAX_LEVELS and _is_searched(entry.name):
            yield from _below(folder / entry.name, level + 1)


def _is_searched(name: str) -> bool:
    return name not in _SKIPPED and (not name.startswith(".") or name in _HIDDEN)


def _home(path: Path) -> Path:
    """The nearest folder above a file that is a git repository; else the file's own."""
    own = path.parent
    for folder in (own.absolute(), *own.absolute().parents):
        if (folder / ".git").exists():
            return folder
    return own
