"""The migration tools: what each has to know, and which there are.

A new tool is one file with a :class:`MigrationTool` and one line in :func:`tools`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Protocol

from runbook_tui.catalog.model import Tool
from runbook_tui.migrations.changes import Body
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.model import Finding, Phase

Files = Mapping[str, bytes]
"""Paths relative to the root of the repository, with ``/``, and what the files hold."""


@dataclass(frozen=True, slots=True)
class Script:
    """One migration file as its tool sees it, before its operations are read."""

    id: str
    title: str
    path: str
    parents: tuple[str, ...]
    """Ids applied before it, by the file's own words; set by :func:`chained` for numbered tools."""
    data: bytes
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


@dataclass(frozen=True, slots=True)
class Scripts:
    """All migrations of a folder, in no particular order."""

    scripts: tuple[Script, ...]
    findings: tuple[Finding, ...] = ()
    """Files that cannot be taken as migrations, and what else is wrong with the folder as a whole."""


BodyReader = Callable[[Script], Body]


class MigrationTool(Protocol):
    """One migration tool's files."""

    name: Tool
    numbered: bool
    """Whether the order is that of the numbers in the file names."""
    skips_lower: bool
    """Whether a number below the applied ones is never run (walks on from the current version)."""
    splits_heads: bool
    """Whether two ends of one group stop the tool."""

    def recognises(self, path: str, data: bytes) -> bool:
        """Whether a file looks like one of this tool's migrations."""
        ...

    def scripts(self, files: Files, folder: str) -> Scripts:
        """The migrations among files below ``folder``."""
        ...

    def reader(self, engine: Engine) -> BodyReader:
        """Reads bodies; called for every script in the tool's order."""
        ...


def tools() -> tuple[MigrationTool, ...]:
    """All tools, in the order in which they are tried."""
    from runbook_tui.migrations.alembic import Alembic
    from runbook_tui.migrations.dbmate import Dbmate
    from runbook_tui.migrations.django import Django
    from runbook_tui.migrations.golang_migrate import GolangMigrate

    return (Alembic(), Django(), GolangMigrate(), Dbmate())


def tool_named(name: Tool) -> MigrationTool:
    """The tool of that name."""
    return next(tool for tool in tools() if tool.name is name)


def detect_tool(files: Files, folder: str) -> Tool | None:
    """The tool whose migrations most files of ``folder`` look like; None when none does."""
    inside = below(files, folder)
    counted = [(sum(tool.recognises(path, data) for path, data in inside.items()), tool) for tool in tools()]
    best = max(counted, key=lambda item: item[0])
    return best[1].name if best[0] else None


def below(files: Files, folder: str) -> dict[str, bytes]:
    """The files in a folder and its folders, sorted by path."""
    prefix = str(PurePosixPath(folder))
    if prefix in (".", ""):
        return {path: files[path] for path in sorted(files)}
    return {path: files[path] for path in sorted(files) if path.startswith(f"{prefix}/")}


def chained(scripts: Sequence[Script], key: Callable[[Script], tuple[object, ...]]) -> tuple[Script, ...]:
    """Numbered migrations, each with the one before it as its parent."""
    ordered = sorted(scripts, key=key)
    result: list[Script] = []
    for script in ordered:
        result.append(replace(script, parents=(result[-1].id,) if result else ()))
    return tuple(result)


def title_of(name: str) -> str:
    """A name such as ``add_currency-column`` in words."""
    return " ".join(name.replace("_", " ").replace("-", " ").split())
