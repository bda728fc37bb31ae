"""Run with ``python -m catalog``."""

from catalog import products, service

service.serve()
