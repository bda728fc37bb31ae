"""Run with ``python -m notifications``."""

from notifications import messages, service

service.serve()
