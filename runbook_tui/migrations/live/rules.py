"""The ids of everything that is told about live databases."""

from __future__ import annotations

NOT_READ = frozenset({"database-refused", "database-silent"})
"""The database said nothing."""

RULES = NOT_READ | {
    "database-agrees",
    "database-ahead",
    "database-behind",
    "database-dirty",
    "migration-failed",
    "migrations-locked",
    "no-version-table",
    "version-table-of-another-tool",
}
