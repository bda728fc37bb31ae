"""Answer what the planner could not know; the answer is kept beside the manifest."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from runbook_tui.cli.parser import file_path


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what ``runbook answer`` takes."""
    parser.add_argument("manifest", type=file_path)
    parser.add_argument("question", help="its id, such as migration:billing/0044 or contract:billing-http")
    parser.add_argument("answer", help="one of the choices that runbook plan prints, or text")
    parser.add_argument("--because", required=True, metavar="TEXT", help="why; kept with the answer")
    parser.add_argument("--reversible", action="store_true", help="the migration can be undone")
    parser.add_argument(
        "--target",
        action="append",
        default=[],
        metavar="SERVICE=REF",
        help="as plan was told: what is released",
    )
    parser.add_argument("--by", metavar="NAME", help="who says so; the operator when left out")


def run(args: Namespace) -> int:
    """Write the answer into the sidecar of the manifest."""
    from runbook_tui.authoring.questions import answer
    from runbook_tui.cli.output import narrate
    from runbook_tui.cli.usage import targets

    path = answer(
        args.manifest,
        args.question,
        args.answer,
        because=args.because,
        by=args.by,
        reversible=args.reversible,
        targets=targets(args.target),
    )
    narrate(f"Wrote {path}; plan again to use it")
    return 0
