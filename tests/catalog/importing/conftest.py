"""Catalogs of a test, written out and read."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from runbook_tui.catalog.importing.collect import read_catalog
from runbook_tui.catalog.importing.model import ImportedCatalog

Read = Callable[..., ImportedCatalog]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """``read({"compose.yaml": "..."})``: the catalog of a folder; ``read(files, "compose.yaml")``: of one file."""
    folder = tmp_path / "shop"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def make(files: Mapping[str, str], *paths: str) -> ImportedCatalog:
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(content), encoding="utf-8")
        return read_catalog([Path(path) for path in paths or (".",)])

    return make
