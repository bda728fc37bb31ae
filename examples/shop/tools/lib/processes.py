"""Processes of the services: started in a session of their own, known by pid and start time."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lib import shop
from lib.shop import Failed, Service

STARTS_WITHIN, STOPS_WITHIN = 10.0, 5.0
"""Seconds."""


@dataclass(frozen=True)
class Process:
    """One process. The start time tells it from a later one that was given the same pid."""

    pid: int
    started: str

    @property
    def alive(self) -> bool:
        """Whether this very process is still there."""
        return start_time(self.pid) == self.started


def start_time(pid: int) -> str | None:
    """When a process was started, in the system's own words; None when there is none (or only a zombie)."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    if boot.exists():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
        except OSError:
            return None
        state, ticks = fields[0], fields[19]  # fields 3 and 22 of proc(5)
        return None if state in "ZX" else f"{boot.read_text('ascii').strip()} {ticks}"
    asked = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    state, _, started = answer.partition(" ")
    return None if not state or state.startswith("Z") else started.strip()


@contextmanager
def alone(service: Service) -> Iterator[None]:
    """Nobody else starts or stops the service meanwhile."""
    service.deployments.mkdir(parents=True, exist_ok=True)
    with (service.deployments / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def running(service: Service) -> Process | None:
    """The process of a service."""
    try:
        process = Process(**json.loads(_note(service).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return process if process.alive else None


def launch(service: Service, sha: str) -> subprocess.Popen[bytes]:
    """Start a commit of a service; :func:`await_answer` says when it is there."""
    tree = shop.export(service, sha)
    command = [shop.python(), "-B", "-E", "-s", "-S", "-m", service.name]
    with (service.deployments / "service.log").open("ab") as log:
        child = subprocess.Popen(
            command,
            cwd=tree,
            env=_environment(service, sha),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    note = {"pid": child.pid, "started": start_time(child.pid)}
    unfinished = _note(service).with_suffix(".new")
    unfinished.write_text(json.dumps(note), "utf-8")
    unfinished.replace(_note(service))
    return child


def await_answer(service: Service, sha: str, child: subprocess.Popen[bytes]) -> None:
    """Wait until the service answers with this commit.

    Raises:
        Failed: the process ended, or did not answer in time.
    """
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        if child.poll() is not None:
            tail = (service.deployments / "service.log").read_text("utf-8", "replace").splitlines()[-3:]
            raise Failed("\n".join([f"{service.name} ended with status {child.returncode}", *tail]))
        answer = ask(service, "/version")
        if answer is not None and answer[1].get("commit") == sha:
            return
        time.sleep(0.01)
    raise Failed(f"{service.name} did not answer within {STARTS_WITHIN:.0f} s")


def stop(service: Service) -> bool:
    """End the process of a service; False when there was none."""
    process = running(service)
    if process is not None:
        os.kill(process.pid, signal.SIGTERM)
        if not _gone(process):
            os.kill(process.pid, signal.SIGKILL)
            _gone(process)
    _note(service).unlink(missing_ok=True)
    return process is not None


def ask(service: Service, path: str) -> tuple[int, dict[str, object]] | None:
    """Status and JSON that the service answers to a GET; None when it does not answer."""
    try:
        with socket.create_connection(("127.0.0.1", service.port), timeout=5) as connection:
            connection.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
            received = b"".join(iter(lambda: connection.recv(65536), b""))
        head, _, body = received.partition(b"\r\n\r\n")
        value = json.loads(body)
        return int(head.split()[1]), value if isinstance(value, dict) else {"value": value}
    except (OSError, ValueError, IndexError):
        return None


def switch(service: Service, sha: str) -> None:
    """Let ``current`` point to a deployed commit, at once."""
    link = service.deployments / "current"
    unfinished = link.with_name("current.new")
    unfinished.unlink(missing_ok=True)
    unfinished.symlink_to(sha)
    unfinished.replace(link)


def current(service: Service) -> str | None:
    """The commit that was deployed last."""
    try:
        return (service.deployments / "current").readlink().name
    except OSError:
        return None


def _note(service: Service) -> Path:
    return service.deployments / "process.json"


def _gone(process: Process) -> bool:
    deadline = time.monotonic() + STOPS_WITHIN
    while process.alive:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def _environment(service: Service, sha: str) -> dict[str, str]:
    urls = {
        f"{other.name.upper()}_URL": f"http://127.0.0.1:{other.port}" for other in shop.services().values()
    }
    database = {"DATABASE": str(service.database)} if service.database else {}
    version = {"SERVICE_VERSION": shop.version(service, sha), "SERVICE_COMMIT": sha}
    return {"PATH": os.defpath, "PORT": str(service.port), **database, **version, **urls}
