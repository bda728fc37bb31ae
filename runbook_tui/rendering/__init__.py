"""Runbook to document: a sandboxed Jinja environment and the shipped templates."""
