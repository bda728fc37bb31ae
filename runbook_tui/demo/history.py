"""From the description of a repository to its commits, in the order in which they happened.

Trees are plain values (path to content). A merge applies the changes of its branch once more, to main as it is
by then; a change that does not fit is a problem with the place where it was written.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from runbook_tui.demo.description import Change, Example, Pin
from runbook_tui.demo.text_diff import DiffError, apply_diff
from runbook_tui.files.problems import Place, Problem, ProblemsError
from runbook_tui.repositories.fast_import import NewCommit, NewTag, Person

Tree = Mapping[str, bytes]

SWEEP_APART = timedelta(minutes=7)
"""Time between the same change in one repository and in the next."""


def write_history(example: Example, service: str) -> tuple[list[NewCommit], list[NewTag]]:
    """The commits and tags of one repository.

    Raises:
        ProblemsError: a change does not fit the files as they are at its moment.
    """
    writer = _Writer(example)
    for event in sorted(_events(example, service), key=lambda event: event.at):
        event.happen(writer)
    return writer.commits, writer.tags


@dataclass
class _Line:
    """A line of descent: main, or a branch on its way."""

    tip: int | None = None
    changes: list[tuple[Change, Place]] = field(default_factory=list)


class _Writer:
    """The repository so far."""

    def __init__(self, example: Example) -> None:
        self.example = example
        self.commits: list[NewCommit] = []
        self.tags: list[NewTag] = []
        self.trees: list[Tree] = []
        self.main = _Line()
        self.branches: dict[str, _Line] = {}

    @property
    def tree(self) -> Tree:
        """The files of main."""
        return {} if self.main.tip is None else self.trees[self.main.tip]

    def person(self, name: str) -> Person:
        author = self.example.shop.authors[name]
        return Person(author.name, author.email)

    def commit(self, line: _Line, by: str, at: datetime, message: str, tree: Tree, *merged: int) -> None:
        before: Tree = {} if line.tip is None else self.trees[line.tip]
        files: dict[str, bytes | None] = {path: new for path, new in tree.items() if before.get(path) != new}
        files.update(dict.fromkeys(before.keys() - tree.keys()))
        parents = (() if line.tip is None else (line.tip,)) + merged
        line.tip = len(self.commits)
        self.commits.append(NewCommit(self.person(by), at, message, parents, files))
        self.trees.append(tree)

    def changed(self, tree: Tree, change: Change, place: Place) -> Tree:
        """The files after a change."""
        files = dict(tree)
        for folder in change.folders:
            files.update(_overlay(self.example.folder / "services" / folder, place))
        for path in change.remove:
            if files.pop(path, None) is None:
                raise ProblemsError([Problem(place, f"{change.subject}: there is no file {path} to remove")])
        try:
            return apply_diff(files, change.diff) if change.diff else files
        except DiffError as error:
            remedy = "compare it with the files as they are at that moment"
            raise ProblemsError([Problem(place, f"{change.subject}: diff, {error}", "", remedy)]) from error


@dataclass(frozen=True)
class _Event:
    """Something that happens to a repository at a moment."""

    at: datetime
    happen: Callable[[_Writer], None]


def _events(example: Example, service: str) -> Iterator[_Event]:
    history = example.histories[service]
    for i, change in enumerate(history.commits):
        yield _on_main(example, change, example.place(service, "commits", i))
    for i, branch in enumerate(history.branches):
        for j, change in enumerate(branch.commits):
            place = example.place(service, "branches", i, "commits", j)
            yield _on_branch(example, branch.branch, change, place)
        yield _merge(example, service, i)
    for name, at in history.tags.items():
        yield _tag(example, service, name, _moment(example, history.tagged_by, at, name))
    number = list(example.histories).index(service)
    for i, sweep in enumerate(example.shop.sweeps):
        if not sweep.services or service in sweep.services:
            later = sweep.model_copy(update={"at": sweep.at + number * SWEEP_APART})
            yield _on_main(example, later, example.place("", "sweeps", i), starts=False)
    for name, pin in example.shop.bumps.pins.items():
        for at, version in pin.versions.items():
            yield _bump(example, name, pin, at + number * SWEEP_APART, version)


def _moment(example: Example, by: str, at: datetime, salt: str) -> datetime:
    """The minute on the author's clock, with seconds that look like any."""
    seconds = timedelta(seconds=zlib.crc32(salt.encode()) % 60)
    return datetime.strptime(
        f"{at + seconds:%Y-%m-%d %H:%M:%S} {example.shop.authors[by].offset}", "%Y-%m-%d %H:%M:%S %z"
    )


def _message(change: Change) -> str:
    return f"{change.subject}\n" + (f"\n{change.body}" if change.body else "")


def _on_main(example: Example, change: Change, place: Place, *, starts: bool = True) -> _Event:
    at = _moment(example, change.by, change.at, change.subject)

    def happen(writer: _Writer) -> None:
        if writer.main.tip is not None or starts:
            tree = writer.changed(writer.tree, change, place)
            writer.commit(writer.main, change.by, at, _message(change), tree)

    return _Event(at, happen)


def _on_branch(example: Example, name: str, change: Change, place: Place) -> _Event:
    at = _moment(example, change.by, change.at, change.subject)

    def happen(writer: _Writer) -> None:
        line = writer.branches.setdefault(name, _Line(writer.main.tip))
        if line.tip is None:
            raise ProblemsError([Problem(place, f"branch {name} begins before the first commit")])
        line.changes.append((change, place))
        writer.commit(
            line, change.by, at, _message(change), writer.changed(writer.trees[line.tip], change, place)
        )

    return _Event(at, happen)


def _merge(example: Example, service: str, index: int) -> _Event:
    branch = example.histories[service].branches[index]
    merged, place = branch.merged, example.place(service, "branches", index, "merged")
    subject = f"Merge pull request #{merged.number} from shop/{branch.branch}"
    at = _moment(example, merged.by, merged.at, subject)

    def happen(writer: _Writer) -> None:
        line = writer.branches.get(branch.branch, _Line())
        if line.tip is None or len(line.changes) != len(branch.commits):
            raise ProblemsError([Problem(place, f"{branch.branch} is merged before its last commit")])
        tree = writer.tree
        for change, its_place in line.changes:
            tree = writer.changed(tree, change, its_place)
        message = f"{subject}\n\n{branch.commits[0].subject}\n"
        writer.commit(writer.main, merged.by, at, message, tree, line.tip)

    return _Event(at, happen)


def _tag(example: Example, service: str, name: str, at: datetime) -> _Event:
    history = example.histories[service]

    def happen(writer: _Writer) -> None:
        if writer.main.tip is None:
            raise ProblemsError(
                [Problem(example.place(service, "tags", name), "tagged before the first commit")]
            )
        author = writer.person(history.tagged_by)
        writer.tags.append(NewTag(name, writer.main.tip, author, at, f"{service} {name}\n"))

    return _Event(at, happen)


def _bump(example: Example, package: str, pin: Pin, minute: datetime, version: str) -> _Event:
    by = example.shop.bumps.by
    at = _moment(example, by, minute, package)

    def happen(writer: _Writer) -> None:
        text = writer.tree.get(pin.file, b"").decode()
        _, found, rest = text.partition(pin.pin)
        old = rest.split(maxsplit=1)[0] if found and rest.strip() else ""
        if old and old != version:
            content = text.replace(f"{pin.pin}{old}", f"{pin.pin}{version}", 1).encode()
            message = f"Bump {package} from {old} to {version}\n"
            writer.commit(writer.main, by, at, message, {**writer.tree, pin.file: content})

    return _Event(at, happen)


def _overlay(folder: Path, place: Place) -> Tree:
    files = _read_folder(folder)
    if not files:
        raise ProblemsError(
            [Problem(place, f"there are no files in {folder.name}", "", "files are in services/")]
        )
    return files


@cache
def _read_folder(folder: Path) -> Tree:
    """The files below a folder by their path; a name that begins with ``dot-`` stands for a hidden one."""
    paths = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return {_visible(path.relative_to(folder)): path.read_bytes() for path in paths}


def _visible(path: Path) -> str:
    return "/".join(
        f".{part.removeprefix('dot-')}" if part.startswith("dot-") else part for part in path.parts
    )
