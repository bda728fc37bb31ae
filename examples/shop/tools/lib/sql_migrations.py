"""Apply plain SQL migrations and keep the tables that golang-migrate and dbmate keep.

golang-migrate: ``schema_migrations(version bigint, dirty boolean)``, one row: where the database stands.
dbmate: ``schema_migrations(version varchar(128))``, one row for each applied migration.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from lib.shop import Failed, say


@dataclass(frozen=True)
class Migration:
    """One version with both directions."""

    version: str
    title: str
    up: str
    down: str


class GolangMigrate:
    """``000005_add_locale.up.sql`` and ``.down.sql``: walks from the version of the database to the asked one."""

    def __init__(self, database: Path, folder: Path) -> None:
        self.connection = _connect(database)
        self.migrations = list(_pairs(folder))
        self.connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations (version bigint NOT NULL, dirty boolean NOT NULL)"
        )

    def up(self, revision: str) -> None:
        """Go forward to a version, or to the ``head``."""
        at, asked = self._at(), _number(_known(revision, self.migrations))
        for migration in self.migrations:
            if at < _number(migration.version) <= asked:
                self._step(migration, migration.up, _number(migration.version))

    def down(self, revision: str) -> None:
        """Go back to a version; 0 is the empty database."""
        at, asked = self._at(), _number(revision)
        numbers = [0, *(_number(migration.version) for migration in self.migrations)]
        for migration, before in reversed(list(zip(self.migrations, numbers, strict=False))):
            if asked < _number(migration.version) <= at:
                self._step(migration, migration.down, before)

    def _at(self) -> int:
        row = self.connection.execute("SELECT version, dirty FROM schema_migrations").fetchone()
        if row and row["dirty"]:
            raise Failed(
                f"version {row['version']} is dirty: a migration failed half-way; mend it by hand first"
            )
        return int(row["version"]) if row else 0

    def _step(self, migration: Migration, sql: str, arrives_at: int) -> None:
        self._set(_number(migration.version), dirty=True)
        with _transaction(self.connection):
            _execute(self.connection, sql)
        self._set(arrives_at, dirty=False)
        say(f"{migration.version}_{migration.title}: now at {arrives_at}")

    def _set(self, version: int, *, dirty: bool) -> None:
        with _transaction(self.connection):
            self.connection.execute("DELETE FROM schema_migrations")
            self.connection.execute("INSERT INTO schema_migrations VALUES (?, ?)", (version, dirty))


class Dbmate:
    """``20261110101500_add_locale.sql`` with ``-- migrate:up`` and ``-- migrate:down``: applies what is missing."""

    def __init__(self, database: Path, folder: Path) -> None:
        self.connection = _connect(database)
        self.migrations = [_sections(path) for path in sorted(folder.glob("*.sql"))]
        self.connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations (version varchar(128) PRIMARY KEY)"
        )

    def up(self, revision: str) -> None:
        """Apply what is missing up to a version, or to the ``head``."""
        applied, asked = self._applied(), _known(revision, self.migrations)
        for migration in self.migrations:
            if migration.version <= asked and migration.version not in applied:
                self._step(migration, migration.up, "INSERT INTO schema_migrations VALUES (?)")

    def down(self, revision: str) -> None:
        """Take back what was applied after a version."""
        applied = self._applied()
        for migration in reversed(self.migrations):
            if migration.version > revision and migration.version in applied:
                self._step(migration, migration.down, "DELETE FROM schema_migrations WHERE version = ?")

    def _applied(self) -> set[str]:
        return {row["version"] for row in self.connection.execute("SELECT version FROM schema_migrations")}

    def _step(self, migration: Migration, sql: str, note: str) -> None:
        with _transaction(self.connection):
            _execute(self.connection, sql)
            self.connection.execute(note, (migration.version,))
        say(f"{migration.version}_{migration.title}: done")


LAYOUTS: dict[str, type[GolangMigrate | Dbmate]] = {"golang-migrate": GolangMigrate, "dbmate": Dbmate}


def revision(database: Path) -> str:
    """Where a database stands, whichever tool migrates it; empty before the first migration."""
    with closing(_connect(database)) as connection:
        tables = {
            row["name"] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        if "alembic_version" in tables:
            rows = connection.execute("SELECT version_num AS version FROM alembic_version")
            return ", ".join(row["version"] for row in rows)
        if "schema_migrations" not in tables:
            return ""
        row = connection.execute("SELECT max(version) AS version FROM schema_migrations").fetchone()
        return f"{row['version']:06d}" if isinstance(row["version"], int) else row["version"] or ""


def _connect(database: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(database, timeout=5, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _execute(connection: sqlite3.Connection, sql: str) -> None:
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""
    connection.execute(statement)  # the last one may do without its semicolon


def _pairs(folder: Path) -> Iterator[Migration]:
    for up in sorted(folder.glob("*.up.sql")):
        version, _, title = up.name.removesuffix(".up.sql").partition("_")
        down = up.with_name(up.name.replace(".up.sql", ".down.sql"))
        yield Migration(version, title, up.read_text("utf-8"), down.read_text("utf-8"))


def _sections(path: Path) -> Migration:
    version, _, title = path.stem.partition("_")
    up, _, down = path.read_text("utf-8").partition("-- migrate:down")
    return Migration(version, title, re.sub(r"^\s*-- migrate:up[^\n]*\n", "", up), down)


def _known(revision: str, migrations: list[Migration]) -> str:
    return migrations[-1].version if revision == "head" and migrations else revision


def _number(revision: str) -> int:
    return int(revision or 0)
