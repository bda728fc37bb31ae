"""Read the services and edges of catalogs that teams already keep, and report their defects.

PATH is a file, or a folder in which files of all kinds are searched: Backstage's catalog-info.yaml, Datadog, OpsLevel,
Cortex, Score, compose, Helmfile, Kubernetes manifests, CODEOWNERS. With -o what was read is written as a manifest, with
where each value came from and what is left to fill in.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from pathlib import Path
from typing import TYPE_CHECKING

from runbook_tui.cli.parser import file_path

if TYPE_CHECKING:
    from runbook_tui.catalog.importing.model import ImportedCatalog


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what ``runbook catalog`` takes."""
    parser.formatter_class = RawDescriptionHelpFormatter
    parser.description = __doc__
    parser.add_argument("path", nargs="*", metavar="PATH", type=Path, help="file or folder; . when left out")
    parser.add_argument("-o", "--output", metavar="FILE", type=file_path, help="write a manifest")
    parser.add_argument("--force", action="store_true", help="replace the file that -o names")
    parser.add_argument(
        "--fail-on",
        choices=["error", "warning", "note", "never"],
        default="error",
        help="exit with 1 when something of this level or above is found (error)",
    )
    parser.add_argument("--all", action="store_true", help="show notes, and needs that are guessed")
    parser.add_argument("--rules", action="store_true", help="list what can be found, and read nothing")
    parser.add_argument("--json", action="store_true", help="print services, edges and findings as JSON")


def run(args: Namespace) -> int:
    """Read; 1 when something of ``--fail-on`` or above was found, 2 when the input cannot be used."""
    from runbook_tui.catalog.importing.collect import read_catalog

    if args.rules:
        return _rules(as_json=args.json)
    if args.output is not None:
        _require_new(args.output, force=args.force)
    catalog = read_catalog(args.path or [Path()])
    if args.output is not None:
        _write(catalog, args.output)
    if args.json or args.output is None:
        _print(catalog, as_json=args.json, everything=args.all)
    order = ["error", "warning", "note"]
    failing = order[: order.index(args.fail_on) + 1] if args.fail_on != "never" else []
    return int(any(finding.level in failing for finding in catalog.findings))


def _print(catalog: ImportedCatalog, *, as_json: bool, everything: bool) -> None:
    from runbook_tui.cli.catalog_text import as_data, lines, summary
    from runbook_tui.cli.output import emit, narrate

    if as_json:
        emit(as_data(catalog))
        return
    for line in lines(catalog, everything=everything):
        print(line)
    narrate(summary(catalog))


def _write(catalog: ImportedCatalog, path: Path) -> None:
    from runbook_tui.catalog.importing.manifest_text import manifest_text
    from runbook_tui.cli.output import narrate
    from runbook_tui.files.atomic import write_atomic

    write_atomic(path, manifest_text(catalog, path.absolute().parent.name))
    narrate(f"Wrote {path}; fill in what it calls TODO")


def _require_new(path: Path, *, force: bool) -> None:
    """Refuse to replace a file that nobody said to replace.

    Raises:
        RunbookError: it is there, or cannot be written.
    """
    from runbook_tui.files.atomic import WriteRefusedError, require_writable

    require_writable(path)
    if os.path.lexists(path) and not force:
        raise WriteRefusedError(f"{path}: the file is there already; add --force to replace it")


def _rules(*, as_json: bool) -> int:
    from dataclasses import asdict

    from runbook_tui.catalog.importing.rules import RULES
    from runbook_tui.cli.output import emit, say, table

    if as_json:
        emit([asdict(rule) for rule in RULES.values()])
    else:
        say(table((rule.id, rule.level.value, rule.summary) for rule in RULES.values()))
    return 0
