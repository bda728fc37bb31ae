"""Migrations as data: what ``runbook migrations --json`` prints, and its JSON Schema."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from runbook_tui.authoring.migration_sections import Section
from runbook_tui.migrations.inspection import Entry
from runbook_tui.migrations.model import Level, Phase, Reversal


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class OperationData(_Part):
    """One schema or data change of the upgrade path."""

    kind: str = Field(description="a row of the safety table, such as add-column-nullable")
    phase: Phase
    line: int = Field(description="line of the file, from 1")
    text: str
    table: str | None
    name: str | None = Field(description="the column, index, constraint or enum value")
    reversal: Reversal
    conditional: bool = Field(description="it stands in a condition or loop: it may or may not run")
    lock: str = Field(description="what the engine locks while it runs; empty when nothing")


class FindingData(_Part):
    """Something that a reviewer has to know."""

    rule: str = Field(description="stable id; runbook migrations --rules lists them")
    level: Level
    path: str
    line: int = Field(description="from 1; 0 for the file as a whole")
    message: str
    recipe: str = Field(description="what to do; empty when there is nothing to say")


class MigrationData(_Part):
    """One migration, or a file with findings that is none to be run; that one has no id."""

    path: str = Field(description="inside the repository")
    line: int = Field(description="where it begins in a file of several; 0 for the whole file")
    tool: str | None
    id: str | None = Field(description="as the tool calls it; null for what is no migration to be run")
    title: str
    phase: Phase
    declared: Phase | None = Field(description="the phase that its author wrote down; it is trusted")
    reversible: bool | None = Field(description="null when nobody knows; true also when data is lost by it")
    reversal: Reversal = Field(description="loss: it can be undone, and data written since is lost")
    has_down: bool = Field(description="whether the files say how to undo it")
    transactional: bool
    parents: tuple[str, ...]
    operations: tuple[OperationData, ...]
    findings: tuple[FindingData, ...]
    command: str = Field(description="the tool's own command that applies it; empty when there is none")
    command_down: str
    answer: str = Field(
        description="the command with which a person says when it may run; empty if not asked"
    )
    service: str | None
    datastore: str | None
    engine: str | None = Field(description="as it is written; null: nobody says it, read as PostgreSQL")
    engine_source: str | None
    folder: str = Field(description="the migration folder, inside the repository")
    repository: str = Field(description="as it is reached from where the command ran")


_LIST = TypeAdapter(list[MigrationData])
_REVERSIBLE = {Reversal.YES: True, Reversal.LOSS: True, Reversal.NO: False, Reversal.UNKNOWN: None}


def as_data(sections: list[Section]) -> list[dict[str, Any]]:
    """Every migration of every folder, in order; what is found about others is attached or an entry of its own."""
    entries = [_data(section, entry) for section in sections for entry in section.inspected.entries]
    return _LIST.dump_python(entries, mode="json")  # type: ignore[no-any-return]


def migrations_schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12, of what is printed."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Migrations as runbook-tui sees them",
        **_LIST.json_schema(mode="serialization"),
    }


def answer_command(section: Section, entry: Entry) -> str:
    """The command with which a person says when a migration may run; empty where nobody asks."""
    from runbook_tui.text.shell import display

    if not section.manifest or entry.migration is None or entry.phase is not Phase.ASK:
        return ""
    question = f"migration:{entry.migration.key}"
    words = display(["runbook", "answer", section.manifest, question])
    return f"{words} expand|backfill|contract --because '...'"


def _data(section: Section, entry: Entry) -> MigrationData:
    inspected, migration = section.inspected, entry.migration
    found = inspected.found
    reversal = migration.reversal if migration else Reversal.UNKNOWN
    return MigrationData(
        path=entry.path,
        line=migration.line if migration else 0,
        tool=found.tool or None,
        id=migration.id if migration else None,
        title=migration.title if migration else "",
        phase=entry.phase,
        declared=migration.declared if migration else None,
        reversible=_REVERSIBLE[reversal],
        reversal=reversal,
        has_down=migration.has_down if migration else False,
        transactional=migration.transactional if migration else False,
        parents=migration.parents if migration else (),
        operations=tuple(map(OperationData.model_validate, migration.operations)) if migration else (),
        findings=tuple(map(FindingData.model_validate, entry.findings)),
        command=migration.command if migration else "",
        command_down=migration.command_down if migration else "",
        answer=answer_command(section, entry),
        service=found.service or None,
        datastore=found.datastore or None,
        engine=inspected.engine or None,
        engine_source=inspected.engine_source or None,
        folder=inspected.folder,
        repository=section.root,
    )
