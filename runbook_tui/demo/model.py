"""An example release that was built in a folder, and the note in that folder that says so."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from runbook_tui.files.problems import RunbookError

NOTE = "demo.json"
"""The file by which a folder is recognised; the tools of the example read their settings from it."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A folder with repositories, databases, processes and manifests of an example."""

    folder: Path
    deployed: dict[str, str]
    """Version by service that runs before the release."""
    released: dict[str, str]
    """Version by service that runs after it."""
    missing: dict[str, str]
    """Services and data stores that could not be made, and why."""

    @property
    def manifest(self) -> Path:
        """The release that can be ordered."""
        return self.folder / "services.yaml"

    @property
    def impossible(self) -> Path:
        """The same services with refs that cannot be ordered."""
        return self.folder / "impossible.yaml"

    @property
    def decisions(self) -> Path:
        """What people decided, for a run without them."""
        return self.folder / "decisions.yaml"

    @property
    def runbook(self) -> Path:
        """Where the runbook of the release is planned to; building does not write it."""
        return self.folder / "release.yaml"


def load(folder: Path) -> Demo | None:
    """The example that was built in a folder; None when there is none, or when building it was interrupted."""
    try:
        note = json.loads((folder / NOTE).read_text("utf-8"))
        if not note["complete"]:
            return None
        return Demo(folder, dict(note["deployed"]), dict(note["released"]), dict(note["missing"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def require(folder: Path) -> Demo:
    """The example that was built in a folder.

    Raises:
        RunbookError: there is none.
    """
    demo = load(folder)
    if demo is None:
        raise RunbookError(
            f"{folder} has no example in it; expected a folder that `runbook demo` built; build it first"
        )
    return demo
