"""What only a person can know. Each question has an id under which its answer is kept beside the manifest."""

from __future__ import annotations

from collections.abc import Iterator

from runbook_tui.contracts.wording import fault_text
from runbook_tui.migrations.model import Phase
from runbook_tui.planning.context import Scope
from runbook_tui.planning.migrations import PlannedMigration
from runbook_tui.planning.model import Question
from runbook_tui.planning.rules.contracts import CONSUMER_FIRST, PROVIDER_FIRST
from runbook_tui.planning.steps.drafting import pager
from runbook_tui.planning.words import bullets, line, names, new, old, paragraphs
from runbook_tui.release.model import ContractChange

PHASES = ("expand", "backfill", "contract")
VERDICTS = ("provider-first", "consumer-first", "either")


def questions(scope: Scope) -> tuple[Question, ...]:
    """Everything unanswered: what blocks an execution first, then by id."""
    found = [
        *(_migration(scope, item) for item in scope.migrations if item.provisional),
        *_contracts(scope),
        *_on_call(scope),
    ]
    return tuple(sorted(found, key=lambda question: (not question.blocking, question.id)))


def _migration(scope: Scope, item: PlannedMigration) -> Question:
    migration = item.migration
    question = f"migration:{migration.key}"
    unread = [operation for operation in migration.operations if operation.phase is Phase.ASK]
    at = f":{unread[0].line}" if unread else ""
    return Question(
        id=line(question),
        text=(
            f"When may {line(migration.id)} of {migration.service} run: before the new code (expand), after it to "
            f"fill in data (backfill), or after every user of the old form is gone (contract)?{_void(scope, question)}"
        ),
        choices=PHASES,
        blocking=True,
        source=line(f"{migration.path}{at}"),
        detail=paragraphs(
            "It cannot be read without running it: "
            + "; ".join(line(operation.text) for operation in unread[:5])
            if unread
            else "It cannot be read without running it.",
            "Until then it is planned as a backfill.",
        ),
    )


def _void(scope: Scope, question: str) -> str:
    """Who has answered before the subject was changed, as the end of the question."""
    said = [one for one in scope.release.stale_answers if one.question == question]
    return "".join(f" ({line(one.by)} said {one.said}, before it was changed.)" for one in said)


def _contracts(scope: Scope) -> Iterator[Question]:
    if {PROVIDER_FIRST, CONSUMER_FIRST} <= scope.off:
        return
    for contract in scope.contract_changes:
        consumers = sorted(set(contract.consumers) - {contract.provider})
        if consumers and scope.verdict(contract) is None:
            yield _contract(scope, contract, consumers)


def _contract(scope: Scope, contract: ContractChange, consumers: list[str]) -> Question:
    provider = scope.changes[contract.provider]
    used = [scope.changes[name] for name in consumers if name in scope.changes]
    moving, staying = [one for one in used if one.moves], [one for one in used if not one.moves]
    faults = [fault_text(fault) for fault in (contract.diff.faults if contract.diff else ())]
    return Question(
        id=f"contract:{contract.api}",
        text=(
            f"{contract.api} is {contract.kind} in {new(provider)} and cannot be compared: who is deployed first, "
            f"{provider.name} or its consumers ({names(consumers)})?{_void(scope, f'contract:{contract.api}')}"
        ),
        choices=VERDICTS,
        blocking=True,
        source=line(contract.path),
        detail=paragraphs(
            bullets(faults, most=5),
            "Provider first when it only widens what may be asked for. Consumer first when something is taken away, "
            "or when an answer may hold what the old consumer does not understand. Either when neither notices.",
            "In the release: " + names(new(one) for one in moving) + "." if moving else "",
            "Not in the release, so it has to work with the change as it is: "
            + names(old(one) for one in staying)
            + "."
            if staying
            else "",
        ),
    )


def _on_call(scope: Scope) -> Iterator[Question]:
    for change in scope.moving:
        if pager(scope, change) is None:
            yield Question(
                id=f"on-call:{change.name}",
                text=f"Who is paged when {new(change)} fails?",
                choices=(),
                blocking=False,
                source=scope.release.manifest_path,
                detail=f"{change.name} belongs to {line(change.service.owner)} and has no on_call.",
            )
