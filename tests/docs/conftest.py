"""What the tests of the documentation share: its pages."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def pages() -> dict[str, str]:
    """Every page that is meant for readers, by its path in the repository."""
    top = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    found = [*top, *sorted((ROOT / "docs").glob("*.md")), ROOT / "examples" / "README.md"]
    return {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in found}
