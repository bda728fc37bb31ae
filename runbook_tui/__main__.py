"""Run the command line: ``python -m runbook_tui``."""

from runbook_tui.cli.main import entry

entry()
