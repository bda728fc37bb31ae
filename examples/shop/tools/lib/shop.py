"""Where everything is in the folder of the shop, and what was settled when it was built."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

ROOT = Path(__file__).resolve().parents[2]


class Failed(Exception):
    """The command could not do what it was asked for; the text says why."""


@dataclass(frozen=True)
class Service:
    """One service as demo.json describes it."""

    name: str
    port: int
    deployed: str
    """Ref that runs before the release."""
    datastore: str | None = None
    tool: str | None = None
    """Migration tool: alembic, golang-migrate or dbmate; None where another service migrates."""
    migrations: str | None = None
    """Folder of the migrations inside the repository."""

    @property
    def repository(self) -> Path:
        """The service's git repository."""
        return ROOT / "repositories" / self.name

    @property
    def deployments(self) -> Path:
        """Exported commits, ``current``, the log and the process of the service."""
        return ROOT / "deployments" / self.name

    @property
    def database(self) -> Path | None:
        """The SQLite file that the service uses."""
        return database(self.datastore) if self.datastore else None


def database(datastore: str) -> Path:
    """The SQLite file of a data store."""
    return ROOT / "databases" / f"{datastore}.db"


def settings() -> dict[str, object]:
    """What was settled when the folder was built."""
    found: dict[str, object] = json.loads((ROOT / "demo.json").read_text("utf-8"))
    return found


def python() -> str:
    """The interpreter that the services and Alembic run with."""
    return str(settings()["python"])


def services() -> dict[str, Service]:
    """All services by name."""
    described = settings()["services"]
    assert isinstance(described, dict)
    return {name: Service(name, **values) for name, values in described.items()}


def service(name: str) -> Service:
    """The service of this name."""
    known = services()
    if name not in known:
        raise Failed(f"there is no service {name}; known are {', '.join(known)}")
    return known[name]


def say(text: str) -> None:
    """One line of output, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def run(command: object) -> None:
    """Call a command's main function with its arguments; a failure is told and ends with status 1."""
    assert callable(command)
    try:
        command(sys.argv[1:])
    except Failed as failure:
        sys.exit(f"{Path(sys.argv[0]).stem}: {failure}")


def git(service: Service, *arguments: str) -> str:
    """The answer of git in the repository of a service."""
    command = ["git", "-C", str(service.repository), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=_git_environment(), check=False)
    if done.returncode:
        raise Failed(done.stderr.strip() or f"git {arguments[0]} failed")
    return done.stdout.strip()


def commit(service: Service, ref: str) -> str:
    """The full SHA of a commit."""
    try:
        return git(service, "rev-parse", "--verify", "--end-of-options", f"{ref}^{{commit}}")
    except Failed as failure:
        raise Failed(f"{ref} is no commit of {service.name}") from failure


def version(service: Service, sha: str) -> str:
    """The tag of a commit, or how far it is from the last one."""
    return git(service, "describe", "--tags", "--always", sha)


def export(service: Service, sha: str) -> Path:
    """The files of a commit in a folder of their own; the work tree of the repository does not matter."""
    folder = service.deployments / sha
    if folder.exists():
        return folder
    unfinished = folder.with_name(f"{sha}.{token_hex(4)}")
    unfinished.mkdir(parents=True)
    archive = ["git", "-C", str(service.repository), "archive", "--format=tar", sha]
    with subprocess.Popen(archive, stdout=subprocess.PIPE, env=_git_environment()) as packing:
        subprocess.run(["tar", "-x", "-C", str(unfinished)], stdin=packing.stdout, check=True)
    if packing.returncode:
        raise Failed(f"{sha} of {service.name} cannot be exported")
    try:
        unfinished.rename(folder)
    except OSError:  # another command exported the same commit meanwhile
        if not folder.exists():
            raise
    return folder


def _git_environment() -> dict[str, str]:
    """No repository but the named one (a git hook sets GIT_DIR), and nobody's own line ends."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
