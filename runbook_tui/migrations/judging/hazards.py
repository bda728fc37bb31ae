"""What a reviewer must know about each operation besides its phase: its lock, what breaks, what cannot be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.judging.classify import Judged
from runbook_tui.migrations.judging.file_hazards import WHOLE
from runbook_tui.migrations.judging.recipes import recipe
from runbook_tui.migrations.judging.safety import BLOCKS_WRITES, REFUSED, TABLE_REWRITE, TABLE_SCAN
from runbook_tui.migrations.judging.subject import LONG, Subject
from runbook_tui.migrations.model import Finding, Level, Phase, Reversal

DECIDE = "Read it, and decide when it may run: expand, backfill or contract."

_LOCK_MESSAGES = {
    BLOCKS_WRITES: (Level.WARNING, "writes wait while it runs"),
    TABLE_REWRITE: (Level.WARNING, "the whole table is written again"),
    TABLE_SCAN: (Level.WARNING, "reads and writes wait while the whole table is scanned"),
    REFUSED: (Level.ERROR, "the engine refuses it"),
}
_BREAKING_RULES = {
    "add-column-required": ("not-null-without-default", "INSERTs of the running code leave it out and fail"),
    "rename-column": ("rename", "code of the old version and of the new one cannot both work"),
    "rename-table": ("rename", "code of the old version and of the new one cannot both work"),
    "rename-object": ("rename", "code of the old version and of the new one cannot both work"),
    "rename-enum-value": ("rename", "code of the old version and of the new one cannot both work"),
    "change-type": ("type-change", "the old code and the new code expect different values"),
    "remove-enum-value": ("type-change", "the old code may still write the value"),
}
_SEEN = frozenset(
    {
        *("rebuild-table", "replace-constraint", "rename-constraint", "replace-routine", "alter-routine"),
        *("reshape-view", "change-owner", "row-policy"),
    }
)
"""What is read well, and means more or less to running code as only that code shows."""
_TYPE_CHANGES = frozenset({"change-type", "widen-type", "widen-type-rewrite"})


def find_hazards(subject: Subject) -> list[Finding]:
    """All findings of one file, by line."""
    found: list[Finding] = []
    for judged in subject.judged:
        for check in _EACH:
            found += check(subject, judged)
    for check_file in WHOLE:
        found += check_file(subject)
    return sorted(set(found), key=lambda finding: (finding.line, finding.rule, finding.message))


def _unread(subject: Subject, judged: Judged) -> Iterator[Finding]:
    operation = judged.operation
    if operation.kind == "unreadable":
        message = f"{judged.change.name or 'it cannot be read'}: {operation.text}"
        remedy = "Correct it, or read it and decide when it may run."
        yield subject.finding("unreadable", Level.WARNING, operation.line, message, remedy)
    elif operation.phase is Phase.ASK:
        what = "whether running code still works with it" if operation.kind in _SEEN else "what it does"
        message = f"{operation.text}: only a person can tell {what}"
        yield subject.finding("opaque", Level.WARNING, operation.line, message, DECIDE)


def _breaking(subject: Subject, judged: Judged) -> Iterator[Finding]:
    operation = judged.operation
    rule, why = _BREAKING_RULES.get(operation.kind, ("breaking", "no moment is safe for it"))
    if operation.phase is Phase.BREAKING:
        message = f"{operation.text}: {why}"
        level = Level.ERROR if subject.declared is None else Level.WARNING
        yield subject.finding(rule, level, operation.line, message, recipe(operation.kind, subject.engine))


def _lock(subject: Subject, judged: Judged) -> Iterator[Finding]:
    operation, hazard = judged.operation, judged.lock.hazard
    if judged.harmless or not hazard:
        return
    level, effect = _LOCK_MESSAGES[hazard]
    level = Level.NOTE if subject.small and level is Level.WARNING else level
    message = f"{operation.text}: {effect} ({operation.lock})"
    message += f", {operation.estimate}" if operation.estimate else ""
    yield subject.finding(hazard, level, operation.line, message, recipe(operation.kind, subject.engine))


def _both_tables(subject: Subject, judged: Judged) -> Iterator[Finding]:
    """Nothing is scanned for a column that is NULL, yet the table that it refers to is locked as well."""
    operation, change = judged.operation, judged.change
    lock = judged.lock
    quick = operation.kind == "add-foreign-key" and change.with_column and lock.queues and not lock.hazard
    if quick and subject.engine is Engine.POSTGRES and not judged.harmless:
        message = (
            f"{operation.text}: it locks the table that it refers to as well: writes to both wait behind "
            "whoever uses either"
        )
        remedy = (
            "Add the column first; then the foreign key NOT VALID, with a lock timeout; VALIDATE it later."
        )
        yield subject.finding("locks-both-tables", Level.WARNING, operation.line, message, remedy)


def _used_by_view(subject: Subject, judged: Judged) -> Iterator[Finding]:
    """PostgreSQL's manual, "Dependency Tracking"; SQLite reads every view again after DROP COLUMN. MySQL lets it
    happen, and the view fails."""
    operation = judged.operation
    drops = operation.kind == "drop-column" and subject.engine is not Engine.MYSQL
    retypes = operation.kind in _TYPE_CHANGES and subject.engine is Engine.POSTGRES
    views = ", ".join(judged.views)
    if views and drops and judged.change.cascades:
        message = f"{operation.text}: CASCADE drops the view {views} as well, which uses the column"
        remedy = "Drop it by name, and create it again without the column when code still reads it."
        yield subject.finding("cascade", Level.WARNING, operation.line, message, remedy)
    elif views and (drops or retypes):
        message = f"{operation.text}: the engine refuses it while the view {views} uses the column"
        remedy = "Drop the view before it, and create it again after it, without the column where it goes."
        yield subject.finding("refused-by-engine", Level.ERROR, operation.line, message, remedy)


def _irreversible(subject: Subject, judged: Judged) -> Iterator[Finding]:
    operation = judged.operation
    if operation.reversal is Reversal.NO and operation.phase is not Phase.NONE:
        message = f"{operation.text}: nothing brings it back but a backup"
        remedy = recipe(operation.kind, subject.engine, subject.tool)
        yield subject.finding("irreversible", Level.NOTE, operation.line, message, remedy)


def _concurrently(subject: Subject, judged: Judged) -> Iterator[Finding]:
    outside = judged.change.outside_transaction or not subject.body.transactional
    if judged.operation.kind.endswith("-concurrently") and subject.engine is Engine.POSTGRES and not outside:
        message = f"{judged.operation.text}: PostgreSQL refuses CONCURRENTLY inside a transaction"
        remedy = "Put it into a migration of its own that the tool runs outside a transaction."
        yield subject.finding(
            "concurrently-in-transaction", Level.ERROR, judged.operation.line, message, remedy
        )


def _unbatched(subject: Subject, judged: Judged) -> Iterator[Finding]:
    operation = judged.operation
    if operation.phase is not Phase.BACKFILL or operation.kind not in LONG or judged.change.bounded:
        return
    alone = judged.change.outside_transaction or not subject.body.transactional
    if operation.conditional and alone:
        level = Level.NOTE
        effect = "in a loop or condition, outside a transaction; see that every batch is small"
    elif operation.conditional:
        level = Level.WARNING
        effect = "however it is repeated, one transaction holds the row locks of all of it"
    else:
        level = Level.WARNING
        effect = "one statement holds its row locks until all rows are done"
    message = f"{operation.text}: {effect}"
    remedy = recipe(operation.kind, subject.engine)
    yield subject.finding("unbatched-backfill", level, operation.line, message, remedy)


def _required_drop(subject: Subject, judged: Judged) -> Iterator[Finding]:
    operation, before = judged.operation, judged.before
    if (
        operation.kind == "drop-column"
        and before is not None
        and before.nullable is False
        and not before.filled
    ):
        message = (
            f"{operation.text}: it is NOT NULL without a default, so the new code, which no longer writes it, "
            "cannot INSERT between the deploy and the drop"
        )
        remedy = "Add an expand migration that allows NULL or sets a default, before the deploy."
        yield subject.finding("drop-required-column", Level.WARNING, operation.line, message, remedy)


def _upserts(subject: Subject, judged: Judged) -> Iterator[Finding]:
    """PostgreSQL's manual, "INSERT": ON CONFLICT needs a unique index of its columns; MySQL's ON DUPLICATE KEY and
    SQLite's OR REPLACE insert a second row without one."""
    operation, change = judged.operation, judged.change
    if not judged.unique or operation.phase is Phase.NONE or change.part_of_narrowing:
        return
    again = any("-unique" in j.operation.kind and j.change.name == change.name for j in subject.judged)
    if again and subject.transactional:  # nobody sees it gone
        return
    columns = ", ".join(judged.unique)
    effect = "insert duplicates" if subject.engine is Engine.MYSQL else "fail (ON CONFLICT)"
    message = (
        f"{operation.text}: upserts of running code that rely on unique {columns} {effect} once it is gone"
    )
    remedy = "Run it when no running code upserts by it, and before code writes duplicates."
    yield subject.finding("upsert-needs-unique", Level.WARNING, operation.line, message, remedy)


def _readers_first(subject: Subject, judged: Judged) -> Iterator[Finding]:
    operation = judged.operation
    what = {
        "drop-not-null": "every reader has to take NULL before the first writer writes one",
        "add-enum-value": "every reader has to know the value before the first writer writes it",
        "add-enum-value-inside": "every reader has to know the values before the first writer writes one",
    }.get(operation.kind)
    if what and not judged.harmless and operation.phase is Phase.EXPAND:
        remedy = "Deploy the services that read it before those that write it."
        yield subject.finding(
            "readers-first", Level.WARNING, operation.line, f"{operation.text}: {what}", remedy
        )


def _no_equality(subject: Subject, judged: Judged) -> Iterator[Finding]:
    """ankane/strong_migrations, README: "Adding a json column"."""
    operation, column = judged.operation, judged.change.column
    adds = operation.kind.startswith("add-column") and not judged.harmless
    if adds and subject.engine is Engine.POSTGRES and column is not None and str(column.type) == "json":
        message = f"{operation.text}: PostgreSQL cannot compare json, so SELECT DISTINCT of whole rows fails"
        yield subject.finding(
            "no-equality", Level.WARNING, operation.line, message, "Use jsonb, which can be compared."
        )


def _assumed(subject: Subject, judged: Judged) -> Iterator[Finding]:
    change = judged.change
    if change.part_of_narrowing and change.kind == "drop-constraint" and not change.over:
        message = (
            f"{judged.operation.text}: taken as part of the drop in this file; its columns are not known"
        )
        remedy = "When the new code needs it gone, move it into an expand migration."
        yield subject.finding("assumed-part-of-drop", Level.NOTE, change.line, message, remedy)


_EACH: tuple[Callable[[Subject, Judged], Iterator[Finding]], ...] = (
    _unread,
    _breaking,
    _lock,
    _both_tables,
    _used_by_view,
    _irreversible,
    _concurrently,
    _unbatched,
    _required_drop,
    _upserts,
    _readers_first,
    _no_equality,
    _assumed,
)
