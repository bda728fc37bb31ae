"""Begin again: everything as it was before the release, without building it anew."""

from __future__ import annotations

import shutil
from pathlib import Path

from runbook_tui.demo.databases import restore_databases
from runbook_tui.demo.model import require
from runbook_tui.demo.processes import run_tool


def reset(folder: Path) -> None:
    """Stop the services, and bring databases and deployments back to the state before the release.

    Runbooks, records and the git repositories stay. Nothing runs afterwards;
    :func:`runbook_tui.demo.processes.start` begins the versions before the release.

    Raises:
        RunbookError: the folder has no example in it.
    """
    require(folder)
    run_tool(folder, "services", "stop")
    restore_databases(folder)
    run_tool(folder, "services", "reset")
    (folder / "announcements.log").unlink(missing_ok=True)
    shutil.rmtree(folder / "backups", ignore_errors=True)
