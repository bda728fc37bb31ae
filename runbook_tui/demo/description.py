"""The description of an example release: who wrote what, when, and which files it changed.

An example is a folder with these files; ``examples/README.md`` explains them to those who write them:

    services.yaml               the manifest, with ``${port_<service>}`` where a port is needed
    services.answers.yaml       the answers beside it
    decisions.yaml              what people decided for an unattended run
    shop.yaml                   authors, and commits that several repositories share
    services/<name>/history.yaml  commits, branches and tags of one repository
    services/...                folders of files that commits lay over the tree
    seeds/<datastore>.sql       what a database holds
    tools/                      the commands that the manifest calls
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from runbook_tui.catalog.model import Line, Manifest, Model, Name
from runbook_tui.files.problems import Place, Problem, ProblemsError, RunbookError
from runbook_tui.files.yaml_source import YamlSource, read_yaml, validate


def _when(value: object) -> object:
    try:
        return datetime.strptime(str(value), "%Y-%m-%d %H:%M")
    except ValueError:
        raise ValueError(f"{value} is not of the form 2026-05-04 10:12") from None


When = Annotated[datetime, BeforeValidator(_when)]
"""A minute on the clock of the author; the offset is the author's."""


def _inside(path: str) -> str:
    if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts or ".git" in path.lower():
        raise ValueError(f"{path} does not stay inside its folder")
    return path


RelativePath = Annotated[str, StringConstraints(pattern=r"^[\w./ -]{1,200}$"), AfterValidator(_inside)]
"""A path below a folder: not absolute, no ``..``, nothing of git's own."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
Person = Annotated[str, StringConstraints(pattern=r"^[^<>\x00-\x1f]{1,80}$")]
Offset = Annotated[str, StringConstraints(pattern=r"^[+-]\d{4}$")]
Ref = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]


class Author(Model):
    """Somebody who commits."""

    name: Person
    email: Person
    offset: Offset = "+0000"


class Change(Model):
    """One commit: what it says and what it does to the files."""

    at: When
    by: Name
    subject: Line
    body: Text | None = None
    files: RelativePath | tuple[RelativePath, ...] = Field(
        (), description="folders laid over the tree, in services/"
    )
    remove: tuple[RelativePath, ...] = ()
    diff: Text | None = Field(None, description="see runbook_tui.demo.text_diff")

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders laid over the tree, however many were written."""
        return (self.files,) if isinstance(self.files, str) else self.files


class Sweep(Change):
    """The same commit in several repositories; in all that exist by then when none are named."""

    services: tuple[Name, ...] = ()


class Merged(Model):
    """The end of a branch: a merge commit on main."""

    at: When
    by: Name
    number: Annotated[int, Field(ge=1)]
    """Of the pull request."""


class Branch(Model):
    """Commits beside main, and their merge."""

    branch: Ref
    merged: Merged
    commits: Annotated[tuple[Change, ...], Field(min_length=1)]


class Pin(Model):
    """A version that is written in a file of every repository: the text before it, and when it changed to what."""

    file: RelativePath
    pin: Line
    versions: dict[When, Line]


class Bumps(Model):
    """Commits that do nothing but raise a version."""

    by: Name
    pins: dict[Name, Pin]


class History(Model):
    """``services/<name>/history.yaml``: what one repository has of its own."""

    tagged_by: Name
    tags: dict[Ref, When]
    commits: Annotated[tuple[Change, ...], Field(min_length=1)]
    branches: tuple[Branch, ...] = ()


class Impossible(Model):
    """A second manifest with other refs, for which no order exists."""

    because: Line
    releases: dict[Name, Ref]


class Shop(Model):
    """``shop.yaml``: what the repositories share."""

    authors: dict[Name, Author]
    bumps: Bumps
    sweeps: tuple[Sweep, ...] = ()
    impossible: Impossible


@dataclass(frozen=True, slots=True)
class Example:
    """A description that was read."""

    folder: Path
    shop: Shop
    manifest: Manifest
    histories: dict[str, History]
    """By service, in the order of the manifest."""
    sources: dict[str, YamlSource]
    """By service; ``""`` is shop.yaml. They know where everything stands."""

    def place(self, service: str, *location: str | int) -> Place:
        """Where a part of a history stands."""
        return self.sources[service].place(location)


def examples_folder() -> Path:
    """The folder of the examples: in the wheel inside the package, in a checkout at the top.

    Raises:
        RunbookError: neither is there.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "examples", package.parent / "examples"):
        if folder.is_dir():
            return folder
    raise RunbookError("the examples are not installed; install runbook-tui again")


def read_example(folder: Path) -> Example:
    """Read an example.

    Raises:
        ProblemsError: with everything that is wrong in its files.
    """
    shown = folder.name
    manifest_source = read_yaml(folder / "services.yaml", shown=f"{shown}/services.yaml")
    manifest = validate(manifest_source, Manifest)
    sources = {"": read_yaml(folder / "shop.yaml", shown=f"{shown}/shop.yaml")}
    problems: list[Problem] = []
    histories: dict[str, History] = {}
    for service in manifest.services:
        path = f"services/{service}/history.yaml"
        try:
            sources[service] = read_yaml(folder / path, shown=f"{shown}/{path}")
            histories[service] = validate(sources[service], History)
        except ProblemsError as error:
            problems += error.problems
    try:
        shop = validate(sources[""], Shop)
    except ProblemsError as error:
        raise ProblemsError([*problems, *error.problems]) from error
    example = Example(folder, shop, manifest, histories, sources)
    problems += _unknown_authors(example)
    if problems:
        raise ProblemsError(problems)
    return example


def _unknown_authors(example: Example) -> list[Problem]:
    known = example.shop.authors
    named: list[tuple[str, tuple[str | int, ...], str]] = [("", ("bumps", "by"), example.shop.bumps.by)]
    named += [("", ("sweeps", i, "by"), sweep.by) for i, sweep in enumerate(example.shop.sweeps)]
    for service, history in example.histories.items():
        named.append((service, ("tagged_by",), history.tagged_by))
        named += [(service, ("commits", i, "by"), change.by) for i, change in enumerate(history.commits)]
        for i, branch in enumerate(history.branches):
            named.append((service, ("branches", i, "merged", "by"), branch.merged.by))
            named += [
                (service, ("branches", i, "commits", j, "by"), c.by) for j, c in enumerate(branch.commits)
            ]
    return [
        Problem(example.place(source, *location), f"there is no author {name}", "one of " + ", ".join(known))
        for source, location, name in named
        if name not in known
    ]
