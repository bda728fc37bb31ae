"""What asks a person something: one file a question."""
