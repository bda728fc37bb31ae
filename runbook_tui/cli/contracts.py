"""Say what changed in a contract, and who has to be deployed first.

OLD and NEW are two versions of an API or event definition, each a file or a folder. In two folders the contracts are
paired by path; the files of a GraphQL schema or a Protobuf package are one contract. The type is found out from name
and content; --type forces it. With a manifest in place of the two, every definition of its release is compared.
Exit status 0 when there is an order or none is needed, 1 when the change has to be split, 2 when something cannot be
read.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runbook_tui.contracts.model import ContractDiff


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what ``runbook contracts`` takes."""
    from runbook_tui.contracts.registry import TYPES

    parser.formatter_class = RawDescriptionHelpFormatter
    parser.description = __doc__
    parser.add_argument("old", metavar="OLD", help="file or folder: what runs now; or a manifest, alone")
    parser.add_argument("new", metavar="NEW", nargs="?", help="file or folder: what is released")
    types = f"{', '.join(TYPES[:-1])} or {TYPES[-1]}; found out when left out"
    parser.add_argument("--type", metavar="TYPE", choices=TYPES, help=types)
    for option, what in (("--base", "what runs now"), ("--target", "what is released")):
        parser.add_argument(
            option, action="append", default=[], metavar="SERVICE=REF", help=f"{what}, of a manifest"
        )
    parser.add_argument("--json", action="store_true", help="print the changes as JSON")


def run(args: Namespace) -> int:
    """Compare; 1 when no order is safe, 2 when something cannot be read."""
    from pathlib import Path

    if args.new is None:
        from runbook_tui.cli import contracts_release

        return contracts_release.run(args)
    from runbook_tui.cli.output import emit
    from runbook_tui.contracts.versions import compare_paths, overall

    old, new, found = compare_paths(Path(args.old), Path(args.new), args.type)
    whole = overall(found)
    if args.json:
        from runbook_tui.cli.contracts_json import as_data

        emit(as_data(found, whole, folders=new.file is None))
    else:
        from runbook_tui.cli.contracts_text import tell

        tell(found, (old, new), detected=args.type is None)
    return exit_status(whole)


def exit_status(diff: ContractDiff) -> int:
    """0 when an order exists or none is needed, 1 when the change has to be split, 2 when nobody can know."""
    from runbook_tui.contracts.model import Verdict

    if diff.faults:
        return 2
    return int(diff.verdict is Verdict.SPLIT)
