"""Run with ``python -m users``."""

from users import profiles, service

service.serve()
