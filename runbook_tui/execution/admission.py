"""Whether a record may be continued: what is there, against what this machine remembers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from runbook_tui.execution.errors import CorruptRecord, RecordError
from runbook_tui.execution.framing import FORMAT, Checkpoint, Scan, Whole
from runbook_tui.execution.head import Head, read_head


def refuse_damage(path: Path, seen: Scan, *, repair: bool) -> None:
    """Let through what is clean or torn, and a damaged last checkpoint when it is to be repaired.

    Raises:
        CorruptRecord: it was changed.
        RecordError: a newer version wrote it.
    """
    if seen.whole is Whole.EMPTY:
        raise CorruptRecord(
            f"{path}: it is empty: the run ended before it recorded anything; start a new one"
        )
    if seen.whole is Whole.CORRUPT:
        raise CorruptRecord(f"{path}: changed or damaged: {seen.why}; it can be looked at, not continued")
    if seen.whole is Whole.DAMAGED and not repair:
        raise CorruptRecord(
            f"{path}: the last checkpoint was changed or damaged: {seen.why}; "
            "look at it with `runbook record show`, and set it aside with `runbook record repair`"
        )
    version = seen.checkpoints[0].values.get("format")
    if version != FORMAT:
        raise RecordError(
            f"{path}: record format {version}; this version writes format {FORMAT} and can only show it"
        )


def missing(path: Path, seen: Scan, *, repair: bool, accept_shorter: str) -> int:
    """How many acknowledged checkpoints are missing at the end, as far as this machine knows.

    Raises:
        CorruptRecord: there are some and no reason to go on was given, or others stand in their place.
    """
    head = _head(seen.checkpoints)
    if head is None:
        return 0
    if 0 <= head.seq < len(seen.checkpoints) and seen.checkpoints[head.seq].sum != head.sum:
        raise CorruptRecord(f"{path}: checkpoint {head.seq} is not the one that this machine wrote")
    repaired = repair and seen.whole is Whole.DAMAGED
    count = max(0, head.seq + 1 - len(seen.checkpoints) - repaired)
    if count and not accept_shorter:
        raise CorruptRecord(
            f"{path}: {count} checkpoints are missing at the end: this machine wrote number {head.seq}, "
            f"the last one here is {seen.checkpoints[-1].seq}; find them, or go on without them: "
            "`runbook record repair --accept-shorter REASON`"
        )
    return count


def end_of(checkpoints: Sequence[Checkpoint]) -> str | None:
    """What is wrong with the end, as far as this machine remembers; empty for nothing, None when it does not.

    It sees that checkpoints are missing, and that others stand in their place.
    """
    head = _head(checkpoints)
    if head is None:
        return None
    if head.seq >= len(checkpoints):
        return f"{head.seq + 1 - len(checkpoints)} checkpoints that this machine wrote are missing at the end"
    if checkpoints[head.seq].sum != head.sum:
        return f"checkpoint {head.seq} is not the one that this machine wrote: the record was written anew"
    return ""


def behind(checkpoints: Sequence[Checkpoint]) -> int | None:
    """How many checkpoints this machine wrote after these; None when it remembers nothing of the run."""
    head = _head(checkpoints)
    return None if head is None else max(0, head.seq - checkpoints[-1].seq)


def _head(checkpoints: Sequence[Checkpoint]) -> Head | None:
    return read_head(str(checkpoints[0].values.get("run", ""))) if checkpoints else None
