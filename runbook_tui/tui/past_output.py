"""The output of a step that ended before the app was opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from runbook_tui.text.terminal import StreamCleaner, block

if TYPE_CHECKING:
    from runbook_tui.execution.model import StepStatus

_MOST = 256 * 1024


def read_output(folder: Path, status: StepStatus) -> str:
    """The end of what a step printed, safe to show; its last lines of the record when the file is gone.

    Args:
        folder: the folder of the record.
        status: of the step.
    """
    if status.output:
        try:
            with (folder / status.output).open("rb") as file:
                size = file.seek(0, 2)
                file.seek(max(size - _MOST, 0))
                data = file.read(_MOST)
        except OSError:
            data = b""
        if data:
            cleaner = StreamCleaner()
            return cleaner.feed(data) + cleaner.finish()
    return block("\n".join(status.tail))
