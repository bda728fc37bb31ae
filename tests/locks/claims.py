"""What the words of a lock claim, so that a test can hold them against a measurement."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from runbook_tui.catalog.model import MigrationSource
from runbook_tui.migrations.judging.safety import BLOCKS_WRITES, TABLE_REWRITE, TABLE_SCAN
from runbook_tui.migrations.model import Migration, Operation
from runbook_tui.migrations.read import read_migrations
from tests.locks.postgres import MODES, Measured

_MODE = re.compile(r"\b(AccessExclusive|ShareUpdateExclusive|ShareRowExclusive|Exclusive|Share)\b")
_ELSEWHERE = ("both tables", "by a foreign key", "CASCADE", "refers to", "the partition", "partitioned table")
"""Words that tell of a lock on another table than the one that is named."""


def judged(before: str, sql: str, engine: str) -> Migration:
    """``sql`` as the one pending migration after ``before``, as everybody sees it."""
    source = MigrationSource(path="db", datastore="shop", tool="golang-migrate")
    files = {"db/1_before.up.sql": before, "db/2_next.up.sql": sql, "db/2_next.down.sql": "SELECT 1"}
    encoded = {path: text.encode() for path, text in files.items()}
    return read_migrations(source, encoded, service="shop", engine=engine)[-1]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is compared: claimed, or measured."""

    mode: str
    """The strongest table lock; empty for none beyond that of a SELECT."""
    rewritten: bool
    scanned: bool
    built: bool
    rules: frozenset[str]
    """Findings about it."""

    def covers(self, other: Facts) -> bool:
        """Whether nothing is worse than told here."""
        weaker = _rank(self.mode) < _rank(other.mode)
        told = self.rewritten or self.scanned or self.built
        return (
            not weaker
            and (self.rewritten or not other.rewritten)
            and (told or not (other.scanned or other.built))
            and (bool(self.rules) or not other.rules)
        )


def claimed(migration: Migration) -> Facts:
    """What the locks and findings of a migration say."""
    locks = [operation.lock for operation in migration.operations]
    modes = [f"{mode}Lock" for lock in locks for mode in _MODE.findall(lock)]
    modes += ["RowExclusiveLock" for lock in locks if lock.startswith("row locks")]
    rewritten = any("rewritten" in lock for lock in locks)
    built = any("index is built" in lock for lock in locks) and not rewritten
    scanned = any("scanned" in lock for lock in locks) and not rewritten and not built
    rules = {finding.rule for finding in migration.findings} & {BLOCKS_WRITES, TABLE_REWRITE, TABLE_SCAN}
    return Facts(max(modes, key=_rank, default=""), rewritten, scanned, built, frozenset(rules))


def observed(measured: Measured) -> Facts:
    """The same of what the server did, with the findings that ought to follow from it."""
    strong = {name: mode for name, mode in measured.locks.items() if _rank(mode) >= _rank("RowExclusiveLock")}
    indexes = [mode for mode in measured.index_locks.values() if _rank(mode) > _rank("RowExclusiveLock")]
    mode = max([*strong.values(), *indexes], key=_rank, default="")
    held = {name for name, one in strong.items() if _rank(one) > _rank("RowExclusiveLock")}
    rewritten = bool(measured.rewritten & held)
    built = measured.built and not rewritten and bool(held)
    scanned = bool(measured.scanned & held) and not rewritten and not built
    blocks = _rank(mode) >= _rank("ShareLock")  # no INSERT goes on beside it
    rules = set()
    if blocks and rewritten:
        rules.add(TABLE_REWRITE)
    elif blocks and (built or scanned):
        rules.add(TABLE_SCAN if scanned and mode == MODES[-1] else BLOCKS_WRITES)
    return Facts(mode, rewritten, scanned, built, frozenset(rules))


def told_of(operations: Sequence[Operation], measured: Measured) -> set[str]:
    """The tables with a strong lock of which no words tell."""
    held = {name for name, mode in measured.locks.items() if _rank(mode) > _rank("RowExclusiveLock")}
    if any(word in operation.lock for operation in operations for word in _ELSEWHERE):
        return set()
    named = {part.rpartition(".")[2] for item in operations for part in (item.table, item.name) if part}
    return held - named if len(held) > 1 else set()


def _rank(mode: str) -> int:
    return MODES.index(mode) if mode else -1
