"""Say why a step is where it is, what waits for it, and what if it is skipped."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what ``runbook explain`` takes."""
    parser.add_argument("runbook", type=Path)
    parser.add_argument("step", help="id of the step")
    parser.add_argument("--json", action="store_true", help="print the explanation as JSON")


def run(args: Namespace) -> int:
    """Explain one step."""
    from dataclasses import asdict

    from runbook_tui.cli.output import emit, say
    from runbook_tui.planning.explain import explain, text
    from runbook_tui.runbook.document import RunbookDocument

    runbook = RunbookDocument.read(args.runbook).runbook
    _known(args.step, [step.id for step in runbook.steps])
    explanation = explain(runbook, args.step)
    if args.json:
        emit(asdict(explanation))
    else:
        say(text(explanation))
    return 0


def _known(step: str, ids: list[str]) -> None:
    from difflib import get_close_matches

    from runbook_tui.cli.usage import UsageError

    if step not in ids:
        close = get_close_matches(step, ids, n=3) or ids
        raise UsageError("step", step, f"one of {', '.join(close)}")
