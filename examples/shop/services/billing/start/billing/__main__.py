"""Run with ``python -m billing``."""

from billing import invoices, service

service.serve()
