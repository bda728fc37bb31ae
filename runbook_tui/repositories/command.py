"""Runs git through GitPython's command runner; its object model is never used.

GitPython is imported when the first command runs: that costs 140 ms and one ``git version``.
"""

from __future__ import annotations

import os
import re
import tempfile
import threading
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path

from runbook_tui.repositories import environment
from runbook_tui.repositories.model import RepositoryError

_ERROR = re.compile(r"^(?:error|fatal):", re.MULTILINE)
_STARTING = threading.Lock()

_DAMAGED = (
    "bad object",
    "bad tree",
    "corrupt",
    "could not read",
    "missing blob",
    "missing object",
    "unable to find",
    "unable to read",
    "unable to parse",
    "failed to read object",
    "could not fetch",  # a partial clone would have to ask its promisor
)


class GitCommand:
    """Runs git commands on one git directory, without looking for a repository anywhere else."""

    def __init__(self, git_dir: Path, shown: str) -> None:
        self._git_dir = git_dir
        self._shown = shown

    def read(self, *arguments: str, lines: Sequence[str] = (), also: Collection[int] = ()) -> bytes:
        """Standard output of ``git <arguments>``, which gets ``lines`` on its standard input.

        Runs under :func:`runbook_tui.repositories.environment.reading`. Raises RepositoryError when git ends
        with a status other than 0 and those in ``also``, and when it went on after an error: ``git grep`` leaves
        out what it cannot read, and an incomplete answer would be taken for "not used anywhere".
        """
        status, output, complaint = _run([f"--git-dir={self._git_dir}", *arguments], self._git_dir, lines)
        if (status != 0 and status not in also) or _ERROR.search(complaint):
            raise explain(self._shown, arguments[0], complaint)
        return output

    def fetch(self) -> None:
        """Bring branches and tags of the default remote, never into files of the work tree.

        Only the user's own git configuration decides how to connect and where credentials come from: a fetch
        is the one command that may start programs, and the repository must not name them.
        """
        arguments = [
            f"--git-dir={self._git_dir}",
            "fetch",
            "--quiet",
            "--tags",
            "--no-recurse-submodules",
            "--no-auto-maintenance",
            "--upload-pack=git-upload-pack",
        ]
        variables = environment.fetching(_own_settings())
        status, _, complaint = _run(arguments, self._git_dir, (), variables)
        if status != 0:
            raise RepositoryError(
                f"{self._shown} could not be fetched: {_first_line(complaint)}",
                remedy=f"run `git -C {self._shown} fetch --tags` yourself, then plan without fetching",
            )


def user_settings(pattern: str) -> list[tuple[str, str]]:
    """System and user configuration whose names match ``pattern``, in order; no repository's is read."""
    found: list[tuple[str, str]] = []
    for scope in ("--system", "--global"):
        arguments = ["config", scope, "--includes", "-z", "--get-regexp", pattern]
        _, output, _ = _run(arguments, None, (), {})
        for entry in output.decode("utf-8", "surrogateescape").split("\0")[:-1]:
            name, _, value = entry.partition("\n")
            found.append((name, value))
    return found


def explain(shown: str, command: str, complaint: str) -> RepositoryError:
    """What git's complaint means for the person who asked for a plan."""
    first = _first_line(complaint)
    lowered = complaint.lower()
    if "unknown repository extension" in lowered or "expected git repo version" in lowered:
        return RepositoryError(
            f"{shown} is written in a format that this git cannot read: {first}", remedy="update git"
        )
    if "bad config" in lowered:
        return RepositoryError(
            f"the git configuration of {shown} cannot be read: {first}", remedy="mend that file"
        )
    if "not a git repository" in lowered:
        return RepositoryError(f"{shown} is no complete git repository: {first}", remedy="clone it again")
    if any(words in lowered for words in _DAMAGED):
        return RepositoryError(
            f"{shown} has missing or damaged objects: {first}",
            "a complete clone",
            f"run `git -C {shown} fsck`, or clone it again without --filter",
        )
    return RepositoryError(f"git {command} failed in {shown}: {first}")


def _own_settings() -> list[tuple[str, str]]:
    return user_settings(r"^(credential\..*|core\.(sshcommand|askpass|gitproxy))$")


def _first_line(complaint: str) -> str:
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    fatal = next((line for line in lines if line.startswith(("fatal:", "error:"))), None)
    return fatal or (lines[0] if lines else "git gave no reason")


def _run(
    arguments: Sequence[str],
    directory: Path | None,
    lines: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
) -> tuple[int, bytes, str]:
    """Exit status, standard output and standard error of one git process.

    ``variables`` are those of a process that may use the user's settings; without them it only reads.
    """
    program = _program()
    from git.cmd import Git
    from git.exc import GitCommandNotFound

    ours = environment.reading() if variables is None else variables
    foreign = environment.inherited(os.environ, ours, online=variables is not None)
    # GitPython can add variables but not take any away.
    without = ["env", *(word for name in foreign for word in ("-u", name))] if foreign else []
    runner = Git(directory)  # a Path: in a str GitPython would expand $NAMES and ~
    try:
        # Not through a pipe: git may answer before it has read everything, and then both would wait.
        with tempfile.TemporaryFile() as stream:
            stream.write("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))
            stream.seek(0)
            status, output, complaint = runner.execute(
                [*without, program, "--no-pager", *arguments],
                istream=stream,
                env=ours,
                with_extended_output=True,
                with_exceptions=False,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
            )
    except GitCommandNotFound as error:
        raise _not_installed() from error
    return status, output, complaint.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _program() -> str:
    """The git program. Threads that start together look at its version once."""
    with _STARTING:
        return _checked_program()


@cache
def _checked_program() -> str:
    try:
        from git.cmd import Git
    except ImportError as error:  # how GitPython says that it found no git
        raise _not_installed() from error
    version = Git().version_info
    if version < environment.OLDEST_GIT:
        oldest = ".".join(map(str, environment.OLDEST_GIT))
        found = ".".join(map(str, version))
        raise RepositoryError(f"git {found} is too old", f"git {oldest} or newer", "update git")
    return Git.GIT_PYTHON_GIT_EXECUTABLE or Git.git_exec_name


def _not_installed() -> RepositoryError:
    return RepositoryError("git cannot be started", "the program git on PATH", "install git")
