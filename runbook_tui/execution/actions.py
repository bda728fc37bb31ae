"""Doing the one action of a step, a check or a rollback, and how it ended."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from runbook_tui.execution import clock, commands
from runbook_tui.execution.commands import Ending, Found, Job, Standing
from runbook_tui.execution.folder import write_all
from runbook_tui.execution.outcome import Outcome, Verdict
from runbook_tui.execution.output import examine, tail
from runbook_tui.execution.sessions import why_gone
from runbook_tui.runbook.duration import format_duration
from runbook_tui.runbook.model import Actionable, Http, Sql

DEFAULT_TIMEOUT = 30.0
"""Seconds for a request or a query that names no time limit. Commands without one may run for ever."""
STOPPED = "stopped by the operator"
"""The message of what was ended on purpose."""
_ENDED_NOT = "it was to be ended, but processes of it still run and could not be ended (of another user?)"
_ASKED_EVERY = 0.1
_SECRET = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Watch:
    """Who looks on while something is done, and can end it."""

    on_output: Callable[[str], None]
    """Gets clean text of several lines."""
    on_event: Callable[[str], None]
    """Gets one sentence."""
    leave: Callable[[], bool]
    """Says yes when nobody can go on watching; what runs goes on."""
    cancelled: Callable[[], bool]
    """Says yes when the operator wants it to end."""

    def interrupted(self) -> bool:
        """Whether waiting makes no sense any more."""
        return self.leave() or self.cancelled()


@dataclass(frozen=True, slots=True)
class Assignment:
    """One action with everything that it takes to do it."""

    action: Actionable
    job: Job
    """Names its files."""
    directory: Path
    environment: Mapping[str, str]
    expect: str | None = None
    timeout: float | None = None
    """Seconds."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Values that commands get as environment variables, and that are masked in whatever they print."""
    hidden: Mapping[str, str] = field(default_factory=dict)
    """Values that are masked too, and that commands do not get."""

    @property
    def masks(self) -> tuple[str, ...]:
        """Every value that is masked."""
        return (*self.secrets.values(), *self.hidden.values())


def perform(assignment: Assignment, watch: Watch) -> Outcome | None:
    """Do an automatic action: run, http, sql or wait.

    Returns:
        How it ended; None when the watcher left before that.
    """
    action = assignment.action
    if action.run is not None:
        return _run(assignment, action.run, watch)
    if action.wait is not None:
        return wait(clock.since_boot(), action.wait, watch)
    began = clock.since_boot()
    if action.http is not None:
        text, failure = _request(action.http, assignment, watch)
    elif action.sql is not None:
        text, failure = _query(action.sql, assignment, watch)
    else:
        return Outcome(Verdict.SUCCEEDED)  # a note: there is nothing to do
    if watch.leave():
        return None
    if assignment.masks:
        from runbook_tui.text.masking import masked

        text, failure = masked(text, assignment.masks), masked(failure, assignment.masks)
    if watch.cancelled():
        failure = STOPPED
    if not failure and assignment.expect is not None and assignment.expect not in text:
        failure = _not_found(assignment.expect)
    return _answered(assignment.job, text, failure, (clock.since_boot() - began) // 1000, watch)


def attach(assignment: Assignment, watch: Watch, *, child: int | None = None) -> Outcome | None:
    """Watch a command that was started, now or by another process, to its end.

    Returns:
        How it ended; None when the watcher left before that.
    """
    asked = False

    def leave() -> bool:
        nonlocal asked
        if watch.cancelled() and not asked:
            asked = commands.stop(assignment.job)
        return watch.leave()

    found = commands.follow(assignment.job, watch.on_output, leave, child=child)
    return judge(assignment, found)


def judge(assignment: Assignment, found: Found) -> Outcome | None:
    """What the standing of a command's job means; None while it runs."""
    if found.standing is Standing.RUNNING:
        return None
    if found.standing is Standing.NEVER:
        return Outcome(Verdict.FAILED, "its process could not be started; is the disk full?")
    limit = found.ending.size if found.ending is not None else 1 << 62
    printed = examine(assignment.job.log, limit, assignment.expect)
    verdict, message = _verdict(assignment, found, printed.found)
    ending = found.ending
    return Outcome(
        verdict,
        message,
        exit_code=ending.exit_code if ending is not None else None,
        milliseconds=ending.milliseconds if ending is not None else 0,
        output=assignment.job.output,
        size=printed.size,
        digest=printed.digest,
        tail=printed.tail,
        left_running=ending is not None and ending.left_running,
        ended_at=ending.at if ending is not None else None,
        flags=_flags(ending),
    )


def wait(began: int, seconds: float, watch: Watch) -> Outcome | None:
    """Let time pass; time that the machine sleeps counts.

    Args:
        began: when, in microseconds since boot.
        seconds: how long from then on.
        watch: who looks on.
    """
    ends = began + round(seconds * 1_000_000)
    watch.on_event(f"waiting for {format_duration(seconds)}")
    while (left := ends - clock.since_boot()) > 0:
        if watch.cancelled():
            return Outcome(Verdict.FAILED, STOPPED, milliseconds=(clock.since_boot() - began) // 1000)
        if watch.leave():
            return None
        time.sleep(min(left / 1_000_000, _ASKED_EVERY))
    return Outcome(Verdict.SUCCEEDED, milliseconds=(clock.since_boot() - began) // 1000)


def told(action: Actionable) -> str:
    """What an action does, in the words of the runbook; addresses without passwords."""
    from runbook_tui.execution.http import masked

    if action.http is not None:
        return f"{action.http.method} {masked(action.http.url)}"
    if action.sql is not None:
        return f"{action.sql.database}: {action.sql.query}"
    if action.wait is not None:
        return f"wait {format_duration(action.wait)}"
    return action.run or action.confirm or action.approve or "nothing"


def _run(assignment: Assignment, script: str, watch: Watch) -> Outcome | None:
    if not assignment.directory.is_dir():
        return Outcome(Verdict.FAILED, f"the directory {assignment.directory} does not exist")
    try:
        child = commands.start(
            assignment.job,
            script,
            directory=assignment.directory,
            environment=assignment.environment,
            timeout=assignment.timeout,
            secrets=assignment.secrets,
            hidden=assignment.hidden,
        )
    except (OSError, ValueError) as error:
        where = f"{error.filename}: " if isinstance(error, OSError) and error.filename else ""
        why = getattr(error, "strerror", None) or error
        return Outcome(Verdict.FAILED, f"it cannot be started: {where}{why}")
    return attach(assignment, watch, child=child)


def _verdict(assignment: Assignment, found: Found, printed: bool) -> tuple[Verdict, str]:
    ending = found.ending
    if ending is None:
        return Verdict.UNKNOWN, _lost(assignment.job, found)
    if ending.unended:
        numbers = ", ".join(map(str, ending.unended))
        return Verdict.FAILED, f"{_ENDED_NOT}: {numbers}; end them by hand"
    if ending.how == "stopped":
        return Verdict.FAILED, STOPPED
    if ending.how == "timeout":
        limit = format_duration(assignment.timeout or 0)
        return Verdict.FAILED, f"it took longer than {limit} and was ended"
    if ending.exit_code < 0:
        return Verdict.FAILED, f"ended by {_signal_name(-ending.exit_code)}"
    if ending.exit_code > 0:
        return Verdict.FAILED, f"exit status {ending.exit_code}"
    if not printed:
        return Verdict.FAILED, _not_found(assignment.expect or "")
    return Verdict.SUCCEEDED, ""


def _lost(job: Job, found: Found) -> str:
    left = commands.survivors(job)
    why = f"nobody can know how it ended: {why_gone(found.shim)}"
    if not left:
        return why
    return f"{why}; processes of it still run: {', '.join(map(str, left[:10]))}"


def _flags(ending: Ending | None) -> tuple[str, ...]:
    """What is unusual about how a command ended."""
    if ending is None:
        return ()
    flags = []
    if ending.dropped:
        flags.append(f"{ending.dropped} bytes from the middle of its output were not kept")
    if not ending.saved:
        flags.append("its output could not be kept completely; is the disk full?")
    return tuple(flags)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _not_found(expect: str) -> str:
    return f"the output does not contain {expect!r}"


def _request(asked: Http, assignment: Assignment, watch: Watch) -> tuple[str, str]:
    from runbook_tui.execution.http import RequestFailed, request

    limit = assignment.timeout if assignment.timeout is not None else DEFAULT_TIMEOUT
    try:
        filled = _with_secrets(asked, assignment.secrets)
        answer = request(filled, timeout=limit, interrupted=watch.interrupted)
    except RequestFailed as error:
        return "", str(error)
    for address in answer.redirects:
        watch.on_event(f"redirected to {address}")
    text = f"{answer.line}\n\n{answer.body}" + ("\n[there was more]\n" if answer.cut else "")
    return text, "" if answer.status < 400 else f"the answer is {answer.line}"


def _with_secrets(asked: Http, secrets: Mapping[str, str]) -> Http:
    """The request with ``${NAME}`` in headers and body replaced by the secret of that name, if the step has it."""

    def fill(text: str) -> str:
        return _SECRET.sub(lambda match: secrets.get(match[1], match[0]), text)

    if not secrets:
        return asked
    headers = {name: fill(value) for name, value in asked.headers.items()}
    return asked.model_copy(
        update={"headers": headers, "body": fill(asked.body) if asked.body else asked.body}
    )


def _query(asked: Sql, assignment: Assignment, watch: Watch) -> tuple[str, str]:
    from runbook_tui.execution.sql import QueryFailed, query

    limit = assignment.timeout if assignment.timeout is not None else DEFAULT_TIMEOUT
    path = assignment.directory / asked.database
    try:
        return query(path, asked.query, timeout=limit, interrupted=watch.interrupted), ""
    except QueryFailed as error:
        return "", str(error)


def _answered(job: Job, text: str, failure: str, milliseconds: int, watch: Watch) -> Outcome:
    """Keep an answer in an output file, as if a command had printed it."""
    from runbook_tui.text.terminal import block

    shown = block(text)
    if shown:
        watch.on_output(shown if shown.endswith("\n") else shown + "\n")
    data = text.encode(errors="replace")
    verdict = Verdict.FAILED if failure else Verdict.SUCCEEDED
    try:
        fd = os.open(job.log, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            write_all(fd, data)
            os.fsync(fd)
        finally:
            os.close(fd)
    except OSError as error:
        watch.on_event(f"the answer cannot be kept: {error.strerror or error}")
        return Outcome(verdict, failure, milliseconds=milliseconds, tail=tail(shown))
    from runbook_tui.runbook.digest import digest

    return Outcome(
        verdict,
        failure,
        milliseconds=milliseconds,
        output=job.output,
        size=len(data),
        digest=digest(data),
        tail=tail(shown),
    )
