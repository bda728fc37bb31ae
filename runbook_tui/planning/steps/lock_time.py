"""How long a migration waits for a lock, and what to do when it fails half-way.

A statement that waits for its lock makes every later query on the table wait behind it, so the wait is cut short and
the migration run again in a quieter moment. One second is what squawk recommends ("Safe Migrations"); ``tests/locks``
shows the queue, and what a cancelled CONCURRENTLY leaves behind. PgBouncer refuses PGOPTIONS
(pgbouncer/pgbouncer#875): ``lock_timeout: none`` leaves it out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbook_tui.migrations.engine import Engine, engine_family
from runbook_tui.migrations.model import Migration, Operation, Phase
from runbook_tui.planning.migrations import PlannedMigration
from runbook_tui.planning.steps.drafting import Drafting
from runbook_tui.planning.words import bullets, line
from runbook_tui.release.model import ServiceChange

_DEFAULT = 1.0
_TRIES = 5
_DEAF = {
    "ecto": "parameters: [lock_timeout: ...] of the repository",
    "flyway": "options=-c%20lock_timeout=... in its JDBC URL",
    "goose": "options=-c%20lock_timeout=... in its URL",
    "liquibase": "options=-c%20lock_timeout=... in its JDBC URL",
    "prisma": "SET lock_timeout in the migration",
}
"""Tools whose drivers read no PGOPTIONS (Postgrex, pgjdbc, pgx, tokio-postgres), and what they take in its place.

libpq reads it (psycopg, psql, Ruby's pg, Diesel), and so do lib/pq (config parsing of the environment), node-postgres
(``connection-parameters.js``) and sqlx (``sqlx-postgres``, ``options``).
"""
_UNLESS = {"alembic": "asyncpg or pg8000", "atlas": "pgx", "golang-migrate": "pgx"}
"""Drivers of other tools that do not read it either."""
_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]*")


def limit(drafting: Drafting, change: ServiceChange, migration: Migration) -> str | None:
    """The value of PostgreSQL's ``lock_timeout`` for a migration; None to leave it alone.

    CREATE INDEX CONCURRENTLY waits for older transactions as for a lock, but nobody waits behind it.
    """
    if _engine(drafting, change, migration) is not Engine.POSTGRES or not _queues(migration):
        return None
    if any(_concurrently(operation) for operation in migration.operations):
        return None
    written = drafting.scope.datastore(migration.datastore).lock_timeout
    if written == "none":
        return None
    seconds = drafting.commands.duration(written, f"datastores.{migration.datastore}.lock_timeout")
    milliseconds = round((_DEFAULT if seconds is None else seconds) * 1000)
    if not milliseconds:
        return None
    return f"{milliseconds}ms" if milliseconds % 1000 else f"{milliseconds // 1000}s"


def environment(drafting: Drafting, change: ServiceChange, migration: Migration) -> dict[str, str]:
    """Environment variables of the migration's command, and of the one that undoes it."""
    value = limit(drafting, change, migration)
    written = change.service.commands.migrate is not None
    return (
        {"PGOPTIONS": f"-c lock_timeout={value}"} if value and written and migration.tool not in _DEAF else {}
    )


def advice(drafting: Drafting, change: ServiceChange, item: PlannedMigration) -> Iterator[str]:
    """What whoever runs the step must know about its locks, a paragraph each."""
    migration = item.migration
    engine = _engine(drafting, change, migration)
    value = limit(drafting, change, migration)
    if value:
        yield _waiting(change, item, value)
    if engine is Engine.POSTGRES:
        failed = [_after_failure(one) for one in migration.operations if _concurrently(one)]
        if failed:
            runs = (
                "CONCURRENTLY runs outside a transaction and without a lock timeout: nobody waits behind it."
            )
            yield f"{runs} When it fails: {'; '.join(dict.fromkeys(failed))}."
    if engine is Engine.MYSQL:
        yield from _mysql(migration)


def _waiting(change: ServiceChange, item: PlannedMigration, value: str) -> str:
    migration, tool = item.migration, item.migration.tool
    if tool in _DEAF:
        said = f"Nothing here limits how long it waits for a lock: {tool} reads no PGOPTIONS. Set it by {_DEAF[tool]}."
    elif change.service.commands.migrate is None:
        said = f"Run it with PGOPTIONS='-c lock_timeout={value}', so that nobody waits for long behind it."
    else:
        unless = f"; {_UNLESS[tool]} would not read it" if tool in _UNLESS else ""
        said = f"It waits at most {value} for a lock (PGOPTIONS{unless})."
    again = (
        f"A lock timeout changes nothing: {_reset(item)}run it again in a quieter moment, up to {_TRIES} times."
        if migration.transactional
        else "It runs outside a transaction: after a lock timeout see how far it came before it runs again."
    )
    return f"{said} {again}"


def _reset(item: PlannedMigration) -> str:
    """What has to be taken back first with tools that remember a run that failed."""
    if item.migration.tool == "golang-migrate":  # its table says dirty: "Fix and force version"
        return f"migrate force {'-1' if item.first else line(item.previous)}, then "
    if item.migration.tool == "prisma":  # its documentation, "prisma migrate resolve"
        return f"prisma migrate resolve --rolled-back {line(item.migration.id)}, then "
    return ""


def _mysql(migration: Migration) -> Iterator[str]:
    if _queues(migration):
        yield (
            "Nothing here limits how long it waits for a metadata lock: "
            "SET SESSION lock_wait_timeout in it, or for its user."
        )
    if any(finding.rule == "ddl-autocommit" for finding in migration.findings):
        done = [one for one in migration.operations if one.phase is not Phase.NONE]
        listed = bullets([line(f"{one.text} (line {one.line})") for one in done])
        yield f"MySQL commits each statement. After a failure see how far it came, and do the rest by hand:\n{listed}"


def _after_failure(operation: Operation) -> str:
    """What clears the way for the next try: the manual's "Building Indexes Concurrently", and ``tests/locks``."""
    table, name = operation.table or "", operation.name or ""
    if operation.kind.startswith("detach-partition"):
        return f"ALTER TABLE {_quoted(table)} DETACH PARTITION {_quoted(name)} FINALIZE, in place of a second run"
    if operation.kind.startswith("drop-index"):
        return "run it again"
    if operation.kind.startswith("rebuild-index"):
        return "drop the INVALID index whose name ends in _ccnew or _ccold, and run it again"
    schema = table.rpartition(".")[0]
    full = f"{schema}.{name}" if schema and "." not in name else name
    drop = f" (DROP INDEX CONCURRENTLY IF EXISTS {_quoted(full)})" if name else ""
    return f"drop the index if it is left INVALID{drop}, and run it again"


def _quoted(name: str) -> str:
    parts = [
        part if _PLAIN_NAME.fullmatch(part) else '"' + part.replace('"', '""') + '"'
        for part in name.split(".")
    ]
    return line(".".join(parts))


def _queues(migration: Migration) -> bool:
    """Whether later queries may wait behind it, and the file does not limit for how long."""
    return any(finding.rule == "no-lock-timeout" for finding in migration.findings)


def _concurrently(operation: Operation) -> bool:
    return operation.kind.endswith("-concurrently")


def _engine(drafting: Drafting, change: ServiceChange, migration: Migration) -> Engine | None:
    manifest = drafting.scope.release.manifest
    return engine_family(manifest.engine_of(change.service, migration.datastore))
