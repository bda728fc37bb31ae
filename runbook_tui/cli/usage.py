"""Options whose values are wrong."""

from __future__ import annotations

from runbook_tui.files.problems import RunbookError


class UsageError(RunbookError):
    """An option's value that cannot be used. Exit status 2."""

    def __init__(self, option: str, value: str, expected: str) -> None:
        super().__init__(f"{option}: {value!r} cannot be used; expected {expected}")
