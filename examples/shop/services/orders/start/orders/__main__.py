"""Run with ``python -m orders``."""

from orders import placing, reading, service

service.serve()
