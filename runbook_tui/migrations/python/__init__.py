"""Python migrations (Alembic, Django) to changes, from the syntax tree; nothing is imported or run."""
