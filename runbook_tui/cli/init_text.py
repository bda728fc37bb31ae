"""What was found, in lines for people: each service with its facts and how each of them is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from runbook_tui.cli.output import say, table

if TYPE_CHECKING:
    from runbook_tui.discovery.model import Candidate, Fact
    from runbook_tui.discovery.proposal import Proposal
    from runbook_tui.discovery.questions import Question
    from runbook_tui.discovery.settled import Settled

_MOST_OUT = 20


def print_found(proposal: Proposal, *, asked: bool) -> None:
    """Print the services, what was left out, what a person should know, and what is open unless that is asked next."""
    from runbook_tui.discovery.questions import open_questions
    from runbook_tui.discovery.settled import settle

    settled = settle(proposal)
    for candidate in proposal.services():
        say(proposal.name("service", candidate.name), "bold")
        say(table(_rows(settled, candidate)))
    _print_list("To know:", proposal.found.notes)
    _print_list(
        "Left out:",
        [*_doubtful(proposal), *(f"{e.name}: {e.why} ({e.source})" for e in proposal.found.left_out)],
    )
    left = open_questions(proposal)
    if left and not asked:
        say(f"\nOpen: {question_keys(left)}", "bold")
        say(table((question.id, _offered(question)) for question in left))


def question_keys(asked: Iterable[Question]) -> str:
    """How many answers of which kind are open: ``8 deployed, 8 release``."""
    counts: dict[str, int] = {}
    for question in asked:
        counts[question.key] = counts.get(question.key, 0) + 1
    return ", ".join(f"{count} {key}" for key, count in counts.items())


def _rows(settled: Settled, candidate: Candidate) -> Iterator[tuple[str, str, str]]:
    where = candidate.repository if candidate.path == "." else f"{candidate.repository}, {candidate.path}"
    yield "service", where, f"{candidate.source}: {candidate.why}"
    for fact in candidate.facts:
        if settled.has(fact):
            yield fact.kind.value, fact_text(settled.proposal, fact), _known(fact)


def fact_text(proposal: Proposal, fact: Fact) -> str:
    """A fact as it goes into the manifest, in a few words."""
    from runbook_tui.discovery.model import Kind

    names = {Kind.PROVIDES: "api", Kind.CONSUMES: "api", Kind.DATASTORE: "store", Kind.DEPENDS_ON: "service"}
    value = proposal.name(names[fact.kind], fact.value) if fact.kind in names else proposal.text(fact)
    more = [proposal.text(fact, key) for key, _ in fact.fields if key != "path"]
    return f"{value} ({', '.join(more)})" if more else value


def _known(fact: Fact) -> str:
    from runbook_tui.discovery.manifest_text import known

    return known(fact.source, fact.confidence, fact.why)


def _doubtful(proposal: Proposal) -> Iterator[str]:
    for candidate in proposal.found.candidates:
        if not proposal.has_service(candidate.name):
            yield f"{candidate.name}: {candidate.why} ({candidate.source})"


def _print_list(title: str, texts: Iterable[str]) -> None:
    listed = list(texts)
    if listed:
        say(f"\n{title}", "bold")
    for text in listed[:_MOST_OUT]:
        say(f"  {text}")
    if len(listed) > _MOST_OUT:
        say(f"  and {len(listed) - _MOST_OUT} more; --json tells them")


def _offered(question: Question) -> str:
    if question.key == "service":
        return question.hint
    return ", ".join(choice.value for choice in question.choices) or question.hint or "nothing offers itself"
