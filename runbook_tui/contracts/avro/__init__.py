"""Avro schemas and protocols: read with their places, and compared by the rules of schema resolution."""
