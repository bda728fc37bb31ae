"""Taking a secret out of an output of a run under its lock, and saying so in its record."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from runbook_tui.execution.errors import NotAllowed, RecordError
from runbook_tui.execution.framing import Value
from runbook_tui.execution.model import State
from runbook_tui.execution.operators import operator_name, whereabouts
from runbook_tui.execution.record import RecordWriter
from runbook_tui.execution.redact import Redacted, redact
from runbook_tui.execution.runs import frozen_runbook
from runbook_tui.execution.session import reason
from runbook_tui.execution.state import fold


def still_there(folder: Path, values: Iterable[str]) -> tuple[str, ...]:
    """The files of a run that have one of these values in clear, by their paths in its folder.

    A record that is chained cannot be changed without breaking it; whoever finds the value there has to make it
    worthless.
    """
    wanted = [value.encode() for value in values]
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        with suppress(OSError):
            data = path.read_bytes()
            if any(value in data for value in wanted):
                found.append(str(path.relative_to(folder)))
    return tuple(found)


def redact_run(
    folder: Path, output: str, values: Iterable[str], why: str, operator: str | None = None
) -> Redacted:
    """Replace values in an output file; the record says who did, why, and what the file is from now on.

    Args:
        folder: of the run, also of a finished one.
        output: the file, as checkpoints name it: ``output/deploy-billing-1.log``.
        values: what is taken out. They are recorded nowhere.
        why: the reason.
        operator: who does it.

    Raises:
        HeldByAnother: somebody executes the run.
        NotAllowed: the step still runs, there is no such file, or a value is too short.
        RecordError, RecordFailed: the record or the file cannot be written.
    """
    name = operator_name(operator)
    told = reason(why, "taking something out of an output")
    writer = RecordWriter.open(folder, whereabouts(name))
    try:
        state = fold(writer.checkpoints, frozen_runbook(folder, writer.first))
        for step_id, status in state.statuses.items():
            if status.state is State.RUNNING and output.startswith(f"output/{step_id}-"):
                raise NotAllowed(f"{step_id} still runs and writes {output}; wait until it has ended")
        found = redact(folder, output, values)
        if found.changed:
            digests: dict[str, Value] = {"bytes": found.size, "digest": found.digest, "before": found.before}
            writer.append("redacted", {"output": output, **digests, "by": name, "reason": told})
    except OSError as error:
        raise RecordError(f"{folder / output}: cannot be replaced: {error.strerror or error}") from error
    finally:
        writer.close()
    return found
