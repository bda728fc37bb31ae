"""Build the example release of eight services and open it.

Eight git repositories with months of history, SQLite databases and a running process each are made in the folder,
the release is planned, and the app opens on it. Without a terminal the release is planned, executed with the
decisions that the example brings, exported, and everything is stopped again.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from runbook_tui.cli.output import interactive, narrate, say, table

if TYPE_CHECKING:
    from runbook_tui.demo.model import Demo


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what ``runbook demo`` takes."""
    parser.add_argument(
        "folder", type=Path, nargs="?", default=Path("runbook-demo"), help="default: runbook-demo"
    )
    doing = parser.add_mutually_exclusive_group()
    doing.add_argument(
        "--build-only", action="store_true", help="build, plan and leave it there, nothing running"
    )
    doing.add_argument("--reset", action="store_true", help="put databases and deployments back to the start")
    doing.add_argument("--stop", action="store_true", help="stop the services of the example")


def run(args: Namespace) -> int:
    """Build or find the example, and open or execute it."""
    from runbook_tui.demo import processes
    from runbook_tui.demo.reset import reset

    folder: Path = args.folder
    if args.stop:
        stopped = processes.stop(folder)
        narrate(f"Stopped {len(stopped)} services")
        return 0
    if args.reset:
        reset(folder)
        narrate(f"{folder} is as it was built")
        return 0
    demo = _built(folder)
    if args.build_only:
        processes.stop(folder)
        narrate(f"Planned {demo.runbook}; next: runbook open {demo.runbook}")
        return 0
    return _attended(demo) if interactive() else _unattended(demo)


def _built(folder: Path) -> Demo:
    from runbook_tui.authoring.draft import Request, draft, write
    from runbook_tui.demo.build import build
    from runbook_tui.demo.model import load

    demo = load(folder)
    if demo is None:
        narrate(f"Building the example release in {folder} ...")
        demo = build(folder)
        for name, reason in demo.missing.items():
            narrate(f"  without {name}: {reason}")
    if not demo.runbook.exists():
        write(draft(Request(demo.manifest), demo.runbook), demo.runbook)
    return demo


def _attended(demo: Demo) -> int:
    from runbook_tui.cli.app import open_app
    from runbook_tui.demo import processes

    if _put_back(demo):
        narrate(
            "The release was executed to its end; the example is back at its start. The records are kept."
        )
    processes.start(demo.folder)
    try:
        return open_app(demo.runbook, mode="author")
    finally:
        stopped = processes.stop(demo.folder)
        narrate(f"Stopped {len(stopped)} services. Go on with: runbook demo {demo.folder}")


def _put_back(demo: Demo) -> bool:
    """Bring the example back to its start when it was released and no run waits; whether it was."""
    from runbook_tui.demo.reset import reset
    from runbook_tui.execution.runs import runs_folder, unfinished_runs

    real = [run for run in runs_folder(demo.runbook).glob("*") if not run.name.endswith("rehearsal")]
    if not real or unfinished_runs(demo.runbook, rehearsal=False):
        return False
    reset(demo.folder)
    return True


def _unattended(demo: Demo) -> int:
    """Plan, execute, verify and export without a person; nothing is left running."""
    from runbook_tui.cli.plain import run_plain
    from runbook_tui.cli.plain_desk import Wishes
    from runbook_tui.demo import processes

    _put_back(demo)
    processes.start(demo.folder)
    try:
        _show_versions("Running before the release", processes.status(demo.folder))
        status = run_plain(demo.runbook, Wishes(decisions=demo.decisions))
        answered = processes.status(demo.folder)
        _show_versions("Running after the release", answered)
        missing = {name: wanted for name, wanted in demo.released.items() if answered.get(name) != wanted}
        for name, wanted in missing.items():
            narrate(f"{name} answered {answered.get(name) or 'nothing'}, expected {wanted}")
        _export(demo)
        return status or int(bool(missing))
    finally:
        processes.stop(demo.folder)


def _show_versions(title: str, versions: dict[str, str | None]) -> None:
    say(f"\n{title}:", "bold")
    say(table((name, version or "does not answer") for name, version in sorted(versions.items())))


def _export(demo: Demo) -> None:
    """Write the document, with the log of the run in it."""
    from dataclasses import asdict

    from runbook_tui.execution.runs import read_run, succeeded_run
    from runbook_tui.files.atomic import write_atomic
    from runbook_tui.rendering.render import render
    from runbook_tui.runbook.document import RunbookDocument

    target = demo.runbook.with_suffix(".md")
    done = succeeded_run(demo.runbook)
    state = asdict(read_run(done).state) if done else None
    write_atomic(target, render(RunbookDocument.read(demo.runbook).runbook, state=state))
    say(f"\nRunbook:  {demo.runbook}\nMarkdown: {target}")
