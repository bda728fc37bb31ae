"""SQL to changes: statements, their trees, and patterns for what the parser leaves alone."""
