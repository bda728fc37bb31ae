"""Files that people write: read with places, checked completely, written atomically."""
