"""What systemd does to commands when somebody logs out, and what is said when a shim is gone."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from runbook_tui.execution import clock, processes, sessions
from runbook_tui.execution.sessions import ask, logout_warning, why_gone

SESSION = "0::/user.slice/user-1000.slice/session-7.scope\n"
MANAGER = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/tmux-spawn-1.scope\n"
SERVICE = "12:pids:/x\n1:name=systemd:/system.slice/ci-agent.service/job\n"


@pytest.mark.parametrize(
    ("group", "properties", "says"),
    [
        (SESSION, {"KillUserProcesses": "yes"}, "KillUserProcesses=yes"),
        (SESSION, {"KillUserProcesses": "no"}, None),
        (SESSION, {}, None),
        (MANAGER, {"Linger": "no"}, "loginctl enable-linger"),
        (MANAGER, {"Linger": "yes"}, None),
        (MANAGER, {}, None),
        (SERVICE, {"KillMode": "control-group"}, "inside of ci-agent.service"),
        (SERVICE, {"KillMode": "mixed"}, "KillMode=mixed"),
        (SERVICE, {"KillMode": "process"}, None),
        (SERVICE, {}, None),
        ("0::/\n", {"KillUserProcesses": "yes"}, None),
        ("0::/init.scope\n", {}, None),
        ("", {}, None),
    ],
    ids=range(13),
)
def test_who_would_end_commands(
    tmp_path: Path, group: str, properties: dict[str, str], says: str | None
) -> None:
    (tmp_path / "cgroup").write_text(group)
    asked: list[Sequence[str]] = []

    def answer(argv: Sequence[str]) -> dict[str, str]:
        asked.append(argv)
        return properties

    warning = logout_warning(cgroup=tmp_path / "cgroup", asking=answer)
    assert len(asked) == (1 if "session-" in group or ".service" in group else 0)
    if says is None:
        assert warning is None
    else:
        assert warning is not None
        assert says in warning
        assert "\n" not in warning


def test_a_machine_without_control_groups(tmp_path: Path) -> None:
    assert logout_warning(cgroup=tmp_path / "none") is None


def test_asking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def program(text: str) -> list[str]:
        path = tmp_path / "ctl"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return [str(path)]

    assert ask(program("echo Linger=no; echo noise; echo A=b=c")) == {"Linger": "no", "A": "b=c"}
    assert ask([str(tmp_path / "none")]) == {}
    monkeypatch.setattr(sessions, "_PATIENCE", 0.1)
    assert ask(program("exec sleep 60")) == {}


def test_here_it_is_asked_once() -> None:
    assert sessions.logout_warning_once() is sessions.logout_warning_once()


def test_why_a_shim_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    me = processes.myself()
    assert "started again" in why_gone(replace(me, boot="another"), warning=lambda: "x")
    assert str(me.pid) in why_gone(me, warning=lambda: None)
    assert why_gone(me, warning=lambda: "systemd did it").endswith("; systemd did it")
    assert "do not say" in why_gone(None)
    monkeypatch.setattr(clock, "boot_id", lambda: "another boot")
    assert "started again" in why_gone(me)
