"""People's answers: applied to what could not be read, and void where that has changed since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from runbook_tui.catalog.answers import Answers, ContractAnswer, MigrationAnswer
from runbook_tui.migrations.model import Finding, Level, Migration, PendingMigrations, Phase, Reversal
from runbook_tui.release.model import ServiceChange, StaleAnswer


def apply_answers(pending: PendingMigrations, answers: Answers) -> PendingMigrations:
    """``pending`` with the phase and reversal that people gave to migrations whose phase is ``ask``.

    A migration that could be read keeps what was read: planning sets an answer against it, and says so.
    """
    return replace(pending, pending=tuple(_answered(migration, answers) for migration in pending.pending))


def current_answers(
    answers: Answers, changes: Iterable[ServiceChange]
) -> tuple[Answers, tuple[StaleAnswer, ...]]:
    """The answers that hold for this release, and those that were given for another version of their subject."""
    stale: list[StaleAnswer] = []
    for change in changes:
        for migration in (migration for part in change.pending for migration in part.pending):
            given = answers.migrations.get(migration.key)
            if given is not None and not _holds(given, migration.digest):
                question = f"migration:{migration.key}"
                stale.append(StaleAnswer(question, migration.path, given.by, given.phase))
        for contract in change.contracts:
            verdict = answers.contracts.get(contract.api)
            if verdict is not None and not _holds(verdict, contract.digest):
                question = f"contract:{contract.api}"
                stale.append(StaleAnswer(question, contract.path, verdict.by, verdict.verdict))
    void = {item.question for item in stale}
    kept = {key: said for key, said in answers.migrations.items() if f"migration:{key}" not in void}
    verdicts = {api: said for api, said in answers.contracts.items() if f"contract:{api}" not in void}
    return answers.model_copy(update={"migrations": kept, "contracts": verdicts}), tuple(stale)


def _holds(answer: MigrationAnswer | ContractAnswer, digest: str) -> bool:
    return answer.digest in (None, digest)


def _answered(migration: Migration, answers: Answers) -> Migration:
    answer = answers.migrations.get(migration.key)
    if answer is None or migration.phase is not Phase.ASK or not _holds(answer, migration.digest):
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
