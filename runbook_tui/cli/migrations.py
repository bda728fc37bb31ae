"""Say what migrations do, when they may run, and what is wrong with them.

PATH is a manifest (what is pending between the running and the released version), a repository or folder (its
migrations are found), or migration files (judged in the context of their folder); - reads paths from standard input.
Without PATH it is the services.yaml of the current folder, else the current repository. With --since what is pending
is what the files have and that commit has not: the check of a pull inquiry.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runbook_tui.authoring.migration_sections import Section


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what ``runbook migrations`` takes."""
    parser.formatter_class = RawDescriptionHelpFormatter
    parser.description = __doc__
    parser.add_argument("path", nargs="*", metavar="PATH", help="manifest, repository, folder, file, or -")
    parser.add_argument("--since", metavar="REF", help="only what this commit has not, such as origin/main")
    parser.add_argument("--tool", metavar="NAME", help="look for the migrations of this tool only")
    parser.add_argument("--engine", metavar="NAME", help="postgres, mysql or sqlite; guessed when left out")
    parser.add_argument(
        "--fail-on",
        choices=["error", "warning", "note", "never"],
        default="error",
        help="exit with 1 when something of this level or above is found (error)",
    )
    parser.add_argument(
        "--all", action="store_true", help="show everything: notes, harmless migrations, findings like others"
    )
    parser.add_argument(
        "--squawk", action="store_true", help="ask squawk as well, about the SQL of PostgreSQL migrations"
    )
    parser.add_argument("--quiet", action="store_true", help="print the findings only")
    parser.add_argument("--rules", action="store_true", help="list what can be found, and judge nothing")
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="print the migrations as JSON")
    output.add_argument("--sarif", action="store_true", help="print the findings as SARIF 2.1.0")
    output.add_argument("--app", action="store_true", help="open the app: a table, the source, the reasons")


def run(args: Namespace) -> int:
    """Judge; 1 when something of ``--fail-on`` or above was found, 2 when the input cannot be used."""
    from runbook_tui.authoring.migration_paths import Inquiry
    from runbook_tui.authoring.migration_sections import sections
    from runbook_tui.cli.output import emit, narrate

    if args.rules:
        return _rules(args)
    paths, listed = _paths(args.path)
    inquiry = Inquiry(paths, listed, tool=args.tool, engine=args.engine, since=args.since, squawk=args.squawk)
    found = sections(inquiry, narrate)
    if args.app:
        from runbook_tui.cli.migrations_app import open_migrations

        return open_migrations(found)
    if args.json:
        from runbook_tui.cli.migrations_json import as_data

        emit(as_data(found))
    elif args.sarif:
        from runbook_tui.cli.migrations_sarif import as_sarif

        emit(as_sarif(found))
    else:
        _print(found, everything=args.all, quiet=args.quiet)
    levels = {f.level.value for s in found for entry in s.inspected.entries for f in entry.findings}
    return int(_fails(args.fail_on, levels))


def _print(found: list[Section], *, everything: bool, quiet: bool) -> None:
    from runbook_tui.cli.migrations_text import Printer, is_long, summary
    from runbook_tui.cli.output import narrate

    printer = Printer(everything=everything)
    # of many folders a pull inquiry touches a few
    shown = [part for part in found if part.manifest or not part.pending or part.inspected.entries]
    for number, section in enumerate(shown):
        if number and not quiet:
            print()
        for line in printer.findings(section) if quiet else printer.section(section):
            print(line)
    if found and not quiet:
        narrate(("\n" if shown else "") + summary(found))
        if any(is_long(section) for section in shown):
            narrate(
                "every migration is judged as if it were new; --since <tag or commit> judges what is pending"
            )


def _paths(given: list[str]) -> tuple[list[str], list[str] | None]:
    """The paths of the command line, and those of standard input, where git puts unusual names in quotes."""
    import os
    import sys

    if "-" not in given:
        return given, None
    listed = [_unquoted(line) for line in sys.stdin.buffer.read().splitlines() if line]
    return [path for path in given if path != "-"], [os.fsdecode(path) for path in listed]


def _unquoted(line: bytes) -> bytes:
    if not (len(line) > 1 and line.startswith(b'"') and line.endswith(b'"')):
        return line
    return line[1:-1].decode("unicode_escape").encode("latin-1", "replace")


def _fails(fail_on: str, found: set[str]) -> bool:
    levels = ["error", "warning", "note"]
    return fail_on != "never" and not found.isdisjoint(levels[: levels.index(fail_on) + 1])


def _rules(args: Namespace) -> int:
    from dataclasses import asdict

    from runbook_tui.cli.output import emit, say, table
    from runbook_tui.migrations.judging.rules import RULES

    if args.json:
        emit([asdict(rule) for rule in RULES.values()])
    else:
        say(table((rule.id, rule.level.value, rule.summary) for rule in RULES.values()))
    return 0
