"""How long an operation takes, once the rows are counted: an order of magnitude, from measured times.

Measured once on PostgreSQL 15 with a narrow table of 3,000,000 rows, two cores and a warm cache: SET NOT NULL 0.4 s,
VALIDATE of a foreign key 0.7 s, CREATE INDEX 4.2 s, a rewrite 11 to 14 s, one UPDATE of every row 62 s. Wide rows, many
indexes and a cold cache take longer. Nothing is told of the other engines: nothing was measured.
"""

from __future__ import annotations

from math import ceil, floor, log10

from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.judging.safety import Lock, Work

_NANOSECONDS = {Work.SCAN: 250, Work.INDEX: 1500, Work.REWRITE: 5000}
"""For each row."""
_UPDATED = 21_000
_UPDATING = frozenset({"update-rows", "copy-rows"})


def seconds(kind: str, lock: Lock, engine: Engine, rows: int) -> float | None:
    """The same as a number; None where nothing is told."""
    each = _UPDATED if kind in _UPDATING else _NANOSECONDS.get(lock.work)
    return None if engine is not Engine.POSTGRES or each is None or rows < 0 else each * rows / 10**9


def estimate(kind: str, lock: Lock, engine: Engine, rows: int) -> str:
    """``about 15 s for 3,000,000 rows``; empty for what takes no time, or is not known.

    Args:
        kind: a row of the safety table.
        lock: what the operation locks.
        engine: where it runs.
        rows: how many rows its table has.
    """
    taken = seconds(kind, lock, engine, rows)
    return "" if taken is None else f"{_words(taken)} for {rows:,} rows"


def _words(seconds: float) -> str:
    if seconds < 1:
        return "less than 1 s"
    if seconds < 100:
        return f"about {_rounded(seconds)} s"
    return f"about {_rounded(seconds / 60)} min" if seconds < 6000 else f"about {_rounded(seconds / 3600)} h"


def _rounded(value: float) -> int:
    """Up to two figures, never down."""
    unit = int(10 ** max(floor(log10(value)) - 1, 0))
    return ceil(value / unit) * unit
