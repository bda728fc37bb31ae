"""Run with ``python -m gateway``."""

from gateway import pages, service

service.serve()
