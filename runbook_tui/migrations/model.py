"""Migrations as values: what each one does, when it may run, what it locks, whether it can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """The moment at which a migration, or one operation of it, may run."""

    EXPAND = "expand"
    """Before the code: the data store accepts more than it did."""
    BACKFILL = "backfill"
    """Data only: after the code that writes both forms (or before it, where triggers keep them in step)."""
    CONTRACT = "contract"
    """After every reader and writer of the object has moved."""
    BREAKING = "breaking"
    """No single safe moment: it has to be split."""
    ASK = "ask"
    """It cannot be read without running it; a person has to say."""
    NONE = "none"
    """Changes nothing that code depends on (an empty or merge revision)."""


class Reversal(StrEnum):
    """Whether an operation can be undone."""

    YES = "yes"
    LOSS = "loss"
    """It can, but data written since is lost."""
    NO = "no"
    """Point of no return."""
    UNKNOWN = "unknown"


class Level(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Operation:
    """One schema or data change in a migration's upgrade path."""

    kind: str
    """A row of the safety table, such as ``add-column-nullable``, ``drop-column``, ``create-index``."""
    phase: Phase
    line: int
    """Line in the migration file, from 1."""
    text: str
    """What it does in a few words: ``add column invoices.currency (nullable)``."""
    table: str | None = None
    name: str | None = None
    """Column, index, constraint or enum value concerned."""
    reversal: Reversal = Reversal.YES
    conditional: bool = False
    """Stands inside a condition or loop: it may or may not run."""
    lock: str = ""
    """What the engine locks while it runs, in words: ``AccessExclusive, instant``."""
    estimate: str = ""
    """How long it takes, where the rows are counted: ``about 15 s for 3,000,000 rows``."""
    seconds: float | None = None
    """The same as a number; None where it is not known."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a reviewer of a migration must know, with its place and what to do."""

    rule: str
    """Stable id, such as ``blocks-writes``, ``mixed-phases``, ``edited-after-apply``."""
    level: Level
    path: str
    line: int
    message: str
    recipe: str = ""


@dataclass(frozen=True, slots=True)
class SplitStep:
    """One step of doing without harm what cannot be done at one moment."""

    release: int
    """1 for this release, 2 for the next one."""
    phase: Phase
    """Its moment in that release: expand, backfill or contract."""
    what: str
    """In words, with what the code has to do before it."""
    sql: str = ""
    """Statements for the data store's engine, one a line; empty where only words can be given."""
    lines: tuple[int, ...] = ()
    """Lines of the migration that belong to this step as they are."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One migration file, read but never run."""

    service: str
    datastore: str
    tool: str
    id: str
    """The tool's identity of it (Alembic revision, Django ``app.0002_name``, version number)."""
    title: str
    """Its name in words, from the docstring or the file name."""
    path: str
    """Path inside the repository."""
    parents: tuple[str, ...]
    """Ids that the tool applies before it; for numbered tools the one before in order."""
    phase: Phase
    operations: tuple[Operation, ...]
    findings: tuple[Finding, ...] = ()
    reversal: Reversal = Reversal.YES
    has_down: bool = True
    """Whether the file says how to undo it."""
    transactional: bool = True
    dropped: tuple[str, ...] = ()
    """Names of columns and tables that stop existing, to be searched in the code of their users."""
    declared: Phase | None = None
    """The phase that its author wrote down (folder, branch label, attribute); it is trusted over what was read."""

    digest: str = ""
    """Of the file, or its part of a file of several: 12 hexadecimal digits. An answer holds for it alone."""
    command: str = ""
    """The tool's own command that applies it; empty when there is none. ``$DATABASE_URL`` is the connection."""
    command_down: str = ""
    """The tool's own command that undoes it."""
    line: int = 0
    """Where it begins in a file of several migrations, from 1; 0 for the whole file."""
    split: tuple[SplitStep, ...] = ()
    """How to do it in two releases when it has no safe moment of its own; in the order of the steps."""

    @property
    def key(self) -> str:
        """``service/id``: how answers and messages name it."""
        return f"{self.service}/{self.id}"


@dataclass(frozen=True, slots=True)
class PendingMigrations:
    """What one service's migration folder needs between the running and the released commit."""

    service: str
    datastore: str
    tool: str
    applied_head: str | None
    """Id of the last applied migration; None when there is none."""
    pending: tuple[Migration, ...]
    """In the order in which the tool applies them."""
    linear: bool
    """Whether the tool can only apply them as one chain in this order."""
    findings: tuple[Finding, ...] = ()
    beginning: str = "0"
    """What the tool calls the state before its first migration."""
    stops: bool = True
    """Whether the tool can be told to apply one migration and not those that follow."""
