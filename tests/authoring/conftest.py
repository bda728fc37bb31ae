"""A manifest of two services in real repositories."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

_SERVICE = """  {name}:
    owner: team-{name}
    repository: {name}
    deployed: v1
    release: v2
    commands: {{deploy: "deploy {{{{ service }}}} to {{{{ environment }}}}"}}
"""


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Services ``billing`` and ``cart``, each one commit ahead of what runs; nothing orders them."""
    for name in ("billing", "cart"):
        repository = tmp_path / name
        _git(tmp_path, "init", "--quiet", name)
        for version in ("v1", "v2"):
            _git(repository, "commit", "--quiet", "--allow-empty", "--message", f"Make {version}")
            _git(repository, "tag", version)
    path = tmp_path / "services.yaml"
    services = "".join(_SERVICE.format(name=name) for name in ("billing", "cart"))
    path.write_text(f"version: 1\nsystem: shop\nservices:\n{services}", encoding="utf-8")
    return path


@pytest.fixture
def commit(manifest: Path) -> Callable[[str, str, Mapping[str, str]], None]:
    """Commits files of a service and moves a tag there."""

    def make(service: str, tag: str, files: Mapping[str, str]) -> None:
        repository = manifest.parent / service
        for name, content in files.items():
            (repository / name).parent.mkdir(exist_ok=True)
            (repository / name).write_text(content, "utf-8")
        _git(repository, "add", "--all")
        _git(repository, "commit", "--quiet", "--message", f"Change {tag}")
        _git(repository, "tag", "--force", tag)

    return make


def _git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Ann", "-c", "user.email=ann@shop.example", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)
