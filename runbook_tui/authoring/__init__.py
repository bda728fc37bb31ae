"""From a manifest to a runbook file and back: what the app and the command line both do."""
