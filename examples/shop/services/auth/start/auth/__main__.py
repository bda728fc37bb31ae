"""Run with ``python -m auth``."""

from auth import login, service

service.serve()
