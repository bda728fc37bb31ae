"""The phase of a whole migration from those of its operations.

A file runs at one moment. It needs two when it both makes room for the new code and takes something from the old:
then no moment is safe and it has to be split.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runbook_tui.migrations.judging.classify import Judged
from runbook_tui.migrations.judging.safety import MOVABLE
from runbook_tui.migrations.judging.subject import Subject
from runbook_tui.migrations.model import Finding, Level, Operation, Phase, Reversal
from runbook_tui.migrations.tool import Script

DANGER = (Phase.NONE, Phase.EXPAND, Phase.BACKFILL, Phase.CONTRACT, Phase.ASK, Phase.BREAKING)
"""From harmless to dangerous: a file is never judged less dangerous than one of its operations."""

_LATE = (Phase.BACKFILL, Phase.CONTRACT)
_REVERSALS = (Reversal.YES, Reversal.LOSS, Reversal.UNKNOWN, Reversal.NO)


def phase_of(operations: Sequence[Operation]) -> Phase:
    """The moment at which a file with these operations may run."""
    if is_mixed(operations):
        return Phase.BREAKING
    # a backfill may wait until the contract phase: by then every writer is new
    return max((operation.phase for operation in operations), key=DANGER.index, default=Phase.NONE)


def is_mixed(operations: Sequence[Operation]) -> bool:
    """Whether some of it has to run before the deploy and some after it."""
    early = any(operation.phase is Phase.EXPAND and operation.kind not in MOVABLE for operation in operations)
    return early and any(operation.phase in _LATE for operation in operations)


def reversal_of(operations: Sequence[Operation]) -> Reversal:
    """Whether a file with these operations can be undone: as well as the worst of them."""
    return max((operation.reversal for operation in operations), key=_REVERSALS.index, default=Reversal.YES)


def declared_phase(script: Script, operations: Sequence[Operation]) -> Phase | None:
    """The phase that the author wrote down, unless there is nothing to do.

    "After the deploy" is a backfill, or a contract when something is taken away.
    """
    if all(operation.phase is Phase.NONE for operation in operations):
        return None
    if not script.declared_after:
        return script.declared
    narrows = any(operation.phase in (Phase.CONTRACT, Phase.BREAKING) for operation in operations)
    return Phase.CONTRACT if narrows else Phase.BACKFILL


def find_mixed(subject: Subject, phase: Phase, declared: Phase | None) -> Iterator[Finding]:
    """Findings about the phase of the file as a whole: mixed phases, and a declaration that contradicts it."""
    operations = [judged.operation for judged in subject.judged]
    if declared is not None:
        yield from _contradictions(subject, operations, declared)
        return
    backfill = next((operation for operation in operations if operation.phase is Phase.BACKFILL), None)
    if is_mixed(operations):
        yield _split(subject, operations)
    elif phase is Phase.CONTRACT and backfill is not None:
        message = (
            f"{backfill.text} runs together with a contract change, so its locks are held until it is done"
        )
        remedy = "Move it into a migration of its own before this one."
        yield subject.finding("backfill-in-contract", Level.WARNING, backfill.line, message, remedy)


def _split(subject: Subject, operations: Sequence[Operation]) -> Finding:
    early = [operation for operation in operations if operation.phase is Phase.EXPAND]
    late = [operation for operation in operations if operation.phase in _LATE]
    message = (
        f"{_first(early)} has to run before the deploy, {_first(late)} after it: one file runs at one moment"
    )
    remedy = f"Split it into a migration for each, in this order: {_lines(operations)}."
    return subject.finding("mixed-phases", Level.ERROR, late[0].line, message, remedy)


def _lines(operations: Sequence[Operation]) -> str:
    """The lines of each part of a mixed file: ``expand line 1, 3; contract line 2``."""
    found = {phase: {o.line for o in operations if o.phase is phase} for phase in (Phase.EXPAND, *_LATE)}
    return "; ".join(
        f"{phase.value} line {', '.join(map(str, sorted(lines)))}" for phase, lines in found.items() if lines
    )


def _first(operations: Sequence[Operation]) -> str:
    more = f" (and {len(operations) - 1} more)" if len(operations) > 1 else ""
    return f"{operations[0].text}{more}"


def _contradictions(subject: Subject, operations: Sequence[Operation], declared: Phase) -> Iterator[Finding]:
    """What the author declared is trusted; an operation that belongs elsewhere is pointed out."""
    wrong = [operation for operation in operations if _contradicts(operation, declared)]
    if wrong:
        operation = max(wrong, key=lambda found: DANGER.index(found.phase))
        message = f"declared as {declared.value}, but {operation.text} is {operation.phase.value}"
        remedy = "Trusted as declared. Move the operation, or change the declaration."
        yield subject.finding("declared-contradicts", Level.WARNING, operation.line, message, remedy)


def _contradicts(operation: Operation, declared: Phase) -> bool:
    if operation.phase in (Phase.NONE, Phase.ASK, declared):
        return False
    if operation.phase is Phase.BACKFILL:
        return declared is Phase.EXPAND
    return operation.kind not in MOVABLE


def dropped_names(judged: Sequence[Judged]) -> tuple[str, ...]:
    """Columns and tables that stop existing under their name, bare, sorted, to be searched in other code."""
    found: set[str] = set()
    for item in judged:
        operation, change = item.operation, item.change
        if operation.phase in (Phase.NONE, Phase.EXPAND) or item.harmless:
            continue
        if operation.kind in ("drop-column", "rename-column") and change.name:
            found.add(change.name)
        elif operation.kind in ("drop-table", "rename-table") and change.table:
            found.add(change.table.rpartition(".")[2])
        elif operation.kind in ("drop-view", "rename-object") and change.name:
            found.add(change.name.rpartition(".")[2])
    return tuple(sorted(found))
