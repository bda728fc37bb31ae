"""Folders of the manifest as the runbook names them: relative to the runbook file."""

from __future__ import annotations

import os.path
from pathlib import Path

from runbook_tui.release.model import ServiceChange


class Paths:
    """Where things are, seen from the runbook file.

    Args:
        manifest: its path; it names paths relative to itself.
        runbook_path: the runbook file; None when it lies beside the manifest. The working directory matters only
            where one of the two paths is absolute and the other is not.
    """

    def __init__(self, manifest: str, runbook_path: str | None) -> None:
        self._manifest = manifest
        self._known: dict[str, str] = {}
        self._start = Path(self._manifest if runbook_path is None else runbook_path).parent

    def manifest(self) -> str:
        """The manifest file."""
        return self._from_runbook(Path(self._manifest))

    def beside_manifest(self) -> str | None:
        """The manifest's folder; None when it is the runbook's own."""
        found = self._from_runbook(Path(self._manifest).parent)
        return None if found == "." else found

    def repository(self, change: ServiceChange) -> str:
        """A service's repository. One that the manifest names by an absolute path stays absolute."""
        written = change.service.repository
        if written not in self._known:
            path = Path(self._manifest).parent / written
            self._known[written] = (
                os.path.normpath(path) if Path(written).is_absolute() else self._from_runbook(path)
            )
        return self._known[written]

    def service(self, change: ServiceChange) -> str:
        """A service's folder inside its repository, where its commands run."""
        return os.path.normpath(Path(self.repository(change)) / change.service.path)

    def _from_runbook(self, path: Path) -> str:
        return os.path.relpath(path, self._start)
