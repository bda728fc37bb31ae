"""How doing something ended, in the words of the record."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from runbook_tui.execution.framing import Value


class Verdict(StrEnum):
    """The three ways in which an action ends."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It was started, and nobody can know how it ended."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an action or a check ended."""

    verdict: Verdict
    message: str = ""
    exit_code: int | None = None
    milliseconds: int = 0
    output: str | None = None
    """Path of the output file, relative to the folder of the run."""
    size: int = 0
    digest: str = ""
    tail: tuple[str, ...] = ()
    left_running: bool = False
    flags: tuple[str, ...] = ()
    """What is unusual about it, in sentences."""
    ended_at: str | None = None
    """Wall clock, when that was not just now."""

    @property
    def succeeded(self) -> bool:
        """Whether it worked."""
        return self.verdict is Verdict.SUCCEEDED

    def values(self) -> dict[str, Value]:
        """What a checkpoint says about it; what there is nothing to say about is left out."""
        values: dict[str, Value] = {"outcome": self.verdict.value, "milliseconds": self.milliseconds}
        if self.message:
            values["message"] = self.message[:2000]
        if self.exit_code is not None:
            values["exit"] = self.exit_code
        if self.output is not None:
            values |= {"output": self.output, "bytes": self.size, "digest": self.digest, "tail": self.tail}
        if self.left_running:
            values["left_running"] = True
        if self.flags:
            values["flags"] = self.flags
        if self.ended_at is not None:
            values["ended_at"] = self.ended_at
        return values
