"""What can be said about a finished or unfinished record: which layers of evidence hold, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from runbook_tui.execution.errors import RecordError
from runbook_tui.execution.folder import RUNBOOK
from runbook_tui.execution.framing import FORMAT, Checkpoint, Whole
from runbook_tui.execution.output import examine
from runbook_tui.execution.record import RecordView, read_record


class Judgement(StrEnum):
    """The whole answer. Exit statuses: 0, 1, 2."""

    INTACT = "intact"
    BROKEN = "broken"
    UNSURE = "cannot tell"


@dataclass(frozen=True, slots=True)
class Finding:
    """One layer."""

    holds: bool | None
    """None when it cannot be seen here."""
    text: str


@dataclass(frozen=True, slots=True)
class Verification:
    """The answer and what it stands on."""

    judgement: Judgement
    findings: tuple[Finding, ...]


def verify(folder: Path) -> Verification:
    """Check the record of a run: chain, end, frozen runbook, outputs. Nothing is written.

    The chain finds accidents and edits. It does not find that somebody who may write the folder wrote all of it anew;
    the last finding says so.
    """
    try:
        view = read_record(folder)
    except RecordError as error:
        return Verification(Judgement.UNSURE, (Finding(None, str(error)),))
    findings = [_chain(view)]
    if view.checkpoints:
        findings += [_format(view.checkpoints[0]), _end(view), _runbook(folder, view.checkpoints[0])]
        findings += _outputs(folder, view.checkpoints)
        last = view.checkpoints[-1]
        findings.append(
            Finding(None, f"not signed; compare the last checksum with one kept elsewhere: {last.sum}")
        )
    return Verification(_judge(findings), tuple(findings))


def _judge(findings: list[Finding]) -> Judgement:
    if any(finding.holds is False for finding in findings):
        return Judgement.BROKEN
    return Judgement.INTACT if findings[0].holds else Judgement.UNSURE


def _chain(view: RecordView) -> Finding:
    if view.whole is Whole.CLEAN:
        first, last = view.checkpoints[0], view.checkpoints[-1]
        span = f"from {first.at} to {last.at}"
        return Finding(
            True, f"{len(view.checkpoints)} checkpoints {span}, each whole and chained to the last"
        )
    if view.whole is Whole.EMPTY:
        return Finding(None, f"{view.path.name} is empty: the run ended before anything was recorded")
    good = len(view.checkpoints)
    if view.whole is Whole.TORN:
        return Finding(
            None, f"{good} checkpoints are whole; the last write was cut off, or is going on: {view.why}"
        )
    return Finding(False, f"{good} checkpoints are whole, then it was changed or damaged: {view.why}")


def _format(first: Checkpoint) -> Finding:
    version = first.values.get("format")
    if version == FORMAT:
        return Finding(True, f"record format {FORMAT}")
    return Finding(None, f"record format {version}; this version knows format {FORMAT}")


def _end(view: RecordView) -> Finding:
    if view.behind is None:
        return Finding(
            None, "written on another machine, or by another user: whether the end is missing is not known"
        )
    if view.behind:
        return Finding(False, f"{view.behind} checkpoints that this machine wrote are missing at the end")
    return Finding(True, "nothing that this machine wrote is missing at the end")


def _runbook(folder: Path, first: Checkpoint) -> Finding:
    from runbook_tui.runbook.digest import digest

    try:
        same = digest((folder / RUNBOOK).read_bytes()) == first.values.get("digest")
    except OSError as error:
        return Finding(False, f"{RUNBOOK} cannot be read: {error.strerror or error}")
    if same:
        return Finding(True, f"{RUNBOOK} is the one that the run began with")
    return Finding(False, f"{RUNBOOK} is not the one that the run began with")


def _outputs(folder: Path, checkpoints: tuple[Checkpoint, ...]) -> Iterator[Finding]:
    """The output files against their digests. Only the last of several tries of a verification is kept."""
    good = 0
    kept = {output: c for c in checkpoints if (output := _output(c)) is not None}
    for output, checkpoint in kept.items():
        size = checkpoint.values.get("bytes")
        if not (folder / output).is_file():
            yield Finding(False, f"{output} is missing")
        elif (
            examine(folder / output, size if isinstance(size, int) else 0).digest
            == checkpoint.values["digest"]
        ):
            good += 1
        else:
            yield Finding(False, f"{output} is not what the command printed")
    if good:
        yield Finding(True, f"{good} outputs have the digest that was recorded")


def _output(checkpoint: Checkpoint) -> str | None:
    output = checkpoint.values.get("output")
    if not isinstance(output, str) or "digest" not in checkpoint.values:
        return None
    safe = not output.startswith("/") and ".." not in output.split("/")
    return output if safe else None
