"""The kinds of text and time that the runbook file is made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints

from runbook_tui.runbook.duration import format_duration, parse_duration

StepId = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,99}$"),
    Field(description="an id of small letters, digits, dots, dashes and underscores, at most 100"),
]
"""Stable id of a step, derived from what it is about: ``deploy-billing``, ``expand-billing-0042``."""

_LINE = "one line of text without control characters"

Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=2000, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$"),
    Field(description=_LINE),
]
Text = Annotated[
    str,
    StringConstraints(max_length=100_000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$"),
    Field(description="text without control characters"),
]
"""Text of several lines; no control characters but tab and line feed."""
Key = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$"),
    Field(description=_LINE),
]
"""A key that people choose. YAML lets a plain key have at most 1024 characters, escapes included."""
Variable = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$"),
    Field(description="a name of letters, digits and underscores that does not begin with a digit"),
]
"""A name that a shell can use."""

Duration = Annotated[
    float,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str),
    Field(
        json_schema_extra={
            "type": "string",
            "pattern": r"^(\d+(\.\d+)?(ms|s|m|h|d))+$",
            "examples": ["90s", "2m", "1h30m"],
        }
    ),
]
"""A time span in seconds; written ``90s``, ``2m``, ``1h30m``."""


Time = Annotated[
    str,
    StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$"),
    Field(description="a time with its UTC offset such as 2026-11-24T09:30+01:00"),
]


class Model(BaseModel):
    """Base of all parts of the runbook file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
