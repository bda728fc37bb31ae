"""Decisions of people, written down before an unattended run.

decisions: 1
steps:
  gate-go-no-go: {decision: approve, by: ann, because: rehearsed yesterday, no incident open}
  verify-release: {decision: confirm, by: ann, because: dashboards are checked by the alert rules}
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

_Line = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Decision(_Model):
    """What one person decided about one step, and why."""

    decision: Literal["approve", "decline", "confirm", "skip", "retry"]
    by: _Line
    because: _Line


class Decisions(_Model):
    """The file."""

    decisions: Literal[1, "1"]
    steps: dict[_Line, Decision]


def read_decisions(path: Path) -> dict[str, Decision]:
    """Decisions by step id.

    Raises:
        ProblemsError: the file cannot be read as decisions.
    """
    from runbook_tui.files.yaml_source import read_yaml, validate

    return validate(read_yaml(path), Decisions).steps
