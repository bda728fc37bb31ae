"""A release to render, and a reader of Markdown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from runbook_tui.runbook.document import RunbookDocument
from runbook_tui.runbook.model import Runbook

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def release() -> Runbook:
    """A release of two services with everything that a runbook can have."""
    return RunbookDocument.read(HERE / "release.yaml").runbook


@pytest.fixture(scope="session")
def tokens() -> Callable[[str], list[Token]]:
    """Reads Markdown as GitHub does: tables, autolinks, strikethrough, HTML."""
    return MarkdownIt("gfm-like").parse
