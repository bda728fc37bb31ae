"""Each tool's version table: its name, its columns, and what its rows say. A row here is all that a tool needs.

Sources: the tools' own documentation and source, named in the ``tools/`` file of each; for the tables alembic
(``alembic_version``), Django ``db/migrations/recorder.py``, flyway ``flyway_schema_history``, liquibase
``DATABASECHANGELOG``, rails ``schema_migration.rb``, golang-migrate ``database/postgres/postgres.go``, goose
``internal/dialects/postgres.go``, Prisma ``_prisma_migrations``, knex ``lib/migrations/migrate``, sqitch
``lib/App/Sqitch/Engine/pg.sql``, atlas ``cmd/atlas/internal/migrate/ent/schema``, diesel ``migrations_macros``, sqlx
``sqlx-core/src/migrate``, ecto_sql ``schema_migration.ex``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from runbook_tui.migrations.live import records
from runbook_tui.migrations.live.catalogue import FoundTable
from runbook_tui.migrations.tool import MigrationTool
from runbook_tui.migrations.version_table import Lock, VersionTable


def file_name(name: str) -> str:
    """A file without its folder and ending: TypeScript is recorded by the JavaScript that was made of it."""
    return re.sub(r"\.[cm]?[jt]s$", "", name.rpartition("/")[2])


_SCHEMA_MIGRATIONS = ("schema_migrations",)

TABLES = {
    table.tool: table
    for table in (
        VersionTable("alembic", ("alembic_version",), ("version_num",), records.heads),
        VersionTable(
            "atlas",
            ("atlas_schema_revisions",),
            ("version", "type", "applied", "total", "error"),
            records.atlas,
            schemas=("atlas_schema_revisions",),
        ),
        VersionTable(
            "dbmate",
            _SCHEMA_MIGRATIONS,
            ("version",),
            records.versions,
            without=frozenset({"dirty", "inserted_at"}),
        ),
        VersionTable(
            "diesel",
            ("__diesel_schema_migrations",),
            ("version",),
            records.versions,
            key=lambda name: name.partition("_")[0].replace("-", ""),
        ),
        VersionTable("django", ("django_migrations",), ("app", "name"), records.django),
        VersionTable(
            "ecto", _SCHEMA_MIGRATIONS, ("version", "inserted_at"), records.numbers, key=records.number
        ),
        VersionTable(
            "flyway",
            ("flyway_schema_history", "schema_version"),
            ("installed_rank", "version", "description", "type", "success"),
            records.flyway,
            key=records.flyway_key,
            order="installed_rank",
        ),
        VersionTable(
            "golang-migrate",
            _SCHEMA_MIGRATIONS,
            ("version", "dirty"),
            records.golang_migrate,
            key=records.number,
        ),
        VersionTable(
            "goose",
            ("goose_db_version",),
            ("id", "version_id", "is_applied"),
            records.goose,
            key=records.number,
            order="id",
        ),
        VersionTable(
            "knex",
            ("knex_migrations",),
            ("name", "batch"),
            lambda rows: records.column(rows, "name", file_name),
            key=file_name,
            lock=Lock("knex_migrations_lock", "is_locked"),
        ),
        VersionTable(
            "liquibase",
            ("databasechangelog",),
            ("id", "author", "filename", "exectype"),
            records.liquibase,
            align=records.without_root,
            lock=Lock("databasechangeloglock", "locked", "lockedby"),
        ),
        VersionTable(
            "prisma",
            ("_prisma_migrations",),
            ("migration_name", "finished_at", "rolled_back_at"),
            records.prisma,
        ),
        VersionTable(
            "rails",
            _SCHEMA_MIGRATIONS,
            ("version",),
            records.numbers,
            key=records.number,
            without=frozenset({"dirty", "inserted_at"}),
        ),
        VersionTable(
            "sqitch",
            ("changes",),
            ("change", "project", "committed_at"),
            records.sqitch,
            align=records.own_project,
            order="committed_at",
            schemas=("sqitch",),
            beside="sqitch",
        ),
        VersionTable("sqlx", ("_sqlx_migrations",), ("version", "success"), records.sqlx, key=records.number),
    )
}
"""By the name of the tool."""


def version_table_of(tool: MigrationTool) -> VersionTable | None:
    """Where a tool writes down what it applied; None for a tool of another package that does not say."""
    return tool.version_table or TABLES.get(tool.name)


def tools_of(table: FoundTable) -> tuple[str, ...]:
    """The tools that may have made a table."""
    return tuple(
        tool
        for tool, version in sorted(TABLES.items())
        if table.name.lower() in version.names and version.is_it(table.columns)
    )


def all_names() -> Iterable[str]:
    """What the version tables of all tools are called, but for those with a schema of their own."""
    return {name for table in TABLES.values() if not table.schemas for name in table.names}
