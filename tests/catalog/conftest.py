"""Manifests for the tests of this room."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from runbook_tui.catalog.manifest import LoadedManifest, read_manifest
from runbook_tui.files.problems import ProblemsError

Write = Callable[..., Path]
Read = Callable[..., LoadedManifest]
Told = Callable[..., list[str]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes ``services.yaml``; further files as keywords: ``answers``, or a path with ``__`` for ``/``."""

    def files(manifest: str, **others: str) -> Path:
        for name, content in others.items():
            written = "services.answers.yaml" if name == "answers" else name.replace("__", "/") + ".yaml"
            path = tmp_path / written
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        path = tmp_path / "services.yaml"
        path.write_text(manifest)
        return path

    return files


@pytest.fixture
def read(write: Write) -> Read:
    """Reads a manifest given as text; further files as for ``write``."""

    def manifest(text: str, **others: str) -> LoadedManifest:
        return read_manifest(write(text, **others), shown="services.yaml")

    return manifest


@pytest.fixture
def told(read: Read) -> Told:
    """The problems of a manifest given as text, one line each."""

    def problems(text: str, **others: str) -> list[str]:
        with pytest.raises(ProblemsError) as caught:
            read(text, **others)
        return [str(problem) for problem in caught.value.problems]

    return problems
