"""Find services, data stores and contracts in a folder of repositories, and write a manifest.

FOLDER is a repository, or a folder with repositories in it. They are read at HEAD, from git; nothing in them is run.
In a terminal what no repository can tell is asked; elsewhere, and with --yes, it is left in the file for a person, as
lines that begin with '#'. What runs now and what is to be released is never guessed.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from pathlib import Path
from typing import TYPE_CHECKING

from runbook_tui.cli.parser import file_path

if TYPE_CHECKING:
    from runbook_tui.discovery.proposal import Proposal


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what ``runbook init`` takes."""
    parser.formatter_class = RawDescriptionHelpFormatter
    parser.description = __doc__
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path(), help="the current folder when left out"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=file_path,
        metavar="FILE",
        help="the manifest; services.yaml in FOLDER when left out",
    )
    parser.add_argument("--force", action="store_true", help="write over a manifest that is there")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SERVICE.KEY=VALUE",
        help="answer beforehand: deployed, release, owner, on_call, or service (yes or no); * is every service",
    )
    parser.add_argument(
        "--yes", "--defaults", action="store_true", help="ask nothing, and leave open what is open"
    )
    output = parser.add_mutually_exclusive_group()
    output.add_argument(
        "--json", action="store_true", help="print everything found as JSON; written is only what -o names"
    )
    output.add_argument(
        "--app", action="store_true", help="open the app: look at each fact, answer, preview, write"
    )


def run(args: Namespace) -> int:
    """Look, ask and write; 1 when there is no service, 2 when the input cannot be used."""
    from runbook_tui.cli.output import emit, interactive
    from runbook_tui.discovery.writing import require_free

    path: Path = args.output or args.folder / "services.yaml"
    if args.app:
        return _open(args, path)
    writes = args.output is not None or not args.json
    if writes:
        require_free(path, force=args.force)
    proposal = _proposal(args.folder, args.set)
    if args.json:
        from runbook_tui.discovery.data import as_data

        if writes:
            _write(proposal, args, path)
        emit(as_data(proposal))
        return 0 if any(True for _ in proposal.services()) else 1
    from runbook_tui.cli.init_text import print_found

    asks = interactive() and not args.yes
    print_found(proposal, asked=asks)
    if asks:
        from runbook_tui.cli.init_questions import ask_all

        proposal = ask_all(proposal, args.folder)
    _write(proposal, args, path)
    return 0


def _proposal(folder: Path, answers: list[str]) -> Proposal:
    """What is found, with the answers of the command line.

    Raises:
        RunbookError: there is no repository, or an answer that cannot be one.
    """
    import sys

    from runbook_tui.cli.output import narrate
    from runbook_tui.discovery.discover import discover
    from runbook_tui.discovery.proposal import Proposal
    from runbook_tui.discovery.questions import set_answer
    from runbook_tui.discovery.writing import require_refs

    def progress(what: str) -> None:
        if sys.stderr.isatty():
            narrate(f"looking at {what}", "dim")

    proposal = Proposal(discover(folder, progress))
    for answer in answers:
        proposal = set_answer(proposal, answer)
    require_refs(proposal, folder)
    return proposal


def _write(proposal: Proposal, args: Namespace, path: Path) -> None:
    from runbook_tui.cli.init_text import question_keys
    from runbook_tui.cli.output import narrate
    from runbook_tui.discovery.writing import write_manifest

    written = write_manifest(proposal, args.folder, path, force=args.force)
    if written.open:
        narrate(
            f"Wrote {written.path}. Still open are {question_keys(written.open)}: "
            "fill in the lines that begin with '#', or answer with --set"
        )
    else:
        narrate(f"Wrote {written.path}; next: runbook plan {written.path}")


def _open(args: Namespace, path: Path) -> int:
    from runbook_tui.cli.app import start_app
    from runbook_tui.discovery.writing import require_free
    from runbook_tui.tui.app import RunbookApp

    require_free(path, force=args.force)
    folder, answers, force = args.folder, args.set, args.force

    def made() -> RunbookApp:
        from runbook_tui.tui.screens.init_base import Inquiry

        return RunbookApp(path, mode="init", inquiry=Inquiry(folder, path, tuple(answers), force))

    return start_app(made, instead="leave --app out")
