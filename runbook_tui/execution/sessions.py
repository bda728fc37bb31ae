"""Whether commands would outlive a logout on this machine, and why one whose shim is gone may have ended.

systemd can end every process of a session when it closes (``KillUserProcesses=`` of logind.conf(5)), and every process
of a service when that stops (``KillMode=`` of systemd.kill(5)). A session of its own, as setsid(2) makes it, is no
protection from either.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from runbook_tui.execution import clock
from runbook_tui.execution.processes import Process

Ask = Callable[[Sequence[str]], dict[str, str]]
"""Runs a program that prints lines of ``Name=value``; nothing when it cannot be run."""

_CGROUP = Path("/proc/self/cgroup")
_PATIENCE = 2.0
_INSTEAD = (
    "run it in a tmux that was started with: systemd-run --user --scope tmux (and loginctl enable-linger)"
)


def ask(argv: Sequence[str]) -> dict[str, str]:
    """The properties that a program of systemd prints; none when there is no such program or it does not answer."""
    try:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return {}
    lines = done.stdout.decode(errors="replace").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def logout_warning(*, cgroup: Path = _CGROUP, asking: Ask = ask) -> str | None:
    """One sentence when commands would end together with the session or service that this process is in.

    Args:
        cgroup: names the control group of this process.
        asking: runs ``loginctl`` and ``systemctl``.
    """
    unit = _unit(cgroup)
    if unit.endswith(".scope") and unit.startswith("session-"):
        shown = asking(["loginctl", "show-session", "--no-pager", "--property=KillUserProcesses"])
        if shown.get("KillUserProcesses") != "yes":
            return None
        return (
            f"this machine ends all processes of a session at its logout (KillUserProcesses=yes): a command "
            f"would not outlive a dropped connection; {_INSTEAD}"
        )
    if unit.startswith("user@") and unit.endswith(".service"):
        user = unit.removeprefix("user@").removesuffix(".service")
        shown = asking(["loginctl", "show-user", "--no-pager", "--property=Linger", user])
        if shown.get("Linger") != "no":
            return None
        return "this session ends with your last logout, and commands with it; to keep them: loginctl enable-linger"
    if unit.endswith(".service"):
        shown = asking(["systemctl", "show", "--no-pager", "--property=KillMode", "--", unit])
        if shown.get("KillMode") in {None, "process", "none"}:
            return None
        return (
            f"this runs inside of {unit}: when that service stops, commands end with it "
            f"(KillMode={shown['KillMode']})"
        )
    return None


@cache
def logout_warning_once() -> str | None:
    """As :func:`logout_warning`, asked a single time: the answer does not change while this process lives."""
    return logout_warning()


def why_gone(shim: Process | None, *, warning: Callable[[], str | None] = logout_warning_once) -> str:
    """Why nobody wrote down how a command ended, in one sentence without a full stop.

    Args:
        shim: what watched over it, as far as it is known.
        warning: gives the reason for which it may have been ended.
    """
    if shim is None:
        return "it was started, and its files do not say by which process"
    if shim.boot != clock.boot_id():
        return "the machine was started again meanwhile"
    text = f"the process that watched over it ({shim.pid}) was ended from outside, and the machine was not restarted"
    reason = warning()
    return f"{text}; {reason}" if reason is not None else text


def _unit(cgroup: Path) -> str:
    """The systemd unit that a process belongs to: the last part of its control group that is one."""
    try:
        lines = cgroup.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    for line in lines:
        number, _, rest = line.partition(":")
        names, _, path = rest.partition(":")
        if number == "0" or names == "name=systemd":
            units = re.findall(r"[^/]+\.(?:service|scope)(?=/|$)", path)
            if units:
                # A terminal of a desktop is a scope or service inside of the user's own service manager.
                managers = [unit for unit in units if unit.startswith("user@")]
                return str(managers[0] if managers else units[-1])
    return ""
