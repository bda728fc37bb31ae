"""Find what is missing or wrong in a runbook: owners, checks, rollbacks, open questions, order."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from runbook_tui.cli.parser import file_path

if TYPE_CHECKING:
    from pathlib import Path

    from runbook_tui.runbook.document import RunbookDocument


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what ``runbook check`` takes."""
    parser.add_argument("runbook", type=file_path, nargs="+")
    parser.add_argument("--strict", action="store_true", help="warnings fail too")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(args: Namespace) -> int:
    """Check the files; 1 when one has errors (with --strict: or warnings), 2 when one cannot be read."""
    from dataclasses import asdict

    from runbook_tui.cli.output import emit, narrate, say
    from runbook_tui.planning.words import plural
    from runbook_tui.runbook.lint import lint

    findings = [finding for document in _read(args.runbook) for finding in lint(document)]
    if args.json:
        emit([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            say(str(finding))
        errors = sum(finding.level == "error" for finding in findings)
        warnings = sum(finding.level == "warning" for finding in findings)
        narrate(f"{plural(errors, 'error')}, {plural(warnings, 'warning')}")
    failing = {"error", "warning"} if args.strict else {"error"}
    return int(any(finding.level in failing for finding in findings))


def _read(paths: list[Path]) -> list[RunbookDocument]:
    """The documents of all files.

    Raises:
        ProblemsError: the problems of all files that cannot be read.
    """
    from runbook_tui.files.problems import Problem, ProblemsError
    from runbook_tui.runbook.document import RunbookDocument

    documents: list[RunbookDocument] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            documents.append(RunbookDocument.read(path))
        except ProblemsError as error:
            problems.extend(error.problems)
    if problems:
        raise ProblemsError(problems)
    return documents
