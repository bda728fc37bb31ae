"""Run with ``python -m search``."""

from search import finding, service

service.serve()
