"""Releases that a split has left for later: a sidecar beside the manifest.

``services.yaml`` has ``services.follow-ups.yaml`` beside it, as long as something is left:

    follow_ups: 1
    releases:
      - title: shop release, part 2 of 2
        after: {billing: 4f1c0de...}
        targets: {billing: 9a0ebef...}
        because: contract:billing-http follows now
        left: []
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from runbook_tui.catalog.model import Model, Name
from runbook_tui.files.atomic import write_atomic
from runbook_tui.files.yaml_source import read_yaml, validate

_NEW_FILE = (
    "# What a split has left for later, in order. runbook plan reminds of it, and drops it once it runs.\n"
)

Sha = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$"), Field(description="a full commit SHA")
]
Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=2000, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$"),
    Field(description="one line of text without control characters"),
]


class FollowUp(Model):
    """One release that is still to be made."""

    title: Text
    after: dict[Name, Sha] = Field(default={}, description="what has to run before")
    targets: dict[Name, Sha] = Field(description="where each service goes")
    because: Text
    left: tuple[Text, ...] = Field(default=(), description="what has to be changed by hand before")


class FollowUps(Model):
    """Everything that is left, in order."""

    follow_ups: Literal[1, "1"] = 1
    releases: tuple[FollowUp, ...] = ()


def follow_ups_path(manifest_path: Path) -> Path:
    """Where they are: ``services.follow-ups.yaml`` beside ``services.yaml``."""
    return manifest_path.with_name(f"{manifest_path.stem}.follow-ups{manifest_path.suffix}")


def read_follow_ups(manifest_path: Path, *, shown: str | None = None) -> FollowUps:
    """The follow-ups of a manifest; none when there is no such file.

    Raises:
        ProblemsError: what is wrong with the file.
    """
    path = follow_ups_path(manifest_path)
    return validate(read_yaml(path, shown=shown), FollowUps) if os.path.lexists(path) else FollowUps()


def save_follow_ups(manifest_path: Path, releases: Sequence[FollowUp]) -> None:
    """Write what is left; the file is removed when nothing is.

    Raises:
        WriteRefusedError: it cannot be written.
    """
    import io

    from ruamel.yaml import YAML

    path = follow_ups_path(manifest_path)
    if not releases:
        path.unlink(missing_ok=True)
        return
    yaml = YAML()
    yaml.width = 4096
    out = io.StringIO(_NEW_FILE)
    out.seek(0, io.SEEK_END)
    yaml.dump(FollowUps(releases=tuple(releases)).model_dump(mode="json", exclude_defaults=False), out)
    write_atomic(path, out.getvalue())
