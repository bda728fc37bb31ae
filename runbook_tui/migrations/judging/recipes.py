"""How to do without harm what the safety table warns of: by kind of operation."""

from __future__ import annotations

_TWIN = (
    "Release 1: add the new one beside the old (expand), write both or keep them in step with a trigger, "
    "backfill. Release 2: read the new one, then drop the old one (contract)."
)
_NOT_VALID = (
    "After all writers are new: add it NOT VALID. After the backfill, in another transaction: VALIDATE "
    "CONSTRAINT, which lets reads and writes go on."
)

RECIPES: dict[str, str] = {
    "add-column-required": (
        "Add it nullable or with a database default, deploy, backfill; after the deploy or in the next release: "
        "SET NOT NULL."
    ),
    "add-column-rewrite": (
        "Add it nullable, set the default in a second statement, backfill in batches, then set NOT NULL."
    ),
    "drop-column": (
        "Search every user of the data store for the name first. An INSERT of the new code must work while the "
        "column is still there: allow NULL or set a default before the deploy."
    ),
    "rename-column": _TWIN,
    "rename-table": _TWIN + " On PostgreSQL: rename, and create a view with the old name in one transaction.",
    "rename-object": _TWIN,
    "rename-enum-value": "Add the new value, switch the writers, backfill, stop using the old value.",
    "remove-enum-value": "Stop writing the value (deploy), backfill, then move the column to a new type.",
    "change-type": (
        "Add a column of the new type (expand), keep both in step, backfill in batches, read the new one in the "
        "next release, then drop the old one."
    ),
    "widen-type-rewrite": "Do it in a quiet hour, or with a tool that copies the table beside the live one.",
    "set-not-null": (
        "Backfill; ADD CHECK (... IS NOT NULL) NOT VALID; VALIDATE it; SET NOT NULL, which then needs no scan; "
        "drop the check."
    ),
    "add-check": _NOT_VALID,
    "add-foreign-key": _NOT_VALID,
    "add-unique": (
        "Remove duplicates, CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT ... UNIQUE USING INDEX. When "
        "the new code needs it (ON CONFLICT), declare the migration as expand."
    ),
    "add-primary-key": "CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT ... PRIMARY KEY USING INDEX.",
    "attach-partition": (
        "Add a CHECK with the bounds to the partition NOT VALID, VALIDATE it, attach it, which then needs no scan; "
        "drop the check. A default partition needs a CHECK that excludes them."
    ),
    "create-index": "CREATE INDEX CONCURRENTLY, in a migration of its own that runs outside a transaction.",
    "create-unique-index": "Remove duplicates, then CREATE UNIQUE INDEX CONCURRENTLY outside a transaction.",
    "rebuild-index": "REINDEX CONCURRENTLY (PostgreSQL 12 and later).",
    "update-rows": (
        "Update 1,000 to 10,000 rows at a time, each batch in its own transaction and only rows that still need "
        "it, so that it can be stopped and run again."
    ),
    "copy-rows": "Copy in batches, outside the migration, and leave out what is already there.",
    "drop-table": "Rename it first as a cheap undo, drop it one release later; take a backup.",
    "truncate": "Take a snapshot of the rows first.",
    "delete-rows": "Take a snapshot of the rows first; delete in batches.",
}


def recipe(kind: str) -> str:
    """What to do instead of, or around, an operation of this kind; empty when there is nothing to say."""
    return RECIPES.get(kind) or RECIPES.get(kind.removesuffix("-concurrently"), "")
