"""Who holds a record, in words: somebody at work, or somebody whose process has ended."""

from __future__ import annotations

import os
from collections.abc import Mapping

from runbook_tui.execution import clock, processes
from runbook_tui.execution.processes import Process


def this_process() -> dict[str, str | int]:
    """What a lock file says about the process that holds it, so that another one can tell whether it still runs."""
    me = processes.myself()
    return {"pid": me.pid, "start": me.start, "boot": me.boot, "uid": os.getuid()}


def process_of(holder: Mapping[str, object]) -> Process | None:
    """The process that a lock file names; None when it names none that can be told from others."""
    pid, start, boot = holder.get("pid"), holder.get("start"), holder.get("boot")
    if isinstance(pid, int) and isinstance(start, int) and isinstance(boot, str) and pid > 1 and start > 0:
        return Process(pid, start, boot)
    return None


def ended(holder: Mapping[str, object]) -> bool | None:
    """Whether the process that a lock file names has ended; None when that cannot be seen from here."""
    process = process_of(holder)
    if process is None or process.boot != clock.boot_id():
        return None
    return not processes.alive(process)


def executing(holder: Mapping[str, object]) -> str:
    """Why a second operator is refused, when the lock is held."""
    advice = "two operators cannot write one record: watch it, wait until they leave it, or take it over"
    if ended(holder):
        return (
            f"somebody executes this run (the lock file still names {_who(holder)}, who has ended); {advice}"
        )
    return f"{_who(holder, 'somebody')} executes this run{_where(holder)}; {advice}"


def last(holder: Mapping[str, object]) -> str:
    """Who holds a record, or held it, for somebody who only looks; empty when nobody ever did."""
    if not holder:
        return ""
    gone = ended(holder)
    if gone is None:
        return f"{_who(holder)} held it last{_where(holder)}; whether they still do cannot be seen from here"
    if gone:
        return f"nobody executes it now; {_who(holder)} did{_where(holder)}, and has left or was ended"
    return f"{_who(holder)} executes it{_where(holder)}"


def _who(holder: Mapping[str, object], unknown: str = "somebody") -> str:
    return _told(holder, "operator") or _told(holder, "login") or unknown


def _where(holder: Mapping[str, object]) -> str:
    words = (("host", " on "), ("tty", " at "), ("since", " since "))
    place = "".join(f"{word}{told}" for key, word in words if (told := _told(holder, key)))
    pid = _told(holder, "pid")
    return place + (f" (process {pid})" if pid else "")


def _told(holder: Mapping[str, object], key: str) -> str:
    """A value that a file says, as it can be shown."""
    from runbook_tui.text.terminal import plain

    value = holder.get(key)
    return plain(str(value))[:200] if value else ""
