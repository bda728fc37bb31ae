"""Ask live databases whether they are where the manifest's ``deployed`` says; they are only read.

Asked are the data stores with ``url_env`` that a service of the release migrates. Exit status 1 when one is not there,
or was not read: the check of a runbook before anything is changed.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from runbook_tui.cli.parser import file_path


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what ``runbook applied`` takes."""
    parser.add_argument("manifest", type=file_path, help="the manifest, such as services.yaml")
    parser.add_argument("datastore", nargs="*", help="ask these only; every one with url_env when left out")
    parser.add_argument("--json", action="store_true", help="print what they say as JSON")


def run(args: Namespace) -> int:
    """Ask; 1 when a database is not where it should be, or said nothing."""
    import os
    from dataclasses import asdict

    from runbook_tui.catalog.manifest import read_manifest
    from runbook_tui.cli.output import emit, narrate, say
    from runbook_tui.migrations.live.rules import NOT_READ
    from runbook_tui.migrations.model import Level
    from runbook_tui.release.live import Databases, told_by_databases
    from runbook_tui.release.read import read_release

    databases = Databases(os.environ, frozenset(args.datastore))
    told = told_by_databases(read_release(read_manifest(args.manifest), live=databases))
    if args.json:
        emit([asdict(item) for item in told])
    else:
        for item in told:
            finding = item.finding
            remedy = f" {finding.recipe}" if finding.recipe else ""
            say(f"{finding.level}: {item.service}: {finding.message}.{remedy} [{finding.rule}]")
    if not told:
        narrate("no service of the release migrates a data store that was asked for")
    return int(any(item.finding.level is Level.ERROR or item.finding.rule in NOT_READ for item in told))
