"""The runbook file: model, YAML document whose comments survive, validation, edits, graph."""
