"""Judged migrations in the app: the table, with the source and the reasons beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runbook_tui.authoring.migration_sections import Section


def open_migrations(found: Sequence[Section]) -> int:
    """Show what was judged; a terminal is needed.

    Raises:
        NoTerminal: standard input or output is no terminal.
    """
    from runbook_tui.authoring.review import review_of
    from runbook_tui.cli.app import start_app
    from runbook_tui.tui.app import RunbookApp

    return start_app(
        lambda: RunbookApp(Path(), mode="migrations", review=lambda: review_of(found)),
        instead="leave --app out",
    )
