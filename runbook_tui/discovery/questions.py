"""What no repository tells and a person is asked: is this a service, who owns it, what runs now, what is released."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from runbook_tui.discovery.model import Candidate, Choice, Kind
from runbook_tui.discovery.proposal import NO, YES, Proposal, why_not_text
from runbook_tui.files.problems import RunbookError
from runbook_tui.files.suggestions import did_you_mean, quoted

KEYS = ("service", "owner", "deployed", "release", "on_call")
"""What ``--set SERVICE.KEY=VALUE`` can answer; the last is never asked for: the plan does that."""
_ORDER = {key: index for index, key in enumerate(KEYS)}


class UnknownAnswer(RunbookError):
    """An answer to a question that there is not, or one that cannot be an answer."""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask."""

    id: str
    """``SERVICE.KEY``, with the name under which the service was found."""
    service: str
    """Its present name."""
    key: str
    text: str
    choices: tuple[Choice, ...] = ()
    hint: str = ""
    needed: bool = True
    """Whether the manifest cannot be planned from before it is answered."""
    repository: str = ""


def questions(proposal: Proposal) -> tuple[Question, ...]:
    """Everything that is asked, answered or not: services in doubt first, then one key after the other."""
    found = [question for each in proposal.found.candidates for question in _of(proposal, each)]
    return tuple(sorted(found, key=lambda question: _ORDER[question.key]))


def open_questions(proposal: Proposal) -> tuple[Question, ...]:
    """Those without an answer."""
    return tuple(each for each in questions(proposal) if each.id not in proposal.answers)


def missing(proposal: Proposal) -> tuple[Question, ...]:
    """Those whose answer the manifest needs."""
    return tuple(each for each in open_questions(proposal) if each.needed)


def _of(proposal: Proposal, candidate: Candidate) -> Iterator[Question]:
    name, shown = candidate.name, proposal.name("service", candidate.name)

    def ask(
        key: str, text: str, choices: tuple[Choice, ...] = (), hint: str = "", needed: bool = True
    ) -> Question:
        return Question(f"{name}.{key}", shown, key, text, choices, hint, needed, candidate.repository)

    if not candidate.sure:
        choices = (Choice(YES, "it goes into the manifest"), Choice(NO, "it is left out"))
        hint = f"{candidate.why} ({candidate.source})"
        yield ask("service", f"Is {shown} a service that is released?", choices, hint, needed=False)
    if not proposal.has_service(name):
        return
    if not any(fact.kind is Kind.OWNER and proposal.is_accepted(fact) for fact in candidate.facts):
        yield ask("owner", f"Which team or person answers for {shown}?", (), candidate.committers)
    hint = "a tag, branch, SHA or glob such as v2.*"
    yield ask("deployed", f"Which version of {shown} runs now?", candidate.deployed, hint)
    hint = "a tag, branch or SHA"
    yield ask("release", f"Which version of {shown} is to be released?", candidate.release, hint)


def alike(question: Question, answer: str, others: Iterable[Question]) -> list[Question]:
    """Other open questions that may well have the same answer: any owner, a ref that they have as well."""
    if question.key not in ("owner", "deployed", "release"):
        return []
    return [other for other in others if other.key == question.key and _may_have(other, question, answer)]


def _may_have(other: Question, question: Question, answer: str) -> bool:
    if question.key == "owner" or (question.repository and other.repository == question.repository):
        return True
    return any(choice.value == answer for choice in other.choices)


def why_not_answer(question: Question, answer: str) -> str:
    """Why a text is no answer; empty when it is one. Whether a ref exists is not looked at here."""
    if question.key == "service":
        return "" if answer in (YES, NO) else f"{YES} or {NO}"
    return why_not_text(None, question.key, answer)


def set_answer(proposal: Proposal, written: str) -> Proposal:
    """With an answer as the command line gives it: ``billing.deployed=v2.4.0``; ``*`` stands for all services.

    Raises:
        UnknownAnswer: there is no such service or key, or the value cannot be an answer.
    """
    name, separator, value = written.partition("=")
    service, dot, key = name.rpartition(".")
    if not (separator and dot and service and value) or key not in KEYS:
        expected = f"SERVICE.KEY=VALUE with {', '.join(KEYS)} as KEY, such as billing.deployed=v2.4.0"
        raise UnknownAnswer(f"--set: {quoted(written)} cannot be used; expected {expected}")
    names = [each.name for each in proposal.found.candidates]
    if service == "*":
        chosen = [each.name for each in proposal.services()]
    elif service in names:
        chosen = [service]
    else:
        remedy = did_you_mean(service, names) or (
            f"found were {', '.join(names[:12])}" if names else "none was found"
        )
        raise UnknownAnswer(f"--set: there is no service {quoted(service)}; {remedy}")
    wrong = why_not_answer(Question("", service, key, ""), value)
    if wrong:
        raise UnknownAnswer(f"--set: {quoted(value)} cannot be {key} of {service}; expected {wrong}")
    for each in chosen:
        proposal = proposal.answered(f"{each}.{key}", value)
    return proposal
