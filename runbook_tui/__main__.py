"""Run the command line: ``python -m runbook_tui``."""

import sys

from runbook_tui.cli.main import entry

sys.exit(entry())
