"""Systems on disk: a manifest and the git repositories that it names."""

from __future__ import annotations

import os
import subprocess
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from runbook_tui.catalog.manifest import LoadedManifest, read_manifest

_IDENTITY = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "ann@example.test",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.test",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
}


class System:
    """A folder with ``services.yaml`` and repositories beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = folder / "services.yaml"

    def git(self, repository: str, *arguments: str) -> str:
        """What a git command prints in one of the repositories."""
        command = ["git", "-C", str(self.folder / repository), *arguments]
        environment = {**os.environ, **_IDENTITY}
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
        return done.stdout.strip()

    def version(self, repository: str, tag: str, files: Mapping[str, str | None]) -> str:
        """Write (None: remove) files, commit them as one version and tag it; the SHA."""
        root = self.folder / repository
        if not root.exists():
            root.mkdir(parents=True)
            self.git(repository, "init", "--quiet", "--initial-branch=main")
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink()
            else:
                path.write_text(content)
        self.git(repository, "add", "--all")
        self.git(repository, "commit", "--quiet", "--allow-empty", "-m", f"Release {tag}")
        self.git(repository, "tag", "-a", tag, "-m", tag)
        return self.git(repository, "rev-parse", "HEAD")

    def load(self, text: str, answers: str | None = None) -> LoadedManifest:
        """Write the manifest (and the answers) and read it."""
        self.manifest.write_text(textwrap.dedent(text))
        if answers is not None:
            self.manifest.with_name("services.answers.yaml").write_text(textwrap.dedent(answers))
        return read_manifest(self.manifest, shown="services.yaml")


@pytest.fixture(scope="module")
def make_system(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], System]:
    """Empty systems that live as long as the tests of one file."""
    return lambda: System(tmp_path_factory.mktemp("system"))


@pytest.fixture
def system(tmp_path: Path) -> System:
    """An empty system."""
    return System(tmp_path)


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The git commands that run on repositories from now on, each from the command's name."""
    import git.cmd

    started: list[list[str]] = []
    original: Callable[..., object] = git.cmd.safer_popen

    def counting(command: list[str], *arguments: object, **options: object) -> object:
        on_repository = [index for index, word in enumerate(command) if word.startswith("--git-dir=")]
        if on_repository:
            started.append(command[on_repository[0] + 1 :])
        return original(command, *arguments, **options)

    monkeypatch.setattr(git.cmd, "safer_popen", counting)
    return started
