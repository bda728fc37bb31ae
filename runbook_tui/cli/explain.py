"""Say why a step is where it is, what waits for it, and what if it is skipped."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from runbook_tui.cli.parser import file_path


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what ``runbook explain`` takes."""
    parser.add_argument("runbook", type=file_path)
    parser.add_argument("step", help="id of the step")
    parser.add_argument("--json", action="store_true", help="print the explanation as JSON")


def run(args: Namespace) -> int:
    """Explain one step."""
    from dataclasses import asdict

    from runbook_tui.cli.output import emit, say
    from runbook_tui.cli.usage import unknown_step
    from runbook_tui.files.problems import ProblemsError
    from runbook_tui.planning.explain import explain, text
    from runbook_tui.runbook.document import RunbookDocument

    runbook = RunbookDocument.read(args.runbook).runbook
    unknown = unknown_step(str(args.runbook), args.step, runbook)
    if unknown:
        raise ProblemsError(unknown)
    explanation = explain(runbook, args.step)
    if args.json:
        emit(asdict(explanation))
    else:
        say(text(explanation))
    return 0
