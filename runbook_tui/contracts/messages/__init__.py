"""Which messages a JSON Schema allows: one that only one of two versions allows, or the proof that there is none."""
