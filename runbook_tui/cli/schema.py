"""Print the JSON Schema of a file format, for editors and validators."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what ``runbook schema`` takes."""
    parser.add_argument("format", choices=["manifest", "runbook", "migrations"])


def run(args: Namespace) -> int:
    """Print the schema."""
    from runbook_tui.cli.output import emit

    if args.format == "manifest":
        from runbook_tui.catalog.schema import manifest_schema

        emit(manifest_schema())
    elif args.format == "migrations":
        from runbook_tui.cli.migrations_json import migrations_schema

        emit(migrations_schema())
    else:
        from runbook_tui.runbook.schema import runbook_schema

        emit(runbook_schema())
    return 0
