"""JSON Schema (draft 4 to 2020-12, and the dialects of OpenAPI): what a change does to the set of legal messages."""
