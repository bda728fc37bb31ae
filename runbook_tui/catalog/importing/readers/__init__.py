"""One reader a file; each has its class as ``READER``."""
