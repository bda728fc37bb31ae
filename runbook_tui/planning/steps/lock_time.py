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
from runbook_tui.planning.steps.migration_text import Together, prefix
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


def limit(drafting: Drafting, change: ServiceChange, items: Together) -> str | None:
    """The value of PostgreSQL's ``lock_timeout`` for what one command applies; None to leave it alone.

    CREATE INDEX CONCURRENTLY waits for older transactions as for a lock, but nobody waits behind it.
    """
    if _engine(drafting, change, items) is not Engine.POSTGRES:
        return None
    migrations = [item.migration for item in items]
    if not any(_queues(one) for one in migrations) or any(_concurrent(one) for one in migrations):
        return None
    datastore = migrations[0].datastore
    written = drafting.scope.datastore(datastore).lock_timeout
    if written == "none":
        return None
    seconds = drafting.commands.duration(written, f"datastores.{datastore}.lock_timeout")
    milliseconds = round((_DEFAULT if seconds is None else seconds) * 1000)
    if not milliseconds:
        return None
    return f"{milliseconds}ms" if milliseconds % 1000 else f"{milliseconds // 1000}s"


def environment(drafting: Drafting, change: ServiceChange, items: Together) -> dict[str, str]:
    """Environment variables of the command that migrates, and of the one that undoes it."""
    value = limit(drafting, change, items)
    heard = change.service.commands.migrate is not None and items[0].migration.tool not in _DEAF
    return {"PGOPTIONS": f"-c lock_timeout={value}"} if value and heard else {}


def advice(drafting: Drafting, change: ServiceChange, items: Together) -> Iterator[str]:
    """What whoever runs the step must know about its locks and its failure, a paragraph each."""
    engine = _engine(drafting, change, items)
    value = limit(drafting, change, items)
    if engine is Engine.MYSQL:
        yield from _mysql(items)
        return
    waiting = f"{_waiting(change, items[0].migration.tool, value)} " if value else ""
    failed = [
        _after_failure(one) for item in items for one in item.migration.operations if _concurrently(one)
    ]
    if failed and engine is Engine.POSTGRES:
        runs = "CONCURRENTLY runs outside a transaction and without a lock timeout: nobody waits behind it."
        yield f"{runs} When it fails: {'; '.join(dict.fromkeys(failed))}."
    elif engine is not None and any(item.phase is not Phase.NONE for item in items):
        yield waiting + _failure(items, again=bool(waiting))


def _failure(items: Together, *, again: bool) -> str:
    """What is there after a failure, and what to do."""
    if not all(item.migration.transactional for item in items):
        return "It runs outside a transaction: after a failure see how far it came before it runs again."
    if any(one.phase is Phase.ASK for item in items for one in item.migration.operations):
        return "What a failure leaves, only a person can tell: see how far it came before it runs again."
    said, reset = "It is one transaction: a failure takes all of it back.", _reset(items[0])
    if len(items) > 1:
        said, reset = "Each is one transaction: a failure takes back the one that failed, and no other.", ""
    if again:
        return f"{said} After a lock timeout: {reset}run it again in a quieter moment, up to {_TRIES} times."
    return f"{said} After a failure: {reset}run it again." if reset else said


def _waiting(change: ServiceChange, tool: str, value: str) -> str:
    if tool in _DEAF:
        return f"Nothing here limits how long it waits for a lock: {tool} reads no PGOPTIONS. Set it by {_DEAF[tool]}."
    if change.service.commands.migrate is None:
        return f"Run it with PGOPTIONS='-c lock_timeout={value}', so that nobody waits for long behind it."
    unless = f"; {_UNLESS[tool]} would not read it" if tool in _UNLESS else ""
    return f"It waits at most {value} for a lock (PGOPTIONS{unless})."


def _reset(item: PlannedMigration) -> str:
    """What has to be taken back first with tools that remember a run that failed."""
    if item.migration.tool == "golang-migrate":  # its table says dirty: "Fix and force version"
        return f"migrate force {'-1' if item.first else line(item.previous)}, then "
    if item.migration.tool == "prisma":  # its documentation, "prisma migrate resolve"
        return f"prisma migrate resolve --rolled-back {line(item.migration.id)}, then "
    return ""


def _mysql(items: Together) -> Iterator[str]:
    if any(_queues(item.migration) for item in items):
        yield (
            "Nothing here limits how long it waits for a metadata lock: "
            "SET SESSION lock_wait_timeout in it, or for its user."
        )
    commits = "MySQL commits each statement. After a failure see how far it came, and do the rest by hand:"
    for item in items:
        if any(finding.rule == "ddl-autocommit" for finding in item.migration.findings):
            done = [one for one in item.migration.operations if one.phase is not Phase.NONE]
            listed = bullets([line(f"{one.text} (line {one.line})") for one in done])
            yield f"{prefix(item, items)}{commits}\n{listed}"


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


def _concurrent(migration: Migration) -> bool:
    return any(_concurrently(operation) for operation in migration.operations)


def _concurrently(operation: Operation) -> bool:
    return operation.kind.endswith("-concurrently")


def _engine(drafting: Drafting, change: ServiceChange, items: Together) -> Engine | None:
    manifest = drafting.scope.release.manifest
    return engine_family(manifest.engine_of(change.service, items[0].migration.datastore))
