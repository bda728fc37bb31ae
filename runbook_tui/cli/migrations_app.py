"""Judged migrations in the app: the table, with the source and the reasons beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from runbook_tui.authoring.review import Review, Reviewed, review, shown_text
from runbook_tui.cli.migrations_sections import Section
from runbook_tui.migrations.trees import LONGEST, stored_path

if TYPE_CHECKING:
    from runbook_tui.migrations.inspection import Entry


def open_migrations(found: Sequence[Section]) -> int:
    """Show what was judged; a terminal is needed.

    Raises:
        NoTerminal: standard input or output is no terminal.
    """
    from runbook_tui.cli.app import start_app
    from runbook_tui.tui.app import RunbookApp

    return start_app(
        lambda: RunbookApp(Path(), mode="migrations", review=lambda: review_of(found)),
        instead="leave --app out",
    )


def review_of(found: Sequence[Section]) -> Review:
    """Everything in one table: first what manifests name, then what was found in folders."""
    from runbook_tui.authoring.draft import Request

    manifests = dict.fromkeys(section.manifest for section in found if section.manifest)
    parts = [review(Request(Path(manifest))) for manifest in manifests]
    migrations = [one for part in parts for one in part.migrations]
    findings = [finding for part in parts for finding in part.findings]
    for section in found:
        for entry in section.inspected.entries if not section.manifest else ():
            if entry.migration is None:
                findings += entry.findings
            else:
                migrations += _reviewed(section, entry)
    return Review(tuple(migrations), tuple(findings))


def _reviewed(section: Section, entry: Entry) -> Iterator[Reviewed]:
    assert entry.migration is not None
    folder = os.path.normpath(os.path.join(section.root, section.inspected.folder))  # noqa: PTH118 - shown only
    yield Reviewed(entry.migration, entry.findings, _source(section.root, entry.path), folder)


def _source(root: str, path: str) -> str:
    """The file as it lies there; what is only in a commit, or gone, is not shown."""
    try:
        with Path(os.fsdecode(stored_path(root)), os.fsdecode(stored_path(path))).open("rb") as file:
            return shown_text(file.read(LONGEST))
    except OSError as error:
        return f"({path} cannot be read: {error.strerror})"
