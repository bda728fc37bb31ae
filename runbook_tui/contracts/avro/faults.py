"""Where the faults of Avro files are collected."""

from __future__ import annotations

from dataclasses import dataclass

from runbook_tui.contracts.avro.model import Place
from runbook_tui.contracts.format import Report
from runbook_tui.contracts.model import Fault

MOST = 100
"""Faults that are kept of one version: a file with more is of another kind, or broken as a whole."""


@dataclass(slots=True)
class Faults:
    """The faults of one version."""

    report: Report
    version: str
    """``old`` or ``new``."""
    count: int = 0

    def add(self, place: Place, what: str, expected: str = "", remedy: str = "") -> None:
        """Note what is wrong at a place of a file."""
        self.count += 1
        if self.count <= MOST:
            line, column = place.locate(place.pointer)
            self.report.faults.append(Fault(place.path, line, column, what, expected, remedy, self.version))
