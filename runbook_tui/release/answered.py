"""People's answers about migrations that could not be read."""

from __future__ import annotations

from dataclasses import replace

from runbook_tui.catalog.answers import Answers, MigrationAnswer
from runbook_tui.migrations.model import Finding, Level, Migration, PendingMigrations, Phase, Reversal


def apply_answers(pending: PendingMigrations, answers: Answers) -> PendingMigrations:
    """``pending`` with the phase and reversal that people gave to migrations whose phase is ``ask``.

    A migration that could be read keeps what was read: planning sets an answer against it, and says so.
    """
    return replace(pending, pending=tuple(_answered(migration, answers) for migration in pending.pending))


def _answered(migration: Migration, answers: Answers) -> Migration:
    answer = answers.migrations.get(migration.key)
    if answer is None or migration.phase is not Phase.ASK:
        return migration
    return replace(
        migration,
        phase=Phase(answer.phase),
        reversal=Reversal.YES if answer.reversible else Reversal.NO,
        findings=(*migration.findings, _finding(migration, answer)),
    )


def _finding(migration: Migration, answer: MigrationAnswer) -> Finding:
    undo = "can be undone" if answer.reversible else "cannot be undone"
    message = f"{answer.by} says that it is a {answer.phase} migration and {undo}: {answer.because}"
    return Finding(rule="answered", level=Level.NOTE, path=migration.path, line=1, message=message)
