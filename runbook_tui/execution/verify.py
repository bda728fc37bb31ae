"""What can be said about a finished or unfinished record: which layers of evidence hold, in words."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from runbook_tui.execution import evidence
from runbook_tui.execution.admission import end_of
from runbook_tui.execution.errors import RecordError
from runbook_tui.execution.findings import Finding, Judgement, Verification
from runbook_tui.execution.folder import RUNBOOK
from runbook_tui.execution.framing import FORMAT, Checkpoint, Whole
from runbook_tui.execution.output import examine
from runbook_tui.execution.record import RecordView, read_record
from runbook_tui.execution.spill import rescued
from runbook_tui.files.problems import RunbookError
from runbook_tui.runbook.model import Runbook

__all__ = ["Finding", "Judgement", "Verification", "verify"]


def verify(record: Path, *, signers: Path | None = None, head: str = "") -> Verification:
    """Check the record of a run. Nothing is written.

    The chain finds accidents and edits. It does not find that somebody who may write the folder wrote all of it anew;
    only a signature, a checksum kept elsewhere, or the memory of the machine that wrote it does.

    Args:
        record: folder of the run, or the record in it.
        signers: an ``allowed_signers`` file; asks for signatures. Without it the one that the runbook names is used
            for approvals, where it is there.
        head: a checksum that was kept elsewhere: of the last checkpoint, or an earlier one.
    """
    folder = record if record.is_dir() or not record.is_file() else record.parent
    try:
        view = read_record(folder)
    except RecordError as error:
        return Verification(Judgement.UNSURE, (Finding("chain", None, str(error)),))
    if not view.checkpoints:
        nothing = (_chain(view),)
        return Verification(_judge(nothing), nothing)
    findings = (_chain(view), *_layers(folder, view, signers, head))
    required = {evidence.SIGNATURE} if signers is not None else set()
    first, last = view.checkpoints[0], view.checkpoints[-1]
    return Verification(
        _judge(findings, frozenset(required)), findings, str(first.values.get("run", "")), last.sum
    )


def _layers(folder: Path, view: RecordView, signers: Path | None, head: str) -> Iterator[Finding]:
    first = view.checkpoints[0]
    yield _format(first)
    yield _end(view)
    runbook, finding = _runbook(folder, first)
    yield finding
    yield from _outputs(folder, view.checkpoints)
    yield from evidence.approvals(view, runbook, signers or _named_signers(folder, runbook))
    yield from evidence.head_signatures(folder, view, signers)
    yield _anchor(view, head)


def _judge(findings: tuple[Finding, ...], required: frozenset[str] = frozenset()) -> Judgement:
    if any(finding.holds is False for finding in findings):
        return Judgement.BROKEN
    unknown = any(finding.holds is None and finding.layer in required for finding in findings)
    return Judgement.INTACT if findings[0].holds and not unknown else Judgement.UNSURE


def _chain(view: RecordView) -> Finding:
    if view.whole is Whole.CLEAN:
        first, last = view.checkpoints[0], view.checkpoints[-1]
        span = f"from {first.at} to {last.at}"
        told = f"{len(view.checkpoints)} checkpoints {span}, each whole and chained to the last"
        return Finding("chain", True, told)
    if view.whole is Whole.EMPTY:
        return Finding(
            "chain", None, f"{view.path.name} is empty: the run ended before anything was recorded"
        )
    good = len(view.checkpoints)
    if view.whole is Whole.TORN:
        told = f"{good} checkpoints are whole; the last write was cut off, or is going on: {view.why}"
        return Finding("chain", None, told)
    return Finding(
        "chain", False, f"{good} checkpoints are whole, then it was changed or damaged: {view.why}"
    )


def _format(first: Checkpoint) -> Finding:
    version = first.values.get("format")
    if version == FORMAT:
        return Finding("format", True, f"record format {FORMAT}")
    return Finding("format", None, f"record format {version}; this version knows format {FORMAT}")


def _end(view: RecordView) -> Finding:
    wrong = end_of(view.checkpoints)
    if wrong is None:
        told = "written on another machine, or by another user: whether the end is missing is not known"
        return Finding("end", None, told)
    if wrong:
        return Finding("end", False, wrong)
    more = rescued(str(view.checkpoints[0].values.get("run", "")), view.checkpoints)
    if more is not None:
        told = f"newer checkpoints were rescued to {more.path}; resuming the run takes them over"
        return Finding("end", None, told)
    return Finding("end", True, "nothing that this machine wrote is missing at the end")


def _runbook(folder: Path, first: Checkpoint) -> tuple[Runbook | None, Finding]:
    from runbook_tui.execution.runs import parse
    from runbook_tui.runbook.digest import digest

    try:
        data = (folder / RUNBOOK).read_bytes()
    except OSError as error:
        return None, Finding("runbook", False, f"{RUNBOOK} cannot be read: {error.strerror or error}")
    if digest(data) != first.values.get("digest"):
        return None, Finding("runbook", False, f"{RUNBOOK} is not the one that the run began with")
    good = Finding("runbook", True, f"{RUNBOOK} is the one that the run began with")
    try:
        return parse(data, folder / RUNBOOK), good
    except RunbookError:  # a newer version wrote it
        return None, good


def _named_signers(folder: Path, runbook: Runbook | None) -> Path | None:
    """The file of signers that the frozen runbook names, where it is there."""
    if runbook is None or runbook.approval is None or runbook.approval.signers is None:
        return None
    path = folder.absolute().parent.parent / runbook.approval.signers
    return path if path.is_file() else None


def _outputs(folder: Path, checkpoints: tuple[Checkpoint, ...]) -> Iterator[Finding]:
    """The output files against their digests. Only the last of several tries of a verification is kept."""
    good = more = 0
    kept = {output: c for c in checkpoints if (output := _output(c)) is not None}
    for output, checkpoint in kept.items():
        wrong, later = _compared(folder / output, checkpoint)
        if wrong:
            yield Finding("outputs", False, f"{output} {wrong}")
        else:
            good += 1
            more += later
    if good:
        grew = f"; {more} grew later, by what their commands left running" if more else ""
        yield Finding("outputs", True, f"{good} outputs have the digest that was recorded{grew}")


def _compared(path: Path, checkpoint: Checkpoint) -> tuple[str, bool]:
    """What is wrong with an output file, and whether it grew after its command had ended."""
    size = checkpoint.values.get("bytes")
    try:
        seen = path.lstat()
    except OSError:
        return "is missing", False
    if not stat.S_ISREG(seen.st_mode):
        return "is no plain file any more", False
    if not isinstance(size, int) or examine(path, size).digest != checkpoint.values["digest"]:
        return "is not what the command printed", False
    if seen.st_size > size and checkpoint.values.get("left_running") is not True:
        return f"has {seen.st_size - size} bytes more than the command printed", False
    return "", seen.st_size > size


def _output(checkpoint: Checkpoint) -> str | None:
    output = checkpoint.values.get("output")
    if not isinstance(output, str) or "digest" not in checkpoint.values:
        return None
    safe = not output.startswith("/") and ".." not in output.split("/")
    return output if safe else None


def _anchor(view: RecordView, head: str) -> Finding:
    last = view.checkpoints[-1]
    if not head:
        told = f"compare the checksum of the last checkpoint with one that was kept elsewhere: {last.sum}"
        return Finding("anchor", None, told)
    for point in view.checkpoints:
        if point.sum == head.strip().lower():
            later = last.seq - point.seq
            rest = f"; {later} checkpoints came after it" if later else ""
            return Finding("anchor", True, f"checkpoint {point.seq} is the one that was kept elsewhere{rest}")
    return Finding(
        "anchor", False, "no checkpoint has the checksum that was kept elsewhere: it was written anew"
    )
