"""What a person pasted as the result of a step, kept as if a command had printed it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from runbook_tui.execution.commands import Job
from runbook_tui.execution.errors import NotAllowed
from runbook_tui.execution.folder import write_all
from runbook_tui.execution.output import tail
from runbook_tui.runbook.digest import digest
from runbook_tui.text.terminal import block

if TYPE_CHECKING:
    from runbook_tui.execution.framing import Value
    from runbook_tui.execution.session import Session

_LONGEST = 1024 * 1024
_MOST_TRIES = 1000


def keep(session: Session, name: str, text: str) -> dict[str, Value]:
    """Write a text into an output file of its own, durably.

    Args:
        session: of the run.
        name: of the attempt; a number is put behind it where that file is there already.
        text: as it was pasted.

    Returns:
        What a checkpoint says about it.

    Raises:
        NotAllowed: it is too long, or cannot be written.
    """
    data = session.mask(text).encode(errors="replace")
    if len(data) > _LONGEST:
        raise NotAllowed(f"{len(data)} bytes were pasted; at most {_LONGEST} are kept")
    for number in range(1, _MOST_TRIES):
        job = Job(session.folder, name if number == 1 else f"{name}.{number}")
        try:
            _write(job, data)
        except FileExistsError:
            continue
        except OSError as error:
            raise NotAllowed(f"what was pasted cannot be kept: {error.strerror or error}") from error
        shown = tail(block(data.decode(errors="replace")))
        return {"output": job.output, "bytes": len(data), "digest": digest(data), "tail": shown}
    raise NotAllowed("what was pasted cannot be kept: there are too many files of its name")


def _write(job: Job, data: bytes) -> None:
    fd = os.open(job.log, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        write_all(fd, data)
        os.fsync(fd)
    finally:
        os.close(fd)
