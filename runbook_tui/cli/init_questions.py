"""Asks on a terminal what no repository can tell: numbered lines, a text of one's own, or nothing to leave it open."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from runbook_tui.cli.output import say
from runbook_tui.cli.prompts import ask, choose

if TYPE_CHECKING:
    from runbook_tui.discovery.proposal import Proposal
    from runbook_tui.discovery.questions import Question

_INDENT = "      "


def ask_all(proposal: Proposal, folder: Path) -> Proposal:
    """Ask every open question once, and give back the proposal with the answers.

    Raises:
        KeyboardInterrupt: the input ended.
    """
    from runbook_tui.discovery.questions import open_questions

    passed: set[str] = set()
    while True:
        left = [question for question in open_questions(proposal) if question.id not in passed]
        if not left:
            return proposal
        question = left[0]
        passed.add(question.id)
        answer = _asked(proposal, folder, question, len(left))
        if answer:
            proposal = proposal.answered(question.id, answer)
            for other in _alike(question, answer, left[1:]):
                proposal = proposal.answered(other.id, answer)


def _asked(proposal: Proposal, folder: Path, question: Question, left: int) -> str:
    """The answer to one question; empty when it is left open."""
    say(f"\n{question.text} ({left} to go)", "bold")
    if question.hint:
        say(f"{_INDENT}{question.hint}", "dim")
    for number, choice in enumerate(question.choices, 1):
        say(f"{_INDENT}{number}. {choice.value}  {choice.why}")
    prompt = (
        "number, or a text of your own; nothing leaves it open: "
        if question.choices
        else "nothing leaves it open: "
    )
    while True:
        typed = ask(f"{_INDENT}{prompt}")
        if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= len(question.choices):
            return question.choices[int(typed) - 1].value
        wrong = why_not(proposal, folder, question, typed) if typed else ""
        if not wrong:
            return typed
        say(f"{_INDENT}{wrong}")


def why_not(proposal: Proposal, folder: Path, question: Question, answer: str) -> str:
    """Why a text is no answer, also where its repository has no such ref; empty when it is one."""
    from runbook_tui.discovery.questions import why_not_answer
    from runbook_tui.discovery.writing import unknown_refs

    wrong = why_not_answer(question, answer)
    if wrong:
        return f"expected {wrong}"
    return unknown_refs(proposal.answered(question.id, answer), folder, [question.id]).get(question.id, "")


def _alike(question: Question, answer: str, left: Sequence[Question]) -> list[Question]:
    """The other questions that a person answers the same way at once."""
    from runbook_tui.discovery.questions import alike

    others = alike(question, answer, left)
    if not others:
        return []
    names = ", ".join(other.service for other in others)
    only = f"for {question.service} only"
    chosen = choose([only, f"also for {names}"])
    return [] if chosen == only else others
