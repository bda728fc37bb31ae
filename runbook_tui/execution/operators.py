"""Who executes, and where: what the record says about the person at the keyboard."""

from __future__ import annotations

import getpass
import os
import socket
import sys
import unicodedata

from runbook_tui.execution import clock, processes
from runbook_tui.files.problems import RunbookError

_LONGEST = 200


def operator_name(given: str | None = None) -> str:
    """The name in the record: the given one, else ``RUNBOOK_OPERATOR``, else the login name.

    Raises:
        RunbookError: it is empty, long, or has characters that cannot be seen.
    """
    name = given if given is not None else os.environ.get("RUNBOOK_OPERATOR") or _login_name()
    name = name.strip()
    if not name or len(name) > _LONGEST or not name.isprintable():
        raise RunbookError(
            f"the operator's name {name[:40]!r} cannot be recorded; expected 1 to {_LONGEST} printable characters; "
            "set RUNBOOK_OPERATOR or name the operator"
        )
    return name


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's, however they are written: ``Ann`` and ``ann `` are."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def whereabouts(operator: str) -> dict[str, str | int]:
    """What a record and its lock file say about an operator: name, login, host, process, terminal."""
    me = processes.myself()
    found: dict[str, str | int] = {
        "operator": operator,
        "login": _login_name(),
        "host": _clean(socket.gethostname()),
        "pid": me.pid,
        "since": clock.now().at,
    }
    terminal = _terminal()
    return {**found, "tty": terminal} if terminal else found


def _login_name() -> str:
    try:
        return _clean(getpass.getuser())
    except (KeyError, OSError):  # no entry for this user, as in containers
        return f"uid {os.getuid()}"


def _terminal() -> str:
    try:
        return _clean(os.ttyname(sys.stdin.fileno()))
    except (OSError, ValueError, AttributeError):
        return ""


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
