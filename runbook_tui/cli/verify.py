"""Say which layers of evidence of a record hold: chain, end, runbook, outputs, approvals, signatures.

Exit status 0: intact. 1: broken. 2: nobody can tell. Nothing is written.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from runbook_tui.cli.output import emit, say, table


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what ``runbook verify`` takes."""
    parser.add_argument(
        "run",
        type=Path,
        metavar="RECORD",
        help="folder of a run, such as checkout.runs/2026-11-24, or its record",
    )
    parser.add_argument("--json", action="store_true", help="print as JSON")
    parser.add_argument(
        "--signers",
        type=Path,
        metavar="FILE",
        help="an allowed_signers file: ask for signatures, and check them",
    )
    parser.add_argument(
        "--head", default="", metavar="CHECKSUM", help="checksum of a checkpoint that was kept elsewhere"
    )


def run(args: Namespace) -> int:
    """Print each layer and the whole answer."""
    from dataclasses import asdict

    from runbook_tui.execution.verify import Judgement, verify

    found = verify(args.run, signers=args.signers, head=args.head)
    if args.json:
        emit(asdict(found))
    else:
        words = {True: "holds", False: "BROKEN", None: "not known"}
        say(table((words[layer.holds], layer.layer, layer.text) for layer in found.findings))
        whole = f"The record is {found.judgement}."
        say(whole if found.judgement is not Judgement.UNSURE else "Nobody can tell.")
    return list(Judgement).index(found.judgement)
