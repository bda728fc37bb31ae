"""Executing a runbook: states, actions, the shim that outlives the terminal, the record."""
