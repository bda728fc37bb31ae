"""Derive a runbook from a manifest, git and pending migrations.

Without ``-o`` the order is printed with its reasons. With ``-o FILE`` the runbook is written there; a file that
exists is merged into: what people changed in it is kept, and what contradicts it is shown as a conflict. Its
environment, title and window stay unless others are given.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from runbook_tui.cli.parser import file_path

if TYPE_CHECKING:
    from runbook_tui.authoring.draft import Request
    from runbook_tui.release.live import Databases
    from runbook_tui.runbook.model import Window


_LONGEST_ENVIRONMENT = 200
"""Characters; a record takes no more."""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what ``runbook plan`` takes."""
    parser.add_argument("manifest", type=file_path, help="the manifest, such as services.yaml")
    parser.add_argument(
        "-o", "--output", type=file_path, metavar="FILE", help="write or merge the runbook here"
    )
    parser.add_argument(
        "--environment", metavar="NAME", help="production, staging, ...; production if nothing says otherwise"
    )
    parser.add_argument("--title", help="title of the runbook")
    parser.add_argument("--window", nargs=2, metavar=("START", "END"), help="such as 2026-11-24T09:30+01:00")
    parser.add_argument("--only", metavar="A,B", help="release these services only")
    parser.add_argument(
        "--target", action="append", default=[], metavar="SERVICE=REF", help="release this ref instead"
    )
    parser.add_argument(
        "--base",
        action="append",
        default=[],
        metavar="SERVICE=REF",
        help="what runs now, in place of 'deployed'",
    )
    parser.add_argument("--fetch", action="store_true", help="fetch the repositories first")
    parser.add_argument(
        "--live", action="store_true", help="ask the databases of url_env what is applied; they are only read"
    )
    parser.add_argument("--live-only", metavar="A,B", help="ask the databases of these data stores only")
    parser.add_argument(
        "--split", action="store_true", help="when no order exists, plan the first release of the split"
    )
    parser.add_argument(
        "--next", action="store_true", help="plan the next release that an earlier split has left for later"
    )
    parser.add_argument("--json", action="store_true", help="print the plan as JSON")


def run(args: Namespace) -> int:
    """Plan; exit status 1 when the release cannot be ordered."""
    from runbook_tui.authoring.draft import draft
    from runbook_tui.authoring.splitting import first_of_split, next_of_split
    from runbook_tui.cli import plan_text
    from runbook_tui.cli.output import emit, narrate, say

    request = _request(args)
    drafted = next_of_split(request, args.output) if args.next else draft(request, args.output)
    if args.split:
        drafted = first_of_split(drafted, args.output)
    if args.json:
        emit(plan_text.as_data(drafted))
    elif drafted.plan.cycles:
        say(plan_text.contradictions(drafted))
    elif args.output is None:
        say(plan_text.order(drafted))
    if drafted.plan.runbook is None:
        return 1
    if args.output is not None:
        from runbook_tui.authoring.draft import write

        narrate(plan_text.written(drafted, write(drafted, args.output)))
    return 0


def _request(args: Namespace) -> Request:
    from runbook_tui.authoring.draft import Request
    from runbook_tui.cli.usage import targets

    return Request(
        manifest=args.manifest,
        environment=_environment(args.environment),
        title=args.title,
        window=_window(args.window),
        targets=targets(args.target),
        bases=targets(args.base, "--base"),
        only=_only(args.only),
        fetch=args.fetch,
        live=_live(args.live, args.live_only),
        durations=_durations(args.output, args.environment),
    )


def _durations(runbook: Path | None, environment: str | None) -> Mapping[str, float]:
    """How long steps took in past runs of the runbook that is planned into."""
    from runbook_tui.execution.history import past_durations

    return {} if runbook is None else past_durations(runbook, environment)


def _environment(given: str | None) -> str | None:
    from runbook_tui.cli.usage import UsageError

    if given is not None and not (
        given.strip() and given.isprintable() and len(given) <= _LONGEST_ENVIRONMENT
    ):
        raise UsageError("--environment", given, "a short name such as production")
    return given


def _only(given: str | None) -> frozenset[str] | None:
    return None if given is None else _names("--only", given, "services")


def _live(asked: bool, given: str | None) -> Databases | None:
    import os

    from runbook_tui.release.live import Databases

    if given is not None:
        return Databases(os.environ, _names("--live-only", given, "data stores"))
    return Databases(os.environ) if asked else None


def _names(option: str, given: str, kind: str) -> frozenset[str]:
    from runbook_tui.cli.usage import UsageError

    names = frozenset(name.strip() for name in given.split(",")) - {""}
    if not names:
        raise UsageError(option, given, f"names of {kind} with commas between them")
    return names


def _window(given: list[str] | None) -> Window | None:
    from datetime import datetime

    from pydantic import ValidationError

    from runbook_tui.cli.usage import UsageError
    from runbook_tui.runbook.model import Window

    if given is None:
        return None
    try:
        window = Window(start=given[0], end=given[1])
        in_order = datetime.fromisoformat(window.start) < datetime.fromisoformat(window.end)
    except (ValidationError, ValueError):
        expected = "two times with UTC offset, such as 2026-11-24T09:30+01:00 2026-11-24T12:00+01:00"
        raise UsageError("--window", " ".join(given), expected) from None
    if not in_order:
        raise UsageError("--window", " ".join(given), "an end after its start")
    return window
