"""What a reviewer must know about a migration file as a whole: its transaction, its statements together."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.judging.classify import Judged
from runbook_tui.migrations.judging.subject import LONG, Subject
from runbook_tui.migrations.model import Finding, Level, Phase

_LOCK_TIMEOUTS = frozenset(
    {"lock_timeout", "lock_wait_timeout", "statement_timeout", "innodb_lock_wait_timeout"}
)


def _conditional(subject: Subject) -> Iterator[Finding]:
    found = [
        j.operation for j in subject.judged if j.operation.conditional and j.operation.phase is not Phase.NONE
    ]
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        message = f"{found[0].text}{more}: inside a condition or loop, so it may or may not run"
        yield subject.finding("conditional", Level.NOTE, found[0].line, message)


def _autocommit(subject: Subject) -> Iterator[Finding]:
    if subject.engine is not Engine.MYSQL:
        return
    statements: dict[object, int] = {}
    for number, item in enumerate(subject.judged):
        if item.operation.phase is not Phase.NONE:
            statements.setdefault(item.change.statement or -number, item.operation.line)
    if len(statements) > 1:
        message = (
            f"MySQL commits each of the {len(statements)} statements: one that fails leaves it half applied"
        )
        line = list(statements.values())[1]
        touched = [j for j in subject.judged if not j.harmless and j.operation.kind != "create-table"]
        old = any(item.operation.phase is not Phase.NONE for item in touched)
        level = Level.WARNING if old else Level.NOTE  # what is left of new tables can be dropped
        yield subject.finding("ddl-autocommit", level, line, message, "Write one statement a migration.")


def _lock_timeout(subject: Subject) -> Iterator[Finding]:
    if subject.engine is Engine.SQLITE:
        return
    for item in subject.judged:
        if item.operation.kind == "setting" and item.change.name in _LOCK_TIMEOUTS:
            return
        if not item.harmless and item.lock.queues:
            message = "no lock timeout: while a statement waits for its lock, every later query on the table waits too"
            postgres = subject.engine is Engine.POSTGRES
            setting = "SET lock_timeout = '1s'" if postgres else "SET SESSION lock_wait_timeout = 1"
            remedy = f"{setting} before it, and try again when it fails."
            yield subject.finding("no-lock-timeout", Level.NOTE, item.operation.line, message, remedy)
            return


def _long_transaction(subject: Subject) -> Iterator[Finding]:
    """A lock is held until the transaction ends, so the longest operation decides how long."""
    if subject.engine is not Engine.POSTGRES or not subject.transactional:
        return
    exclusive = [j for j in subject.judged if not j.harmless and j.lock.stops_all]
    long = [j for j in subject.judged if not j.harmless and (j.lock.hazard or j.operation.kind in LONG)]
    for item in long:
        held = next((other for other in exclusive if other is not item), None)
        if held is not None and held.operation.line <= item.operation.line:
            message = f"{held.operation.text} locks the table until {item.operation.text} is done, in one transaction"
            remedy = "Put the long one into a migration of its own."
            yield subject.finding("long-transaction", Level.WARNING, item.operation.line, message, remedy)
            return


def _validated_at_once(subject: Subject) -> Iterator[Finding]:
    if not subject.transactional:
        return
    added = {
        j.change.name for j in subject.judged if j.operation.kind.endswith("-not-valid") and j.change.name
    }
    for item in subject.judged:
        if item.operation.kind == "validate-constraint" and item.change.name in added and not item.harmless:
            message = (
                f"{item.operation.text}: NOT VALID gains nothing when it is validated in the same transaction"
            )
            remedy = "Validate it in the next migration."
            yield subject.finding(
                "validate-in-same-transaction", Level.WARNING, item.operation.line, message, remedy
            )


def _enum_in_transaction(subject: Subject) -> Iterator[Finding]:
    if subject.engine is not Engine.POSTGRES or not subject.transactional:
        return
    added = [
        j
        for j in subject.judged
        if j.operation.kind == "add-enum-value" and not j.change.outside_transaction and _is_used(subject, j)
    ]
    later = [j for j in subject.judged if added and j.operation.kind in LONG | {"insert-rows", "set-default"}]
    if later:
        message = f"{added[0].operation.text}: PostgreSQL cannot use a new enum value in the transaction that adds it"
        remedy = "Use the value in a later migration."
        yield subject.finding(
            "enum-value-in-transaction", Level.WARNING, later[0].operation.line, message, remedy
        )


def _is_used(subject: Subject, added: Judged) -> bool:
    """Whether a new enum value stands in the file a second time."""
    value = (added.change.name or "").strip("'").encode()
    return subject.text.count(value) > 1


def _nested_transaction(subject: Subject) -> Iterator[Finding]:
    if not subject.body.wraps_transaction:
        return
    for item in subject.judged:
        if item.operation.kind == "setting" and item.change.name in ("begin", "commit"):
            message = "the tool already runs the file in a transaction; this ends or warns about it"
            remedy = "Leave it out, or tell the tool to use no transaction."
            yield subject.finding("transaction-nesting", Level.WARNING, item.operation.line, message, remedy)
            return


def _no_down(subject: Subject) -> Iterator[Finding]:
    if not subject.body.has_down and any(j.operation.phase is not Phase.NONE for j in subject.judged):
        yield subject.finding("no-down", Level.NOTE, 0, "the file does not say how to undo it")


WHOLE: tuple[Callable[[Subject], Iterator[Finding]], ...] = (
    _conditional,
    _autocommit,
    _lock_timeout,
    _long_transaction,
    _validated_at_once,
    _enum_in_transaction,
    _nested_transaction,
    _no_down,
)
