"""What was found as plain data: what ``runbook init --json`` prints."""

from __future__ import annotations

from dataclasses import asdict

from runbook_tui.discovery.model import Candidate, Fact, Store
from runbook_tui.discovery.proposal import Proposal
from runbook_tui.discovery.questions import questions
from runbook_tui.discovery.settled import Settled, settle


def as_data(proposal: Proposal) -> dict[str, object]:
    """Services with their facts, data stores, what was left out and why, and the questions with their answers."""
    settled = settle(proposal)
    found = proposal.found
    return {
        "system": {"value": found.system, "source": found.system_source, "confidence": "guessed"},
        "services": [_service(settled, candidate) for candidate in found.candidates],
        "datastores": [_store(settled, store) for store in found.stores],
        "left_out": [asdict(each) for each in found.left_out],
        "notes": list(found.notes),
        "questions": [
            {
                "id": question.id,
                "service": question.service,
                "key": question.key,
                "text": question.text,
                "needed": question.needed,
                "choices": [asdict(choice) for choice in question.choices],
                "hint": question.hint,
                "answer": proposal.answers.get(question.id),
            }
            for question in questions(proposal)
        ],
    }


def _service(settled: Settled, candidate: Candidate) -> dict[str, object]:
    return {
        "name": settled.proposal.name("service", candidate.name),
        "repository": candidate.repository,
        "path": candidate.path,
        "included": settled.proposal.has_service(candidate.name),
        "source": candidate.source,
        "confidence": candidate.confidence.value,
        "why": candidate.why,
        "committers": candidate.committers,
        "facts": [_fact(settled, fact) for fact in candidate.facts],
    }


def _fact(settled: Settled, fact: Fact) -> dict[str, object]:
    return {
        "id": fact.id,
        "key": fact.kind.value,
        "value": settled.proposal.text(fact),
        **{key: settled.proposal.text(fact, key) for key, _ in fact.fields},
        "source": fact.source,
        "confidence": fact.confidence.value,
        "why": fact.why,
        "included": settled.has(fact),
    }


def _store(settled: Settled, store: Store) -> dict[str, object]:
    users = sorted(service for service, name in settled.uses if name == store.name)
    return {
        "name": settled.proposal.name("store", store.name),
        "engine": settled.proposal.engine(store) or None,
        "source": store.source,
        "confidence": store.confidence.value,
        "why": store.why,
        "services": users,
    }
