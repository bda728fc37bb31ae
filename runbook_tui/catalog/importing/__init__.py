"""Catalogs that teams already keep, read into one model: services, edges between them, and defects."""
