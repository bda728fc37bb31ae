"""Derive, explain, author and execute release runbooks in one terminal."""

__version__ = "0.1.0"
