"""The runs of a runbook on disk.

checkout.yaml
checkout.runs/2026-11-24-production/      a second run of that day: 2026-11-24-production-2
  record.yaml                             the checkpoints
  runbook.yaml                            the runbook as it was when the run began, byte for byte
  output/deploy-billing-1.log             what attempt 1 printed
  jobs/                                   what the shims keep: scripts, results
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path

from runbook_tui.execution import clock
from runbook_tui.execution.errors import CorruptRecord, RecordError
from runbook_tui.execution.folder import (
    JOBS,
    OUTPUT,
    RUNBOOK,
    create_file,
    make_folder,
    open_folder,
    sync_folder,
)
from runbook_tui.execution.framing import Checkpoint, Whole
from runbook_tui.execution.lock import require_free
from runbook_tui.execution.model import RunState
from runbook_tui.execution.record import read_record
from runbook_tui.execution.spill import all_rescued
from runbook_tui.execution.state import fold
from runbook_tui.files.problems import RunbookError
from runbook_tui.runbook.model import Runbook

_LARGEST_RUNBOOK = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as anybody can read it, also while somebody executes it."""

    folder: Path
    runbook: Runbook
    checkpoints: tuple[Checkpoint, ...]
    state: RunState
    whole: Whole
    why: str
    """What is wrong with the record, when something is."""


def runs_folder(runbook_path: Path) -> Path:
    """Where the runs of a runbook are kept: ``checkout.yaml`` has ``checkout.runs``."""
    return runbook_path.with_name(f"{runbook_path.stem}.runs")


def read_run(folder: Path) -> RunView:
    """Read a run without a lock.

    Raises:
        RecordError: there is no record in the folder, nothing of it is whole, or its runbook is not the one.
        ProblemsError: the frozen runbook cannot be read.
    """
    view = read_record(folder)
    if not view.checkpoints:
        raise CorruptRecord(f"{view.path}: no checkpoint in it is whole{': ' + view.why if view.why else ''}")
    runbook = executed_runbook(folder, view.checkpoints[0])
    state = fold(view.checkpoints, runbook)
    return RunView(folder, runbook, view.checkpoints, state, view.whole, view.why)


def unfinished_runs(runbook_path: Path, *, rehearsal: bool | None = None) -> list[Path]:
    """Folders of runs that can go on, the newest first.

    Args:
        runbook_path: of the runbook.
        rehearsal: only rehearsals, or only others.
    """
    return [folder for folder, first, last in _runs(runbook_path, rehearsal) if last.kind != "run-finished"]


def succeeded_run(runbook_path: Path, *, rehearsal: bool = False) -> Path | None:
    """Folder of the newest run in which exactly this runbook, as the file is now, was executed to its end.

    Args:
        runbook_path: of the runbook.
        rehearsal: a rehearsal, or a real run.
    """
    from runbook_tui.runbook.digest import digest

    now = digest(read_bytes(runbook_path))
    for folder, first, last in _runs(runbook_path, rehearsal):
        if last.kind == "run-finished":
            same = first.values.get("digest") == now and last.values.get("outcome") == "succeeded"
            return folder if same else None
    return None


def _runs(runbook_path: Path, rehearsal: bool | None) -> list[tuple[Path, Checkpoint, Checkpoint]]:
    """Folder, first and last checkpoint of the runs whose record can be read, the newest first."""
    found = []
    parent = runs_folder(runbook_path)
    for folder in parent.iterdir() if parent.is_dir() else ():
        try:
            checkpoints = read_record(folder).checkpoints
        except RecordError:
            continue
        if checkpoints and rehearsal in {None, checkpoints[0].values.get("rehearsal") is True}:
            finished = (point for point in checkpoints if point.kind == "run-finished")
            found.append((folder, checkpoints[0], next(finished, checkpoints[-1])))
    return sorted(found, key=lambda run: clock.wall_microseconds(run[1].at), reverse=True)


def require_nobody_at_work(runbook_path: Path, environment: str) -> None:
    """Let through a new run when nobody executes this runbook in that environment at this moment.

    Raises:
        HeldByAnother: somebody does; two runs of one runbook would do everything twice.
    """
    for folder, first, last in _runs(runbook_path, rehearsal=False):
        if last.kind != "run-finished" and first.values.get("environment") == environment:
            require_free(folder)


def require_none_lost(runbook_path: Path, now: str, environment: str) -> None:
    """Let through a new run when no unfinished one of this very runbook lost its folder.

    Args:
        runbook_path: of the runbook.
        now: digest of its file.
        environment: of the new run.

    Raises:
        RecordError: there is one; what it had begun would be done a second time.
    """
    there = {str(first.values.get("run")) for _, first, _ in _runs(runbook_path, None)}
    for path, found in all_rescued():
        first, last = found.checkpoints[0].values, found.checkpoints[-1]
        same = first.get("digest") == now and first.get("environment") == environment
        if not same or first.get("rehearsal") is True or str(first.get("run")) in there:
            continue
        if not any(point.kind == "run-finished" for point in found.checkpoints):
            raise RecordError(
                f"{path}: the record of an unfinished run of this runbook, whose folder is gone: "
                f"{len(found.checkpoints)} checkpoints up to {last.at}; see there what was done, and move that file "
                "away to begin anew"
            )


def past_runs(runbook_path: Path) -> Iterator[tuple[Checkpoint, ...]]:
    """The whole checkpoints of every run whose record can be read, the newest run first."""
    for folder, _, _ in _runs(runbook_path, None):
        try:
            yield read_record(folder).checkpoints
        except RecordError:
            continue


def new_folder(runbook_path: Path, data: bytes, environment: str, *, rehearsal: bool) -> Path:
    """Make the folder of a new run with the frozen runbook in it; its record comes next.

    Raises:
        RecordError: it cannot be made.
    """
    from runbook_tui.text.names import slug

    parent = runs_folder(runbook_path)
    name = f"{date.today().isoformat()}-{slug(environment)}" + ("-rehearsal" if rehearsal else "")
    try:
        with suppress(FileExistsError):
            make_folder(parent)
        _refuse_link(parent)
        for number in count(1):
            folder = parent / (name if number == 1 else f"{name}-{number}")
            try:
                make_folder(folder)
            except FileExistsError:
                continue
            break
        _fill(folder, data)
    except OSError as error:
        raise RecordError(f"{error.filename or parent}: cannot be made: {error.strerror or error}") from error
    return folder


def executed_runbook(folder: Path, first: Checkpoint) -> Runbook:
    """The frozen runbook as it is executed: by people alone, when the run was begun so.

    Raises:
        CorruptRecord, ProblemsError: as :func:`frozen_runbook`.
    """
    from runbook_tui.execution.instructions import instructed

    runbook = frozen_runbook(folder, first)
    return instructed(runbook) if first.values.get("instructions") is True else runbook


def frozen_runbook(folder: Path, first: Checkpoint) -> Runbook:
    """The runbook that a run is about.

    Raises:
        CorruptRecord: it is not the one of which the first checkpoint has the digest.
        ProblemsError: it cannot be read.
    """
    from runbook_tui.runbook.digest import digest

    path = folder / RUNBOOK
    data = read_bytes(path)
    if digest(data) != first.values.get("digest"):
        raise CorruptRecord(f"{path}: it was changed after the run began, which nobody may do; restore it")
    return parse(data, path)


def parse(data: bytes, path: Path) -> Runbook:
    """A runbook out of the bytes of its file.

    Raises:
        ProblemsError: everything that is wrong with it.
    """
    from runbook_tui.files.problems import Place, Problem, ProblemsError
    from runbook_tui.runbook.document import RunbookDocument

    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        problem = Problem(Place(str(path)), "the file is not UTF-8", remedy="convert it")
        raise ProblemsError([problem]) from error
    return RunbookDocument.parse(text, str(path)).runbook


def read_bytes(path: Path) -> bytes:
    """The bytes of a runbook file.

    Raises:
        RunbookError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_RUNBOOK + 1)
    except OSError as error:
        raise RunbookError(f"{path}: cannot be read: {error.strerror or error}") from error
    if len(data) > _LARGEST_RUNBOOK:
        raise RunbookError(f"{path}: larger than {_LARGEST_RUNBOOK} bytes")
    return data


def _refuse_link(parent: Path) -> None:
    if parent.is_symlink():
        raise RecordError(f"{parent}: a symbolic link; a record is kept in a real folder beside its runbook")


def _fill(folder: Path, data: bytes) -> None:
    for name in (OUTPUT, JOBS):
        make_folder(folder / name)
    directory = open_folder(folder)
    try:
        create_file(directory, RUNBOOK, data)
    finally:
        os.close(directory)
    sync_folder(folder)
