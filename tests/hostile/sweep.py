"""Hostile inputs are put in at the public face, and what comes of them is counted.

Four things must never happen: a crash (exit status 70, or an exception), a control character on its way to the
terminal, a command that an input names is executed, a file outside of the folder that one works in.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path

from runbook_tui.cli.main import main

LEAK = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]"
)
"""What a terminal obeys, what changes the order of text, and what cannot be seen."""
BUG = 70
FAMILIES = 11
IDENTITY = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "ann@example.test",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.test",
}


@dataclass
class Sweep:
    """A folder to work in, one that no input may reach, and the figures of all families."""

    root: Path
    inputs: Counter[str] = field(default_factory=Counter)
    crashes: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    executed: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    _told: int = 0

    def __post_init__(self) -> None:
        for folder in (self.markers, self.forbidden, self.work):
            folder.mkdir(parents=True)

    @property
    def markers(self) -> Path:
        """Commands that hostile inputs name make files here."""
        return self.root / "markers"

    @property
    def forbidden(self) -> Path:
        """Hostile paths lead here."""
        return self.root / "forbidden"

    @property
    def work(self) -> Path:
        """Where commands run."""
        return self.root / "work"

    @contextmanager
    def input(self, family: str, shown: object) -> Iterator[None]:
        """Count one input, and what came of it."""
        self.inputs[family] += 1
        named = f"{family}: {str(shown)[:120]!a}"
        top = set(self.root.iterdir())
        try:
            yield
        except (Exception, SystemExit) as error:
            self.crashes.append(f"{named}: {''.join(traceback.format_exception(error))[-1500:]}")
        self.look(named)
        for path in sorted(set(self.root.iterdir()) - top - {self.root / "state"}):
            self.outside.append(f"{named}: {path.name}")

    def look(self, named: str) -> None:
        """Collect the markers and the files outside."""
        for folder, found in ((self.markers, self.executed), (self.forbidden, self.outside)):
            for path in sorted(folder.iterdir()):
                found.append(f"{named}: {path.name!a}")
                path.unlink()

    def runbook(self, *arguments: str, folder: Path | None = None) -> tuple[int, str]:
        """Run a command in this process: its exit status, and everything that it printed."""
        out = io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace", write_through=True)
        before = Path.cwd()
        os.chdir(folder or self.work)
        try:
            with redirect_stdout(out), redirect_stderr(out):
                try:
                    status = main(list(arguments))
                except SystemExit as ended:
                    status = int(ended.code or 0)
        finally:
            os.chdir(before)
        assert isinstance(out.buffer, io.BytesIO)
        printed = out.buffer.getvalue().decode("utf-8", "surrogateescape")
        self.judge(status, printed, f"runbook {' '.join(arguments)[:100]!a}")
        return status, printed

    def process(self, *arguments: str, folder: Path | None = None) -> tuple[int, str]:
        """The same as a process of its own."""
        ended = subprocess.run(
            [sys.executable, "-m", "runbook_tui", *arguments],
            cwd=folder or self.work,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=100,
            check=False,
        )
        printed = (ended.stdout + ended.stderr).decode("utf-8", "surrogateescape")
        self.judge(ended.returncode, printed, f"process {' '.join(arguments)[:100]!a}")
        return ended.returncode, printed

    def judge(self, status: int, printed: str, named: str) -> None:
        """Keep what is wrong with the end of a command."""
        if status == BUG or status < 0 or "Traceback (most recent" in printed:
            self.crashes.append(f"{named}: {status}: {printed[-1500:]}")
        found = LEAK.search(printed)
        if found is not None:
            around = printed[max(0, found.start() - 40) : found.end() + 20]
            self.leaks.append(f"{named}: {around!a}")

    @property
    def figures(self) -> str:
        """The line that is shown."""
        return (
            f"families={len(self.inputs)} inputs={self.inputs.total()} crashes={len(self.crashes)} "
            f"leaks={len(self.leaks)} executed={len(self.executed)} outside={len(self.outside)}"
        )

    def require_clean(self, *, ever: bool = False) -> None:
        """Nothing of the four things happened since this was asked last (or ever)."""
        wrong = [*self.crashes, *self.leaks, *self.executed, *self.outside]
        new = ever or len(wrong) > self._told
        self._told = len(wrong)
        assert not (new and wrong), f"{self.figures}\n" + "\n".join(wrong[-10:])


def git(folder: Path, *arguments: str | bytes, stdin: bytes = b"", **variables: str) -> str:
    """What git prints, without the last line feed."""
    ended = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        input=stdin,
        capture_output=True,
        check=True,
        env={**os.environ, **IDENTITY, **variables},
    )
    return ended.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")


def repository(folder: Path) -> Path:
    """A repository with the tag v1 and a commit after it."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, "Begin", {"app.py": "1\n", "db/001_a.up.sql": "CREATE TABLE a (id int);\n"})
    git(folder, "tag", "v1")
    commit(folder, "Go on", {"app.py": "2\n", "db/002_b.up.sql": "ALTER TABLE a ADD COLUMN b int;\n"})
    return folder


def commit(folder: Path, message: str | bytes, files: dict[str, str], *options: str) -> None:
    """Write files and commit everything."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):
            path.write_text(content)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", *options, "-F", "-", stdin=_bytes(message))


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
