"""One file (or package) a contract format, found by :mod:`runbook_tui.contracts.registry`."""
