"""What can be wrong with a run. Every text is a whole sentence for the operator."""

from __future__ import annotations

from pathlib import Path

from runbook_tui.files.problems import RunbookError


class NotAllowed(RunbookError):
    """A verb is not possible now; the text says why and what is."""

    exit_status = 1


class Drifted(NotAllowed):
    """Something moved since the run began. ``drifts`` says what, one sentence each."""

    def __init__(self, drifts: tuple[str, ...]) -> None:
        self.drifts = drifts
        told = "; ".join(drifts)
        super().__init__(f"{told}; accept that with a reason, or stop and plan again")


class RecordError(RunbookError):
    """A record cannot be opened, because of what is at its path."""


class RunClosed(RecordError):
    """The run was left while something was still being done; the next one who resumes it finds the outcome."""


class CorruptRecord(RecordError):
    """A record was changed, or a part of it is missing. It can be looked at and exported, not continued."""


class HeldByAnother(RunbookError):
    """Somebody else writes this record. ``holder`` is what they wrote into the lock file."""

    exit_status = 75

    def __init__(self, text: str, holder: dict[str, object]) -> None:
        self.holder = holder
        super().__init__(text)


class RecordFailed(RunbookError):
    """A checkpoint could not be made durable: nothing further is started with this record.

    ``spilled`` is the new file that holds every checkpoint, the refused one included; None when no file could
    be written at all, and then ``text`` is what has to be shown on the screen.
    """

    exit_status = 74

    def __init__(self, reason: str, spilled: Path | None, text: str) -> None:
        self.reason = reason
        self.spilled = spilled
        self.text = text
        if spilled is not None:
            advice = f"every checkpoint so far is in {spilled}; resume the run to continue there"
        else:
            advice = "no other place could be written either; keep the checkpoints that are printed now"
        super().__init__(f"the record cannot be written: {reason}; nothing further is started; {advice}")
