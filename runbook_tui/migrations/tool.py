"""What each migration tool has to know of itself. A new tool is one file in ``tools/`` (see ``registry``)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from runbook_tui.migrations.changes import Body
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.model import Finding, Phase

if TYPE_CHECKING:
    from runbook_tui.migrations.version_table import VersionTable

Files = Mapping[str, bytes]
"""Paths relative to the root of the repository, with ``/``, and what the files hold."""


@dataclass(frozen=True, slots=True)
class Script:
    """One migration as its tool sees it, before its operations are read."""

    id: str
    title: str
    path: str
    parents: tuple[str, ...]
    """Ids applied before it, by the file's own words; set by :func:`chained` for numbered tools."""
    data: bytes
    """What is compared to see that it was edited: the file, or its part of a file of several."""
    content: object = None
    """What the tool keeps for :meth:`MigrationTool.reader`: a syntax tree, sections of SQL."""
    replaces: tuple[str, ...] = ()
    """Ids that it stands for (Django's squashed migrations)."""
    group: str = ""
    """Chain that it belongs to: a Django app, a labelled branch."""
    declared: Phase | None = None
    """The phase that its author wrote down."""
    declared_after: bool = False
    """Its author wrote down that it runs after the deploy: a backfill or a contract."""
    problem: Finding | None = None
    """Why it could not be read; its operations are unknown then."""
    repeatable: bool = False
    """It is applied again whenever it changes (Flyway's ``R__``, Liquibase's ``runOnChange``)."""
    excuses_edits: bool = False
    """It names checksums that the tool takes besides its own (Liquibase's ``validCheckSum``)."""
    baseline: bool = False
    """It stands for all before it, and is applied only where nothing is yet (Flyway's ``B``, Atlas' checkpoint)."""
    line: int = 0
    """Where it begins in a file of several migrations, from 1; 0 for the whole file."""


@dataclass(frozen=True, slots=True)
class Scripts:
    """All migrations of a folder, in no particular order."""

    scripts: tuple[Script, ...]
    findings: tuple[Finding, ...] = ()
    """Files that cannot be taken as migrations, and what else is wrong with the folder as a whole."""


@dataclass(frozen=True, slots=True)
class Commands:
    """The tool's own commands, quoted for a POSIX shell. ``$DATABASE_URL`` stands for the connection."""

    up: str
    """Applies what is pending, up to the migration and no further (unless :attr:`MigrationTool.stops` is False)."""
    down: str = ""
    """Goes back to the one before it; empty when the tool cannot."""
    shows: str = ""
    """Prints what is applied."""


class Late(Enum):
    """What a tool does with a new migration whose number is below the applied ones."""

    RUNS = "runs it"
    SKIPS = "never runs it"
    REFUSES = "refuses to go on"


BodyReader = Callable[[Script], Body]


class MigrationTool(ABC):
    """One migration tool's files and habits. Made without arguments, once for each folder that is read."""

    name: str
    """As the manifest writes it: small letters, digits and dashes."""
    numbered: bool = True
    """Whether the order is one chain, by the names of the files or a list of them."""
    late: Late = Late.RUNS
    refuses_edits: bool = False
    """Whether it keeps checksums, and stops when an applied migration was edited."""
    refuses_gone: bool = False
    """Whether it stops when the file of an applied migration is not there any more (Knex)."""
    starts_from_last: bool = False
    """Whether it looks the last applied migration up among the files, and stops when that one is not there."""
    splits_heads: bool = False
    """Whether two ends of one group stop the tool."""
    apps: bool = False
    """Whether the groups are apps, with files elsewhere and an end of their own (Django)."""
    beginning: str = "0"
    """What the tool calls the state before its first migration."""
    stops: bool = True
    """Whether it can be told to apply one migration and not those that follow."""
    engine_known: bool = True
    """Set to False where the data store's engine is none that is known: files are read as PostgreSQL's then."""
    version_table: VersionTable | None = None
    """Where it writes down what it applied in a database; None for what ``live/tables`` has under its name."""
    marked: bool = False
    """Whether its files look like anybody's, so that only :meth:`marks` can show that they are this tool's."""

    @abstractmethod
    def recognises(self, path: str, data: bytes) -> bool:
        """Whether a file looks like one of this tool's migrations. The name is looked at first: it is cheap."""

    @abstractmethod
    def scripts(self, files: Files, folder: str) -> Scripts:
        """The migrations among files below ``folder``. Broken files become findings or problems, never errors."""

    @abstractmethod
    def reader(self, engine: Engine) -> BodyReader:
        """Reads bodies; called for every script in the tool's order."""

    def commands(self, script: Script, folder: str) -> Commands | None:
        """How to apply and undo one migration; None when there is no such command.

        Args:
            script: the migration; its parents say what is applied before it.
            folder: where the migrations are, relative to the root of the repository.
        """
        return None

    def marks(self, paths: Collection[str], folder: str) -> bool:
        """Whether files beside the migrations show that the folder is this tool's and no other's."""
        return False

    def folders(self, recognised: Sequence[str], paths: Collection[str]) -> tuple[str, ...]:
        """The migration folders of a whole repository: what the manifest would name as ``path``.

        Args:
            recognised: the files that :meth:`recognises` accepted, sorted.
            paths: every file of the repository.
        """
        found = sorted({str(PurePosixPath(path).parent) for path in recognised})
        return tuple(folder for folder in found if not self.marked or self.marks(paths, folder))

    def sets_aside(self, script: Script) -> bool:
        """Whether the tool can be told to leave out all migrations such as this one, and to run them later."""
        return False

    def identity(self, script: Script) -> object:
        """What two migrations must not share; the id, unless the tool reads ids as numbers."""
        return script.id


def below(files: Files, folder: str) -> dict[str, bytes]:
    """The files in a folder and its folders, sorted by path; ``folder`` may be the path of one file."""
    prefix = str(PurePosixPath(folder))
    if prefix in (".", ""):
        return {path: files[path] for path in sorted(files)}
    return {path: files[path] for path in sorted(files) if path == prefix or path.startswith(f"{prefix}/")}


def directly_in(files: Files, folder: str) -> dict[str, bytes]:
    """The files of a folder itself, sorted by path: most tools look into no folder below it."""
    place = PurePosixPath(folder)
    return {path: data for path, data in below(files, folder).items() if PurePosixPath(path).parent == place}


def around_folders(paths: Sequence[str]) -> tuple[str, ...]:
    """The folders around those of the files, for tools that give each migration a folder of its own."""
    return tuple(sorted({str(PurePosixPath(path).parent.parent) for path in paths}))


def chained(scripts: Sequence[Script], key: Callable[[Script], tuple[object, ...]]) -> tuple[Script, ...]:
    """Numbered migrations, each with the one before it as its parent."""
    ordered = sorted(scripts, key=key)
    result: list[Script] = []
    for script in ordered:
        result.append(replace(script, parents=(result[-1].id,) if result else ()))
    return tuple(result)


def by_number(scripts: Sequence[Script]) -> tuple[Script, ...]:
    """The same for tools whose ids are numbers, and run in their order."""
    return chained(scripts, lambda script: (int(script.id), script.path))


def title_of(name: str) -> str:
    """A name such as ``add_currency-column`` in words."""
    return " ".join(name.replace("_", " ").replace("-", " ").split())
