"""Checks a proposal as the manifest that it will be, and writes it; never over a file that is there, unless told to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from runbook_tui.catalog.answers import Answers
from runbook_tui.catalog.checks import check
from runbook_tui.catalog.model import Manifest
from runbook_tui.catalog.places import Places, Report
from runbook_tui.discovery.manifest_text import manifest_text
from runbook_tui.discovery.proposal import Proposal
from runbook_tui.discovery.questions import Question, UnknownAnswer, missing, questions
from runbook_tui.files.atomic import require_writable, write_atomic
from runbook_tui.files.problems import Problem, ProblemsError, RunbookError
from runbook_tui.files.yaml_source import parse_yaml, validate
from runbook_tui.repositories.git import Repository
from runbook_tui.repositories.model import RepositoryError


class AlreadyThere(RunbookError):
    """There is a manifest already."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is there already, and nothing was written; name another file with -o, or use --force"
        )


class NoService(RunbookError):
    """There is nothing to write: the manifest would have no service."""

    exit_status = 1


@dataclass(frozen=True, slots=True)
class Written:
    """What writing did."""

    path: Path
    open: tuple[Question, ...]
    """What a person still has to fill in."""


def require_free(path: Path, *, force: bool = False) -> None:
    """Refuse a manifest that is there, before any work is done.

    Raises:
        AlreadyThere: it is, and ``force`` is not given.
        WriteRefusedError: it cannot be written there.
    """
    if os.path.lexists(path) and not force:
        raise AlreadyThere(path)
    require_writable(path)


def write_manifest(proposal: Proposal, folder: Path, path: Path, *, force: bool = False) -> Written:
    """Write the manifest of a proposal.

    Args:
        proposal: what was found and said.
        folder: the folder that was looked at.
        path: the manifest.
        force: write over what is there.

    Raises:
        AlreadyThere, NoService: nothing was written.
        ProblemsError: it would be no valid manifest, also with every answer.
        WriteRefusedError: it cannot be written there.
    """
    require_free(path, force=force)
    if not any(True for _ in proposal.services()):
        raise NoService("no service was found, or all were rejected; nothing was written")
    problems = problems_of(proposal)
    if problems:
        raise ProblemsError(problems)
    write_atomic(path, manifest_text(proposal, relocation(folder, path)))
    return Written(path, missing(proposal))


def relocation(folder: Path, path: Path) -> Callable[[str], str]:
    """How a path relative to the folder that was looked at is written in a manifest."""
    return lambda inner: Path(os.path.relpath(folder / inner, path.parent)).as_posix()


def problems_of(proposal: Proposal) -> list[Problem]:
    """What would be wrong with the manifest if every open question were answered."""
    filled = proposal
    for question in missing(proposal):
        filled = filled.answered(question.id, "open")
    try:
        source = parse_yaml(manifest_text(filled).encode("utf-8"), "services.yaml")
        manifest = validate(source, Manifest)
    except ProblemsError as error:
        return list(error.problems)
    report = Report(Places(source, {}, None))
    check(manifest, Answers(), report)
    return [replace(problem, place=replace(problem.place, line=0, column=0)) for problem in report.problems]


def unknown_refs(proposal: Proposal, folder: Path, asked: Iterable[str] | None = None) -> dict[str, str]:
    """Answered refs that their repository does not have: question to what is wrong. Three git processes a repository.

    Args:
        proposal: with answers.
        folder: the folder that was looked at.
        asked: ids of the questions to look at; all when None.
    """
    wanted = None if asked is None else frozenset(asked)
    by_repository: dict[str, dict[str, str]] = {}
    for question in questions(proposal):
        answer = proposal.answers.get(question.id)
        if answer and question.key in ("deployed", "release") and (wanted is None or question.id in wanted):
            candidate = proposal.candidate(question.id.rpartition(".")[0])
            if candidate is not None:
                by_repository.setdefault(candidate.repository, {})[question.id] = answer
    return {
        question: error
        for repository, answers in by_repository.items()
        for question, error in _unknown_in(folder / repository, answers).items()
    }


def require_refs(proposal: Proposal, folder: Path) -> None:
    """Refuse answers that name refs which their repository does not have.

    Raises:
        UnknownAnswer: with all of them.
    """
    wrong = unknown_refs(proposal, folder)
    if wrong:
        raise UnknownAnswer(
            "\n".join(f"--set {question}: {error}" for question, error in sorted(wrong.items()))
        )


def _unknown_in(path: Path, answers: dict[str, str]) -> dict[str, str]:
    try:
        resolved = Repository.open(path).resolve_all(answers.values())
    except RepositoryError as error:
        return dict.fromkeys(answers, str(error))
    return {
        question: str(resolved[ref])
        for question, ref in answers.items()
        if isinstance(resolved[ref], RepositoryError)
    }
